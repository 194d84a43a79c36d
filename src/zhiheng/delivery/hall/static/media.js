// Pictures, sounds and short films of questions: fetched once with the candidate's token, checked, shown after the stem or with its option.

import { keepMedia, readMedia } from "./box.js";
import { make } from "./elements.js";
import { fetchBytes } from "./line.js";
import { canUnseal, hashOf } from "./sealed.js";
import { word } from "./words.js";

/** @typedef {{id: string, media_type: string, sha256: string, alt: string, bytes: number, where?: string}} Media */

const AGAIN = 5000;

/** @type {Map<string, Promise<string>>} */
const addresses = new Map();

/** In the background, one after the other, so that a cut line does not take them away. @param {{media?: Media[]}[]} items @param {string} token */
export async function loadMedia(items, token) {
  for (const one of items.flatMap((item) => item.media ?? [])) await addressOf(one, token).catch(() => {});
}

export function forgetMedia() {
  for (const address of addresses.values()) void address.then(URL.revokeObjectURL, () => {});
  addresses.clear();
}

/** @param {Media} media @param {string} token @returns {Promise<string>} */
function addressOf(media, token) {
  const known = addresses.get(media.sha256);
  if (known) return known;
  const asked = fetchMedia(media, token);
  addresses.set(media.sha256, asked);
  asked.catch(() => addresses.delete(media.sha256));
  return asked;
}

/** @param {Media} media @param {string} token */
async function fetchMedia({ sha256, media_type }, token) {
  let bytes = await readMedia(sha256);
  if (!bytes) {
    bytes = await fetchBytes(`media/${sha256}`, token);
    if (canUnseal() && (await hashOf(bytes)) !== sha256) throw new Error("not the file that was announced");
    await keepMedia(sha256, bytes);
  }
  return URL.createObjectURL(new Blob([bytes], { type: media_type }));
}

/** @param {Media} media @param {string} token @returns {HTMLElement} */
export function drawMedia(media, token) {
  const figure = make("figure", { class: "media" }, make("p", { class: "why" }, word("mediaLoading")));
  void fill(figure, media, token);
  return figure;
}

/** @param {HTMLElement} figure @param {Media} media @param {string} token */
async function fill(figure, media, token) {
  try {
    const address = await addressOf(media, token);
    figure.replaceChildren(...parts(media, address));
  } catch {
    figure.replaceChildren(make("p", { class: "why" }, word("mediaMissing", { alt: media.alt })));
    setTimeout(() => { if (figure.isConnected) void fill(figure, media, token); }, AGAIN);
  }
}

/** @param {Media} media @param {string} address */
function parts({ media_type, alt }, address) {
  if (media_type.startsWith("image/")) return [make("img", { src: address, alt })];
  const kind = media_type.startsWith("audio/") ? "audio" : "video";
  const player = make(kind, { src: address, controls: "", preload: "metadata", "aria-label": alt, controlslist: "nodownload" });
  if (kind === "video") player.setAttribute("playsinline", "");
  return [player, make("figcaption", { class: "why" }, alt)];
}
