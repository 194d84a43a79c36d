// Handing in, and the receipt.

import { forgetPlace } from "./answering.js";
import { forgetReceipt, keepReceipt, readQueue } from "./box.js";
import { asDay } from "./clock.js";
import { part } from "./elements.js";
import { endSession, leave } from "./leaving.js";
import { ask, isTransient } from "./line.js";
import { show, showNotice } from "./notice.js";
import { confirmed, drawFacts } from "./paper.js";
import { keepTyped, sender } from "./saving.js";
import { isAnswered, state } from "./state.js";
import { drawWatermark } from "./watermark.js";
import { word } from "./words.js";

async function finish() {
  await keepTyped();
  const waiting = (await readQueue(state.status.attempt)).length;
  if (waiting) {
    sender.wake();
    showNotice("hand-in", () => word("waitForNetwork", { count: waiting }));
    return;
  }
  if (!state.locked && !(await confirmed({ title: word("finishTitle"), lines: finishLines(), yes: word("finish"), no: word("goBack") }))) return;
  await handIn();
}

function finishLines() {
  /** @param {(item: import("./paper.js").Item) => boolean} which */
  const numbers = (which) => state.items.flatMap((item, index) => (which(item) ? [index + 1] : []));
  const open = numbers((item) => !isAnswered(item.id));
  const flagged = numbers((item) => state.flags.has(item.id));
  const lines = [open.length ? word("finishOpen", { open: open.length, numbers: open.join(word("listComma")) }) : word("finishAll", { total: state.items.length })];
  if (flagged.length) lines.push(word("finishFlagged", { numbers: flagged.join(word("listComma")) }));
  return [...lines, word("finishAfter")];
}

/** The second time changes nothing and gives the same receipt. */
export async function handIn() {
  try {
    state.receipt = await ask("submit", { token: state.token, post: true });
  } catch (problem) {
    if (isTransient(problem)) showNotice("hand-in", () => word("unreachable"));
    else await leave(/** @type {import("./line.js").Refusal} */ (problem));
    return;
  }
  forgetPlace();
  await endSession();
  await keepReceipt({ receipt: state.receipt, status: { title: state.status.title, name: state.status.name, ticket: state.status.ticket } });
  showReceipt();
  part("main").focus();
}

/** Also after a reload, until the next candidate signs in. */
export function showReceipt() {
  drawWatermark(state.receipt.ticket);
  show("receipt");
  drawReceipt();
}

async function nextCandidate() {
  await forgetReceipt();
  state.receipt = undefined;
  state.status = undefined;
  part("who").textContent = "";
  part("title").textContent = word("brand");
  drawWatermark(undefined);
  show("signin");
  part("ticket").focus();
}

export function drawReceipt() {
  const receipt = state.receipt;
  drawFacts(part("receipt"), [
    [word("exam"), state.status.title], [word("name"), state.status.name], [word("ticket"), receipt.ticket],
    [word("answered"), word("answeredCount", { count: receipt.answers })],
    [word("signedAt"), asDay(receipt.signed_at)], [word("digest"), receipt.hash], [word("signature"), `${receipt.signature.slice(0, 24)}…`],
  ]);
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(state.receipt)], { type: "application/json" }));
  link.download = `receipt-${state.receipt.ticket}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

part("finish").addEventListener("click", () => void finish());
part("print").addEventListener("click", () => print());
part("download").addEventListener("click", download);
part("next-candidate").addEventListener("click", () => void nextCandidate());
