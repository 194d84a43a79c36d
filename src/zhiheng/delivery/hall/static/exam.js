// The exam page: which view is shown, and what each act of the candidate does.

import { carryOver, discard, enqueue, forgetSession, keepSession, readQueue, readSession } from "./box.js";
import { Clock, asDay, asDuration, asTime } from "./clock.js";
import { ask, isTransient, Refusal, Sender } from "./line.js";
import { confirmed, drawFacts, drawNavigator, drawQuestion, part } from "./paper.js";
import { chooseLanguage, currentLanguage, refusalWord, word, writeWords } from "./words.js";

/**
 * @typedef {import("./box.js").Value} Value
 * @typedef {import("./paper.js").Paper} Paper
 * @typedef {import("./paper.js").Item} Item
 */

const TYPING_PAUSE = 400;
const HEARTBEAT = 45_000;

const state = {
  /** @type {any} */ status: undefined,
  token: "",
  /** @type {Paper | undefined} */ paper: undefined,
  /** @type {Item[]} */ items: [],
  current: 0,
  /** @type {Map<string, Value>} */ answers: new Map(),
  /** @type {Set<string>} */ flags: new Set(),
  /** @type {Set<string>} */ pending: new Set(),
  /** @type {Map<string, number>} */ typing: new Map(),
  /** @type {Map<string, number>} */ keeping: new Map(), // changes on their way into the box: not there yet
  savedAt: "",
  locked: false,
  /** @type {(() => string) | undefined} */ notice: undefined,
  /** @type {any} */ receipt: undefined,
  /** @type {unknown} */ refusal: undefined,
};
const clock = new Clock();
const sender = new Sender({
  saved(answer) {
    state.savedAt = answer.saved_at;
    if (answer.late) showNotice(() => word("lateNotice"));
  },
  lost: () => showNotice(() => word("offline")),
  found: () => {
    showNotice(() => word("back"));
    setTimeout(() => { if (part("notice").textContent === word("back")) hideNotice(); }, 6000);
  },
  refused: (problem) => {
    if (problem.code === "answer" || problem.code === "sequence-conflict") showNotice(() => refusalWord(problem));
    else void leave(problem);
  },
  changed: () => void drawSaved(),
});

/** @param {"signin" | "waiting" | "exam" | "receipt"} name */
function show(name) {
  for (const view of ["signin", "waiting", "exam", "receipt"]) part(`view-${view}`).hidden = view !== name;
  part("timer").hidden = name !== "exam";
  document.body.dataset.view = name;
}

/** @param {() => string} sentence */
function showNotice(sentence) {
  state.notice = sentence;
  const text = sentence();
  if (part("notice").textContent !== text) part("notice").textContent = text;
  part("notice").hidden = false;
}

function hideNotice() {
  state.notice = undefined;
  part("notice").hidden = true;
}

/** @param {string} path @param {{token?: string, body?: unknown, post?: boolean}} [how] */
async function timed(path, how) {
  const sent = performance.now();
  const answer = await ask(path, how);
  if (answer.server_time) clock.measure(answer.server_time, sent, performance.now());
  return answer;
}

/** @param {SubmitEvent} event */
async function signIn(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const [ticket, idNumber] = [String(form.get("ticket")).trim(), String(form.get("id_number")).trim()];
  if (!ticket || !idNumber) return showRefusal({ missing: true });
  try {
    const status = await timed("signin", { body: { ticket, id_number: idNumber } });
    await keepSession({ token: status.token, attempt: status.attempt, epoch: status.epoch });
    /** @type {HTMLFormElement} */ (event.target).reset();
    showRefusal(undefined);
    await enter(status, status.token, status.epoch);
  } catch (problem) {
    showRefusal(problem);
  }
}

/** @param {unknown} problem */
function showRefusal(problem) {
  state.refusal = problem;
  const place = part("signin-refusal");
  place.hidden = problem === undefined;
  if (problem === undefined) return;
  if (problem instanceof Refusal) place.textContent = refusalWord(problem);
  else place.textContent = word(typeof problem === "object" && problem !== null && "missing" in problem ? "missing" : "unreachable");
}

