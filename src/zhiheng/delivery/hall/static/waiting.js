// The waiting room: until the exam begins.

import { readSession } from "./box.js";
import { asDay, asDuration } from "./clock.js";
import { leave } from "./leaving.js";
import { isTransient } from "./line.js";
import { show, showNotice } from "./notice.js";
import { openPaper } from "./opening.js";
import { drawFacts, part } from "./paper.js";
import { clock, state } from "./state.js";
import { word } from "./words.js";

let opening = false;

export function wait() {
  show("waiting");
  const { name, room, seat, starts_at, ends_at } = state.status;
  drawFacts(part("waiting-facts"), [
    [word("name"), name], [word("seat"), `${room} ${seat && word("seatNumber", { seat })}`],
    [word("startsAt"), asDay(starts_at)], [word("endsAt"), asDay(ends_at)],
  ]);
}

/** Twice a second while waiting. */
export async function tickWaiting() {
  const left = Date.parse(state.status.starts_at) - clock.now();
  part("countdown").textContent = asDuration(Math.max(0, left));
  if (left <= 0 && !opening) await openAtStart();
}

/** Everybody's paper opens within two seconds, not all in the same instant. */
async function openAtStart() {
  opening = true;
  try {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000));
    const session = await readSession();
    if (session) await openPaper(session.epoch);
  } catch (problem) {
    const refusal = /** @type {import("./line.js").Refusal} */ (problem);
    if (isTransient(problem)) showNotice(() => word("unreachable"));
    else if (refusal.code !== "not-started") await leave(refusal);
  } finally {
    opening = false;
  }
}
