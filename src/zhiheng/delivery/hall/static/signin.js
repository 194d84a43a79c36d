// Who is at this machine: signing in, and going on after a reload.

import { keepSession, readSession } from "./box.js";
import { handIn } from "./handing.js";
import { leave } from "./leaving.js";
import { isTransient, Refusal } from "./line.js";
import { hideNotice, show, showNotice, showRefusal } from "./notice.js";
import { openPaper } from "./opening.js";
import { part } from "./paper.js";
import { timed } from "./pulse.js";
import { clock, state, takeStatus } from "./state.js";
import { wait } from "./waiting.js";
import { word } from "./words.js";

/** @param {SubmitEvent} event */
async function signIn(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const [ticket, idNumber] = [String(form.get("ticket")).trim(), String(form.get("id_number")).trim()];
  if (!ticket || !idNumber) return showRefusal({ missing: true });
  try {
    const status = await timed("signin", { body: { ticket, id_number: idNumber } });
    await keepSession({ token: status.token, attempt: status.attempt, epoch: status.epoch });
    /** @type {HTMLFormElement} */ (event.target).reset();
    showRefusal(undefined);
    await enter(status, status.token, status.epoch);
  } catch (problem) {
    showRefusal(problem);
  }
}

/** Go where the status says the candidate is. @param {any} status @param {string} token @param {number} epoch */
async function enter(status, token, epoch) {
  state.token = token;
  takeStatus(status);
  hideNotice();
  drawWho();
  if (status.submitted) return handIn();
  if (clock.now() < Date.parse(status.starts_at)) return wait();
  await openPaper(epoch);
}

export function drawWho() {
  if (!state.status) return;
  const { title, name, room, seat } = state.status;
  part("title").textContent = title;
  part("who").textContent = [name, room, seat && word("seatNumber", { seat })].filter(Boolean).join(" · ");
}

export async function resume() {
  const session = await readSession();
  if (!session) return show("signin");
  try {
    await enter(await timed("answers", { token: session.token }), session.token, session.epoch);
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem)) return leave(problem);
    showNotice(() => word("unreachable"));
    setTimeout(() => void resume(), 3000 + Math.random() * 3000);
  }
}

part("signin").addEventListener("submit", (event) => void signIn(/** @type {SubmitEvent} */ (event)));
