// The paper is opened: from the sealed one that is already here and a small key, or, when anything of that fails,
// from the hall in the clear; then the answers given so far are laid into it.

import { startAnswering } from "./answering.js";
import { carryOver, discard, keepAnswers, keepPaper, noteSession, readAnswers, readPaper, readQueue, readSession } from "./box.js";
import { beginWatch } from "./conduct.js";
import { ask, fetchBytes, isTransient, Refusal } from "./line.js";
import { loadMedia } from "./media.js";
import { confirmed } from "./paper.js";
import { showNotice } from "./notice.js";
import { showPlace } from "./pausing.js";
import { savedUntil, sender } from "./saving.js";
import { canUnseal, hashOf, seal, unseal } from "./sealed.js";
import { clock, state, takeStatus } from "./state.js";
import { currentLanguage, word } from "./words.js";

/**
 * @typedef {import("./box.js").Value} Value
 * @typedef {import("./box.js").Order} Order
 * @typedef {import("./paper.js").Paper} Paper
 */

/** The sealed paper on this machine, fetched once; throws when it cannot be had or is not the one announced. */
export async function fetchSealed() {
  const { sealed, attempt } = state.status;
  if (!sealed || !canUnseal()) throw new Error("no sealed paper, or no tools to open one");
  const kept = await readPaper(attempt).catch(() => undefined);
  if (kept && kept.hash === sealed.hash) return kept.bytes;
  const bytes = await fetchBytes(`sealed/${sealed.hash}`, state.token);
  if ((await hashOf(bytes)) !== sealed.hash) throw new Error("not the paper that was announced");
  await keepPaper({ attempt, hash: sealed.hash, bytes }).catch(() => {});
  return bytes;
}

/** When everybody asks at once the small key is asked for again before the whole paper is. @returns {Promise<any>} */
async function askKey(tries = 3) {
  try {
    return await ask("key", { token: state.token });
  } catch (problem) {
    if (tries === 1 || !isTransient(problem)) throw problem;
    await new Promise((resolve) => { setTimeout(resolve, 500 + Math.random() * 1500); });
    return askKey(tries - 1);
  }
}

/** @returns {Promise<{paper: Paper, order?: Order}>} */
async function fetchPaper() {
  try {
    const bytes = await fetchSealed();
    const opened = await askKey();
    takeStatus(opened);
    if (opened.notice) showNotice("conduct", () => (currentLanguage() === "en" ? word("otherBrowser") : opened.notice));
    const order = { key: opened.key, items: opened.items, options: opened.options };
    return { paper: await unseal(bytes, order), order };
  } catch (problem) {
    if (problem instanceof Refusal && (problem.status === 401 || ["not-started", "other-machine", "other-sitting"].includes(problem.code))) throw problem;
    const opened = await ask("paper", { token: state.token });
    takeStatus(opened);
    return { paper: opened.paper, order: await sealed(opened.paper) };
  }
}

/** A paper that came open is kept under a lock of our own; where there are no tools for that it is not kept. @param {Paper} paper */
async function sealed(paper) {
  if (!canUnseal()) return undefined;
  const { bytes, order } = await seal(paper);
  await keepPaper({ attempt: state.status.attempt, hash: "", bytes }).catch(() => {});
  return order;
}

/** @param {number} epoch @param {Record<string, Value>} [given] the answers the hall has, where already known */
export async function openPaper(epoch, given) {
  const { paper, order } = await fetchPaper();
  const answers = given ?? (await ask("answers", { token: state.token })).answers;
  savedUntil(state.status.server_time);
  setOut(paper, new Map(Object.entries(answers)));
  await settleLeftovers(epoch);
  await layQueue();
  await noteSession({ status: state.status, ahead: clock.ahead, order });
  await keepAnswers(state.status.attempt, state.answers);
  begin();
}

/** After a reload without network: what this machine has kept. @param {import("./box.js").Session} session @returns {Promise<boolean>} */
export async function openKept(session) {
  if (!session.order || !session.status || !canUnseal()) return false;
  try {
    const kept = await readPaper(session.attempt);
    if (!kept) return false;
    const paper = await unseal(kept.bytes, session.order);
    takeStatus(session.status);
    clock.take(session.ahead ?? 0);
    savedUntil(session.savedAt);
    setOut(paper, await readAnswers(session.attempt));
    await layQueue();
    begin();
    return true;
  } catch {
    return false;
  }
}

/** @param {Paper} paper @param {Map<string, Value>} answers */
function setOut(paper, answers) {
  state.paper = paper;
  state.items = paper.sections.flatMap((section) => section.items);
  state.answers = answers;
}

/** What has not arrived yet is the candidate's later word. */
async function layQueue() {
  for (const waiting of await readQueue(state.status.attempt)) state.answers.set(waiting.item, waiting.value);
}

function begin() {
  startAnswering();
  showPlace();
  sender.start();
  beginWatch();
  void loadMedia(state.items, state.token);
}

/** Answers of an earlier session on this machine: sent at once, or asked about when another machine came between. @param {number} epoch */
async function settleLeftovers(epoch) {
  const old = (await readQueue(state.status.attempt)).filter((waiting) => waiting.epoch < epoch);
  if (!old.length) return;
  const ours = old.every((waiting) => waiting.epoch === epoch - 1);
  const numbers = [...new Set(old.map((waiting) => state.items.findIndex((item) => item.id === waiting.item) + 1))];
  const use = ours || await confirmed({
    title: word("leftoverTitle"),
    lines: [word("leftoverBody", { count: old.length, numbers: numbers.sort((a, b) => a - b).join(word("listComma")) })],
    yes: word("leftoverUse"),
    no: word("leftoverDrop"),
  });
  await (use ? carryOver(old) : discard(old));
}

/** The epoch of the session on this machine; opened again when the first try fails. */
export async function openNow() {
  const session = await readSession();
  if (session) await openPaper(session.epoch, session.epoch === 1 ? {} : undefined);
}
