// From the candidate's hand into this machine's box, and from there to the hall.

import { enqueue, onlyInMemory, readQueue, whenFailing } from "./box.js";
import { asTime } from "./clock.js";
import { part } from "./elements.js";
import { line, Sender } from "./line.js";
import { hideNotice, showBriefly, showNotice } from "./notice.js";
import { answeredCount, clock, isAnswered, state } from "./state.js";
import { refusalWord, word } from "./words.js";

/** @typedef {import("./line.js").Refusal} Refusal */

const TYPING_PAUSE = 400;

/** @type {Set<string>} */
let pending = new Set();
/** @type {Map<string, number>} */
const typing = new Map();
/** @type {Map<string, number>} */
const keeping = new Map(); // changes on their way into the box: not there yet
let savedAt = "";
let returning = false;
/** @type {(problem: Refusal) => void} */
let ended = () => {};

export const sender = new Sender({
  saved(answer) {
    savedAt = answer.saved_at;
    if (answer.late) showNotice("late", () => word("lateNotice"));
  },
  refused: (problem) => {
    if (problem.code === "answer" || problem.code === "body") showNotice("answer", () => refusalWord(problem));
    else ended(problem);
  },
  changed: () => void drawSaved(),
});

/** @param {(problem: Refusal) => void} act what to do when the hall no longer takes answers from this page */
export function whenRefused(act) {
  ended = act;
}

/** @param {string | undefined} moment when the hall last said it has everything */
export function savedUntil(moment) {
  savedAt = moment ?? "";
}

/** How many answers the hall does not have yet. */
export function unsent() {
  return pending.size;
}

/** A change: a choice is kept at once, a text after a short pause. @param {import("./paper.js").Item} item */
export function keepSoon(item) {
  clearTimeout(typing.get(item.id));
  if (item.type === "short") typing.set(item.id, setTimeout(() => void keep(item.id), TYPING_PAUSE));
  else void keep(item.id);
}

/** Into this machine's box first, then on its way. @param {string} id */
async function keep(id) {
  clearTimeout(typing.get(id));
  typing.delete(id);
  keeping.set(id, (keeping.get(id) ?? 0) + 1); // at once, or a look at the box begun earlier would call it saved
  try {
    await enqueue(id, state.answers.get(id) ?? null, new Date(clock.now()).toISOString());
  } finally {
    const others = (keeping.get(id) ?? 1) - 1;
    if (others) keeping.set(id, others);
    else keeping.delete(id);
  }
  sender.wake();
  await drawSaved();
}

/** Each question has its own pause while typing; this ends all of them. */
export async function keepTyped() {
  await Promise.all([...typing.keys()].map(keep));
}

/** The calm line: how many answers there are, and how many the hall has. */
export async function drawSaved() {
  if (!state.paper) return;
  pending = new Set((await readQueue(state.status.attempt)).map((waiting) => waiting.item));
  for (const item of [...typing.keys(), ...keeping.keys()]) pending.add(item);
  const total = answeredCount();
  const saved = state.items.filter((item) => isAnswered(item.id) && !pending.has(item.id)).length;
  if (pending.size && line.lostAt !== undefined) part("saved").textContent = word("keptHere", { saved, answered: total });
  else if (pending.size) part("saved").textContent = word("saving", { saved, answered: total });
  else part("saved").textContent = total ? word("savedAll", { saved, answered: total, time: savedAt ? asTime(savedAt) : "" }) : word("savedNone");
  if (returning && !pending.size && line.lostAt === undefined) {
    returning = false;
    showBriefly("line", () => word("back"));
  }
}

/** The hall has not been heard: the exam goes on. */
export function lineLost() {
  returning = false;
  if (!state.paper) return;
  showNotice("line", () => word("offline"));
  void drawSaved();
}

/** The hall is heard again: first everything is sent, then it is said. */
export function lineFound() {
  if (!state.paper) return hideNotice("line");
  returning = true;
  showBriefly("line", () => word("returning"), 60_000);
  sender.wake();
  void drawSaved();
}

whenFailing(() => {
  showNotice("storage", () => word("notKept"));
  sender.wake();
});
addEventListener("beforeunload", (event) => { if (onlyInMemory()) event.preventDefault(); });
document.addEventListener("visibilitychange", () => void keepTyped());
addEventListener("pagehide", () => void keepTyped());
