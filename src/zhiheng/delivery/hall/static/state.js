// What the page knows at this moment. What must outlive it is in the box or with the hall.

import { Clock } from "./clock.js";

/**
 * @typedef {import("./box.js").Value} Value
 * @typedef {import("./paper.js").Paper} Paper
 * @typedef {import("./paper.js").Item} Item
 */

export const state = {
  /** @type {any} */ status: undefined,
  token: "",
  /** @type {Paper | undefined} */ paper: undefined,
  /** @type {Item[]} */ items: [],
  current: 0,
  /** @type {Map<string, Value>} */ answers: new Map(),
  /** @type {Set<string>} */ flags: new Set(),
  locked: false,
  /** @type {any} */ receipt: undefined,
};

export const clock = new Clock();

/** @param {any} status what the hall says of the candidate; some answers carry only a part */
export function takeStatus(status) {
  state.status = { ...state.status, ...status };
  clock.deadline = Date.parse(state.status.ends_at);
}

/** @param {string} id */
export function isAnswered(id) {
  return (state.answers.get(id) ?? null) !== null;
}

export function answeredCount() {
  return state.items.filter((item) => isAnswered(item.id)).length;
}
