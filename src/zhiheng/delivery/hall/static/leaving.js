// The session ends on this machine.

import { forgetSession, readQueue, readSession } from "./box.js";
import { endWatch } from "./conduct.js";
import { forgetMedia } from "./media.js";
import { forgetMessages } from "./messages.js";
import { hideNotice, show, showNotice, showRefusal } from "./notice.js";
import { keepTyped, sender } from "./saving.js";
import { clock, state } from "./state.js";
import { drawWatermark } from "./watermark.js";
import { word } from "./words.js";

/** Nothing of the candidate stays but what has not arrived. */
export async function endSession() {
  sender.stop();
  await endWatch();
  state.paper = undefined;
  state.token = "";
  clock.standing = undefined;
  forgetMedia();
  forgetMessages();
  await forgetSession();
  hideNotice();
}

/** Back to the sign-in form with the reason, and with what lies here undelivered. @param {import("./line.js").Refusal} problem */
export async function leave(problem) {
  await keepTyped();
  const session = await readSession(); // also where the page was just loaded again and knows nothing else
  const count = session ? (await readQueue(session.attempt)).length : 0;
  await endSession();
  drawWatermark(undefined);
  show("signin");
  showRefusal(problem);
  if (count) showNotice("left", () => word("leftHere", { count }));
}
