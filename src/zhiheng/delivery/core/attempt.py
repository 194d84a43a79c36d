"""One candidate's attempt, as a fold over the rows of the hall's log.

The log is only ever appended to. What counts is decided here, from the rows, in log order: the last
row of each item that was in time and before submission. Rows that do not count are kept and named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from zhiheng.foundation.errors import ZhihengError


class Kind(StrEnum):
    OPENED = "opened"
    ANSWER = "answer"
    SUBMITTED = "submitted"
    GRANTED_TIME = "granted-time"


class Flag(StrEnum):
    LATE = "late"
    AFTER_SUBMIT = "after-submit"


CONTROL_ITEM = "#"
"""`item` of rows that answer no question is "#" and the kind, so that it can never be an item id of a paper."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log.

    id: position in the log, the only order that counts; 0 before it was appended.
    (attempt, epoch, item, seq) names the row: the same name with the same body is a repeat.
    body: JSON text. server_time: milliseconds since 1970 UTC. client_time: as the machine said, unproved.
    flags: what the candidate was told at the time, comma-separated.
    """

    attempt: str
    epoch: int
    item: str
    seq: int
    kind: str
    body: str
    server_time: int
    client_time: str = ""
    flags: str = ""
    id: int = 0

    @property
    def key(self) -> "EntryKey":
        return EntryKey(attempt=self.attempt, epoch=self.epoch, item=self.item, seq=self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKey:
    attempt: str
    epoch: int
    item: str
    seq: int


class ImpossibleHistory(ZhihengError):
    """The rows given cannot all be rows of one attempt's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The present of an attempt.

    answers: item -> the row that counts (its body may be "null": cleared). late, after_submit: ids of
    rows kept but not counted. deadline, submitted_at: milliseconds since 1970 UTC.
    """

    epoch: int = 0
    opened_at: int | None = None
    submitted_at: int | None = None
    granted_minutes: int = 0
    deadline: int = 0
    answers: Mapping[str, Entry] = field(default_factory=dict)
    late: tuple[int, ...] = ()
    after_submit: tuple[int, ...] = ()

    @property
    def given(self) -> dict[str, str | list[str]]:
        """Item -> the answer that counts; cleared ones are absent."""
        values = {item: msgspec.json.decode(row.body) for item, row in self.answers.items()}
        return {item: value for item, value in values.items() if value is not None}


def fold(entries: Iterable[Entry], *, ends_at: int, admitted: frozenset[int] = frozenset()) -> Attempt:
    """What an attempt's rows amount to.

    entries: rows of one attempt in log order. ends_at: the deadline of the pack, before granted time.
    admitted: ids of late or after-submission rows that a person decided to count.
    Raises: ImpossibleHistory for rows of two attempts, out of order, or one name with two bodies.
    """
    rows = list(_once(entries))
    granted = _granted(rows)
    deadline = ends_at + granted * 60_000
    opened = [row for row in rows if row.kind == Kind.OPENED]
    submitted = next((row for row in rows if row.kind == Kind.SUBMITTED), None)
    answers: dict[str, Entry] = {}
    late: list[int] = []
    after: list[int] = []
    for row in rows:
        if row.kind != Kind.ANSWER:
            continue
        if row.id not in admitted and submitted is not None and row.id > submitted.id:
            after.append(row.id)
        elif row.id not in admitted and row.server_time > deadline:
            late.append(row.id)
        else:
            answers[row.item] = row
    return Attempt(
        epoch=max((row.epoch for row in opened), default=0),
        opened_at=opened[0].server_time if opened else None,
        submitted_at=submitted.server_time if submitted else None,
        granted_minutes=granted,
        deadline=deadline,
        answers=answers,
        late=tuple(late),
        after_submit=tuple(after),
    )


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    seen: dict[EntryKey, str] = {}
    attempt: str | None = None
    last = 0
    for row in entries:
        if attempt is not None and row.attempt != attempt:
            raise ImpossibleHistory(f"Rows of two attempts: {attempt} and {row.attempt}.")
        if row.id <= last:
            raise ImpossibleHistory(f"Row {row.id} comes after row {last}.")
        attempt, last = row.attempt, row.id
        if row.key not in seen:
            seen[row.key] = row.body
            yield row
        elif seen[row.key] != row.body:
            raise ImpossibleHistory(f"Row {row.id} has the name of an earlier row and another body.")


def _granted(rows: list[Entry]) -> int:
    """Granted rows carry the total of minutes so far, so the last one says it all."""
    granted = [row for row in rows if row.kind == Kind.GRANTED_TIME]
    return int(msgspec.json.decode(granted[-1].body)["minutes"]) if granted else 0


def opened_entry(attempt: str, *, epoch: int, at: int) -> Entry:
    return Entry(
        attempt=attempt,
        epoch=epoch,
        item=CONTROL_ITEM + Kind.OPENED,
        seq=0,
        kind=Kind.OPENED,
        body=f'{{"epoch":{epoch}}}',
        server_time=at,
    )


def submitted_entry(attempt: str, *, epoch: int, at: int) -> Entry:
    """One name for every submission of an attempt, so that the log holds at most one."""
    return Entry(
        attempt=attempt,
        epoch=0,
        item=CONTROL_ITEM + Kind.SUBMITTED,
        seq=0,
        kind=Kind.SUBMITTED,
        body="{}",
        server_time=at,
        client_time=f"epoch {epoch}",
    )


def granted_entry(attempt: str, *, serial: int, minutes: int, reason: str, at: int) -> Entry:
    """minutes: the total granted so far. serial: how many grants came before."""
    return Entry(
        attempt=attempt,
        epoch=0,
        item=CONTROL_ITEM + Kind.GRANTED_TIME,
        seq=serial,
        kind=Kind.GRANTED_TIME,
        body=msgspec.json.encode({"minutes": minutes, "reason": reason}).decode(),
        server_time=at,
    )
