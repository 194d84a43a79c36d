// What the invigilator says: a band that can be put away, and a list of everything said.

import { asTime } from "./clock.js";
import { make, part } from "./elements.js";
import { readNote, writeNote } from "./notes.js";
import { state } from "./state.js";
import { currentLanguage, word } from "./words.js";

/**
 * @typedef {{id: string | number, at: string, text?: string, accommodation?: {zh: string, en: string}}} Message
 * @typedef {{at: string, minutes: number, reason: string, adjusted?: boolean}} Grant adjusted: granted as an accommodation
 */

/** @type {Message[]} */
let messages = [];
/** @type {Grant[]} */
let grants = [];

const readNoteName = () => `read-${state.status.attempt}`;

/** @param {Message[]} said @param {Grant[]} given */
export function takeMessages(said, given) {
  messages = said;
  grants = given;
  drawMessages();
}

export function forgetMessages() {
  if (state.status) writeNote(readNoteName(), undefined);
  messages = [];
  grants = [];
  drawMessages();
}

/** Unread ones in the band; all of them behind the button. */
export function drawMessages() {
  const read = Number(state.status ? readNote(readNoteName()) ?? 0 : 0);
  const unread = messages.slice(read);
  const shown = new Map([...part("message-lines").children].map((one) => [/** @type {HTMLElement} */ (one).dataset.id, one]));
  if (!unread.length) part("message-lines").replaceChildren();
  for (const one of unread) {
    const there = shown.get(String(one.id));
    if (!there) part("message-lines").append(line(one));
    else if (there.lastChild?.textContent !== textOf(one)) there.replaceWith(line(one)); // in the other language
  }
  part("messages").hidden = !unread.length;
  const count = messages.length + grants.length;
  part("inbox").hidden = !count;
  part("inbox").textContent = word("inbox", { count });
}

/** @param {Message} message */
function line(message) {
  return make("p", { "data-id": String(message.id) }, make("span", { class: "when" }, asTime(message.at)), textOf(message));
}

/** @param {Message} message */
function textOf({ text, accommodation }) {
  if (!accommodation) return text ?? "";
  const words = accommodation[currentLanguage()];
  return words ? `${word("accommodation")}${word("colon")}${words}` : word("accommodationEnds");
}

/** @param {Grant} grant */
function grantText({ minutes, reason, adjusted }) {
  return word("grantLine", { minutes, reason: adjusted ? word("accommodation") : reason });
}

function putAway() {
  writeNote(readNoteName(), String(messages.length));
  drawMessages();
  part("main").focus();
}

function openList() {
  const all = [
    ...messages.map((message) => ({ at: message.at, text: textOf(message) })),
    ...grants.map((grant) => ({ at: grant.at, text: grantText(grant) })),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  part("message-list").replaceChildren(...all.map(({ at, text }) => make("li", {}, make("span", { class: "when" }, asTime(at)), text)));
  /** @type {HTMLDialogElement} */ (part("all-messages")).showModal();
}

part("message-read").addEventListener("click", putAway);
part("inbox").addEventListener("click", openList);
part("message-close").addEventListener("click", () => /** @type {HTMLDialogElement} */ (part("all-messages")).close());