/** Go where the status says the candidate is. @param {any} status @param {string} token @param {number} epoch */
async function enter(status, token, epoch) {
  state.token = token;
  takeStatus(status);
  hideNotice();
  drawWho();
  if (status.submitted) return handIn();
  if (clock.now() < Date.parse(status.starts_at)) return wait();
  await openPaper(epoch);
}

/** @param {any} status */
function takeStatus(status) {
  state.status = { ...state.status, ...status };
  clock.deadline = Date.parse(state.status.ends_at);
}

function drawWho() {
  const { title, name, room, seat } = state.status;
  part("title").textContent = title;
  part("who").textContent = [name, room, seat && word("seatNumber", { seat })].filter(Boolean).join(" · ");
}

function wait() {
  show("waiting");
  const { name, room, seat, starts_at, ends_at } = state.status;
  drawFacts(part("waiting-facts"), [
    [word("name"), name], [word("seat"), `${room} ${seat && word("seatNumber", { seat })}`],
    [word("startsAt"), asDay(starts_at)], [word("endsAt"), asDay(ends_at)],
  ]);
}

/** @param {number} epoch */
async function openPaper(epoch) {
  const paper = await timed("paper", { token: state.token });
  takeStatus(paper);
  state.paper = /** @type {Paper} */ (paper.paper);
  state.items = state.paper.sections.flatMap((section) => section.items);
  const resumed = await timed("answers", { token: state.token });
  state.answers = new Map(Object.entries(resumed.answers));
  state.savedAt = resumed.server_time;
  await settleLeftovers(epoch);
  for (const waiting of await readQueue(state.status.attempt)) state.answers.set(waiting.item, waiting.value);
  state.flags = new Set(JSON.parse(localStorage.getItem(flagsKey()) ?? "[]"));
  state.locked = clock.left() === 0;
  const open = state.items.findIndex((item) => !isAnswered(item.id));
  state.current = Math.max(0, open);
  show("exam");
  draw();
  sender.start();
}

/** Answers of an earlier session on this machine: sent at once, or asked about when another machine came between. @param {number} epoch */
async function settleLeftovers(epoch) {
  const old = (await readQueue(state.status.attempt)).filter((waiting) => waiting.epoch < epoch);
  if (!old.length) return;
  const ours = old.every((waiting) => waiting.epoch === epoch - 1);
  const numbers = [...new Set(old.map((waiting) => state.items.findIndex((item) => item.id === waiting.item) + 1))];
  const use = ours || await confirmed({
    title: word("leftoverTitle"),
    lines: [word("leftoverBody", { count: old.length, numbers: numbers.sort((a, b) => a - b).join("、") })],
    yes: word("leftoverUse"),
    no: word("leftoverDrop"),
  });
  await (use ? carryOver(old) : discard(old));
}

const flagsKey = () => `zhiheng-flags-${state.status.attempt}`;
const isAnswered = (/** @type {string} */ id) => (state.answers.get(id) ?? null) !== null;

