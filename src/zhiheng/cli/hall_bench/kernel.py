"""The load generator's inner loop: compiled, and talking to the kernel itself.

One thread, one epoll set, one request in flight per connection. Requests lie ready as bytes; only the digits
of the sequence number, of the item and the letter of the answer are written anew each time.

Closed loop: every connection sends again as soon as it was answered. Open loop: requests are due at given
moments whatever the server does, each goes to the connection that has rested longest, and its latency counts
from the moment it was due, also when no connection was free (no coordinated omission).
"""

import platform
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.core import typing
from numpy.typing import NDArray

from zhiheng.cli.hall_bench.marks import ITEM_DIGITS, SEQ_DIGITS

Bytes = NDArray[np.uint8]
Longs = NDArray[np.int64]

HEAD_LIMIT = 2048
_SCRATCH = 1 << 17
_EVENTS = 512
_WORDS = 3 if platform.machine() in ("x86_64", "AMD64") else 4  # struct epoll_event is packed on x86 alone
_FD = _WORDS - 2
_MONOTONIC = 1
_NO_SIGNAL = 0x4000
_NS = 1_000_000_000
_IN_HEAD = -1
_LONG_NAP = 100_000_000
_EPOLL_DEL = 2
MORE, GOOD, BAD, BROKEN = 0, 1, 2, 3
ANSWERED, FAILED, LOST, FLYING, ASKED, FIRST, RESTING, COUNTS = 0, 1, 2, 3, 4, 5, 6, 7


def _libc(name: str, returns: object, *takes: object) -> Any:
    """A function of the C library, found by its name when the code is compiled."""
    signature = typing.signature(returns, *takes)  # type: ignore[attr-defined, no-untyped-call]  # numba's own
    return types.ExternalFunction(name, signature)


_INT, _LONG, _SIZE, _AT = types.int32, types.int64, types.uint64, types.intp
_clock_gettime = _libc("clock_gettime", _INT, _INT, _AT)
_ppoll = _libc("ppoll", _INT, _AT, _SIZE, _AT, _AT)
_epoll_wait = _libc("epoll_wait", _INT, _INT, _AT, _INT, _INT)
_epoll_ctl = _libc("epoll_ctl", _INT, _INT, _INT, _INT, _AT)
_recv = _libc("recv", _LONG, _INT, _AT, _SIZE, _INT)
_send = _libc("send", _LONG, _INT, _AT, _SIZE, _INT)


class Lines(NamedTuple):
    """The connections, by place. left: bytes of an answer still to come, -1 while its head is.

    requests: (n, widest) bytes ready to send; size: of each. seq_at, item_at, value_at: where the digits go, -1
    for requests without. due: ns, of the request in flight. place: descriptor -> place. state: 0 resting,
    1 in flight, 2 lost.
    """

    fd: NDArray[np.int32]
    place: NDArray[np.int32]
    requests: Bytes
    size: Longs
    seq_at: Longs
    item_at: Longs
    value_at: Longs
    seq: Longs
    due: Longs
    left: Longs
    have: Longs
    heads: Bytes
    state: NDArray[np.int8]


class Job(NamedTuple):
    """What to do. due: ns after the start, ascending; empty for the closed loop. items: how many questions.

    stop, give_up: ns after the start; after stop nothing new is sent in the closed loop, after give_up
    nobody is waited for. check_seq: an answer must carry the number that was sent.
    """

    due: Longs
    stop: int
    give_up: int
    items: int
    check_seq: bool


@njit(nogil=True, cache=True)
def now_ns(clock):  # type: ignore[no-untyped-def]  # compiled
    _clock_gettime(_MONOTONIC, clock.ctypes.data)
    return clock[0] * _NS + clock[1]


@njit(nogil=True, cache=True)
def _digits(row, at, width, number):  # type: ignore[no-untyped-def]  # compiled
    for place in range(at + width - 1, at - 1, -1):
        row[place] = 48 + number % 10
        number //= 10


