// The exam page: where its parts are put together.

import { draw } from "./answering.js";
import { tickRescue } from "./conduct.js";
import { part } from "./elements.js";
import { drawReceipt } from "./handing.js";
import { keepPageAlive } from "./keeper.js";
import { leave } from "./leaving.js";
import { line } from "./line.js";
import { drawMessages } from "./messages.js";
import { announce, hideNotice, isShown, redrawNotices, show, showNotice } from "./notice.js";
import { drawPause, drawTimer } from "./pausing.js";
import { heard, tickPulse } from "./pulse.js";
import { keepTyped, lineFound, lineLost, whenRefused } from "./saving.js";
import { drawAsking, drawWho, resume } from "./signin.js";
import { clock, state } from "./state.js";
import { claim, takeOver, whenTaken } from "./tabs.js";
import { drawWaiting, tickWaiting, waitingFound, waitingLost } from "./waiting.js";
import { redrawWatch } from "./watch.js";
import { chooseLanguage, currentLanguage, word, writeWords } from "./words.js";

/** The countdown, the timer, the four announcements, the end. */
async function tick() {
  void tickPulse();
  tickRescue();
  if (isShown("waiting")) await tickWaiting();
  if (!state.paper) return;
  drawTimer();
  const spoken = clock.announcement();
  if (spoken) announce(spoken);
  if (clock.left() === 0 && clock.standing === undefined && !state.locked) {
    await keepTyped();
    state.locked = true;
    showNotice("time", () => word("timeUp"));
    draw();
  }
}

function switchLanguage() {
  chooseLanguage(currentLanguage() === "zh" ? "en" : "zh");
  writeWords();
  redrawNotices();
  drawWho();
  drawMessages();
  redrawWatch();
  if (state.paper) draw();
  if (isShown("asking")) drawAsking();
  if (isShown("waiting")) drawWaiting();
  if (isShown("paused")) drawPause();
  if (isShown("receipt")) drawReceipt();
}

line.on.heard = heard;
line.on.lost = () => (isShown("waiting") ? waitingLost() : lineLost());
line.on.found = () => (isShown("waiting") ? waitingFound() : lineFound());
addEventListener("offline", () => { if (state.paper) lineLost(); });
addEventListener("online", () => { if (state.paper && line.lostAt === undefined) hideNotice("line"); });
part("language").addEventListener("click", switchLanguage);
whenRefused((problem) => void leave(problem));
setInterval(() => void tick(), 500);
writeWords();
drawWho();
whenTaken(() => void keepTyped().finally(() => location.reload()));
part("elsewhere-go").addEventListener("click", () => void takeOver().then(resume));
void claim().then((mine) => (mine ? resume() : show("elsewhere")));
void keepPageAlive();
