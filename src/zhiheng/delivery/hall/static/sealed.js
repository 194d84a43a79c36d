// Sealed papers: their hash, their lock, and a candidate's own order.

/**
 * @typedef {import("./paper.js").Item} Item
 * @typedef {import("./paper.js").Paper} Paper
 * @typedef {import("./box.js").Order} Order
 * @typedef {{id: string, title: string, sections: {title: string, items: string[]}[], items: Item[]}} Printed as it is printed, the same for everybody
 */

const NONCE = 12;

/** Browsers have these tools on secure addresses only: https, or this machine itself. @returns {boolean} */
export function canUnseal() {
  return isSecureContext && crypto.subtle !== undefined;
}

/** @param {BufferSource} bytes @returns {Promise<string>} SHA-256 in hex */
export async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} hash */
export function shortHash(hash) {
  return `${hash.slice(0, 4)}…${hash.slice(-4)}`;
}

/**
 * Open a sealed paper and lay it in this candidate's order.
 * @param {ArrayBuffer} bytes nonce and ciphertext @param {Order} order
 * @returns {Promise<Paper>} throws when the key does not fit or a question is missing
 */
export async function unseal(bytes, order) {
  const key = await crypto.subtle.importKey("raw", fromBase64(order.key), "AES-GCM", false, ["decrypt"]);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, NONCE) }, key, bytes.slice(NONCE));
  const paper = JSON.parse(new TextDecoder().decode(plain));
  return order.items.length ? inOrder(paper, order) : paper;
}

/**
 * Put a paper that came open under a lock of our own, to be kept on this machine.
 * @param {Paper} paper @returns {Promise<{bytes: ArrayBuffer, order: Order}>}
 */
export async function seal(paper) {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const locked = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(JSON.stringify(paper)));
  const bytes = await new Blob([nonce, locked]).arrayBuffer();
  return { bytes, order: { key: btoa(String.fromCharCode(...raw)), items: [], options: {} } };
}

/** @param {Printed} printed @param {Order} order @returns {Paper} */
export function inOrder(printed, order) {
  const items = new Map(printed.items.map((item) => [item.id, item]));
  const rank = rankIn(order.items);
  return {
    id: printed.id,
    title: printed.title,
    sections: printed.sections.map((section) => ({
      title: section.title,
      items: [...section.items].sort((one, other) => rank(one) - rank(other)).map((id) => {
        const item = items.get(id);
        if (!item) throw new Error(`question ${id} is missing`);
        const place = rankIn(order.options[id] ?? []);
        return { ...item, options: [...item.options].sort((one, other) => place(one.id) - place(other.id)) };
      }),
    })),
  };
}

/** @param {string[]} ids */
function rankIn(ids) {
  const ranks = new Map(ids.map((id, rank) => [id, rank]));
  return (/** @type {string} */ id) => ranks.get(id) ?? 0;
}

/** @param {string} text */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
