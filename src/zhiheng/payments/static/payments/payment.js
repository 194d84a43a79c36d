/** Waits on the page with the code until the money has come, then shows the page anew. */

const PAUSE = 3000; // milliseconds

/** @param {string} address */
async function look(address) {
  if (document.hidden) return "waiting";
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? String((await answer.json()).state) : "waiting";
  } catch {
    return "waiting"; // the network will come back
  }
}

/** @param {string} address */
async function wait(address) {
  while ((await look(address)) === "waiting") {
    await new Promise((go) => setTimeout(go, PAUSE));
  }
  location.reload();
}

const waiting = document.querySelector("[data-payment-state]");
if (waiting instanceof HTMLElement && waiting.dataset.paymentState) void wait(waiting.dataset.paymentState);
