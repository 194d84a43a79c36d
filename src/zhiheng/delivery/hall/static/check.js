// The system check of the waiting room: a calm list of what was looked at, what was found, and what helps.

import { keepsThings } from "./box.js";
import { make, part } from "./elements.js";
import { keepPageAlive } from "./keeper.js";
import { ask } from "./line.js";
import { canUnseal, shortHash } from "./sealed.js";
import { hasSeb } from "./seb.js";
import { clock, state } from "./state.js";
import { word } from "./words.js";

/**
 * good: nothing to do. fair: the exam works, something is less comfortable. bad: call the invigilator. busy: still looking.
 * @typedef {"good" | "fair" | "bad" | "busy"} Grade
 * @typedef {{name: string, grade: Grade, found: () => string, remedy?: () => string}} Line
 */

const MARKS = { good: "●", fair: "◐", bad: "▲", busy: "○" };
const ENOUGH_SPACE = 20 * 1024 * 1024;
const CLOCK_APART = 60_000;
const SLOW_WAY = 800;
const ROUNDS = 3;
/** What the page is written for; browsers of the last few years have all of it. */
const NEEDED = ["indexedDB", "fetch", "AbortController", "structuredClone"];

/** @type {Map<string, Line>} */
const lines = new Map();

export function drawCheck() {
  const list = part("check");
  const rows = [...lines.values()].map(({ name, grade, found, remedy }) => {
    const row = make("li", { class: `check-${grade}` },
      make("span", { class: "mark", "aria-hidden": "true" }, MARKS[grade]),
      make("span", { class: "check-name" }, word(name)),
      make("span", { class: "check-found" }, `${grade === "good" || grade === "busy" ? "" : `${word(`grade-${grade}`)} · `}${found()}`));
    if (remedy) row.append(make("span", { class: "check-remedy" }, remedy()));
    return row;
  });
  list.replaceChildren(...rows);
}

/** @param {string} name @param {Grade} grade @param {() => string} found @param {() => string} [remedy] */
function put(name, grade, found, remedy) {
  lines.set(name, { name, grade, found, remedy });
  drawCheck();
}

/** Look at everything; each line appears when it is known. @param {() => Promise<ArrayBuffer>} fetchSealed */
export async function runCheck(fetchSealed) {
  lines.clear();
  for (const name of ["checkBrowser", "checkStorage", "checkClock", "checkNetwork", "checkPaper", "checkReload"]) put(name, "busy", () => word("checking"));
  checkBrowser();
  await Promise.all([checkStorage(), checkReload(), checkLine().then(() => checkPaper(fetchSealed))]);
}

function checkBrowser() {
  const missing = NEEDED.filter((name) => !(name in window));
  if (!("showModal" in HTMLDialogElement.prototype)) missing.push("…");
  if (missing.length) put("checkBrowser", "bad", () => word("browserOld"), () => word("browserOldRemedy"));
  else put("checkBrowser", "good", () => word("browserGood"));
  if (hasSeb()) put("checkSeb", "good", () => word("sebPresent"));
}

async function checkStorage() {
  const keeps = await keepsThings();
  if (!keeps) return put("checkStorage", "fair", () => word("storageNone"), () => word("storageNoneRemedy"));
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  const free = quota - usage;
  if (free < ENOUGH_SPACE) put("checkStorage", "fair", () => word("storageLittle", { free: asSize(free) }), () => word("storageLittleRemedy"));
  else put("checkStorage", "good", () => (Number.isFinite(free) ? word("storageGood", { free: asSize(free) }) : word("storageFine")));
}

/** Three times there and back; the clock is measured by the way. */
async function checkLine() {
  /** @type {number[]} */
  const ways = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const sent = performance.now();
      await ask("time", { token: state.token });
      ways.push(performance.now() - sent);
    }
  } catch {
    put("checkNetwork", "bad", () => word("lineNone"), () => word("lineNoneRemedy"));
    put("checkClock", "fair", () => word("clockUnknown"));
    return;
  }
  const way = Math.round(Math.min(...ways));
  if (way > SLOW_WAY) put("checkNetwork", "fair", () => word("lineSlow", { way }), () => word("lineSlowRemedy"));
  else put("checkNetwork", "good", () => word("lineGood", { way }));
  const ahead = clock.ahead;
  if (Math.abs(ahead) < CLOCK_APART) put("checkClock", "good", () => word("clockGood"));
  else put("checkClock", "good", () => word(ahead < 0 ? "clockFast" : "clockSlow", { time: asSpan(Math.abs(ahead)) }));
}

/** @param {() => Promise<ArrayBuffer>} fetchSealed */
async function checkPaper(fetchSealed) {
  if (!state.status.sealed || !canUnseal()) return put("checkPaper", "good", () => word("paperAtStart"));
  const sent = performance.now();
  try {
    const bytes = await fetchSealed();
    const seconds = Math.max(0.001, (performance.now() - sent) / 1000);
    const facts = { hash: shortHash(state.status.sealed.hash), size: asSize(bytes.byteLength), speed: ((bytes.byteLength * 8) / seconds / 1e6).toFixed(1) };
    put("checkPaper", "good", () => word("paperReady", facts));
  } catch {
    put("checkPaper", "fair", () => word("paperMissing"), () => word("paperMissingRemedy"));
  }
}

async function checkReload() {
  const alive = await keepPageAlive();
  if (alive) put("checkReload", "good", () => word("reloadGood"));
  else put("checkReload", "fair", () => word("reloadNone"), () => word("reloadNoneRemedy"));
}

/** @param {number} bytes */
function asSize(bytes) {
  if (bytes < 1024 ** 2) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return bytes < 1024 ** 3 ? `${Math.round(bytes / 1024 ** 2)} MB` : `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}

/** @param {number} milliseconds */
function asSpan(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 7200 ? word("spanMinutes", { minutes: Math.round(seconds / 60) }) : word("spanHours", { hours: Math.round(seconds / 3600) });
}
