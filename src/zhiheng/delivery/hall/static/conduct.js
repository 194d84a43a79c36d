// The two helpers that only some exams need: the record of leaving the page, and the rescue file.

import { readQueue, readSession } from "./box.js";
import { part } from "./elements.js";
import { ask, line } from "./line.js";
import { readNote, writeNote } from "./notes.js";
import { forgetRescue, offerRescue } from "./rescue.js";
import { keepTyped, unsent } from "./saving.js";
import { clock, state } from "./state.js";
import { startWatching, stopWatching } from "./watch.js";

const RESCUE_AFTER = 60_000;

let offered = false; // a file was saved, and what is in it has not all arrived

const watchNote = () => `watch-${state.status.attempt}`;

/** From the moment the paper is open; an exam opened again goes on with what was not yet sent. */
export function beginWatch() {
  const kept = readNote(watchNote());
  startWatching({
    post: (path, body) => ask(path, { token: state.token, body }),
    keep: (waiting) => writeNote(watchNote(), JSON.stringify(waiting)),
    kept: kept ? JSON.parse(kept) : undefined,
    now: () => clock.now(),
    unrecorded: state.status.unrecorded,
  });
}

/** Before the session is forgotten: what still waits is sent. */
export async function endWatch() {
  await stopWatching();
  if (state.status) writeNote(watchNote(), undefined);
}

/** The rescue file is offered when the hall has been away for a minute, or when time is up, and answers still wait. */
export function tickRescue() {
  const long = line.lostAt !== undefined && performance.now() - line.lostAt > RESCUE_AFTER;
  part("rescue").hidden = !(state.paper && unsent() > 0 && (long || state.locked));
  if (line.lostAt === undefined && unsent() === 0 && offered) {
    offered = false;
    forgetRescue();
  }
}

async function rescue() {
  await keepTyped();
  const session = await readSession();
  if (!session) return;
  const { attempt, ticket, sitting, rescue_key } = state.status;
  const queue = await readQueue(attempt);
  offered = queue.length > 0;
  await offerRescue({ attempt, ticket, sitting, queue, sessionEpoch: session.epoch, recipientKey: rescue_key ?? "", token: session.token, offset: clock.ahead });
}

part("rescue").addEventListener("click", () => void rescue());
