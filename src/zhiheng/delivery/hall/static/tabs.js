// One page at a time on one machine: two of them would write over each other's answers.

const LOCK = "zhiheng-exam";
const TRIES = 6;
const PAUSE = 300; // a page that is being reloaded lets go of the lock a moment late

/** @type {() => void} */
let taken = () => {};

/** @param {() => void} act what to do when another page takes the exam over */
export function whenTaken(act) {
  taken = act;
}

/** @returns {Promise<boolean>} whether the exam is this page's; browsers without locks leave it to the candidate */
export async function claim() {
  for (let left = TRIES; left > 0; left -= 1) {
    if (await request({ ifAvailable: true })) return true;
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
  return false;
}

/** From whichever page has it. @returns {Promise<boolean>} */
export function takeOver() {
  return request({ steal: true });
}

/** Held until this page goes. @param {LockOptions} how @returns {Promise<boolean>} */
function request(how) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    let mine = false;
    navigator.locks.request(LOCK, how, (lock) => {
      mine = lock !== null;
      resolve(mine);
      return mine ? new Promise(() => {}) : undefined;
    }).catch(() => (mine ? taken() : resolve(true)));
  });
}
