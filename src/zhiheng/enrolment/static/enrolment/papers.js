/**
 * Looking at papers one sheet at a time: next, previous, larger, smaller, turned. Without this script, and on a
 * telephone, the sheets stand one below the other. A sheet is fetched when it is first shown.
 * On the reviewer's desk the keys work everywhere on the page; elsewhere only while the papers have the focus.
 */

const DESK = matchMedia("(min-width: 64rem)");
const SETTING = "zhiheng-review-keys";
const CLOSER = 1.25;
const MOST = 6;

/** @type {Record<string, string>} */
const KEYS = { n: "next", p: "previous", "+": "closer", "=": "closer", "-": "wider", "0": "whole", t: "turn" };

export class Papers {
  at = 0;
  zoom = 1;
  turned = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.sheets = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-sheet]")]);
    this.bar = /** @type {HTMLElement} */ (root.querySelector("[data-papers-bar]"));
    this.place = /** @type {HTMLElement} */ (root.querySelector("[data-papers-place]"));
    for (const button of this.bar.querySelectorAll("button")) {
      button.addEventListener("click", () => this.act(button.dataset.act ?? ""));
    }
    for (const image of root.querySelectorAll("img")) image.addEventListener("load", () => this.fit());
    document.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.fit()).observe(root);
    DESK.addEventListener("change", () => this.arrange());
    this.arrange();
  }

  /** One at a time on a desk, all of them on a telephone. */
  arrange() {
    this.root.classList.toggle("one", DESK.matches);
    this.bar.hidden = !DESK.matches;
    if (DESK.matches) this.show(this.at);
    else for (const image of this.root.querySelectorAll("img")) plain(image);
  }

  /** @param {number} place */
  show(place) {
    this.at = Math.min(Math.max(place, 0), this.sheets.length - 1);
    this.zoom = 1;
    this.turned = 0;
    this.sheets.forEach((sheet, number) => sheet.classList.toggle("shown", number === this.at));
    this.place.textContent = `${this.at + 1} / ${this.sheets.length} ${this.sheet.dataset.label ?? ""}`;
    this.fit();
  }

  get sheet() {
    return this.sheets[this.at];
  }

  /** Sizes the picture: at zoom 1 all of it is seen. */
  fit() {
    const image = this.sheet.querySelector("img");
    const frame = /** @type {HTMLElement | null} */ (this.sheet.querySelector(".frame"));
    if (!DESK.matches || !image || !frame?.clientWidth || !image.naturalWidth) return;
    const aside = this.turned % 180 !== 0;
    const wide = aside ? image.naturalHeight : image.naturalWidth;
    const high = aside ? image.naturalWidth : image.naturalHeight;
    const scale = Math.min(frame.clientWidth / wide, frame.clientHeight / high) * this.zoom;
    const around = /** @type {HTMLElement} */ (image.parentElement);
    around.style.width = `${wide * scale}px`;
    around.style.height = `${high * scale}px`;
    image.style.width = `${image.naturalWidth * scale}px`;
    image.style.transform = `translate(-50%, -50%) rotate(${this.turned}deg)`;
  }

  /** @param {string} act */
  act(act) {
    if (act === "next") return this.show(this.at + 1);
    if (act === "previous") return this.show(this.at - 1);
    if (act === "closer") this.zoom = Math.min(this.zoom * CLOSER, MOST);
    if (act === "wider") this.zoom = Math.max(this.zoom / CLOSER, 1);
    if (act === "whole") this.zoom = 1;
    if (act === "turn") this.turned = (this.turned + 90) % 360;
    this.fit();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!DESK.matches || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const desk = document.querySelector("[data-keys]");
    const here = event.target instanceof Node && this.root.contains(event.target);
    if (desk ? localStorage.getItem(SETTING) === "off" || writing(event.target) : !here) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    this.act(act);
  }
}

/**
 * Takes back what fitting did.
 * @param {HTMLImageElement} image
 */
function plain(image) {
  image.removeAttribute("style");
  image.parentElement?.removeAttribute("style");
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

for (const root of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-papers]"))) {
  if (root.querySelector("[data-sheet]")) new Papers(root);
}
