// The session ends on this machine.

import { forgetSession } from "./box.js";
import { hideNotice, show, showRefusal } from "./notice.js";
import { keepTyped, sender } from "./saving.js";
import { state } from "./state.js";

/** Back to the sign-in form with the reason; what has not arrived stays in the box. @param {import("./line.js").Refusal} problem */
export async function leave(problem) {
  sender.stop();
  await keepTyped();
  await forgetSession();
  state.paper = undefined;
  hideNotice();
  show("signin");
  showRefusal(problem);
}
