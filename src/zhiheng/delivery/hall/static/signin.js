// Who is at this machine: signing in, waiting for the invigilator's word, and going on after a reload.

import { keepSession, noteSession, readReceipt, readSession, skipUnwritten } from "./box.js";
import { part } from "./elements.js";
import { handIn, showReceipt } from "./handing.js";
import { leave } from "./leaving.js";
import { ask, isTransient, Refusal } from "./line.js";
import { readNote, writeNote } from "./notes.js";
import { hideNotice, isShown, show, showNotice, showRefusal } from "./notice.js";
import { openKept, openPaper } from "./opening.js";
import { forgetPulse, news } from "./pulse.js";
import { configKey } from "./seb.js";
import { clock, state, takeStatus } from "./state.js";
import { wait } from "./waiting.js";
import { drawWatermark } from "./watermark.js";
import { currentLanguage, word } from "./words.js";

const ASK_AGAIN = 5000;

/** @type {number | undefined} */
let askAgain;
let asked = "";

/** A random name that this browser keeps, so that the hall knows a machine that comes back. */
function machineName() {
  const known = readNote("machine");
  if (known) return known;
  const name = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  writeNote("machine", name);
  return name;
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const [ticket, idNumber] = [String(form.get("ticket")).trim(), String(form.get("id_number")).trim()];
  if (!ticket || !idNumber) return showRefusal({ missing: true });
  const button = /** @type {HTMLButtonElement} */ (part("signin-go"));
  button.disabled = true;
  await signIn({ ticket, id_number: idNumber, machine: machineName(), config_key: await configKey() });
  button.disabled = false;
}

/** @param {{ticket: string, id_number: string, machine: string, config_key?: string}} body */
async function signIn(body) {
  try {
    const status = await ask("signin", { body });
    if (status.waiting) return waitForWord(body, status.sentence);
    await keepSession({ token: status.token, attempt: status.attempt, epoch: status.epoch });
    /** @type {HTMLFormElement} */ (part("signin")).reset();
    showRefusal(undefined);
    await enter(status, status.token, status.epoch, status.epoch === 1 ? {} : undefined);
  } catch (problem) {
    if (isShown("asking") && isTransient(problem)) return waitForWord(body, asked);
    if (state.token) return interrupted(problem);
    show("signin");
    showRefusal(problem);
  }
}

/** Why the invigilator has to agree is the hall's to say; then we ask again. @param {Parameters<typeof signIn>[0]} body @param {string} sentence */
function waitForWord(body, sentence) {
  asked = sentence;
  showRefusal(undefined);
  drawAsking();
  show("asking");
  askAgain = setTimeout(() => void signIn(body), ASK_AGAIN);
}

export function drawAsking() {
  part("asking-lead").textContent = currentLanguage() === "en" || !asked ? word("askingLead") : asked;
}

function giveUpWaiting() {
  clearTimeout(askAgain);
  show("signin");
}

/**
 * Go where the status says the candidate is.
 * @param {any} status @param {string} token @param {number} epoch @param {Record<string, import("./box.js").Value>} [given]
 */
async function enter(status, token, epoch, given) {
  forgetPulse();
  state.token = token;
  state.status = undefined;
  takeStatus(status);
  hideNotice("line");
  hideNotice("left");
  drawWho();
  drawWatermark(status.watermark ?? status.ticket);
  await noteSession({ status: state.status, ahead: clock.ahead });
  if (status.submitted) return handIn();
  if (clock.now() < Date.parse(status.starts_at)) wait();
  else await openPaper(epoch, given);
  if (status.rev !== undefined) await news();
}

export function drawWho() {
  if (!state.status) {
    part("title").textContent = word("brand");
    return;
  }
  const { title, name, room, seat } = state.status;
  part("title").textContent = title;
  part("who").textContent = [name, room, seat && word("seatNumber", { seat })].filter(Boolean).join(" · ");
}

export async function resume() {
  const session = await readSession();
  if (!session) return nobody();
  await skipUnwritten();
  await goOn(session);
}

/** Nobody is signed in; the last candidate's receipt stays until the next one signs in. */
async function nobody() {
  const kept = await readReceipt();
  if (!kept) return show("signin");
  state.receipt = kept.receipt;
  state.status = kept.status;
  drawWho();
  showReceipt();
}

/** @param {import("./box.js").Session} session */
async function goOn(session) {
  try {
    const status = await ask("answers", { token: session.token });
    await enter(status, session.token, session.epoch, status.answers);
  } catch (problem) {
    await interrupted(problem);
  }
}

/** The hall cannot be reached half-way: with what this machine has kept, else again in a moment. @param {unknown} problem */
async function interrupted(problem) {
  if (problem instanceof Refusal && !isTransient(problem)) return leave(problem);
  const session = await readSession();
  if (!session) return show("signin");
  state.token = session.token;
  if (await openKept(session)) {
    drawKept();
    showNotice("line", () => word("offline"));
    return;
  }
  if (session.status) { // the paper was not open yet: wait for the hall where the candidate was waiting
    takeStatus(session.status);
    clock.take(session.ahead ?? 0);
    drawKept();
    wait();
    showNotice("line", () => word("unreachable"));
    return;
  }
  showNotice("line", () => word("unreachable"));
  setTimeout(() => void goOn(session), 3000 + Math.random() * 3000);
}

function drawKept() {
  drawWho();
  drawWatermark(state.status.watermark ?? state.status.ticket);
}

part("signin").addEventListener("submit", (event) => void submitted(/** @type {SubmitEvent} */ (event)));
part("asking-stop").addEventListener("click", giveUpWaiting);
