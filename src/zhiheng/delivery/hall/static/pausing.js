// The exam and its cover: while a person has paused it, the paper is not to be seen and the clock stands.

import { asDuration, asTime } from "./clock.js";
import { part } from "./elements.js";
import { announce, isShown, show, showBriefly } from "./notice.js";
import { keepTyped } from "./saving.js";
import { clock, state } from "./state.js";
import { word } from "./words.js";

const GRANT_STAYS = 60_000; // it also stands in the list of messages

/** The exam, or its cover. */
export function showPlace() {
  const { paused } = state.status;
  show(paused ? "paused" : "exam");
  drawTimer();
  if (paused) drawPause();
}

export function drawTimer() {
  part("timer-value").textContent = asDuration(clock.left());
}

export function drawPause() {
  const { paused } = state.status;
  part("paused-reason").textContent = paused.reason ? word("pausedReason", { reason: paused.reason }) : "";
  part("paused-since").textContent = word("pausedSince", { time: asTime(paused.since) });
}

/** Take up what the hall last said of pauses and of the end. @param {number} before the deadline as it was known */
export async function followTime(before) {
  const { paused, ends_at, server_time } = state.status;
  const stood = clock.standing !== undefined;
  clock.standing = paused ? Math.max(0, Date.parse(ends_at) - Date.parse(server_time)) : undefined;
  if (!state.paper) return;
  if (paused && !isShown("paused")) await cover();
  else if (!paused && isShown("paused")) uncover();
  else if (!paused && !stood && clock.deadline > before + 1000) granted();
  drawTimer();
}

async function cover() {
  await keepTyped();
  showPlace();
  part("main").focus();
  announce(`${word("pausedTitle")}。${part("paused-reason").textContent}`);
}

function uncover() {
  showPlace();
  const time = asTime(clock.deadline);
  showBriefly("time", () => word("resumed", { time }), GRANT_STAYS);
}

function granted() {
  const time = asTime(clock.deadline);
  showBriefly("time", () => word("timeGranted", { time }), GRANT_STAYS);
}
