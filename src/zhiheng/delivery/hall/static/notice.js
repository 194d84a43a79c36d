// Which view is shown, and the quiet band above it: at most one line on each subject.

import { make, part } from "./elements.js";
import { Refusal } from "./line.js";
import { refusalWord, word } from "./words.js";

const VIEWS = /** @type {const} */ (["elsewhere", "signin", "asking", "waiting", "exam", "paused", "receipt"]);

/**
 * @typedef {typeof VIEWS[number]} View
 * @typedef {"line" | "time" | "late" | "storage" | "answer" | "hand-in" | "conduct" | "left"} Subject
 */

/** @type {Map<Subject, {sentence: () => string, good: boolean}>} */
const notices = new Map();
/** @type {unknown} */
let refused;

/** @param {View} name */
export function show(name) {
  for (const view of VIEWS) part(`view-${view}`).hidden = view !== name;
  part("timer").hidden = name !== "exam" && name !== "paused";
  document.body.dataset.view = name;
  if (!document.activeElement?.checkVisibility()) part("main").focus({ preventScroll: true }); // what had the focus is gone
}

/** @param {View} name */
export function isShown(name) {
  return !part(`view-${name}`).hidden;
}

/** @param {Subject} subject @param {() => string} sentence asked again when the language changes */
export function showNotice(subject, sentence) {
  notices.set(subject, { sentence, good: false });
  drawNotices();
}

/** @param {Subject} [subject] without one: all */
export function hideNotice(subject) {
  if (subject) notices.delete(subject);
  else notices.clear();
  drawNotices();
}

/** Good news that goes away by itself. @param {Subject} subject @param {() => string} sentence @param {number} [stays] ms */
export function showBriefly(subject, sentence, stays = 8000) {
  const notice = { sentence, good: true };
  notices.set(subject, notice);
  drawNotices();
  setTimeout(() => { if (notices.get(subject) === notice) hideNotice(subject); }, stays);
}

/** Lines that stay the same are not touched: nothing is spoken twice. */
function drawNotices() {
  const place = part("notice-lines");
  const kept = new Map([...place.children].map((one) => [/** @type {HTMLElement} */ (one).dataset.subject, one]));
  const lines = [...notices].map(([subject, { sentence, good }]) => {
    const one = kept.get(subject) ?? make("p", { "data-subject": subject });
    one.classList.toggle("good", good);
    const text = sentence();
    if (one.textContent !== text) one.textContent = text;
    return one;
  });
  for (const one of kept.values()) if (!lines.includes(one)) one.remove();
  lines.forEach((one) => { if (!one.isConnected) place.append(one); });
  part("notice").hidden = notices.size === 0;
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
  drawNotices();
  if (refused) showRefusal(refused);
}
