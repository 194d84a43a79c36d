// The ticket number behind the paper, faint: whoever photographs the screen photographs it too.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 200];

/** @param {string} name @param {Record<string, string | number>} attributes @param {(Node | string)[]} children */
function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** @param {string | undefined} text none: no watermark */
export function drawWatermark(text) {
  document.getElementById("watermark")?.remove();
  if (!text) return;
  const word = shape("text", { x: WIDTH / 2, y: HEIGHT / 2, "text-anchor": "middle", transform: `rotate(-24 ${WIDTH / 2} ${HEIGHT / 2})` }, text);
  const pattern = shape("pattern", { id: "watermark-pattern", width: WIDTH, height: HEIGHT, patternUnits: "userSpaceOnUse" }, word);
  const sheet = shape("rect", { width: "100%", height: "100%", fill: "url(#watermark-pattern)" });
  document.body.prepend(shape("svg", { id: "watermark", class: "watermark", "aria-hidden": "true", focusable: "false" }, shape("defs", {}, pattern), sheet));
}
