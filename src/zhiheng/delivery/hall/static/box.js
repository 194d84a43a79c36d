// What this machine remembers: the session, and the answers the hall has not yet acknowledged.
// A change is put here first and taken out only when the hall has acknowledged that very number.

/**
 * @typedef {{id: "current", token: string, attempt: string, epoch: number, nextSeq: number}} Session
 * @typedef {string | string[] | null} Value
 * @typedef {{attempt: string, epoch: number, seq: number, item: string, value: Value, client_time: string}} Waiting
 */

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("zhiheng-hall", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("session", { keyPath: "id" });
      request.result.createObjectStore("queue", { keyPath: ["attempt", "epoch", "seq"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/**
 * Run one transaction; its result is known only when it is complete.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(session: IDBObjectStore, queue: IDBObjectStore, done: (value: T) => void) => void} work
 * @returns {Promise<T>}
 */
async function transact(mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    /** @type {T} */
    let value;
    const transaction = base.transaction(["session", "queue"], mode, { durability: "strict" });
    transaction.oncomplete = () => resolve(value);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore("session"), transaction.objectStore("queue"), (found) => { value = found; });
  });
}

/** @returns {Promise<Session | undefined>} */
export function readSession() {
  return transact("readonly", (session, _, done) => {
    const request = session.get("current");
    request.onsuccess = () => done(request.result);
  });
}

/** @param {{token: string, attempt: string, epoch: number}} facts @returns {Promise<void>} */
export function keepSession(facts) {
  return transact("readwrite", (session) => { session.put({ id: "current", nextSeq: 1, ...facts }); });
}

/** Forget the candidate: the next person at this machine must find nothing. @returns {Promise<void>} */
export function forgetSession() {
  return transact("readwrite", (session) => { session.clear(); });
}

/** @param {string} attempt */
function ofAttempt(attempt) {
  return IDBKeyRange.bound([attempt, 0, 0], [attempt, Infinity, Infinity]);
}

/** Everything waiting for one attempt, oldest first. @param {string} attempt @returns {Promise<Waiting[]>} */
export function readQueue(attempt) {
  return transact("readonly", (_, queue, done) => {
    const request = queue.getAll(ofAttempt(attempt));
    request.onsuccess = () => done(request.result);
  });
}

/**
 * Put one change at the end, under the next number of this session.
 * @param {string} item @param {Value} value @returns {Promise<Waiting>}
 */
export function enqueue(item, value) {
  return transact("readwrite", (session, queue, done) => {
    const request = session.get("current");
    request.onsuccess = () => {
      /** @type {Session} */
      const current = request.result;
      const waiting = { attempt: current.attempt, epoch: current.epoch, seq: current.nextSeq, item, value, client_time: new Date().toISOString() };
      queue.add(waiting);
      session.put({ ...current, nextSeq: current.nextSeq + 1 });
      done(waiting);
    };
  });
}

/** The hall has acknowledged exactly this one. @param {Waiting} waiting @returns {Promise<void>} */
export function dequeue(waiting) {
  return transact("readwrite", (_, queue) => { queue.delete([waiting.attempt, waiting.epoch, waiting.seq]); });
}

/** Give changes of an earlier session numbers of the present one, in their order. @param {Waiting[]} old @returns {Promise<void>} */
export function carryOver(old) {
  return transact("readwrite", (session, queue) => {
    const request = session.get("current");
    request.onsuccess = () => {
      /** @type {Session} */
      const current = request.result;
      let next = current.nextSeq;
      for (const waiting of old) {
        queue.delete([waiting.attempt, waiting.epoch, waiting.seq]);
        queue.add({ ...waiting, epoch: current.epoch, seq: next++ });
      }
      session.put({ ...current, nextSeq: next });
    };
  });
}

/** @param {Waiting[]} old @returns {Promise<void>} */
export function discard(old) {
  return transact("readwrite", (_, queue) => {
    for (const waiting of old) queue.delete([waiting.attempt, waiting.epoch, waiting.seq]);
  });
}
