// The paper is opened: fetched, the answers given so far laid into it.

import { carryOver, discard, readQueue } from "./box.js";
import { startAnswering } from "./answering.js";
import { timed } from "./pulse.js";
import { show } from "./notice.js";
import { confirmed } from "./paper.js";
import { savedUntil, sender } from "./saving.js";
import { state, takeStatus } from "./state.js";
import { word } from "./words.js";

/** @param {number} epoch */
export async function openPaper(epoch) {
  const opened = await timed("paper", { token: state.token });
  takeStatus(opened);
  state.paper = /** @type {import("./paper.js").Paper} */ (opened.paper);
  state.items = state.paper.sections.flatMap((section) => section.items);
  const resumed = await timed("answers", { token: state.token });
  state.answers = new Map(Object.entries(resumed.answers));
  savedUntil(resumed.server_time);
  await settleLeftovers(epoch);
  for (const waiting of await readQueue(state.status.attempt)) state.answers.set(waiting.item, waiting.value);
  show("exam");
  startAnswering();
  sender.start();
}

/** Answers of an earlier session on this machine: sent at once, or asked about when another machine came between. @param {number} epoch */
async function settleLeftovers(epoch) {
  const old = (await readQueue(state.status.attempt)).filter((waiting) => waiting.epoch < epoch);
  if (!old.length) return;
  const ours = old.every((waiting) => waiting.epoch === epoch - 1);
  const numbers = [...new Set(old.map((waiting) => state.items.findIndex((item) => item.id === waiting.item) + 1))];
  const use = ours || await confirmed({
    title: word("leftoverTitle"),
    lines: [word("leftoverBody", { count: old.length, numbers: numbers.sort((a, b) => a - b).join("、") })],
    yes: word("leftoverUse"),
    no: word("leftoverDrop"),
  });
  await (use ? carryOver(old) : discard(old));
}
