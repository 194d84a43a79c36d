/** The console's page: the live seats, which of them are shown, who asks for something, and the line to the hall. */

import { Board } from "./console/board.js";
import { Fresh, exchangeParts, fetchPage } from "./console/fresh.js";
import { watchHall } from "./console/line.js";

const FILTERS = ["all", "needs", "answering", "away", "absent", "submitted"];
const OUTAGES_MS = 30_000;

const SAID = {
  connecting: "正在连接考场",
  live: "已连接考场",
  lost: "连接中断，正在重连",
  "signed-out": "登录已失效，或已换人监考，请重新登录后再看",
};

/**
 * @param {string} selector
 * @returns {HTMLElement}
 */
function part(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}.`);
  return found;
}

const home = part("#console");
const seats = document.querySelector("#seats");
if (seats instanceof HTMLElement) start(seats);

/** @param {HTMLElement} root */
function start(root) {
  const words = /** @type {HTMLTemplateElement} */ (part("#hall-words"));
  const title = document.title;
  const line = part("#live-line");
  const state = part("#live-state");
  const at = part("#live-at");
  const help = part("#lost-help");
  const counts = new Map(
    [...document.querySelectorAll("[data-count]")].map((one) => [one.getAttribute("data-count") ?? "", one]),
  );
  let live = false;
  let heardAt = 0;
  let toldAt = 0;

  const fresh = new Fresh(() => reread(board, () => live), Boolean(Number(home.dataset.fresh)));
  const board = new Board(root, words, () => {
    for (const [key, node] of counts) {
      const count = String(key === "all" ? board.places.size : (board.counts.get(key) ?? 0));
      if (node.textContent !== count) node.textContent = count;
    }
    const needed = board.counts.get("needs") ?? 0;
    document.title = needed ? `(${needed}) ${title}` : title;
    showAsking(board);
    showNobody(root, board);
  });
  Object.assign(window, { zhihengBoard: board }); // read by the measurement

  const showAt = () => {
    at.textContent = ` · 上次更新 ${new Date(toldAt + 8 * 3_600_000).toISOString().slice(11, 19)}`;
  };
  watchHall(home.dataset.line ?? "", {
    seats(told, moment) {
      toldAt = Date.parse(moment);
      heardAt = performance.now();
      showAt();
      board.take(told);
    },
    news() {
      fresh.ask();
    },
    heard() {
      if (!toldAt) return;
      toldAt += performance.now() - heardAt;
      heardAt = performance.now();
      showAt();
    },
    state(now) {
      live = now === "live";
      line.hidden = false;
      help.hidden = now !== "lost";
      line.classList.toggle("lost", now === "lost" || now === "signed-out");
      if (state.textContent !== SAID[now]) state.textContent = SAID[now];
    },
  });

  chooseShown(root, board);
  root.addEventListener("keydown", (event) => walk(root, event));
  const seconds = Number(home.dataset.fresh);
  const rereads = seconds * 1_000 || 60_000;
  setInterval(() => {
    if (document.visibilityState === "visible" && (seconds || !live)) void reread(board, () => live);
  }, rereads);
  document.addEventListener("visibilitychange", () => fresh.go());
  const look = () => {
    if (live && document.visibilityState === "visible") void lookForOutages(home.dataset.outages ?? "");
  };
  setTimeout(look, 3_000);
  setInterval(look, OUTAGES_MS);
}

/**
 * @param {Board} board
 * @param {() => boolean} live
 */
async function reread(board, live) {
  const fresh = await fetchPage(location.href);
  if (!fresh) return;
  for (const name of exchangeParts(fresh, (name) => !(live() && name.startsWith("hall-")))) {
    if (name.startsWith("hall-")) board.forget(name.slice(5));
  }
}

/**
 * Breaks in the line that wait for a decision, from the page that lists them.
 * @param {string} url
 */
async function lookForOutages(url) {
  const fresh = await fetchPage(url);
  const cards = fresh?.querySelector("#outage-cards");
  const here = part("#outages-here");
  if (!(cards instanceof HTMLElement) || here.dataset.key === cards.dataset.key) return;
  if (here.contains(document.activeElement)) return;
  here.dataset.key = cards.dataset.key ?? "";
  const list = cards.querySelector(".outages");
  here.replaceChildren(...(list ? [document.importNode(list, true)] : []));
}

/**
 * Who asks to go on at another machine, each with the way to decide.
 * @param {Board} board
 */
function showAsking(board) {
  const list = part("#asks");
  const wanted = [...board.asking.keys()].join(" ");
  if (list.dataset.key === wanted) return;
  list.dataset.key = wanted;
  list.replaceChildren(
    ...[...board.asking.values()].map(({ item }) => {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.className = "button small";
      link.href = item.dataset.second ?? "";
      link.textContent = "去处理";
      row.append(`${item.dataset.seat ?? ""} 请求在另一台机器上登录 `, link);
      return row;
    }),
  );
}

/**
 * Which seats are shown is kept in the address, so that a reload keeps it.
 * @param {HTMLElement} root
 * @param {Board} board
 */
function chooseShown(root, board) {
  const field = part("#show");
  const asked = new URLSearchParams(location.search).get("show") ?? "all";
  /** @param {string} chosen */
  const show = (chosen) => {
    root.dataset.show = chosen;
    const address = new URL(location.href);
    if (chosen === "all") address.searchParams.delete("show");
    else address.searchParams.set("show", chosen);
    history.replaceState(null, "", address);
    showNobody(root, board);
  };
  /** @param {string} name */
  const radio = (name) => field.querySelector(`input[value="${name}"]`);
  field.hidden = false;
  field.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement) show(event.target.value);
  });
  field.addEventListener("keydown", (event) => {
    const name = FILTERS[Number(event.key) - 1];
    const chosen = name === undefined ? null : radio(name);
    if (!(chosen instanceof HTMLInputElement)) return;
    chosen.checked = true;
    chosen.focus();
    show(chosen.value);
  });
  const first = FILTERS.includes(asked) ? radio(asked) : null;
  if (first instanceof HTMLInputElement) {
    first.checked = true;
    show(asked);
  }
}

/**
 * @param {HTMLElement} root
 * @param {Board} board
 */
function showNobody(root, board) {
  const shown = root.dataset.show ?? "all";
  const none = shown !== "all" && !board.counts.get(shown);
  const nobody = part("#nobody");
  if (nobody.hidden === none) nobody.hidden = !none;
}

/**
 * Arrow keys walk from seat to seat among those shown.
 * @param {HTMLElement} root
 * @param {KeyboardEvent} event
 */
function walk(root, event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLAnchorElement)) return;
  const links = [...root.querySelectorAll("[data-ticket]")]
    .filter((item) => item instanceof HTMLElement && item.checkVisibility())
    .map((item) => [...item.querySelectorAll("a")].at(-1));
  const here = links.indexOf([...(event.target.closest("[data-ticket]")?.querySelectorAll("a") ?? [])].at(-1));
  const next = links[here + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
