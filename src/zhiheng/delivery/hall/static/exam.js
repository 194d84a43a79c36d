// The exam page: where its parts are put together.

import { draw } from "./answering.js";
import { asDuration } from "./clock.js";
import { drawReceipt } from "./handing.js";
import { leave } from "./leaving.js";
import { announce, isShown, redrawNotices, showNotice } from "./notice.js";
import { part } from "./paper.js";
import { heartbeat } from "./pulse.js";
import { keepTyped, whenRefused } from "./saving.js";
import { drawWho, resume } from "./signin.js";
import { clock, state } from "./state.js";
import { tickWaiting, wait } from "./waiting.js";
import { chooseLanguage, currentLanguage, word, writeWords } from "./words.js";

/** The countdown, the timer, the four announcements, the end. */
async function tick() {
  if (isShown("waiting")) await tickWaiting();
  if (!state.paper) return;
  part("timer-value").textContent = asDuration(clock.left());
  const spoken = clock.announcement();
  if (spoken) announce(spoken);
  if (clock.left() === 0 && !state.locked) {
    await keepTyped();
    state.locked = true;
    showNotice(() => word("timeUp"));
    draw();
  }
}

function switchLanguage() {
  chooseLanguage(currentLanguage() === "zh" ? "en" : "zh");
  writeWords();
  redrawNotices();
  drawWho();
  if (state.paper) draw();
  else if (isShown("waiting")) wait();
  else if (state.receipt) drawReceipt();
}

part("language").addEventListener("click", switchLanguage);
whenRefused((problem) => void leave(problem));
setInterval(() => void tick(), 500);
writeWords();
void resume();
void heartbeat();
