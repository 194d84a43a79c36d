// What this machine remembers: the session, the answers, and those the hall has not yet acknowledged.
// A change is put here first and taken out only when the hall has acknowledged that very number.
// A browser that refuses to keep things does not stop the exam: they are held in memory, and the candidate is told.

import { append, drop, read, rewrite, STORES } from "./database.js";

/**
 * @typedef {string | string[] | null} Value
 * @typedef {{key: string, items: string[], options: Record<string, string[]>}} Order the key of the sealed paper and this candidate's order; no items: as it lies
 * @typedef {{id: "current", token: string, attempt: string, epoch: number, nextSeq: number, savedAt?: string, status?: any, ahead?: number, order?: Order}} Session
 * @typedef {{attempt: string, epoch: number, seq: number, item: string, value: Value, client_time: string}} Waiting
 * @typedef {{id: "paper", attempt: string, hash: string, bytes: ArrayBuffer}} KeptPaper
 * @typedef {{id: "receipt", receipt: any, status: any}} KeptReceipt
 */

const UNWRITTEN = 1000; // numbers left free after a reload: some may have been used that could not be written down

/** What could not be kept, while the page is open. */
const memory = {
  /** @type {Session | undefined} */ session: undefined,
  /** @type {Waiting[]} */ queue: [],
  /** @type {Set<string>} */ acknowledged: new Set(),
  floor: 0,
};
/** @type {(problem: unknown) => void} */
let tellFailing = () => {};

/** @param {(problem: unknown) => void} act told each time this machine could not keep an answer */
export function whenFailing(act) {
  tellFailing = act;
}

/** @returns {boolean} whether something exists only while this page is open */
export function onlyInMemory() {
  return memory.queue.length > 0;
}

/** @returns {Promise<Session | undefined>} */
export async function readSession() {
  if (memory.session) return memory.session;
  try {
    return await read("session", "current");
  } catch {
    return undefined;
  }
}

/** A new session: nothing of an earlier candidate stays but answers not yet delivered. @param {{token: string, attempt: string, epoch: number}} facts */
export async function keepSession(facts) {
  /** @type {Session} */
  const session = { id: "current", nextSeq: 1, ...facts };
  memory.session = undefined;
  memory.floor = 1;
  try {
    await rewrite([STORES.session, STORES.kept, STORES.answers], (session_, kept, answers) => {
      kept.clear();
      answers.clear();
      session_.put(session);
    });
  } catch (problem) {
    memory.session = session;
    tellFailing(problem);
  }
}

/** @param {Partial<Session>} changes what else is worth knowing after a reload; a refusal costs only that */
export async function noteSession(changes) {
  if (memory.session) {
    Object.assign(memory.session, changes);
    return;
  }
  try {
    await rewrite([STORES.session], (session) => changeSession(session, (current) => ({ ...current, ...changes })));
  } catch {
    // the session as it was is enough to go on
  }
}

/** After a reload: leave room for numbers that were used and could not be written down. */
export function skipUnwritten() {
  return rewrite([STORES.session], (session) => changeSession(session, (current) => ({ ...current, nextSeq: current.nextSeq + UNWRITTEN }))).catch(() => {});
}

/** @param {IDBObjectStore} session @param {(current: Session) => Session} change */
function changeSession(session, change) {
  const request = session.get("current");
  request.onsuccess = () => { if (request.result) session.put(change(request.result)); };
}

/** Forget the candidate: the next person at this machine must find nothing. */
export async function forgetSession() {
  memory.session = undefined;
  await rewrite([STORES.session, STORES.kept, STORES.answers], (session, kept, answers) => {
    session.clear();
    kept.clear();
    answers.clear();
  }).catch(() => {});
}

/** @param {string} attempt */
function ofAttempt(attempt) {
  return IDBKeyRange.bound([attempt, 0, 0], [attempt, Infinity, Infinity]);
}

const nameOf = (/** @type {Waiting} */ { attempt, epoch, seq }) => `${attempt}/${epoch}/${seq}`;

/** Everything waiting for one attempt, oldest first. @param {string} attempt @returns {Promise<Waiting[]>} */
export async function readQueue(attempt) {
  /** @type {Waiting[]} */
  let kept = [];
  try {
    kept = await read("queue", ofAttempt(attempt));
  } catch {
    // then memory is all there is
  }
  const held = memory.queue.filter((waiting) => waiting.attempt === attempt);
  const all = [...kept.filter((waiting) => !memory.acknowledged.has(nameOf(waiting))), ...held];
  return all.sort((one, other) => one.epoch - other.epoch || one.seq - other.seq);
}

