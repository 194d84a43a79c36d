// The line to the hall: requests, and the sender that empties the box in order.

import { dequeue, readQueue, readSession } from "./box.js";

/** A refusal by the hall, with its code and sentence. */
export class Refusal extends Error {
  /** @param {number} status @param {{code: string, sentence: string}} error */
  constructor(status, error) {
    super(error.sentence);
    this.status = status;
    this.code = error.code;
    this.sentence = error.sentence;
  }
}

const PATIENCE = 10_000;

/**
 * @param {string} path below /hall/
 * @param {{token?: string, body?: unknown, post?: boolean}} [how]
 * @returns {Promise<any>} the answer; throws Refusal, or TypeError and DOMException when the hall was not reached
 */
export async function ask(path, { token, body, post = body !== undefined } = {}) {
  const headers = new Headers();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const response = await fetch(`/hall/${path}`, {
    method: post ? "POST" : "GET",
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  /** @type {any} */
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new TypeError("not the hall");
  }
  throw new Refusal(response.status, answer.error);
}

/** @param {unknown} problem whether asking again later can help */
export function isTransient(problem) {
  return !(problem instanceof Refusal) || problem.status >= 500 || problem.status === 429;
}

/**
 * Sends what waits, one at a time, oldest first; after a failure waits longer each time, with jitter.
 */
export class Sender {
  /**
   * @param {{saved: (answer: any) => void, lost: () => void, found: () => void, refused: (problem: Refusal) => void, changed: () => void}} tell
   */
  constructor(tell) {
    this.tell = tell;
    this.running = false;
    this.asked = false;
    this.stopped = false;
    this.failures = 0;
    /** @type {number | undefined} */
    this.timer = undefined;
    addEventListener("online", () => this.wake());
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  start() {
    this.stopped = false;
    this.failures = 0;
    this.wake();
  }

  /** Look into the box now. */
  wake() {
    clearTimeout(this.timer);
    this.asked = true;
    if (!this.running && !this.stopped) void this.run();
  }

  async run() {
    this.running = true;
    try {
      while (this.asked && !this.stopped) {
        this.asked = false; // an answer put in while the box is being read asks again
        while (!this.stopped && (await this.sendOne()));
      }
    } finally {
      this.running = false;
    }
  }

  /** @returns {Promise<boolean>} whether to go on at once */
  async sendOne() {
    const session = await readSession();
    if (!session) return false;
    const waiting = (await readQueue(session.attempt)).find((one) => one.epoch === session.epoch);
    if (!waiting) return false;
    const { item, seq, value, client_time } = waiting;
    try {
      const answer = await ask("answer", { token: session.token, body: { item, seq, value, client_time } });
      if (answer.seq !== seq) throw new TypeError("not the acknowledgement of this answer");
      await dequeue(waiting);
      if (this.failures) this.tell.found();
      this.failures = 0;
      this.tell.saved(answer);
      return true;
    } catch (problem) {
      if (isTransient(problem)) {
        this.failures += 1;
        this.tell.lost();
        const wait = Math.min(15_000, 500 * 2 ** Math.min(this.failures, 5)) * (0.5 + Math.random());
        this.timer = setTimeout(() => this.wake(), wait);
        return false;
      }
      const refusal = /** @type {Refusal} */ (problem);
      if (refusal.code === "answer" || refusal.code === "sequence-conflict") {
        await dequeue(waiting); // it can never be accepted; the candidate is told and answers again
        this.tell.refused(refusal);
        return true;
      }
      this.stop();
      this.tell.refused(refusal);
      return false;
    } finally {
      this.tell.changed();
    }
  }
}
