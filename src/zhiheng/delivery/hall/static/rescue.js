// The rescue file: answers the network would not take, sealed on this machine so that only the hall can open them.
// The form of the file is told in delivery/core/rescue.py, which opens it.

import { wellFormed } from "./box.js";
import { hideNotice, showBriefly, showNotice } from "./notice.js";
import { currentLanguage } from "./words.js";

/**
 * @typedef {import("./box.js").Value} Value
 * @typedef {{epoch: number, item: string, seq: number, value: Value, client_time: string}} Unsent
 * @typedef {{
 *   attempt: string, ticket: string, sitting: string, queue: Unsent[], sessionEpoch: number,
 *   recipientKey: string, token?: string, offset?: number,
 * }} Rescue recipientKey: base64 of the hall's P-256 point, `rescue_key` of the status.
 *   token: of the session, proof of who made the file. offset: ms by which the hall's clock is ahead of Date.now();
 *   the queue's times are by the hall's clock already.
 */

const FORMAT = "zhiheng-rescue-1";

/** @type {Record<string, [string, string]>} */
const WORDS = {
  saved: [
    "救援文件已保存到本机：{name}，内有 {count} 条没有送达的答案。请立即交给监考员；请不要关闭页面，网络恢复后仍会自动送出。",
    "The rescue file {name} has been saved on this machine; answers in it not yet delivered: {count}. Give it to the invigilator now, and keep this page open: the answers are still sent when the network returns.",
  ],
  nothing: ["所有答案都已送达，不需要救援文件。", "Every answer has arrived. No rescue file is needed."],
  impossible: [
    "这个浏览器在当前连接下不能加密，无法保存救援文件。答案仍存在本机：请不要关闭页面，并立即举手告知监考员。",
    "This browser cannot encrypt over the present connection, so no rescue file can be made. Your answers are still kept on this machine: do not close the page, and tell the invigilator at once.",
  ],
};

/** @param {string} key @param {Record<string, string | number>} [facts] */
function said(key, facts = {}) {
  const sentence = WORDS[key][currentLanguage() === "en" ? 1 : 0];
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
}

/** Whether this page can encrypt at all: browsers give it to pages over https and on the machine itself only. */
export function canRescue() {
  return Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle);
}

/**
 * Save everything that has not arrived as a file on this machine. Says what came of it in the page's notice.
 * @param {Rescue} rescue
 * @returns {Promise<void>}
 */
export async function offerRescue(rescue) {
  if (!rescue.queue.length) return showBriefly("conduct", () => said("nothing"));
  if (!canRescue() || !rescue.recipientKey) return showNotice("conduct", () => said("impossible"));
  const name = `rescue-${rescue.ticket}.zhrescue`;
  save(await sealed(rescue), name);
  const count = rescue.queue.length;
  showNotice("conduct", () => said("saved", { name, count }));
}

/** Everything has arrived after all: the file is of no more use, and nothing is said of it any longer. */
export function forgetRescue() {
  hideNotice("conduct");
}

/** The three lines of the file. @param {Rescue} rescue @returns {Promise<string>} */
export async function sealed({ attempt, ticket, sitting, queue, sessionEpoch, recipientKey, token = "", offset = 0 }) {
  const recipient = fromBase64(recipientKey);
  const point = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(point, false, ["deriveBits"]);
  const ownPoint = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const theirs = await crypto.subtle.importKey("raw", recipient, point, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const salt = new Uint8Array([...ownPoint, ...recipient]);
  const seed = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: bytes(FORMAT) };
  const key = await crypto.subtle.deriveKey(how, seed, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);

  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const rows = queue.map(({ epoch, item, seq, value, client_time }) => ({ epoch, item, seq, value: wellFormed(value), client_time }));
  const header = JSON.stringify({
    format: FORMAT, attempt, ticket, sitting, created_at: new Date(Date.now() + offset).toISOString(), rows: rows.length,
    point: toBase64(ownPoint), nonce: toBase64(nonce),
  });
  const contents = JSON.stringify({ epoch: sessionEpoch, token, offset: Math.round(offset), rows });
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: bytes(header) }, key, bytes(contents));
  const body = `${header}\n${toBase64(new Uint8Array(box))}\n`;
  return `${body}${hex(await crypto.subtle.digest("SHA-256", bytes(body)))}\n`;
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** @param {Uint8Array} raw */
function toBase64(raw) {
  let text = "";
  for (let start = 0; start < raw.length; start += 8192) text += String.fromCharCode(...raw.subarray(start, start + 8192));
  return btoa(text);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} raw */
function hex(raw) {
  return [...new Uint8Array(raw)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} content @param {string} name */
function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
