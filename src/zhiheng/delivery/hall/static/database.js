// IndexedDB in a few words: one database, four stores, every act one transaction whose result counts when it is complete.

/** @typedef {import("./box.js").Session} Session */

export const STORES = /** @type {const} */ ({ session: "session", queue: "queue", answers: "answers", kept: "kept" });
const KEYS = { session: "id", queue: ["attempt", "epoch", "seq"], answers: ["attempt", "item"], kept: "id" };
const VERSION = 2;

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("zhiheng-hall", VERSION);
    request.onupgradeneeded = () => {
      const known = request.result.objectStoreNames;
      for (const [name, keyPath] of Object.entries(KEYS)) {
        if (!known.contains(name)) request.result.createObjectStore(name, { keyPath });
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = undefined; };
      request.result.onclose = () => { opened = undefined; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another page holds the old database"));
  });
  opened.catch(() => { opened = undefined; });
  return opened;
}

/**
 * @template T
 * @param {(keyof typeof STORES)[]} names @param {IDBTransactionMode} mode
 * @param {(stores: IDBObjectStore[], done: (value: T) => void) => void} work
 * @returns {Promise<T>}
 */
async function transact(names, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    /** @type {T} */
    let value;
    const transaction = base.transaction(names, mode, { durability: "strict" });
    transaction.oncomplete = () => resolve(value);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    try {
      work(names.map((name) => transaction.objectStore(name)), (found) => { value = found; });
    } catch (problem) {
      transaction.abort();
      reject(problem);
    }
  });
}

/** One record by its key, or every record of a range. @param {keyof typeof STORES} name @param {IDBValidKey | IDBKeyRange} which @returns {Promise<any>} */
export function read(name, which) {
  return transact([name], "readonly", ([store], done) => {
    const request = which instanceof IDBKeyRange ? store.getAll(which) : store.get(which);
    request.onsuccess = () => done(request.result);
  });
}

/** @param {(keyof typeof STORES)[]} names @param {(...stores: IDBObjectStore[]) => void} work @returns {Promise<void>} */
export function rewrite(names, work) {
  return transact(names, "readwrite", (stores) => work(...stores));
}

/** @typedef {{item: string, value: import("./box.js").Value, client_time: string}} Change */

/**
 * Changes at the end of the queue and into the answers, under the session's next numbers; what they replace is taken out.
 * @param {Change[]} changes
 * @param {number} floor numbers below this one are taken
 * @param {IDBValidKey[]} [replaced] keys of waiting changes
 * @returns {Promise<number>} the next free number
 */
export function append(changes, floor, replaced = []) {
  return transact(["session", "queue", "answers"], "readwrite", ([session, queue, answers], done) => {
    const request = session.get("current");
    request.onsuccess = () => {
      /** @type {Session} */
      const current = request.result;
      const { attempt, epoch } = current;
      let seq = Math.max(current.nextSeq, floor);
      for (const key of replaced) queue.delete(key);
      for (const change of changes) {
        queue.add({ attempt, epoch, seq: seq++, ...change });
        answers.put({ attempt, item: change.item, value: change.value });
      }
      session.put({ ...current, nextSeq: seq });
      done(seq);
    };
  });
}

/** @param {IDBValidKey[]} keys of waiting changes @returns {Promise<void>} */
export function drop(keys) {
  return rewrite(["queue"], (queue) => { for (const key of keys) queue.delete(key); });
}
