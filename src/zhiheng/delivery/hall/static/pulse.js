// What is asked of the hall by the way: its time, the candidate's deadline.

import { draw } from "./answering.js";
import { asTime } from "./clock.js";
import { leave } from "./leaving.js";
import { ask, isTransient, Refusal } from "./line.js";
import { showNotice } from "./notice.js";
import { clock, state, takeStatus } from "./state.js";
import { word } from "./words.js";

const BEAT = 45_000;

/** Ask, and measure the clock by the way. @param {string} path @param {{token?: string, body?: unknown, post?: boolean}} [how] */
export async function timed(path, how) {
  const sent = performance.now();
  const answer = await ask(path, how);
  if (answer.server_time) clock.measure(answer.server_time, sent, performance.now());
  return answer;
}

export async function heartbeat() {
  setTimeout(heartbeat, BEAT * (0.8 + Math.random() * 0.4));
  if (!state.paper) return;
  try {
    const before = clock.deadline;
    takeStatus(await timed("time", { token: state.token }));
    if (clock.deadline > before) {
      const time = asTime(clock.deadline);
      showNotice(() => word("timeGranted", { time }));
      state.locked = false;
      draw();
    }
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem)) await leave(problem);
  }
}
