// What the exam records of the page being left, copied from or printed. It warns and records, and nothing else:
// no event ever ends an exam or takes a mark; the candidate sees each one and may say why.

import { make, part } from "./elements.js";
import { isTransient, Refusal } from "./line.js";
import { currentLanguage } from "./words.js";

/**
 * @typedef {"hidden" | "blur" | "copy" | "cut" | "paste" | "fullscreen-left" | "print" | "devtools-none"} Kind
 * @typedef {{seq: number, kind: Kind, at: string, seconds?: number}} Event_
 * @typedef {{seq: number, text: string}} Comment_
 * @typedef {{next: number, events: Event_[], comments: Comment_[]}} Kept what must outlive a reload
 * @typedef {{
 *   post: (path: "events" | "comment", body: unknown) => Promise<unknown>,
 *   keep?: (kept: Kept) => void,
 *   kept?: Kept,
 *   now?: () => number,
 *   unrecorded?: string[],
 * }} Means
 *   post: sends to the hall, rejects when it was not taken. keep: told of every change of what waits.
 *   kept: what `keep` was last told before the page was loaded again. now: ms since 1970 UTC, by the hall's clock.
 *   unrecorded: kinds that this sitting does not record.
 */

const TOGETHER = 2000; // ms; what happens within is one event and one sending
const A_BLINK = 1000; // ms without focus and yet visible: an input method, not somebody going away
const AGAIN = 20_000;
const MOST = 50; // events in one request
const LINE_STAYS = 60_000;

/** @type {Record<string, [string, string]>} */
const WORDS = {
  away: ["您离开考试页面 {seconds} 秒，已记录。", "You were away from the exam page for {seconds} s; this has been recorded."],
  copy: ["您复制了页面上的文字，已记录。", "You copied text from the page; this has been recorded."],
  cut: ["您剪切了文字，已记录。", "You cut text; this has been recorded."],
  paste: ["您粘贴了文字，已记录。", "You pasted text; this has been recorded."],
  print: ["您打印了考试页面，已记录。", "You printed the exam page; this has been recorded."],
  "fullscreen-left": ["您退出了全屏，已记录。", "You left full screen; this has been recorded."],
  policy: ["记录不会自动影响成绩，您可以说明原因。", "The record does not affect your result by itself. You may say why."],
  explain: ["说明原因", "Say why"],
  dismiss: ["知道了", "Understood"],
  title: ["说明原因", "Say why"],
  lead: ["您的说明会和这条记录一起保存，供监考员和考务人员查看。最多 500 字。", "What you write is kept with the record for the invigilator and the staff. At most 500 characters."],
  send: ["保存说明", "Save"],
  back: ["继续作答", "Go on answering"],
  thanks: ["说明已保存。", "Saved."],
};

/** @param {string} key @param {Record<string, string | number>} [facts] */
function said(key, facts = {}) {
  return WORDS[key][currentLanguage() === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
}

/** @type {Means | undefined} */
let means;
/** @type {Kept} */
let waiting = { next: 1, events: [], comments: [] };
/** @type {{since: number, kind: "hidden" | "blur"} | undefined} */
let away;
/** @type {Map<Kind, number>} */
const lately = new Map();
/** @type {number | undefined} */
let timer;
/** @type {Promise<void> | undefined} under way */
let sending;
/** @type {{seq: number, sentence: () => string} | undefined} the event the line speaks of */
let shown;

const now = () => means?.now?.() ?? Date.now();

/** From the moment the paper is open. @param {Means} given */
export function startWatching(given) {
  if (!means) for (const [target, name, act] of LISTENERS) target.addEventListener(name, act);
  means = given;
  const { next = 1, events = [], comments = [] } = given.kept ?? {};
  // A number is never used twice in a session, also when nothing could be kept over a reload.
  waiting = { next: Math.max(next, Date.now()), events: [...events], comments: [...comments] };
  away = undefined;
  lately.clear();
  soon(0);
}

/** Handed in, or the session has ended: what still waits is sent, nothing more is recorded. */
export async function stopWatching() {
  if (!means) return;
  for (const [target, name, act] of LISTENERS) target.removeEventListener(name, act);
  putAway();
  await sending; // it may have begun before the last event, or be failing just now
  await flush();
  clearTimeout(timer);
  means = undefined;
}

/** The line in the language now chosen. */
export function redrawWatch() {
  if (shown) drawLine();
}

/** @param {Kind} kind @param {number} at @param {number} [seconds] */
function note(kind, at, seconds) {
  if (!means || means.unrecorded?.includes(kind)) return;
  const last = lately.get(kind) ?? -Infinity;
  lately.set(kind, at);
  if (at - last < TOGETHER) return;
  const event = { seq: waiting.next, kind, at: new Date(at).toISOString(), ...(seconds === undefined ? {} : { seconds }) };
  waiting = { ...waiting, next: waiting.next + 1, events: [...waiting.events, event] };
  means.keep?.(waiting);
  soon(TOGETHER);
  show(event.seq, () => (seconds === undefined ? said(kind) : said("away", { seconds })));
}

/** Leaving and losing the focus are one absence, from the first sign of it to being back in full. */
function look() {
  if (document.visibilityState === "hidden") away = { since: away?.since ?? now(), kind: "hidden" };
  else if (!document.hasFocus()) away ??= { since: now(), kind: "blur" };
  else if (away) {
    const { since, kind } = away;
    away = undefined;
    const gone = now() - since;
    if (kind === "hidden" || gone >= A_BLINK) note(kind, since, Math.max(1, Math.round(gone / 1000)));
  }
}

/** The page goes away for good, perhaps: the absence so far is kept with the rest. */
function leavePage() {
  if (!means || !away) return;
  const { since, kind } = away;
  away = undefined;
  note(kind, since, Math.max(1, Math.round((now() - since) / 1000)));
}

/** @param {Event} event */
const used = (event) => note(/** @type {Kind} */ (event.type), now());
const printed = () => note("print", now());
const fullscreen = () => { if (!document.fullscreenElement) note("fullscreen-left", now()); };

/** @type {[EventTarget, string, (event: any) => void][]} */
const LISTENERS = [
  [document, "visibilitychange", look],
  [window, "blur", look],
  [window, "focus", look],
  [window, "pagehide", leavePage],
  [document, "copy", used],
  [document, "cut", used],
  [document, "paste", used],
  [window, "beforeprint", printed],
  [document, "fullscreenchange", fullscreen],
  [window, "online", () => soon(0)],
];

/** @param {number} pause */
function soon(pause) {
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), pause);
}