/** Half a character, left by a broken input method, would be unreadable to the hall, again and again. @param {Value} value @returns {Value} */
export function wellFormed(value) {
  return typeof value === "string" ? new TextDecoder().decode(new TextEncoder().encode(value)) : value;
}

/**
 * Put one change at the end, under the next number of this session.
 * @param {string} item @param {Value} given @param {string} clientTime ISO 8601
 */
export async function enqueue(item, given, clientTime) {
  const value = wellFormed(given);
  const session = await readSession();
  if (!session) return; // signed out meanwhile: nobody is answering
  try {
    if (memory.session) throw new Error("no session on disk");
    memory.floor = await append([{ item, value, client_time: clientTime }], memory.floor);
  } catch (problem) {
    const seq = Math.max(session.nextSeq, memory.floor);
    memory.floor = seq + 1;
    memory.queue.push({ attempt: session.attempt, epoch: session.epoch, seq, item, value, client_time: clientTime });
    tellFailing(problem);
  }
}

/** The hall has acknowledged exactly this one. @param {Waiting} waiting @param {string} [savedAt] */
export async function dequeue(waiting, savedAt) {
  const held = memory.queue.findIndex((one) => nameOf(one) === nameOf(waiting));
  if (held >= 0) {
    memory.queue.splice(held, 1);
    return;
  }
  try {
    await rewrite([STORES.session, STORES.queue], (session, queue) => {
      queue.delete([waiting.attempt, waiting.epoch, waiting.seq]);
      if (savedAt) changeSession(session, (current) => ({ ...current, savedAt }));
    });
  } catch {
    memory.acknowledged.add(nameOf(waiting)); // it may stay on disk and be sent once more: the hall knows it
  }
}

/** Give changes of an earlier session numbers of the present one, in their order, all at once. @param {Waiting[]} old */
export async function carryOver(old) {
  const changes = old.map(({ item, value, client_time }) => ({ item, value: wellFormed(value), client_time }));
  try {
    memory.floor = await append(changes, memory.floor, keysOf(old));
  } catch {
    for (const { item, value, client_time } of changes) await enqueue(item, value, client_time);
  }
}

/** @param {Waiting[]} old */
export async function discard(old) {
  await drop(keysOf(old)).catch(() => {});
}

/** @param {Waiting[]} waiting */
function keysOf(waiting) {
  return waiting.map(({ attempt, epoch, seq }) => [attempt, epoch, seq]);
}

/** Every answer as it stands, for a reload without network. @param {string} attempt @param {Iterable<[string, Value]>} answers */
export async function keepAnswers(attempt, answers) {
  await rewrite([STORES.answers], (store) => {
    store.clear();
    for (const [item, value] of answers) store.put({ attempt, item, value });
  }).catch(() => {});
}

/** @param {string} attempt @returns {Promise<Map<string, Value>>} */
export async function readAnswers(attempt) {
  /** @type {{item: string, value: Value}[]} */
  const rows = await read("answers", IDBKeyRange.bound([attempt], [attempt, []]));
  return new Map(rows.map(({ item, value }) => [item, value]));
}

/** @param {Omit<KeptPaper, "id">} paper */
export function keepPaper(paper) {
  return rewrite([STORES.kept], (kept) => { kept.put({ id: "paper", ...paper }); });
}

/** @param {string} attempt @returns {Promise<KeptPaper | undefined>} */
export async function readPaper(attempt) {
  const found = await read("kept", "paper");
  return found?.attempt === attempt ? found : undefined;
}

/** A picture or sound of the paper, for a reload without network. @param {string} sha256 @param {ArrayBuffer} bytes */
export function keepMedia(sha256, bytes) {
  return rewrite([STORES.kept], (kept) => { kept.put({ id: `media/${sha256}`, bytes }); }).catch(() => {});
}

/** @param {string} sha256 @returns {Promise<ArrayBuffer | undefined>} */
export function readMedia(sha256) {
  return read("kept", `media/${sha256}`).then((found) => found?.bytes, () => undefined);
}

/** @param {Omit<KeptReceipt, "id">} facts */
export function keepReceipt(facts) {
  return rewrite([STORES.kept], (kept) => { kept.put({ id: "receipt", ...facts }); }).catch(() => {});
}

/** @returns {Promise<KeptReceipt | undefined>} */
export function readReceipt() {
  return read("kept", "receipt").catch(() => undefined);
}

export function forgetReceipt() {
  return rewrite([STORES.kept], (kept) => { kept.delete("receipt"); }).catch(() => {});
}

/** Whether this browser keeps anything at all. @returns {Promise<boolean>} */
export async function keepsThings() {
  try {
    await rewrite([STORES.kept], (kept) => { kept.put({ id: "trial", at: Date.now() }); });
    return (await read("kept", "trial")) !== undefined;
  } catch {
    return false;
  }
}
