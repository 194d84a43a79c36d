"""What was acknowledged against what the log holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from zhiheng.cli.hall_rehearsal.sitter import Acknowledged
from zhiheng.delivery.core.attempt import Entry, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """missing: acknowledged and not in the log, or there with another answer. doubled: there more than once.

    disordered: later in the log than an answer to the same question that was given after it.
    """

    missing: int
    doubled: int
    disordered: int


def compare(acknowledged: Iterable[Acknowledged], rows: Iterable[Entry]) -> Ledger:
    """acknowledged: each candidate's in the order given. rows: of the log, in its order."""
    held: dict[tuple[str, int, str, int], str] = {}
    place: dict[tuple[str, int, str, int], int] = {}
    seen: Counter[tuple[str, int, str, int]] = Counter()
    for row in rows:
        if row.kind != Kind.ANSWER:
            continue
        name = (row.attempt, row.epoch, row.item, row.seq)
        seen[name] += 1
        held.setdefault(name, row.body)
        place.setdefault(name, row.id)
    missing = doubled = disordered = 0
    last: dict[tuple[str, str], int] = defaultdict(int)
    for one in acknowledged:
        name = (one.attempt, one.epoch, one.item, one.seq)
        if held.get(name) != one.body:
            missing += 1
            continue
        doubled += seen[name] > 1
        question = (one.attempt, one.item)
        disordered += place[name] < last[question]
        last[question] = place[name]
    return Ledger(missing=missing, doubled=doubled, disordered=disordered)
