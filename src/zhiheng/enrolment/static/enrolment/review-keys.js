/**
 * Reviewing from the keyboard. A letter goes to the part of the page that carries it: a link is followed, a button
 * or a group of fields is only reached, so that no single key decides a file. In a list j and k walk the rows.
 * The keys can be switched off; the choice stays in this browser.
 */

const SETTING = "zhiheng-review-keys";

/** @returns {boolean} */
function on() {
  return localStorage.getItem(SETTING) !== "off";
}

/**
 * Whether what is typed belongs to a field.
 * @param {EventTarget | null} target
 */
function writing(target) {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type))
  );
}

/**
 * Brings a part of the page under the reader's hands.
 * @param {HTMLElement} part
 */
function reach(part) {
  const field = part.matches("button")
    ? part
    : /** @type {HTMLElement | null} */ (part.querySelector("input, textarea, select"));
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

/**
 * The next or previous row of a list, from the one in focus.
 * @param {string} key
 */
function walk(key) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]);
  if (rows.length === 0) return;
  const here = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const place = key === "j" ? Math.min(here + 1, rows.length - 1) : Math.max(here - 1, 0);
  rows[place]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
  const key = event.key.toLowerCase();
  if (!["j", "k", "a", "r", "m"].includes(key)) return;
  const part = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${key}"]`));
  if (part instanceof HTMLAnchorElement) part.click();
  else if (part) reach(part);
  else if (key === "j" || key === "k") walk(key);
  else return;
  event.preventDefault();
});

for (const panel of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-keys]"))) {
  const button = /** @type {HTMLButtonElement | null} */ (panel.querySelector("[data-keys-switch]"));
  const show = () => {
    if (!button) return;
    button.setAttribute("aria-pressed", String(on()));
    button.textContent = on() ? "快捷键：开" : "快捷键：关";
  };
  button?.addEventListener("click", () => {
    localStorage.setItem(SETTING, on() ? "off" : "on");
    show();
  });
  panel.hidden = false;
  show();
}
