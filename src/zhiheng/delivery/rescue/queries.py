"""Rescue files as they stand: what they hold against what the log has, and what waits for whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import QuerySet

from zhiheng.assembly.queries import bodies_of
from zhiheng.delivery.core.attempt import Entry, Kind
from zhiheng.delivery.core.pack import PackItem
from zhiheng.delivery.core.rescue import Contents, Fate, Known, RescueFile, Weighed, open_rescue, weigh
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.core.token import read_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.models import Attempt, RescueDecision, RescueImport
from zhiheng.delivery.queries import attempts_of, folded, log_of, moment_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock, vault
from zhiheng.sittings.models import Offering

A_FAIR_CLOCK = 5  # seconds


class Stage(StrEnum):
    FIRST = "first"  # waits for the first word
    SECOND = "second"  # waits for another person's
    TAKEN = "taken"  # handed to the hall
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescue:
    """A rescue file with the words on it, in their order."""

    row: RescueImport
    decisions: tuple[RescueDecision, ...]

    @property
    def stage(self) -> Stage:
        if any(not decision.agreed for decision in self.decisions):
            return Stage.REFUSED
        return (Stage.FIRST, Stage.SECOND, Stage.TAKEN)[len(self.decisions)]

    @property
    def fresh(self) -> int:
        """Rows that were new on the day the file was brought."""
        count: int = self.row.facts["fates"].get(Fate.NEW, 0)
        return count

    @property
    def made_at(self) -> datetime | None:
        """When the page says it made the file; None for what is no moment."""
        try:
            return datetime.fromisoformat(self.row.facts["created_at"])
        except ValueError:
            return None

    @property
    def clock_words(self) -> str:
        """How the machine's clock went, as its page had measured it."""
        off: int = self.row.facts["offset"]
        if abs(off) < A_FAIR_CLOCK:
            return "与考场一致"
        return f"比考场{'慢' if off > 0 else '快'} {abs(off)} 秒，各时间已按此更正"

    def may_decide(self, account: Account) -> bool:
        """Nobody has two words; the second is of somebody who did not bring the file either."""
        if self.stage == Stage.FIRST:
            return True
        people = {self.row.brought_by_id, *(decision.by_id for decision in self.decisions)}
        return self.stage == Stage.SECOND and account.id not in people


def _rows() -> QuerySet[RescueImport]:
    return RescueImport.objects.select_related(
        "attempt__ticket__application__person",
        "attempt__ticket__offering__sitting",
        "attempt__paper",
        "file",
        "brought_by",
    ).order_by("created_at")


def _with_words(rows: Iterable[RescueImport]) -> list[Rescue]:
    found = list(rows)
    words: dict[UUID, list[RescueDecision]] = defaultdict(list)
    for word in RescueDecision.objects.filter(rescue__in=found).select_related("by").order_by("step"):
        words[word.rescue_id].append(word)
    return [Rescue(row=row, decisions=tuple(words[row.id])) for row in found]


def rescues_of(offering: Offering) -> list[Rescue]:
    """Those of one offering, in two queries."""
    return _with_words(_rows().filter(attempt__ticket__offering=offering))


def rescue_by_id(rescue_id: UUID) -> Rescue | None:
    return next(iter(_with_words(_rows().filter(id=rescue_id))), None)


def rescues_waiting_for(account: Account) -> list[Rescue]:
    """Those on which the account may say the next word, in two queries."""
    return [rescue for rescue in _with_words(_undecided()) if rescue.may_decide(account)]


def rescues_undecided(offering: Offering, *, only: Attempt | None = None) -> int:
    """Rescue files of an offering, or of one attempt, that wait for a word."""
    found = _undecided().filter(attempt__ticket__offering=offering)
    return found.count() if only is None else found.filter(attempt=only).count()


def _undecided() -> QuerySet[RescueImport]:
    settled = RescueDecision.objects.filter(agreed=False).values("rescue")
    taken = RescueDecision.objects.filter(step=2).values("rescue")
    return _rows().exclude(id__in=settled).exclude(id__in=taken)


def attempt_in(offering: Offering, attempt_id: str) -> Attempt | None:
    try:
        return attempts_of(offering).filter(id=UUID(attempt_id)).first()
    except ValueError:
        return None


def opened(content: bytes) -> RescueFile:
    """Raises: Refused when this hall's key does not open it."""
    return open_rescue(content, ensure_keys(settings.HALL_DATA).rescue)


def proven(file: RescueFile) -> bool:
    """Whether the page that made the file had the session it speaks of: its token is one of ours, of this attempt."""
    try:
        session = read_token(file.contents.token, key=ensure_keys(settings.HALL_DATA).hmac, now=0)
    except Refused:
        return False
    return (session.attempt, session.epoch) == (file.header.attempt, file.contents.epoch)


def items_of(attempt: Attempt) -> dict[str, PackItem]:
    """The questions of the attempt's paper in printed order."""
    paper = attempt.paper
    shown = pack_paper(paper_id=str(paper.id), title="", lines=paper.lines, bodies=bodies_of([paper]))
    return {item.id: item for item in shown.items}


def weighed(attempt: Attempt, contents: Contents) -> tuple[Weighed, ...]:
    """Every row of the file held against the log as it is now."""
    entries = log_of([attempt]).get(str(attempt.id), [])
    state = folded(attempt, entries)
    now = round(clock.now().timestamp() * 1000)
    known = Known(
        items=items_of(attempt),
        rows=[row for row in entries if row.kind in (Kind.ANSWER, Kind.RESCUED)],
        epoch=state.epoch,
        opens=round(attempt.ticket.offering.starts_at.timestamp() * 1000),
        closes=state.deadline_at(now),
    )
    return weigh(contents, known)


def counted(rows: Iterable[Weighed]) -> dict[str, int]:
    return dict(Counter(str(row.fate) for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table. number: of the question as printed, None for one the paper has not."""

    number: int | None
    item: str
    value: str
    standing: str
    at: datetime | None
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file as those who decide see it. last_heard: the last the hall had of this candidate before the file."""

    lines: list[Line]
    counts: Mapping[str, int]
    last_heard: datetime | None
    trouble: Refused | None


def opened_for(rescue: Rescue) -> Opened:
    """What the file holds against the log now; trouble says why it cannot be opened any more."""
    attempt = rescue.row.attempt
    try:
        file = opened(vault.read(rescue.row.file))
    except Refused as refused:
        return Opened(lines=[], counts={}, last_heard=None, trouble=refused)
    rows = weighed(attempt, file.contents)
    places = {line["item"]: place for place, line in enumerate(attempt.paper.lines, start=1)}
    return Opened(
        lines=[_line(row, places) for row in rows],
        counts=counted(rows),
        last_heard=_last_heard(log_of([attempt]).get(str(attempt.id), [])),
        trouble=None,
    )


def _line(row: Weighed, places: Mapping[str, int]) -> Line:
    return Line(
        number=places.get(row.row.item),
        item=row.row.item[:60],
        value=_words(row.row.value),
        standing="" if row.standing is None else _words(msgspec.json.decode(row.standing)),
        at=moment_of(row.at),
        fate=row.fate,
        why=row.why,
    )


def _words(value: object) -> str:
    if value is None or value in ("", []):
        return "（清空）"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _last_heard(entries: Iterable[Entry]) -> datetime | None:
    """By the rows the candidate's own page caused."""
    own = (Kind.OPENED, Kind.ANSWER, Kind.SUBMITTED, Kind.EVENT, Kind.COMMENT)
    return moment_of(max((row.server_time for row in entries if row.kind in own), default=None))
