/**
 * The live seats: server-sent events read with fetch, because the pass travels in a header.
 * A line that breaks or falls silent is opened again, each time with a fresh pass and after a longer wait.
 */

/**
 * One seat as the hall tells it. Times are ISO 8601.
 * @typedef {object} Seat
 * @property {string} attempt
 * @property {string} ticket
 * @property {"absent" | "waiting" | "answering" | "away" | "paused" | "submitted"} state
 * @property {number} answered
 * @property {number} total
 * @property {string | null} seen_at
 * @property {string | null} ends_at
 * @property {number} granted
 * @property {number} events
 * @property {boolean} asked
 * @property {number} machines
 */

/**
 * @typedef {object} Listener
 * @property {(seats: Seat[], at: string) => void} seats some or all of them, and the hall's time
 * @property {() => void} news something was written down about the room: the site knows what
 * @property {() => void} heard something came, if only a sign of life
 * @property {(state: "connecting" | "live" | "lost" | "signed-out") => void} state
 */

const SILENCE_MS = 40_000;
const LONG_MS = 30_000;
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The site no longer knows who we are: only signing in again helps. */
class SignedOut extends Error {}

/**
 * Keep the seats coming until `stop` is called.
 * @param {string} url of the site, where passes are given out
 * @param {Listener} listener
 * @returns {{stop: () => void}}
 */
export function watchHall(url, listener) {
  const stopped = new AbortController();
  void keepWatching(url, listener, stopped.signal);
  return { stop: () => stopped.abort() };
}

/**
 * @param {string} url
 * @param {Listener} listener
 * @param {AbortSignal} stopped
 */
async function keepWatching(url, listener, stopped) {
  let failures = 0;
  let renewing = false;
  while (!stopped.aborted) {
    const round = new AbortController();
    const end = () => round.abort();
    stopped.addEventListener("abort", end);
    const since = performance.now();
    let live = false;
    if (!renewing) listener.state(failures ? "lost" : "connecting");
    renewing = false;
    try {
      const lines = await passes(url, round.signal);
      const began = () => {
        if (!live) listener.state("live");
        live = true;
        failures = 0;
      };
      // One broken line ends the round: all of them start again together.
      await Promise.race(lines.map((line) => readLine(line, listener, began, round)));
      renewing = live && performance.now() - since > LONG_MS; // the pass ran out: no break worth a word
    } catch (error) {
      if (error instanceof SignedOut) {
        listener.state("signed-out");
        return;
      }
    } finally {
      round.abort();
      stopped.removeEventListener("abort", end);
    }
    if (stopped.aborted) return;
    if (renewing) continue;
    listener.state("lost");
    const wait = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 15_000;
    failures += 1;
    await pause(wait * (0.8 + 0.4 * Math.random()), stopped);
  }
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<{address: string, token: string}[]>}
 */
async function passes(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
  if (answer.redirected || answer.status === 403 || answer.status === 404) throw new SignedOut();
  if (!answer.ok) throw new Error(`The site answered ${answer.status}.`);
  const { lines } = await answer.json();
  if (!lines.length) throw new Error("There is nothing to watch.");
  return lines;
}

/**
 * @param {{address: string, token: string}} line
 * @param {Listener} listener
 * @param {() => void} began
 * @param {AbortController} round
 */
async function readLine(line, listener, began, round) {
  const answer = await fetch(line.address, {
    signal: round.signal,
    headers: { Authorization: `Staff ${line.token}`, Accept: "text/event-stream" },
    credentials: "omit",
    cache: "no-store",
  });
  if (!answer.ok || !answer.body) throw new Error(`The hall answered ${answer.status}.`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let watchdog = setTimeout(() => round.abort(), SILENCE_MS);
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => round.abort(), SILENCE_MS);
      listener.heard();
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const data = dataOf(part);
        if (data === "") continue;
        if (part.startsWith("event: news")) {
          listener.news();
          continue;
        }
        const told = JSON.parse(data);
        began();
        listener.seats(told.seats, told.at);
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}

/**
 * The data of one event; a comment has none.
 * @param {string} part
 */
export function dataOf(part) {
  return part
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line.startsWith("data: ") ? 6 : 5))
    .join("\n");
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
