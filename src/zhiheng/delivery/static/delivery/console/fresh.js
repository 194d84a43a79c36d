/**
 * What only the site knows (who came, what was written down) is read again from the page itself from time to
 * time; parts that differ are exchanged, everything else stays where the reader's eyes and hands are.
 */

/**
 * @param {string} url
 * @returns {Promise<Document | null>} null when the page could not be had, or is no longer ours
 */
export async function fetchPage(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

/**
 * Exchange the parts whose key differs.
 * @param {Document} fresh
 * @param {(name: string) => boolean} wanted
 * @returns {string[]} the names of the parts exchanged
 */
export function exchangeParts(fresh, wanted) {
  const changed = [];
  for (const part of document.querySelectorAll("[data-part]")) {
    if (!(part instanceof HTMLElement)) continue;
    const name = part.dataset.part ?? "";
    if (!wanted(name) || part.contains(document.activeElement)) continue;
    const other = fresh.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!(other instanceof HTMLElement) || other.dataset.key === part.dataset.key) continue;
    part.replaceChildren(...[...other.childNodes].map((node) => document.importNode(node, true)));
    part.dataset.key = other.dataset.key ?? "";
    changed.push(name);
  }
  return changed;
}
