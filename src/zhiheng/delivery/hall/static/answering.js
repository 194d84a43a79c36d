// The exam itself: one question at a time, its answer, its flag, and where one is.

import { asDuration } from "./clock.js";
import { part } from "./elements.js";
import { readNote, writeNote } from "./notes.js";
import { announce, isShown } from "./notice.js";
import { drawNavigator, drawQuestion } from "./paper.js";
import { drawSaved, keepSoon, keepTyped } from "./saving.js";
import { answeredCount, clock, isAnswered, state } from "./state.js";
import { word } from "./words.js";

/** @typedef {import("./paper.js").Item} Item */

const flagsNote = () => `flags-${state.status.attempt}`;
const placeNote = () => `place-${state.status.attempt}`;

/** Put the question where the candidate was, or the first open one, before them. */
export function startAnswering() {
  state.flags = new Set(JSON.parse(readNote(flagsNote()) ?? "[]"));
  state.locked = clock.left() === 0;
  const place = state.items.findIndex((item) => item.id === readNote(placeNote()));
  state.current = place >= 0 ? place : Math.max(0, state.items.findIndex((item) => !isAnswered(item.id)));
  draw();
}

export function forgetPlace() {
  writeNote(flagsNote(), undefined);
  writeNote(placeNote(), undefined);
}

export function draw() {
  const item = state.items[state.current];
  const section = state.paper?.sections.find((one) => one.items.includes(item));
  part("section-title").textContent = section?.title ?? "";
  drawQuestion({ item, number: state.current + 1, value: state.answers.get(item.id) ?? null, locked: state.locked, answer: (value) => answered(item, value) });
  part("flag").setAttribute("aria-pressed", String(state.flags.has(item.id)));
  /** @type {HTMLButtonElement} */ (part("previous")).disabled = state.current === 0;
  /** @type {HTMLButtonElement} */ (part("next")).disabled = state.current === state.items.length - 1;
  part("finish").textContent = word(state.locked ? "getReceipt" : "finish");
  drawOverview();
}

function drawOverview() {
  if (!state.paper) return;
  drawNavigator({ paper: state.paper, current: state.current, isAnswered, isFlagged: (id) => state.flags.has(id), go });
  part("progress").textContent = `${answeredCount()}/${state.items.length}`;
  void drawSaved();
}

/** @param {Item} item @param {import("./box.js").Value} value */
function answered(item, value) {
  if (state.locked) return;
  state.answers.set(item.id, value);
  keepSoon(item);
  drawOverview();
}

/** @param {number} index */
export function go(index) {
  if (!state.paper || index < 0 || index >= state.items.length) return;
  void keepTyped();
  state.current = index;
  writeNote(placeNote(), state.items[index].id);
  draw();
  const field = part("question").querySelector("textarea");
  if (field) field.focus({ preventScroll: true });
  announce(`${word("questionLabel", { number: index + 1 })}，${state.items[index].stem}`);
  if (part("view-exam").getBoundingClientRect().top < 0) scrollTo({ top: 0 });
}

function toggleFlag() {
  const { id } = state.items[state.current];
  if (!state.flags.delete(id)) state.flags.add(id);
  writeNote(flagsNote(), JSON.stringify([...state.flags]));
  part("flag").setAttribute("aria-pressed", String(state.flags.has(id)));
  drawOverview();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (!state.paper || !isShown("exam") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target instanceof HTMLTextAreaElement) return;
  const inputs = [...part("question").querySelectorAll("input")];
  const key = event.key.toUpperCase();
  const place = /^[1-9]$/.test(key) ? Number(key) - 1 : /^[A-F]$/.test(key) ? key.charCodeAt(0) - 65 : -1;
  if (key === "ARROWLEFT") go(state.current - 1);
  else if (key === "ARROWRIGHT") go(state.current + 1);
  else if (key === "ARROWUP" || key === "ARROWDOWN") stepOption(inputs, key === "ARROWDOWN" ? 1 : -1);
  else if (key === "T") announce(`${word("timeLeft")} ${asDuration(clock.left())}`);
  else if (place >= 0 && place < inputs.length) inputs[place].click();
  else if (key === "F") toggleFlag();
  else return;
  event.preventDefault();
}

/** Move between options without choosing one. @param {HTMLInputElement[]} inputs @param {number} step */
function stepOption(inputs, step) {
  const here = inputs.findIndex((input) => input === document.activeElement);
  inputs[here < 0 ? 0 : (here + step + inputs.length) % inputs.length]?.focus();
}

part("previous").addEventListener("click", () => go(state.current - 1));
part("next").addEventListener("click", () => go(state.current + 1));
part("flag").addEventListener("click", toggleFlag);
part("side-toggle").addEventListener("click", () => {
  part("side-toggle").setAttribute("aria-expanded", String(part("side").classList.toggle("open")));
});
document.addEventListener("keydown", pressed);
