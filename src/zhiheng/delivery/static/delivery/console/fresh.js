/**
 * What only the site knows (who came, what was written down) is read again from the page itself from time to
 * time; parts that differ are exchanged, everything else stays where the reader's eyes and hands are.
 */

const LEAST_MS = 700;

/** Reads again when there is news: at once, then not again for a moment, and not while nobody looks. */
export class Fresh {
  /**
   * @param {() => Promise<void>} read
   * @param {boolean} wanted whether this page shows anything that could be news
   */
  constructor(read, wanted) {
    this.read = read;
    this.wanted = wanted;
    this.asked = false;
    this.busy = false;
  }

  ask() {
    this.asked = this.wanted;
    this.go();
  }

  go() {
    if (!this.asked || this.busy || document.visibilityState !== "visible") return;
    this.asked = false;
    this.busy = true;
    const after = () => {
      this.busy = false;
      this.go();
    };
    void this.read().finally(() => setTimeout(after, LEAST_MS));
  }
}

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
