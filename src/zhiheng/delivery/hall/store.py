"""Where the log is kept: the seam between the hall and a database."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Protocol

import msgspec

from zhiheng.delivery.core.attempt import Entry, EntryKey


class Fate(Enum):
    APPENDED = "appended"
    REPEATED = "repeated"
    CONFLICT = "conflict"


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of a row. entry: the row as the log holds it, for a repeat the earlier one."""

    fate: Fate
    entry: Entry


class LogStore(Protocol):
    """One append-only table. `append` is called by one thread only; reads may come from another."""

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Write a batch in one transaction and return only when it would survive a power cut.

        Outcomes are in the order of the entries. A row whose (attempt, epoch, item, seq) is already
        in the log, or earlier in the batch, is not written: same body REPEATED, other body CONFLICT.
        Ids are given in the order in which transactions become visible, whoever else writes.
        """

    def attempt(self, attempt: str) -> list[Entry]:
        """Every row of one attempt, in log order."""

    def control(self, *, after: int = 0) -> list[Entry]:
        """Every row that is not an answer and whose id is above `after`, in log order."""

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        """The next rows that are answers, with ids above `after`, in log order."""

    @property
    def shared(self) -> bool:
        """Whether other processes may be writing to this log."""

    def others(self) -> bool:
        """Whether other processes have it open now."""

    def close(self) -> None: ...


def number(entries: Sequence[Entry], *, first: int) -> None:
    """Give the rows their place in the log, in place: they are the store's from now on."""
    give = msgspec.structs.force_setattr
    for place, entry in enumerate(entries, start=first):
        give(entry, "id", place)


def appended(entries: Sequence[Entry]) -> list[Outcome]:
    """The usual fate of a whole batch."""
    fate = Fate.APPENDED
    return [Outcome(fate, entry) for entry in entries]


def outcomes(entries: Sequence[Entry], held: Mapping[EntryKey, Entry]) -> list[Outcome]:
    """Tell each row's fate from the rows the log holds under the same names (by `Entry.key`)."""
    fates: list[Outcome] = []
    for entry in entries:
        kept = held[entry.key]
        if kept.id == entry.id:
            fates.append(Outcome(Fate.APPENDED, kept))
        elif kept.body == entry.body:
            fates.append(Outcome(Fate.REPEATED, kept))
        else:
            fates.append(Outcome(Fate.CONFLICT, kept))
    return fates
