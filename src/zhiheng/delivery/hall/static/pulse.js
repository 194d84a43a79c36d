// What is asked of the hall by the way: a sign of life when nothing else was sent, and the news when there are any.

import { draw } from "./answering.js";
import { handIn } from "./handing.js";
import { leave } from "./leaving.js";
import { ask, isTransient, line, Refusal } from "./line.js";
import { takeMessages } from "./messages.js";
import { isShown } from "./notice.js";
import { followTime } from "./pausing.js";
import { keepTyped } from "./saving.js";
import { clock, state, takeStatus } from "./state.js";
import { drawWaiting } from "./waiting.js";

const BEAT = 20_000;
const BEAT_WHILE_LOST = 4000;

/** @type {number | undefined} the state of affairs that this page has seen */
let known;
let next = 0;
let beating = false;
let asking = false;

/** A new candidate, or none: nothing is known. */
export function forgetPulse() {
  known = undefined;
  rest();
}

/** Wait for the next beat: 20 s, a little more or less for each, so that a room does not beat as one. */
function rest() {
  const pause = line.lostAt === undefined ? BEAT : BEAT_WHILE_LOST;
  next = performance.now() + pause * (0.8 + Math.random() * 0.4);
}

/** Whatever the hall answered also tells its time and whether there are news. @param {any} answer @param {number} sent @param {number} received */
export function heard(answer, sent, received) {
  rest();
  if (answer instanceof Refusal) return;
  if (answer.server_time) clock.measure(answer.server_time, sent, received);
  if (answer.rev !== undefined && answer.rev !== known && answer.attempt === undefined) void news();
}

/** Called often; beats when it is time, at once after this machine has slept. */
export async function tickPulse() {
  if (clock.parted()) next = -Infinity;
  if (!state.token || beating || performance.now() < next) return;
  beating = true;
  try {
    const before = clock.deadline;
    takeStatus(await ask("time", { token: state.token }));
    await followTime(before);
    unlock();
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem)) await leave(problem);
  } finally {
    beating = false;
    rest();
  }
}

/** Fetch what has changed: messages, time, a pause, the end. */
export async function news() {
  if (asking || !state.token) return;
  asking = true;
  try {
    const before = clock.deadline;
    const facts = await ask("state", { token: state.token });
    known = facts.rev;
    takeStatus(facts);
    takeMessages(facts.messages, facts.grants);
    if (isShown("waiting")) drawWaiting();
    if (facts.submitted && state.paper) {
      await keepTyped();
      await handIn();
      return;
    }
    await followTime(before);
    unlock();
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem) && problem.status !== 404) await leave(problem);
  } finally {
    asking = false;
  }
}

/** Time granted after the end opens the paper again. */
function unlock() {
  if (!state.paper || !state.locked || clock.left() === 0) return;
  state.locked = false;
  draw();
}
