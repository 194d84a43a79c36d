"""Every acknowledgement a client got, held against the hall's log. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from zhiheng.delivery.core.attempt import Entry, Kind, fold

_NEVER = 1 << 60


class Name(NamedTuple):
    """What names a row of the log."""

    attempt: str
    epoch: int
    item: str
    seq: int


class Ack(NamedTuple):
    """An answer the hall said it has. body: as the log must hold it."""

    name: Name
    body: str


@dataclass(slots=True)
class Verdict:
    """Counts of acknowledgements checked and of what is wrong with them.

    missing: acknowledged, not in the log. altered: there with another body. twice: one name on two rows.
    disordered: rows of one attempt and item whose (session, number) do not ascend in the log.
    """

    acknowledged: int = 0
    rows: int = 0
    missing: int = 0
    altered: int = 0
    twice: int = 0
    disordered: int = 0

    @property
    def clean(self) -> bool:
        return self.missing == self.altered == self.twice == self.disordered == 0


@dataclass(slots=True)
class Ledger:
    """Takes the log up in pieces, in log order, and settles acknowledgements against it."""

    verdict: Verdict = field(default_factory=Verdict)
    last_id: int = 0
    _bodies: dict[Name, str] = field(default_factory=dict)
    _newest: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def take(self, rows: Iterable[Entry]) -> None:
        """More of the log; rows that are not answers only move the place."""
        for row in rows:
            if row.id <= self.last_id:
                self.verdict.disordered += 1
            self.last_id = max(self.last_id, row.id)
            if row.kind == Kind.ANSWER:
                self._take_answer(row)

    def settle(self, acks: Iterable[Ack]) -> None:
        """Acknowledgements given before the last rows were taken."""
        for ack in acks:
            self.verdict.acknowledged += 1
            body = self._bodies.get(ack.name)
            if body is None:
                self.verdict.missing += 1
            elif body != ack.body:
                self.verdict.altered += 1

    def _take_answer(self, row: Entry) -> None:
        self.verdict.rows += 1
        name = Name(row.attempt, row.epoch, row.item, row.seq)
        if name in self._bodies:
            self.verdict.twice += 1
            return
        self._bodies[name] = row.body
        place = (row.attempt, row.item)
        if (row.epoch, row.seq) <= self._newest.get(place, (0, 0)):
            self.verdict.disordered += 1
        self._newest[place] = (row.epoch, row.seq)


def compare(acks: Iterable[Ack], rows: Iterable[Entry]) -> Verdict:
    """A whole log against everything that was acknowledged."""
    ledger = Ledger()
    ledger.take(rows)
    ledger.settle(acks)
    return ledger.verdict


def worst(one: Verdict, other: Verdict) -> Verdict:
    """Of each count the higher: what any of several looks at one log has found."""
    names = Verdict.__dataclass_fields__
    return Verdict(**{name: max(getattr(one, name), getattr(other, name)) for name in names})


def outdated(acks: Iterable[Ack], rows: Iterable[Entry]) -> int:
    """On how many questions an answer counts that is older than one the hall said it has.

    rows: the whole log. Between halls the rows may stand in another order than the answers were given in.
    """
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    for name, _ in acks:
        place = (name.attempt, name.item)
        newest[place] = max(newest.get(place, (0, 0)), (name.epoch, name.seq))
    by_attempt: dict[str, list[Entry]] = {}
    for row in rows:
        by_attempt.setdefault(row.attempt, []).append(row)
    counted = {attempt: fold(mine, ends_at=_NEVER).answers for attempt, mine in by_attempt.items()}
    found = 0
    for (attempt, item), last in newest.items():
        held = counted.get(attempt, {}).get(item)
        found += held is None or (held.epoch, held.seq) < last
    return found
