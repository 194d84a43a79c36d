// Which view is shown, and the one quiet band above it.

import { part } from "./paper.js";
import { refusalWord, word } from "./words.js";
import { Refusal } from "./line.js";

const VIEWS = /** @type {const} */ (["signin", "waiting", "exam", "receipt"]);

/** @typedef {typeof VIEWS[number]} View */

/** @type {(() => string) | undefined} */
let shown;
/** @type {unknown} */
let refused;

/** @param {View} name */
export function show(name) {
  for (const view of VIEWS) part(`view-${view}`).hidden = view !== name;
  part("timer").hidden = name !== "exam";
  document.body.dataset.view = name;
}

/** @param {View} name */
export function isShown(name) {
  return !part(`view-${name}`).hidden;
}

/** @param {() => string} sentence asked again when the language changes */
export function showNotice(sentence) {
  shown = sentence;
  const text = sentence();
  if (part("notice").textContent !== text) part("notice").textContent = text;
  part("notice").hidden = false;
}

export function hideNotice() {
  shown = undefined;
  part("notice").hidden = true;
}

/** Good news that goes away by itself. @param {() => string} sentence */
export function showBriefly(sentence) {
  showNotice(sentence);
  setTimeout(() => { if (shown === sentence) hideNotice(); }, 6000);
}

/** @param {string} sentence spoken to those who listen, shown to nobody */
export function announce(sentence) {
  part("announce").textContent = sentence;
}

/** Below the sign-in form. @param {unknown} problem a Refusal, {missing}, what fetch threw, or undefined for nothing */
export function showRefusal(problem) {
  refused = problem;
  const place = part("signin-refusal");
  place.hidden = problem === undefined;
  if (problem === undefined) return;
  if (problem instanceof Refusal) place.textContent = refusalWord(problem);
  else place.textContent = word(typeof problem === "object" && problem !== null && "missing" in problem ? "missing" : "unreachable");
}

/** The same sentences in the language now chosen. */
export function redrawNotices() {
  if (shown) part("notice").textContent = shown();
  if (refused) showRefusal(refused);
}