/** One sending at a time. */
async function flush() {
  if (!means) return;
  sending ??= sendWaiting().finally(() => { sending = undefined; });
  await sending;
}

/** Oldest first; what the hall did not take stays and is tried again. */
async function sendWaiting() {
  try {
    while (waiting.events.length || waiting.comments.length) {
      await sendFirst();
      means?.keep?.(waiting);
    }
  } catch {
    soon(AGAIN * (0.8 + Math.random() * 0.4));
  }
}

async function sendFirst() {
  const events = waiting.events.slice(0, MOST);
  if (events.length) {
    await posted("events", { events });
    waiting = { ...waiting, events: waiting.events.slice(events.length) };
  } else {
    await posted("comment", waiting.comments[0]);
    waiting = { ...waiting, comments: waiting.comments.slice(1) };
  }
}

/** A refusal for good is as good as sent: asking again would never help. @param {"events" | "comment"} path @param {unknown} body */
async function posted(path, body) {
  try {
    await means?.post(path, body);
  } catch (problem) {
    if (!(problem instanceof Refusal) || isTransient(problem)) throw problem;
  }
}

/** @param {number} seq @param {() => string} sentence */
function show(seq, sentence) {
  shown = { seq, sentence };
  drawLine();
  setTimeout(() => { if (shown?.seq === seq && !dialog()?.open) putAway(); }, LINE_STAYS);
}

const dialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("conduct-dialog"));

function drawLine() {
  if (!shown) return;
  const old = document.getElementById("conduct");
  const text = `${shown.sentence()}${currentLanguage() === "en" ? " " : ""}${said("policy")}`;
  const explain = make("button", { type: "button", id: "conduct-explain" }, said("explain"));
  const dismiss = make("button", { type: "button", id: "conduct-dismiss" }, said("dismiss"));
  explain.addEventListener("click", ask);
  dismiss.addEventListener("click", putAway);
  const line = make("div", { class: "messages", id: "conduct", role: "status" }, make("p", {}, text), make("div", { class: "row" }, explain, dismiss));
  if (old) old.replaceChildren(...line.childNodes);
  else part("main").before(line);
}

function putAway() {
  shown = undefined;
  document.getElementById("conduct")?.remove();
}

/** Ask for the candidate's own words on the event of the line. */
function ask() {
  if (!shown) return;
  const { seq, sentence } = shown;
  dialog()?.remove();
  const field = make("textarea", { id: "conduct-text", rows: "4", maxlength: "500", "aria-labelledby": "conduct-title", "aria-describedby": "conduct-lead" });
  const back = make("button", { type: "button" }, said("back"));
  const send = make("button", { type: "button", class: "seal", id: "conduct-send" }, said("send"));
  const box = make("dialog", { id: "conduct-dialog", "aria-labelledby": "conduct-title" },
    make("h2", { id: "conduct-title" }, said("title")),
    make("p", {}, sentence()),
    make("p", { id: "conduct-lead", class: "why" }, said("lead")),
    field,
    make("div", { class: "row" }, back, send));
  back.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  send.addEventListener("click", () => {
    const text = field.value.trim();
    if (text) comment(seq, text);
    box.close();
  });
  document.body.append(box);
  box.showModal();
  field.focus();
}

/** @param {number} seq of the event @param {string} text */
function comment(seq, text) {
  waiting = { ...waiting, comments: [...waiting.comments, { seq, text }] };
  means?.keep?.(waiting);
  putAway();
  part("announce").textContent = said("thanks");
  soon(0);
}
