// The line to the hall: requests, whether it holds, and the sender that empties the box in order.

import { dequeue, enqueue, readQueue, readSession } from "./box.js";

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

/** When the hall was last heard, and since when it is not; performance.now() marks. */
export const line = {
  heardAt: -Infinity,
  /** @type {number | undefined} */ lostAt: undefined,
  /** What else is to happen. */
  on: {
    /** @type {(answer: any, sent: number, received: number) => void} */ heard: () => {},
    /** @type {() => void} */ found: () => {},
    /** @type {() => void} */ lost: () => {},
  },
};

/** @param {any} answer @param {number} sent */
function heard(answer, sent) {
  line.heardAt = performance.now();
  const wasLost = line.lostAt !== undefined;
  line.lostAt = undefined;
  line.on.heard(answer, sent, line.heardAt);
  if (wasLost) line.on.found();
}

function lost() {
  line.lostAt ??= performance.now();
  line.on.lost();
}

/**
 * @param {string} path below /hall/
 * @param {{token?: string, body?: unknown, post?: boolean, keep?: RequestCache}} how
 */
async function send(path, { token, body, post = body !== undefined, keep = "no-store" }) {
  const headers = new Headers();
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return fetch(`/hall/${path}`, {
    method: post ? "POST" : "GET",
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: keep,
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** @param {number} status @param {string} text @returns {Refusal} */
function refusalIn(status, text) {
  /** @type {any} */
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new TypeError("not the hall");
  }
  if (!answer?.error?.sentence) throw new TypeError("not the hall");
  return new Refusal(status, answer.error);
}

/**
 * @param {string} path below /hall/
 * @param {{token?: string, body?: unknown, post?: boolean}} [how]
 * @returns {Promise<any>} the answer; throws Refusal, or TypeError and DOMException when the hall was not reached
 */
export async function ask(path, how = {}) {
  const sent = performance.now();
  /** @type {any} */
  let answer;
  try {
    const response = await send(path, how);
    const text = await response.text();
    answer = response.ok ? JSON.parse(text) : refusalIn(response.status, text);
  } catch (problem) {
    lost();
    throw problem;
  }
  heard(answer, sent);
  if (answer instanceof Refusal) throw answer;
  return answer;
}

/** Bytes under an address that never changes its content. @param {string} path @param {string} token @returns {Promise<ArrayBuffer>} */
export async function fetchBytes(path, token) {
  const response = await send(path, { token, keep: "default" });
  if (!response.ok) throw refusalIn(response.status, await response.text());
  return response.arrayBuffer();
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
   * @param {{saved: (answer: any) => void, refused: (problem: Refusal) => void, changed: () => void}} tell
   */
  constructor(tell) {
    this.tell = tell;
    this.running = false;
    this.asked = false;
    this.stopped = true;
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
    const [waiting, ...later] = (await readQueue(session.attempt)).filter((one) => one.epoch === session.epoch);
    if (!waiting) return false;
    const { item, seq, value, client_time } = waiting;
    try {
      const answer = await ask("answer", { token: session.token, body: { item, seq, value, client_time } });
      if (answer.seq !== seq) throw new TypeError("not the acknowledgement of this answer");
      await dequeue(waiting, answer.saved_at);
      this.failures = 0;
      this.tell.saved(answer);
      return true;
    } catch (problem) {
      if (isTransient(problem)) {
        this.failures += 1;
        const wait = Math.min(15_000, 500 * 2 ** Math.min(this.failures, 5)) * (0.5 + Math.random());
        this.timer = setTimeout(() => this.wake(), wait);
        return false;
      }
      const refusal = /** @type {Refusal} */ (problem);
      if (refusal.code === "sequence-conflict") { // the number was used before a crash: the same answer under a new one
        if (!later.some((one) => one.item === item)) await enqueue(item, value, client_time);
        await dequeue(waiting);
        return true;
      }
      if (refusal.code === "answer" || refusal.code === "body") {
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
