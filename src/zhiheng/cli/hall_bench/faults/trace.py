"""Acknowledgements before the disk had them, found in a record of system calls. Plain Python.

The record is strace's (`-f -y`). Answers carry a mark K and their number in what is written to the log, and their
acknowledgements carry the number. An answer is durable when a write that holds its mark had ended before an
fsync or fdatasync of the same file began, and that one has returned 0. An acknowledgement sent earlier
counts as a violation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_LINE = re.compile(r"^(?P<pid>\d+) +(?P<rest>.*)$")
_CALL = re.compile(r"^(?P<call>\w+)\((?P<fd>\d+)(?:<(?P<path>[^>]*)>)?")
_RESUMED = re.compile(r"^<\.\.\. (?P<call>\w+) resumed>")
_RESULT = re.compile(r"= (?P<result>-?\d+)[^=]*$")
_MARK = re.compile(r"K(\d{10})")
_ACKNOWLEDGED = re.compile(r'\\"seq\\": ?(\d{10})')
_UNFINISHED = "<unfinished ...>"
_SYNCS = frozenset({"fsync", "fdatasync"})
_WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg"})


@dataclass(slots=True)
class Watched:
    """acknowledged: sent to a candidate. early: of these, sent before the disk had them."""

    acknowledged: int = 0
    early: int = 0
    syncs: int = 0


@dataclass(slots=True)
class _Call:
    """One that has begun. covers: of an fsync, the marks that were in the file when it began."""

    name: str
    path: str
    marks: frozenset[str] = frozenset()
    covers: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reader:
    watched: Watched = field(default_factory=Watched)
    _open: dict[str, _Call] = field(default_factory=dict)
    _dirty: dict[str, set[str]] = field(default_factory=dict)
    _durable: set[str] = field(default_factory=set)

    def line(self, text: str) -> None:
        found = _LINE.match(text)
        if found is None:
            return
        pid, rest = found["pid"], found["rest"]
        if (again := _RESUMED.match(rest)) is not None:
            call = self._open.pop(pid, None)
            if call is not None and call.name == again["call"]:
                self._end(call, rest)
            return
        begun = self._begin(rest)
        if begun is None:
            return
        if _UNFINISHED in rest:
            self._open[pid] = begun
        else:
            self._end(begun, rest)

    def _begin(self, rest: str) -> _Call | None:
        found = _CALL.match(rest)
        if found is None:
            return None
        name, path = found["call"], found["path"] or ""
        if name in _SYNCS:
            return _Call(name, path, covers=frozenset(self._dirty.get(path, ())))
        if name not in _WRITES:
            return None
        if path.startswith(("socket:", "TCP", "UNIX")):
            self._send(rest)
            return None
        return _Call(name, path, marks=frozenset(_MARK.findall(rest)))

    def _end(self, call: _Call, rest: str) -> None:
        result = _RESULT.search(rest)
        done = int(result["result"]) if result else -1
        if call.name in _SYNCS and done == 0:
            self.watched.syncs += 1
            self._durable |= call.covers
            self._dirty.get(call.path, set()).difference_update(call.covers)
        elif call.marks and done > 0:
            self._dirty.setdefault(call.path, set()).update(call.marks - self._durable)

    def _send(self, rest: str) -> None:
        for number in _ACKNOWLEDGED.findall(rest):
            self.watched.acknowledged += 1
            self.watched.early += number not in self._durable


def watch_trace(lines: Iterable[str]) -> Watched:
    """What a record shows."""
    reader = _Reader()
    for text in lines:
        reader.line(text)
    return reader.watched
