// The candidate's clock: the server's time, whatever this machine believes.

import { word } from "./words.js";

const ANNOUNCED = [30, 10, 5, 1];
const SLEPT = 2000;
const WRONG = 1000;

export class Clock {
  constructor() {
    this.offset = 0;
    this.best = Infinity;
    this.deadline = 0;
    /** @type {number | undefined} what is left while the exam is paused */
    this.standing = undefined;
    /** @type {number | undefined} */
    this.lastMinutes = undefined;
    this.apart = Date.now() - performance.now();
  }

  /**
   * Take the measurement with the shortest way there and back; of the others only one that shows this clock to be
   * wrong, as after an answer that lay in a sleeping machine, or when the hall's own clock was set.
   * @param {string} serverTime @param {number} sent @param {number} received performance.now() marks
   */
  measure(serverTime, sent, received) {
    const way = received - sent;
    const told = Date.parse(serverTime);
    const ahead = performance.timeOrigin + sent + this.offset - told; // it was told between sending and receiving
    const behind = told - (performance.timeOrigin + received + this.offset);
    if (Math.max(ahead, behind) < WRONG && way > this.best * 1.5 && way > 50) return;
    this.best = way;
    this.offset = told + way / 2 - (performance.timeOrigin + received);
  }

  /** Go on with what was measured before a reload: against this machine's clock of day, until the hall is heard. @param {number} ahead */
  take(ahead) {
    this.offset = ahead + Date.now() - (performance.timeOrigin + performance.now());
  }

  /** How far the hall is ahead of this machine's clock of day, in milliseconds. */
  get ahead() {
    return this.now() - Date.now();
  }

  /** Whether the two clocks of this machine have parted: it slept, or its clock was set. Then only a new measurement counts. */
  parted() {
    const apart = Date.now() - performance.now();
    const parted = Math.abs(apart - this.apart) > SLEPT;
    this.apart = apart;
    if (parted) this.best = Infinity;
    return parted;
  }

  now() {
    return performance.timeOrigin + performance.now() + this.offset;
  }

  left() {
    return this.standing ?? Math.max(0, this.deadline - this.now());
  }

  /** The sentence to speak now, if one of the four marks has just been passed. @returns {string | undefined} */
  announcement() {
    const minutes = Math.ceil(this.left() / 60_000);
    const before = this.lastMinutes;
    this.lastMinutes = minutes;
    if (before === undefined || minutes >= before) return undefined;
    return ANNOUNCED.includes(minutes) ? word("minutesLeft", { minutes }) : undefined;
  }
}

/** @param {number} milliseconds */
export function asDuration(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}

/** @param {string | number} moment a time of day in the exam's own zone */
export function asTime(moment) {
  return new Date(moment).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
}

/** @param {string} moment */
export function asDay(moment) {
  return `${new Date(moment).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" })} ${asTime(moment)}`;
}