@njit(nogil=True, cache=True)
def _ask(lines, one, due, items):  # type: ignore[no-untyped-def]  # compiled
    row = lines.requests[one]
    if lines.seq_at[one] >= 0:
        lines.seq[one] += 1
        number = lines.seq[one]
        _digits(row, lines.seq_at[one], SEQ_DIGITS, number)
        _digits(row, lines.item_at[one], ITEM_DIGITS, 1 + number % items)
        row[lines.value_at[one]] = 97 + (number // items) % 4
    lines.due[one] = due
    lines.left[one] = _IN_HEAD
    lines.have[one] = 0
    size = lines.size[one]
    sent = _send(lines.fd[one], row.ctypes.data, size, _NO_SIGNAL)
    lines.state[one] = 1 if sent == size else 2
    return sent == size


@njit(nogil=True, cache=True)
def _head_end(data, size):  # type: ignore[no-untyped-def]  # compiled
    for at in range(3, size):
        if data[at] == 10 and data[at - 1] == 13 and data[at - 2] == 10 and data[at - 3] == 13:
            return at + 1
    return -1


@njit(nogil=True, cache=True)
def _number_after(data, start, stop, name):  # type: ignore[no-untyped-def]  # compiled
    """The number behind `name` (lower case), blanks skipped; -1 when there is none."""
    for at in range(start, stop - name.size):
        here = True
        for step in range(name.size):
            if (data[at + step] | 32) != (name[step] | 32):
                here = False
                break
        if here:
            place, number, found = at + name.size, 0, False
            while place < stop and (data[place] == 32 or 48 <= data[place] <= 57):
                if data[place] != 32:
                    number, found = number * 10 + data[place] - 48, True
                place += 1
            return number if found else -1
    return -1


@njit(nogil=True, cache=True)
def _hear(lines, one, scratch, length_name, seq_name, check):  # type: ignore[no-untyped-def]  # compiled
    """Read what came, and tell what it was."""
    have = lines.have[one]
    scratch[:have] = lines.heads[one, :have]
    room = scratch.size - have
    got = _recv(lines.fd[one], scratch.ctypes.data + have, room, 0)
    if got <= 0 or lines.state[one] != 1:
        return BROKEN
    if lines.left[one] != _IN_HEAD:
        lines.left[one] -= got
        return GOOD if lines.left[one] == 0 else MORE if lines.left[one] > 0 else BROKEN
    size = have + got
    end = _head_end(scratch, size)
    if end < 0:
        if size > HEAD_LIMIT:
            return BROKEN
        lines.heads[one, :size] = scratch[:size]
        lines.have[one] = size
        return MORE
    lines.have[one] = 0
    length = _number_after(scratch, 0, end, length_name)
    lines.left[one] = length - (size - end)
    if length < 0 or scratch[9] != 50 or scratch[10] != 48 or scratch[11] != 48:
        lines.state[one] = 2  # its end is unknown or it is a refusal: not used again
        return BAD
    if lines.left[one] > 0:
        return MORE
    if check and _number_after(scratch, end, size, seq_name) != lines.seq[one]:
        return BAD
    return GOOD


@njit(nogil=True, cache=True)
def _nap(epoll, until, now, poll, span):  # type: ignore[no-untyped-def]  # compiled
    """Sleep until something came or the moment is there; epoll_wait itself counts in whole milliseconds."""
    wait = min(max(until - now, 0), _LONG_NAP)
    span[0], span[1] = wait // _NS, wait % _NS
    poll[0] = epoll
    poll[1] = 1  # POLLIN in the low half
    _ppoll(poll.ctypes.data, 1, span.ctypes.data, 0)


@njit(nogil=True, cache=True)
def _give_up_on(epoll, lines, one):  # type: ignore[no-untyped-def]  # compiled
    lines.state[one] = 2
    _epoll_ctl(epoll, _EPOLL_DEL, lines.fd[one], 0)


@njit(nogil=True, cache=True)
def _ask_all(lines, job, tally, clock):  # type: ignore[no-untyped-def]  # compiled
    for one in range(lines.fd.size):
        if lines.state[one] != 2 and _ask(lines, one, now_ns(clock), job.items):
            tally[FLYING] += 1
        else:
            tally[LOST] += 1


@njit(nogil=True, cache=True)
def _ask_due(lines, job, tally, ring, lag, start, now):  # type: ignore[no-untyped-def]  # compiled
    while tally[ASKED] < job.due.size and tally[RESTING] > 0 and start + job.due[tally[ASKED]] <= now:
        one = ring[tally[FIRST]]
        tally[FIRST] = (tally[FIRST] + 1) % ring.size
        tally[RESTING] -= 1
        if lines.state[one] != 2 and _ask(lines, one, start + job.due[tally[ASKED]], job.items):
            lag[tally[ASKED]] = now - start - job.due[tally[ASKED]]
            tally[FLYING] += 1
            tally[ASKED] += 1
        else:
            tally[LOST] += 1  # that connection is not used again; the request goes to the next


@njit(nogil=True, cache=True)
def _go_on(lines, job, tally, ring, one, again, done):  # type: ignore[no-untyped-def]  # compiled
    """A connection was answered: in the open loop it rests, in the closed one it asks again."""
    lines.state[one] = 0
    if job.due.size > 0:
        ring[(tally[FIRST] + tally[RESTING]) % ring.size] = one
        tally[RESTING] += 1
    elif again:
        if _ask(lines, one, done, job.items):
            tally[FLYING] += 1
        else:
            tally[LOST] += 1


@njit(nogil=True, cache=True)
def _take(epoll, lines, job, tally, ring, latency, scratch, names, one, start, clock):  # type: ignore[no-untyped-def]  # compiled
    if lines.state[one] != 1:
        _give_up_on(epoll, lines, one)  # nothing was asked, so it was closed
        return
    what = _hear(lines, one, scratch, names[0], names[1], job.check_seq)
    if what == MORE:
        return
    tally[FLYING] -= 1
    done = now_ns(clock)
    if what == GOOD:
        if tally[ANSWERED] < latency.size:
            latency[tally[ANSWERED]] = done - lines.due[one]
        tally[ANSWERED] += 1
    elif what == BAD:
        tally[FAILED] += 1
    else:
        tally[LOST] += 1
    if what == BROKEN or lines.state[one] == 2:
        _give_up_on(epoll, lines, one)
    else:
        _go_on(lines, job, tally, ring, one, done - start < job.stop, done)


@njit(nogil=True, cache=True)
def drive(epoll, lines, job, latency, lag, names):  # type: ignore[no-untyped-def]  # compiled
    """Run a job: the counts by their places below, and the nanoseconds it took. Fills latency as answers come,
    and lag with how late each request of an open loop was sent.

    names: the bytes before the length in a head, and before the sequence number in an answer.
    """
    clock, span, poll = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int32)
    events, scratch = np.zeros(_EVENTS * _WORDS, np.uint32), np.zeros(_SCRATCH, np.uint8)
    ring, total = np.arange(lines.fd.size), job.due.size
    tally = np.zeros(COUNTS, np.int64)
    start = now_ns(clock)
    if total == 0:
        _ask_all(lines, job, tally, clock)
    else:
        tally[RESTING] = ring.size
    while True:
        now = now_ns(clock)
        _ask_due(lines, job, tally, ring, lag, start, now)
        stuck = tally[ASKED] == total or tally[RESTING] == 0
        if (tally[FLYING] == 0 and stuck) or now - start > job.give_up:
            break
        until = start + (job.give_up if stuck else job.due[tally[ASKED]])
        _nap(epoll, until, now, poll, span)
        came = _epoll_wait(epoll, events.ctypes.data, _EVENTS, 0)
        for number in range(came):
            one = lines.place[events[number * _WORDS + _FD]]
            if one >= 0:
                _take(epoll, lines, job, tally, ring, latency, scratch, names, one, start, clock)
    return tally, now_ns(clock) - start