function draw() {
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

const answeredCount = () => state.items.filter((item) => isAnswered(item.id)).length;

async function drawSaved() {
  if (!state.paper) return;
  state.pending = new Set((await readQueue(state.status.attempt)).map((waiting) => waiting.item));
  for (const item of [...state.typing.keys(), ...state.keeping.keys()]) state.pending.add(item);
  const total = answeredCount();
  const saved = state.items.filter((item) => isAnswered(item.id) && !state.pending.has(item.id)).length;
  if (state.pending.size) part("saved").textContent = word("saving", { saved, answered: total });
  else part("saved").textContent = total ? word("savedAll", { saved, answered: total, time: asTime(state.savedAt) }) : word("savedNone");
}

/** @param {Item} item @param {Value} value */
function answered(item, value) {
  if (state.locked) return;
  state.answers.set(item.id, value);
  clearTimeout(state.typing.get(item.id));
  if (item.type === "short") state.typing.set(item.id, setTimeout(() => void keep(item.id), TYPING_PAUSE));
  else void keep(item.id);
  drawOverview();
}

/** Into this machine's box first, then on its way. @param {string} id */
async function keep(id) {
  clearTimeout(state.typing.get(id));
  state.typing.delete(id);
  state.keeping.set(id, (state.keeping.get(id) ?? 0) + 1); // at once, or a look at the box begun earlier would call it saved
  try {
    await enqueue(id, state.answers.get(id) ?? null);
  } finally {
    const others = (state.keeping.get(id) ?? 1) - 1;
    if (others) state.keeping.set(id, others);
    else state.keeping.delete(id);
  }
  sender.wake();
  await drawSaved();
}

/** Each question has its own pause while typing; this ends all of them. */
async function keepTyped() {
  await Promise.all([...state.typing.keys()].map(keep));
}

/** @param {number} index */
function go(index) {
  if (!state.paper || index < 0 || index >= state.items.length) return;
  void keepTyped();
  state.current = index;
  draw();
  const field = part("question").querySelector("textarea");
  if (field) field.focus({ preventScroll: true });
  part("announce").textContent = `${word("questionLabel", { number: index + 1 })}，${state.items[index].stem}`;
  if (part("view-exam").getBoundingClientRect().top < 0) scrollTo({ top: 0 });
}

function toggleFlag() {
  const { id } = state.items[state.current];
  if (!state.flags.delete(id)) state.flags.add(id);
  localStorage.setItem(flagsKey(), JSON.stringify([...state.flags]));
  part("flag").setAttribute("aria-pressed", String(state.flags.has(id)));
  drawOverview();
}

async function finish() {
  await keepTyped();
  const waiting = (await readQueue(state.status.attempt)).length;
  if (waiting) {
    sender.wake();
    showNotice(() => word("waitForNetwork", { count: waiting }));
    return;
  }
  if (!state.locked && !(await confirmed({ title: word("finishTitle"), lines: finishLines(), yes: word("finish"), no: word("goBack") }))) return;
  await handIn();
}

function finishLines() {
  /** @param {(item: Item) => boolean} which */
  const numbers = (which) => state.items.flatMap((item, index) => (which(item) ? [index + 1] : []));
  const open = numbers((item) => !isAnswered(item.id));
  const flagged = numbers((item) => state.flags.has(item.id));
  const lines = [open.length ? word("finishOpen", { open: open.length, numbers: open.join("、") }) : word("finishAll", { total: state.items.length })];
  if (flagged.length) lines.push(word("finishFlagged", { numbers: flagged.join("、") }));
  return [...lines, word("finishAfter")];
}

async function handIn() {
  try {
    state.receipt = await ask("submit", { token: state.token, post: true });
  } catch (problem) {
    if (isTransient(problem)) showNotice(() => word("unreachable"));
    else await leave(/** @type {Refusal} */ (problem));
    return;
  }
  sender.stop();
  state.paper = undefined;
  localStorage.removeItem(flagsKey());
  await forgetSession();
  hideNotice();
  show("receipt");
  drawReceipt();
  part("main").focus();
}

function drawReceipt() {
  const receipt = state.receipt;
  drawFacts(part("receipt"), [
    [word("exam"), state.status.title], [word("name"), state.status.name], [word("ticket"), receipt.ticket],
    [word("answered"), word("answeredCount", { count: receipt.answers })],
    [word("signedAt"), asDay(receipt.signed_at)], [word("digest"), receipt.hash], [word("signature"), `${receipt.signature.slice(0, 24)}…`],
  ]);
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(state.receipt)], { type: "application/json" }));
  link.download = `receipt-${state.receipt.ticket}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The session is over on this machine; what has not arrived stays in the box. @param {Refusal} problem */
async function leave(problem) {
  sender.stop();
  await keepTyped();
  await forgetSession();
  state.paper = undefined;
  hideNotice();
  show("signin");
  showRefusal(problem);
}

async function heartbeat() {
  setTimeout(heartbeat, HEARTBEAT * (0.8 + Math.random() * 0.4));
  if (!state.paper) return;
  try {
    const before = clock.deadline;
    takeStatus(await timed("time", { token: state.token }));
    if (clock.deadline > before) {
      const time = asTime(clock.deadline);
      showNotice(() => word("timeGranted", { time }));
      state.locked = false;
      draw();
    }
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem)) await leave(problem);
  }
}

let opening = false;

/** Once a second: the countdown, the timer, the four announcements, the end. */
async function tick() {
  if (!part("view-waiting").hidden) {
    const left = Date.parse(state.status.starts_at) - clock.now();
    part("countdown").textContent = asDuration(Math.max(0, left));
    if (left <= 0 && !opening) await openAtStart();
  }
  if (!state.paper) return;
  part("timer-value").textContent = asDuration(clock.left());
  const spoken = clock.announcement();
  if (spoken) part("announce").textContent = spoken;
  if (clock.left() === 0 && !state.locked) {
    await keepTyped();
    state.locked = true;
    showNotice(() => word("timeUp"));
    draw();
  }
}

/** Everybody's paper opens within two seconds, not all in the same instant. */
async function openAtStart() {
  opening = true;
  try {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000));
    const session = await readSession();
    if (session) await openPaper(session.epoch);
  } catch (problem) {
    if (isTransient(problem)) showNotice(() => word("unreachable"));
    else if (/** @type {Refusal} */ (problem).code !== "not-started") await leave(/** @type {Refusal} */ (problem));
  } finally {
    opening = false;
  }
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (!state.paper || event.ctrlKey || event.metaKey || event.altKey || /** @type {HTMLDialogElement} */ (part("confirm")).open) return;
  if (event.target instanceof HTMLTextAreaElement) return;
  const inputs = [...part("question").querySelectorAll("input")];
  const key = event.key.toUpperCase();
  const place = /^[1-9]$/.test(key) ? Number(key) - 1 : /^[A-F]$/.test(key) ? key.charCodeAt(0) - 65 : -1;
  if (key === "ARROWLEFT") go(state.current - 1);
  else if (key === "ARROWRIGHT") go(state.current + 1);
  else if (key === "ARROWUP" || key === "ARROWDOWN") stepOption(inputs, key === "ARROWDOWN" ? 1 : -1);
  else if (key === "T") part("announce").textContent = `${word("timeLeft")} ${asDuration(clock.left())}`;
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

function switchLanguage() {
  chooseLanguage(currentLanguage() === "zh" ? "en" : "zh");
  writeWords();
  if (state.notice) part("notice").textContent = state.notice();
  if (state.refusal) showRefusal(state.refusal);
  if (state.paper) draw();
  else if (!part("view-waiting").hidden) wait();
  else if (state.receipt) drawReceipt();
}

async function resume() {
  const session = await readSession();
  if (!session) return show("signin");
  try {
    await enter(await timed("answers", { token: session.token }), session.token, session.epoch);
  } catch (problem) {
    if (problem instanceof Refusal && !isTransient(problem)) return leave(problem);
    showNotice(() => word("unreachable"));
    setTimeout(() => void resume(), 3000 + Math.random() * 3000);
  }
}

part("signin").addEventListener("submit", (event) => void signIn(/** @type {SubmitEvent} */ (event)));
part("language").addEventListener("click", switchLanguage);
part("previous").addEventListener("click", () => go(state.current - 1));
part("next").addEventListener("click", () => go(state.current + 1));
part("flag").addEventListener("click", toggleFlag);
part("finish").addEventListener("click", () => void finish());
part("print").addEventListener("click", () => print());
part("download").addEventListener("click", download);
part("side-toggle").addEventListener("click", () => {
  part("side-toggle").setAttribute("aria-expanded", String(part("side").classList.toggle("open")));
});
document.addEventListener("keydown", pressed);
document.addEventListener("visibilitychange", () => void keepTyped());
addEventListener("pagehide", () => void keepTyped());
addEventListener("offline", () => { if (state.paper) showNotice(() => word("offline")); });
addEventListener("online", () => { if (state.paper && !state.pending.size) hideNotice(); });
setInterval(() => void tick(), 500);
writeWords();
void resume();
void heartbeat();
