"""Where the log is kept: the seam between the hall and a database."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from zhiheng.delivery.core.attempt import Entry, EntryKey


class Fate(Enum):
    APPENDED = "appended"
    REPEATED = "repeated"
    CONFLICT = "conflict"


class Outcome(NamedTuple):
    """What became of a row. entry: the row as the log holds it, for a repeat the earlier one."""

    fate: Fate
    entry: Entry


class LogStore(Protocol):
    """One append-only table. `append` is called by one thread only; reads may come from another."""

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Write a batch in one transaction and return only when it would survive a power cut.

        Outcomes are in the order of the entries. A row whose (attempt, epoch, item, seq) is already
        in the log, or earlier in the batch, is not written: same body REPEATED, other body CONFLICT.
        """

    def attempt(self, attempt: str) -> list[Entry]:
        """Every row of one attempt, in log order."""

    def control(self) -> list[Entry]:
        """Every row that is not an answer, in log order."""

    def close(self) -> None: ...


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
