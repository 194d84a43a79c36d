// Drawing the paper: one question at a time, and the overview of all.

import { make, part } from "./elements.js";
import { drawMedia } from "./media.js";
import { state } from "./state.js";
import { word } from "./words.js";

/**
 * @typedef {import("./box.js").Value} Value
 * @typedef {{id: string, text: string}} Option
 * @typedef {{id: string, type: "single" | "multiple" | "short", marks: string, stem: string, options: Option[], media?: import("./media.js").Media[]}} Item
 * @typedef {{id: string, title: string, sections: {title: string, items: Item[]}[]}} Paper
 */

export const SHORT_LIMIT = 4000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * @param {{item: Item, number: number, value: Value, locked: boolean, answer: (value: Value) => void}} facts
 */
export function drawQuestion({ item, number, value, locked, answer }) {
  const head = make("p", { class: "question-head", id: "question-head" },
    make("span", { class: "question-number" }, String(number)),
    `${word(item.type)} · ${word("marks", { marks: item.marks })}`);
  const stem = make("p", { class: "stem", id: "stem", lang: "zh-CN" }, item.stem);
  const body = item.type === "short" ? drawText(item, value, locked, answer) : drawOptions(item, value, locked, answer);
  part("question").replaceChildren(head, stem, ...drawMediaAt(item, "stem"), body);
}

/** What is shown after the stem, or with one option. @param {Item} item @param {string} where */
function drawMediaAt(item, where) {
  return (item.media ?? []).filter((one) => (one.where ?? "stem") === where).map((one) => drawMedia(one, state.token));
}

/** @param {Item} item @param {Value} value @param {boolean} locked @param {(value: Value) => void} answer */
function drawOptions(item, value, locked, answer) {
  const many = item.type === "multiple";
  const chosen = new Set(Array.isArray(value) ? value : value === null ? [] : [value]);
  const group = make("div", { class: "options", role: many ? "group" : "radiogroup", "aria-labelledby": "question-head stem" });
  item.options.forEach((option, position) => {
    const input = make("input", { type: many ? "checkbox" : "radio", name: `item-${item.id}`, value: option.id });
    input.checked = chosen.has(option.id);
    input.disabled = locked;
    input.addEventListener("change", () => {
      const now = [...group.querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value);
      answer(many ? (now.length ? now : null) : now[0] ?? null);
    });
    group.append(make("label", { class: many ? "option many" : "option" }, input,
      make("span", { class: "letter", "aria-hidden": "true" }, LETTERS[position]), make("span", { lang: "zh-CN" }, option.text, ...drawMediaAt(item, option.id))));
  });
  return group;
}

/** @param {Item} item @param {Value} value @param {boolean} locked @param {(value: Value) => void} answer */
function drawText(item, value, locked, answer) {
  const field = make("textarea", { maxlength: String(SHORT_LIMIT), "aria-labelledby": "question-head stem", "aria-describedby": "letters", spellcheck: "false" });
  field.value = typeof value === "string" ? value : "";
  field.readOnly = locked;
  const count = make("p", { class: "count", id: "letters" });
  const tell = () => { count.textContent = word("letters", { count: field.value.length, limit: SHORT_LIMIT }); };
  field.addEventListener("input", () => { tell(); answer(field.value === "" ? null : field.value); });
  tell();
  return make("div", {}, field, count);
}

/**
 * @param {{paper: Paper, current: number, isAnswered: (id: string) => boolean, isFlagged: (id: string) => boolean, go: (index: number) => void}} facts
 */
export function drawNavigator({ paper, current, isAnswered, isFlagged, go }) {
  const navigator = part("navigator");
  const focused = document.activeElement instanceof HTMLElement && navigator.contains(document.activeElement) ? document.activeElement.dataset.index : undefined;
  let index = 0;
  /** @type {Node[]} */
  const parts = [];
  for (const section of paper.sections) {
    const list = make("ol", { class: "numbers" });
    for (const item of section.items) {
      const here = index;
      const states = [word("questionLabel", { number: here + 1 }), word(isAnswered(item.id) ? "legendAnswered" : "legendOpen")];
      if (isFlagged(item.id)) states.push(word("legendFlagged"));
      const button = make("button", { type: "button", "data-index": String(here), "aria-label": states.join(word("comma")) }, String(here + 1));
      button.classList.toggle("answered", isAnswered(item.id));
      button.classList.toggle("flagged", isFlagged(item.id));
      if (here === current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => go(here));
      list.append(make("li", {}, button));
      index += 1;
    }
    parts.push(make("h2", {}, section.title), list);
  }
  navigator.replaceChildren(...parts);
  if (focused !== undefined) /** @type {HTMLElement | null} */ (navigator.querySelector(`[data-index="${focused}"]`))?.focus();
}

/** @param {HTMLElement} list @param {[string, string][]} rows */
export function drawFacts(list, rows) {
  list.replaceChildren(...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

/**
 * Ask a question of the candidate; true for the marked answer.
 * @param {{title: string, lines: string[], yes: string, no: string}} facts @returns {Promise<boolean>}
 */
export function confirmed({ title, lines, yes, no }) {
  const dialog = /** @type {HTMLDialogElement} */ (part("confirm"));
  part("confirm-title").textContent = title;
  part("confirm-body").replaceChildren(...lines.map((line) => make("p", {}, line)));
  part("confirm-yes").textContent = yes;
  part("confirm-no").textContent = no;
  dialog.showModal();
  part("confirm-no").focus();
  return new Promise((resolve) => {
    part("confirm-yes").onclick = () => { resolve(true); dialog.close(); };
    part("confirm-no").onclick = () => dialog.close();
    dialog.onclose = () => resolve(false);
  });
}
