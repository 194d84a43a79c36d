"""Other conditions for candidates who need them: what may be asked, by when, and what a decision amounts to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.workdays import add_working_days

FILE = Path(__file__).parents[1] / "data" / "adjustments.yaml"
DETAIL_LENGTH = 40
REASON_LENGTH = 500


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    zh: str
    en: str

    def spoken(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Kind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that may be asked for. percent: minutes on top, of the printed duration.

    asks_percent: the candidate says how much. asks_detail: the candidate says what exactly; the hint for it.
    """

    id: str
    title: Wording
    doing: Wording
    evidence: bool
    percent: int = 0
    asks_percent: bool = False
    asks_detail: Wording | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be asked for, and by when. working_days_before: counted back from the day of the sitting."""

    source: str
    deadline_source: str
    working_days_before: int
    most_percent: int
    kinds: tuple[Kind, ...]

    @property
    def deadline_rule(self) -> str:
        return f"考试日前 {self.working_days_before} 个工作日（{self.deadline_source}）"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing asked for. percent and detail: as the candidate put them, where the kind asks."""

    kind: str
    percent: int = 0
    detail: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The word on one thing. percent and detail: as granted, which may differ from what was asked."""

    kind: str
    granted: bool
    reason: str
    percent: int = 0
    detail: str = ""


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one candidate. percent: minutes on top. words: what is to be done, nothing of why."""

    percent: int = 0
    words: str = ""


@cache
def adjustment_rules() -> Rules:
    return msgspec.yaml.decode(FILE.read_bytes(), type=Rules)


def kinds() -> Mapping[str, Kind]:
    return {kind.id: kind for kind in adjustment_rules().kinds}


def adjusted_minutes(minutes: int, percent: int) -> int:
    """The duration with so many percent on top, rounded up to whole minutes."""
    return minutes - (-minutes * percent // 100)


def owed_minutes(minutes: int, percent: int, *, had: int) -> int:
    """Minutes still to be given for so many percent on top; time given before is never taken back."""
    return max(adjusted_minutes(minutes, percent) - minutes - had, 0)


def last_day_to_ask(day: date) -> date:
    """The last day on which asking for a sitting on that day is in time."""
    return add_working_days(day, -adjustment_rules().working_days_before).day


def check_asked(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """What is asked for, in the order of the table, without what the kind does not ask.

    Raises: Refused, code "adjustment-none", "adjustment-kind", "adjustment-percent" or "adjustment-detail".
    """
    if not asked:
        raise Refused(what="没有选择需要什么", remedy="请至少选择一项需要的便利", code="adjustment-none")
    by_kind = {one.kind: one for one in asked}
    if len(by_kind) != len(asked) or not by_kind.keys() <= kinds().keys():
        raise Refused(
            what="所选的便利有重复，或者不在可申请的范围内",
            remedy="请刷新页面重新选择",
            code="adjustment-kind",
        )
    return tuple(
        Asked(kind=kind.id, percent=_percent(kind, one.percent), detail=_detail(kind, one.detail))
        for kind in adjustment_rules().kinds
        if (one := by_kind.get(kind.id))
    )


def needs_evidence(asked: Iterable[Asked]) -> bool:
    return any(kinds()[one.kind].evidence for one in asked)


def check_verdicts(asked: Sequence[Asked], verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The words on everything that was asked, in its order.

    Raises: Refused, code "verdict-missing", "verdict-reason", or as for asking.
    """
    by_kind = {verdict.kind: verdict for verdict in verdicts}
    if len(by_kind) != len(verdicts) or by_kind.keys() != {one.kind for one in asked}:
        raise Refused(
            what="还有申请的项目没有决定", remedy="请对每一项分别写明准许或不准许", code="verdict-missing"
        )
    return tuple(_checked(by_kind[one.kind]) for one in asked)


def in_force(decisions: Iterable[Sequence[Verdict]]) -> list[Verdict]:
    """The newest word on every kind, in the order of the table. decisions: the oldest first."""
    newest = {verdict.kind: verdict for verdicts in decisions for verdict in verdicts}
    return [newest[kind] for kind in kinds() if kind in newest]


def amount_to(verdicts: Iterable[Verdict], *, language: str = "zh") -> Adjustment:
    """What the words come to: of several times on top only the largest counts."""
    granted = [verdict for verdict in verdicts if verdict.granted]
    percent = max((verdict.percent for verdict in granted), default=0)
    sentences = dict.fromkeys(
        doing(verdict, language=language) for verdict in granted if _counts(verdict, percent)
    )
    join = "; " if language.startswith("en") else "，"
    return Adjustment(percent=percent, words=join.join(sentences))


def doing(verdict: Verdict, *, language: str = "zh") -> str:
    """What is to be done for one granted kind."""
    wording = kinds()[verdict.kind].doing.spoken(language)
    return wording.format(percent=verdict.percent, detail=verdict.detail)


def encode(found: Sequence[Asked] | Sequence[Verdict]) -> str:
    return msgspec.json.encode(found).decode()


def decode_asked(text: str) -> tuple[Asked, ...]:
    """As kept; nothing when the content was erased."""
    return msgspec.json.decode(text, type=tuple[Asked, ...]) if text else ()


def decode_verdicts(text: str) -> tuple[Verdict, ...]:
    return msgspec.json.decode(text, type=tuple[Verdict, ...]) if text else ()


def _counts(verdict: Verdict, percent: int) -> bool:
    """A smaller time on top is covered by the larger one."""
    return not verdict.percent or verdict.percent == percent


def _checked(verdict: Verdict) -> Verdict:
    kind, reason = kinds()[verdict.kind], verdict.reason.strip()[:REASON_LENGTH]
    if not reason:
        raise Refused(
            what=f"“{kind.title.zh}”没有写理由",
            rule="准许或不准许都要写明理由，申请人会看到",
            remedy="请补写理由",
            code="verdict-reason",
        )
    if not verdict.granted:
        return Verdict(kind=kind.id, granted=False, reason=reason)
    return Verdict(
        kind=kind.id,
        granted=True,
        reason=reason,
        percent=_percent(kind, verdict.percent),
        detail=_detail(kind, verdict.detail),
    )


def _percent(kind: Kind, percent: int) -> int:
    if not kind.asks_percent:
        return kind.percent
    most = adjustment_rules().most_percent
    if not 1 <= percent <= most:
        raise Refused(
            what=f"延长的比例“{percent} %”超出范围",
            remedy=f"请填写 1 至 {most} 之间的整数",
            code="adjustment-percent",
        )
    return percent


def _detail(kind: Kind, detail: str) -> str:
    if kind.asks_detail is None:
        return ""
    text = " ".join(detail.split())
    if not text or len(text) > DETAIL_LENGTH:
        raise Refused(
            what=f"“{kind.title.zh}”没有写明具体内容，或者超过 {DETAIL_LENGTH} 个字",
            remedy=f"请{kind.asks_detail.zh}",
            code="adjustment-detail",
        )
    return text
