"""One candidate's attempt, as a fold over the rows of the hall's log.

The log is only ever appended to. What counts is decided here, from the rows in log order: of each item the
row of the latest session and number that was in time and before submission. Two halls on one log may bring an older
answer in after a newer one; it is kept and does not count. Rows that do not count are kept and named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from zhiheng.foundation.canonical import canonical_json
from zhiheng.foundation.errors import ZhihengError


class Kind(StrEnum):
    """What a row says. All but answers and rescued answers are control rows, see `control_entry`."""

    OPENED = "opened"
    ANSWER = "answer"
    SUBMITTED = "submitted"
    GRANTED_TIME = "granted-time"
    PAUSED = "paused"
    RESUMED = "resumed"
    MESSAGE = "message"
    EVENT = "event"
    COMMENT = "comment"
    AWAY = "away"
    ASKED = "asked"
    ALLOWED = "allowed"
    DENIED = "denied"
    ADJUSTED = "adjusted"
    RESCUED = "rescued"
    WITHDRAWN = "withdrawn"  # a pass of staff, under the hall itself


class Flag(StrEnum):
    LATE = "late"
    AFTER_SUBMIT = "after-submit"


CONTROL_ITEM = "#"
"""`item` of rows that answer no question is "#" and the kind, so that it can never be an item id of a paper."""


FORM_KEY = "form/"
"""How the key of time given in the room begins; another key is an accommodation's."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log.

    id: position in the log, the order of what happened to the attempt; 0 before it was appended.
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
    rows kept but not counted. deadline, submitted_at, paused_at: milliseconds since 1970 UTC.
    paused_at: since when the clock stands; the deadline then moves on with it, see `deadline_at`.
    """

    epoch: int = 0
    opened_at: int | None = None
    submitted_at: int | None = None
    granted_minutes: int = 0
    paused_at: int | None = None
    deadline: int = 0
    answers: Mapping[str, Entry] = field(default_factory=dict)
    late: tuple[int, ...] = ()
    after_submit: tuple[int, ...] = ()

    def deadline_at(self, now: int) -> int:
        """The deadline as of this moment: a pause that still runs has moved it until now."""
        return self.deadline + (0 if self.paused_at is None else max(now - self.paused_at, 0))

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
    paused_ms, paused_at = pauses(rows)
    deadline = ends_at + granted * 60_000 + paused_ms
    opened = [row for row in rows if row.kind == Kind.OPENED]
    submitted = next((row for row in rows if row.kind == Kind.SUBMITTED), None)
    answers: dict[str, Entry] = {}
    late: list[int] = []
    after: list[int] = []
    for row in rows:
        if row.kind == Kind.RESCUED:
            if _newer(row, answers.get(row.item)):
                answers[row.item] = row
        elif row.kind != Kind.ANSWER:
            continue
        elif row.id not in admitted and submitted is not None and row.id > submitted.id:
            after.append(row.id)
        elif row.id not in admitted and deadline < row.server_time and not _stood(row, paused_at):
            late.append(row.id)
        elif _newer(row, answers.get(row.item)):
            answers[row.item] = row
    return Attempt(
        epoch=max((row.epoch for row in opened), default=0),
        opened_at=opened[0].server_time if opened else None,
        submitted_at=submitted.server_time if submitted else None,
        granted_minutes=granted,
        paused_at=paused_at,
        deadline=deadline,
        answers=answers,
        late=tuple(late),
        after_submit=tuple(after),
    )


def until_submitted(entries: Iterable[Entry]) -> list[Entry]:
    """The rows up to the submission, all when there is none: what a receipt speaks of, whatever came later."""
    rows: list[Entry] = []
    for row in entries:
        rows.append(row)
        if row.kind == Kind.SUBMITTED:
            break
    return rows


def pauses(rows: Iterable[Entry]) -> tuple[int, int | None]:
    """Milliseconds of all finished pauses, and since when the running one runs.

    rows: in log order, of any kind. A second pause inside a pause, or a resumption of nothing, changes nothing.
    """
    total, since = 0, None
    for row in rows:
        if row.kind == Kind.PAUSED and since is None:
            since = row.server_time
        elif row.kind == Kind.RESUMED and since is not None:
            total, since = total + max(row.server_time - since, 0), None
    return total, since


def _stood(row: Entry, paused_at: int | None) -> bool:
    """Whether the row arrived while the clock stands."""
    return paused_at is not None and row.server_time >= paused_at


def _newer(row: Entry, held: Entry | None) -> bool:
    """A rescued answer, or one that waited in a hall that hung, comes late into the log.

    It replaces only what the candidate had written before it.
    """
    return held is None or (row.epoch, row.seq) > (held.epoch, held.seq)


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


def control_entry(
    kind: Kind, attempt: str, *, serial: int, body: Mapping[str, Any], at: int, epoch: int = 0
) -> Entry:
    """A row that answers no question.

    serial: how many rows of this kind the attempt has (of events and comments: the page's own number).
    body: becomes canonical JSON. epoch: of the session for what the page itself reports, else 0.
    """
    return Entry(
        attempt=attempt,
        epoch=epoch,
        item=CONTROL_ITEM + kind,
        seq=serial,
        kind=kind,
        body=canonical_json(dict(body)).decode(),
        server_time=at,
    )


def opened_entry(attempt: str, *, epoch: int, at: int, **about: str) -> Entry:
    """about: machine (the id its browser keeps), peer (its address), hall (which process opened it)."""
    return control_entry(Kind.OPENED, attempt, serial=0, epoch=epoch, body={"epoch": epoch} | about, at=at)


def submitted_entry(attempt: str, *, epoch: int, at: int, by: str = "", reason: str = "") -> Entry:
    """One name for every submission of an attempt, so that the log holds at most one.

    by, reason: of the person who handed in for the candidate.
    """
    body = {"by": by, "reason": reason} if by else {}
    entry = control_entry(Kind.SUBMITTED, attempt, serial=0, body=body, at=at)
    return msgspec.structs.replace(entry, client_time=f"epoch {epoch}")


def granted_entry(
    attempt: str, *, serial: int, minutes: int, reason: str, at: int, by: str = "", key: str = ""
) -> Entry:
    """minutes: the total granted so far. serial: how many grants came before. key: of what asked for it, once."""
    body = {"minutes": minutes, "reason": reason} | ({"by": by} if by else {}) | ({"key": key} if key else {})
    return control_entry(Kind.GRANTED_TIME, attempt, serial=serial, body=body, at=at)


def is_accommodation(granted: Mapping[str, Any]) -> bool:
    """Whether the body of a granted row speaks of an accommodation, which makes up for nothing that happened."""
    key = str(granted.get("key", ""))
    return bool(key) and not key.startswith(FORM_KEY)


def rescued_entry(answer: Entry) -> Entry:
    """The row of an answer that people brought in from a rescue file: same name, so that a repeat is found."""
    return msgspec.structs.replace(answer, kind=Kind.RESCUED)
