/**
 * The seats on the page. What arrives is kept by ticket and drawn once per animation frame, a limited number of
 * seats at a time, and of a seat only what differs: thousands of seats stay smooth.
 */

/** @typedef {import("./line.js").Seat} Seat */

/**
 * What the page holds of one seat.
 * @typedef {object} Place
 * @property {HTMLElement} item
 * @property {HTMLElement} hall where the hall's view of it stands
 * @property {Seat | null} seat as last drawn
 * @property {HTMLElement | null} word
 * @property {Text | null} text
 * @property {Room | null} room where rooms stand together on one page
 */

/**
 * @typedef {object} Room
 * @property {HTMLElement} block
 * @property {Element | null} heading where its numbers stand
 * @property {number} seats
 * @property {Map<string, number>} counts
 */

const SEATS_PER_FRAME = 200;

export class Board {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} words one word per state
   * @param {() => void} drawn called after each frame that changed something
   */
  constructor(root, words, drawn) {
    /** @type {Map<string, Place>} */
    this.places = new Map();
    /** @type {Map<string, Seat>} */
    this.waiting = new Map();
    /** @type {Map<string, number>} */
    this.counts = new Map();
    /** @type {Map<string, Place>} */
    this.asking = new Map();
    /** @type {Set<Room>} */
    this.changedRooms = new Set();
    this.touched = 0;
    this.frames = 0;
    this.drawn = drawn;
    this.asked = false;
    /** @type {Map<string, HTMLElement>} */
    this.words = new Map();
    for (const word of words.content.querySelectorAll("[data-state]")) {
      if (word instanceof HTMLElement) this.words.set(word.dataset.state ?? "", word);
    }
    /** @type {Map<Element, Room>} */
    const rooms = new Map();
    for (const item of root.querySelectorAll("[data-ticket]")) {
      const hall = item.querySelector(".hall");
      if (item instanceof HTMLElement && hall instanceof HTMLElement) {
        const room = roomOf(item, rooms);
        this.places.set(item.dataset.ticket ?? "", { item, hall, seat: null, word: null, text: null, room });
      }
    }
  }

  /** @param {Seat[]} seats */
  take(seats) {
    for (const seat of seats) this.waiting.set(seat.ticket, seat);
    this.ask();
  }

  /** Forget what was drawn of a seat, because something else now stands there. @param {string} ticket */
  forget(ticket) {
    const place = this.places.get(ticket);
    if (place) place.word = place.text = null;
  }

  /** @private */
  ask() {
    if (this.asked || !this.waiting.size) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.frame();
      this.ask();
    });
  }

  /** @private */
  frame() {
    let left = SEATS_PER_FRAME;
    const before = this.touched;
    for (const [ticket, seat] of this.waiting) {
      this.waiting.delete(ticket);
      const place = this.places.get(ticket);
      if (!place) continue;
      this.draw(place, seat);
      left -= 1;
      if (!left) break;
    }
    for (const room of this.changedRooms) this.touched += drawRoom(room);
    this.changedRooms.clear();
    if (this.touched > before) {
      this.frames += 1;
      this.drawn();
    }
  }

  /**
   * @param {Place} place
   * @param {Seat} seat
   * @private
   */
  draw(place, seat) {
    const was = place.seat;
    place.seat = seat;
    const text = said(seat);
    if (!place.word || !place.text) {
      const word = this.word(seat.state);
      const node = document.createTextNode(text);
      place.hall.replaceChildren(word, node);
      place.word = word;
      place.text = node;
      this.touched += 2;
    } else {
      if (was?.state !== seat.state) {
        const word = this.word(seat.state);
        place.word.replaceWith(word);
        place.word = word;
        this.touched += 1;
      }
      if (place.text.data !== text) {
        place.text.data = text;
        this.touched += 1;
      }
    }
    if (was?.state !== seat.state) {
      place.item.dataset.hall = seat.state;
      this.touched += 1;
      if (was) this.count(place, was.state, -1);
      this.count(place, seat.state, 1);
    }
    this.mark(place, was, seat);
  }

  /**
   * @param {Place} place
   * @param {Seat | null} was
   * @param {Seat} seat
   * @private
   */
  mark(place, was, seat) {
    const needed = was !== null && needs(was);
    if (needed !== needs(seat)) {
      place.item.toggleAttribute("data-needs", needs(seat));
      this.count(place, "needs", needs(seat) ? 1 : -1);
      this.touched += 1;
    }
    if (seat.asked) this.asking.set(seat.ticket, place);
    else this.asking.delete(seat.ticket);
  }

  /** @param {Place} place @param {string} key @param {number} by @private */
  count(place, key, by) {
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
    if (!place.room) return;
    place.room.counts.set(key, (place.room.counts.get(key) ?? 0) + by);
    this.changedRooms.add(place.room);
  }

  /** @param {string} state @returns {HTMLElement} @private */
  word(state) {
    const known = this.words.get(state);
    if (!known) throw new Error(`No word for the state ${state}.`);
    return /** @type {HTMLElement} */ (known.cloneNode(true));
  }
}

/**
 * @param {HTMLElement} item
 * @param {Map<Element, Room>} rooms
 * @returns {Room | null}
 */
function roomOf(item, rooms) {
  const block = item.closest(".hall-room");
  if (!(block instanceof HTMLElement)) return null;
  const room = rooms.get(block) ?? {
    block,
    heading: block.querySelector("[data-room-count]"),
    seats: 0,
    counts: new Map(),
  };
  room.seats += 1;
  rooms.set(block, room);
  return room;
}

/**
 * Say whom a room has, so that the filter can leave out rooms without any; returns how many nodes were touched.
 * @param {Room} room
 */
function drawRoom(room) {
  let touched = 0;
  const has = [...room.counts.keys()].filter((key) => room.counts.get(key)).sort().join(" ");
  if (room.block.dataset.has !== has) {
    room.block.dataset.has = has;
    touched += 1;
  }
  const needed = room.counts.get("needs") ?? 0;
  const words = `${room.seats} 人${needed ? ` · 需要处理 ${needed}` : ""}`;
  if (room.heading && room.heading.textContent !== words) {
    room.heading.textContent = words;
    touched += 1;
  }
  return touched;
}

/** Whether somebody should go and look. @param {Seat} seat */
export function needs(seat) {
  return seat.asked || seat.state === "away";
}

/**
 * What stands beside the state.
 * @param {Seat} seat
 */
export function said(seat) {
  const parts = [];
  if (seat.asked) parts.push("请求换机");
  if (seat.state === "away" && seat.seen_at) parts.push(`自 ${clockOf(seat.seen_at)}`);
  if (seat.state !== "absent" && seat.state !== "waiting") parts.push(`${seat.answered}/${seat.total} 题`);
  if (seat.granted) parts.push(`延长 ${seat.granted} 分`);
  if (seat.machines > 1) parts.push(`第 ${seat.machines} 台机器`);
  if (seat.events) parts.push(`事件 ${seat.events} 次`);
  return parts.length ? ` ${parts.join(" · ")}` : "";
}

/** HH:MM of an ISO 8601 time, in the hall's own zone. @param {string} moment */
export function clockOf(moment) {
  return moment.slice(11, 16);
}
