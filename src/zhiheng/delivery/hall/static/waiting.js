// The waiting room: until the exam begins the machine is looked at and the sealed paper is fetched.

import { drawCheck, runCheck } from "./check.js";
import { asDay, asDuration } from "./clock.js";
import { part } from "./elements.js";
import { leave } from "./leaving.js";
import { isTransient } from "./line.js";
import { hideNotice, show, showNotice } from "./notice.js";
import { fetchSealed, openNow } from "./opening.js";
import { drawFacts } from "./paper.js";
import { clock, state } from "./state.js";
import { currentLanguage, word } from "./words.js";

const SPREAD = 2000; // everybody's paper opens within two seconds, not all in the same instant
const AGAIN = 3000;

let opening = false;
let notBefore = 0;

export function wait() {
  show("waiting");
  drawWaiting();
  notBefore = 0;
  void runCheck(fetchSealed);
}

export function drawWaiting() {
  const { name, room, seat, starts_at, ends_at, accommodation } = state.status;
  /** @type {[string, string][]} */
  const rows = [
    [word("name"), name], [word("seat"), [room, seat && word("seatNumber", { seat })].filter(Boolean).join(" ")],
    [word("startsAt"), asDay(starts_at)], [word("endsAt"), asDay(ends_at)],
  ];
  if (accommodation) rows.push([word("accommodation"), accommodation[currentLanguage()]]);
  drawFacts(part("waiting-facts"), rows);
  drawCountdown();
  drawCheck();
}

/** @returns {number} milliseconds until the start */
function drawCountdown() {
  const left = Math.max(0, Date.parse(state.status.starts_at) - clock.now());
  part("countdown").textContent = asDuration(left);
  return left;
}

/** Twice a second while waiting. */
export async function tickWaiting() {
  if (drawCountdown() === 0 && !opening && performance.now() >= notBefore) await openAtStart();
}

/** The hall is not heard while waiting. */
export function waitingLost() {
  showNotice("line", () => word("unreachable"));
}

/** Heard again: the machine is looked at anew, and what is missing of the paper is fetched. */
export function waitingFound() {
  hideNotice("line");
  if (!opening) void runCheck(fetchSealed);
}

async function openAtStart() {
  opening = true;
  try {
    if (!notBefore) await new Promise((resolve) => { setTimeout(resolve, Math.random() * SPREAD); });
    await openNow();
    hideNotice("line");
  } catch (problem) {
    notBefore = performance.now() + AGAIN * (0.5 + Math.random());
    const refusal = /** @type {import("./line.js").Refusal} */ (problem);
    if (isTransient(problem)) showNotice("line", () => word("unreachable"));
    else if (refusal.code !== "not-started") await leave(refusal);
  } finally {
    opening = false;
  }
}
