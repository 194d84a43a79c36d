/**
 * Cutting a photograph to one inch before it is sent: drag, wheel, two fingers or the keyboard move and size it.
 * The cut picture takes the place of the chosen file in the form, so without this script the form still works
 * and the server cuts from the middle. A picture too small to cut is sent as it is: the server says why.
 */

const WIDTH = 295;
const HEIGHT = 413;
const STEP = 6;
const ZOOM_STEP = 1.06;

/** @typedef {{ x: number, y: number, scale: number }} View the source pixel at the middle; source pixels per one of 295 */

/**
 * Keeps the cut inside the picture and never enlarges.
 * @param {View} view
 * @param {{ width: number, height: number }} picture
 * @returns {View}
 */
export function held(view, picture) {
  const widest = Math.min(picture.width / WIDTH, picture.height / HEIGHT);
  const scale = Math.min(Math.max(view.scale, 1), widest);
  const halfWidth = (WIDTH * scale) / 2;
  const halfHeight = (HEIGHT * scale) / 2;
  return {
    scale,
    x: Math.min(Math.max(view.x, halfWidth), picture.width - halfWidth),
    y: Math.min(Math.max(view.y, halfHeight), picture.height - halfHeight),
  };
}

/**
 * Draws the cut into a canvas of any size of the same ratio.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} picture
 * @param {View} view
 */
function draw(canvas, picture, view) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const width = WIDTH * view.scale;
  const height = HEIGHT * view.scale;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(
    picture, view.x - width / 2, view.y - height / 2, width, height, 0, 0, canvas.width, canvas.height,
  );
}

/**
 * @param {ImageBitmap} picture
 * @param {View} view
 * @returns {Promise<Blob | null>}
 */
function cut(picture, view) {
  const canvas = document.createElement("canvas");
  const times = view.scale >= 2 ? 2 : 1;
  canvas.width = WIDTH * times;
  canvas.height = HEIGHT * times;
  draw(canvas, picture, view);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
}

/** One form with one file field. */
class PhotoTool {
  /** @type {ImageBitmap | null} */ picture = null;
  /** @type {View} */ view = { x: 0, y: 0, scale: 1 };
  /** @type {Map<number, { x: number, y: number }>} */ fingers = new Map();
  sending = false;
  turn = 0;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLInputElement} input
   * @param {HTMLElement} panel
   */
  constructor(form, input, panel) {
    this.form = form;
    this.input = input;
    this.panel = panel;
    this.canvas = /** @type {HTMLCanvasElement} */ (panel.querySelector("canvas"));
    input.addEventListener("change", () => this.choose());
    form.addEventListener("submit", (event) => this.submit(event));
    this.canvas.addEventListener("pointerdown", (event) => this.touch(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      this.canvas.addEventListener(name, (event) => this.fingers.delete(event.pointerId));
    }
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    for (const button of panel.querySelectorAll("button")) {
      button.addEventListener("click", () => this.press(button.dataset.act ?? ""));
    }
  }

  async choose() {
    const turn = ++this.turn;
    const file = this.input.files?.[0];
    const picture = file ? await opened(file) : null;
    if (turn !== this.turn) return; // another file was chosen meanwhile
    this.picture = picture && picture.width >= WIDTH && picture.height >= HEIGHT ? picture : null;
    this.panel.hidden = !this.picture;
    if (!this.picture) return;
    const { width, height } = this.picture;
    this.show({ x: width / 2, y: height / 2, scale: Math.min(width / WIDTH, height / HEIGHT) });
  }

  /** @param {View} view */
  show(view) {
    if (!this.picture) return;
    this.view = held(view, this.picture);
    draw(this.canvas, this.picture, this.view);
  }

  /** How many source pixels one pixel of the screen shows. */
  get grain() {
    return (WIDTH * this.view.scale) / (this.canvas.getBoundingClientRect().width || WIDTH);
  }

  /** @param {PointerEvent} event */
  touch(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    let { x, y, scale } = this.view;
    const share = other ? 0.5 : 1; // of two fingers each moves the middle by half
    x -= (now.x - before.x) * this.grain * share;
    y -= (now.y - before.y) * this.grain * share;
    if (other) {
      scale *= distance(before, other) / Math.max(distance(now, other), 1);
    }
    this.fingers.set(event.pointerId, now);
    this.show({ x, y, scale });
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    this.zoom(event.deltaY > 0 ? ZOOM_STEP : 1 / ZOOM_STEP);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.show({ ...this.view, scale: this.view.scale * factor });
  }

  /**
   * @param {number} across
   * @param {number} down
   */
  shift(across, down) {
    const step = STEP * this.view.scale;
    this.show({ ...this.view, x: this.view.x + across * step, y: this.view.y + down * step });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    this.press(act);
  }

  /** @param {string} act */
  press(act) {
    if (act === "closer") this.zoom(1 / ZOOM_STEP);
    if (act === "wider") this.zoom(ZOOM_STEP);
    // The arrows move the frame over the picture.
    if (act === "left") this.shift(-1, 0);
    if (act === "right") this.shift(1, 0);
    if (act === "up") this.shift(0, -1);
    if (act === "down") this.shift(0, 1);
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    const name = this.input.files?.[0]?.name;
    if (!this.picture || !name || this.sending) return;
    event.preventDefault();
    this.sending = true;
    const blob = await cut(this.picture, this.view);
    if (blob) {
      const parcel = new DataTransfer();
      parcel.items.add(new File([blob], name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" }));
      this.input.files = parcel.files;
    }
    this.form.requestSubmit();
  }
}

/** @type {Record<string, string>} */
const KEYS = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
  "+": "closer", "=": "closer", "-": "wider",
};

/**
 * @param {{ x: number, y: number }} one
 * @param {{ x: number, y: number }} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/**
 * The picture upright, or null when the browser cannot read it.
 * @param {File} file
 * @returns {Promise<ImageBitmap | null>}
 */
async function opened(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-photo-tool]"))) {
  const input = /** @type {HTMLInputElement | null} */ (form.querySelector("input[type=file]"));
  const panel = /** @type {HTMLElement | null} */ (form.querySelector("[data-photo-panel]"));
  if (input && panel) new PhotoTool(form, input, panel);
}
