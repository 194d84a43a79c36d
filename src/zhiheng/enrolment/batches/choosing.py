"""Which offering a row means: what the batch says, or what the row's own words say among the open ones."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from zhiheng.enrolment.core.sheet import Wanted
from zhiheng.enrolment.queries import wanted_by
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import open_offerings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    offering: Offering
    wanted: Wanted


class OpenOfferings:
    """Chooses among offerings by programme, level and trade; a column left empty leaves the choice open.

    Raises: Refused when no enrolment is open at all.
    """

    def __init__(self, offerings: Sequence[Offering]) -> None:
        if not offerings:
            raise Refused(
                what="现在没有正在报名的科目", remedy="请在报名开放期间导入，或核对考试日", code="no-offering"
            )
        self._options = [
            _Option(offering=offering, wanted=replace(wanted_by(offering), offering=str(offering.id)))
            for offering in offerings
        ]

    @property
    def fallback(self) -> Wanted:
        return self._options[0].wanted

    def require_told(self, keys: Iterable[str]) -> None:
        """Raises: Refused when several offerings are open and no column of the sheet says which is meant."""
        if len(self._options) > 1 and not {"programme", "level", "trade"} & set(keys):
            known = "；".join(_words(option) for option in self._options)
            raise Refused(
                what="表格里没有申报项目、申报级别或申报工种列，而正在报名的科目不止一个",
                rule=f"正在报名的科目：{known}",
                remedy="请在导入时指定科目，或在表格里加上这些列",
                code="offering-open",
            )

    def choose(self, *, programme: str, level: str, trade: str) -> Wanted:
        left = self._options
        if programme:
            left = _kept(left, programme, _programme, "programme", "项目")
        if level:
            left = _kept(left, level, _level, "level", "级别")
        if trade:
            left = _kept(left, trade, _trade, "trade", "工种")
        if len(left) > 1:
            known = "；".join(_words(option) for option in left)
            missing = "trade" if programme and level else "level" if programme else "programme"
            raise Refused(
                what=f"对应不止一个正在报名的科目：{known}",
                remedy="请写明申报项目、申报级别和申报工种，或在导入时指定科目或考试日",
                code=f"unknown-{missing}",
            )
        return left[0].wanted


def _programme(text: str, wanted: Wanted) -> bool:
    return wanted.conditions.programme(text).id == wanted.conditions.programme(wanted.programme).id


def _level(text: str, wanted: Wanted) -> bool:
    return wanted.conditions.for_level(text).id == wanted.conditions.for_level(wanted.level).id


def _trade(text: str, wanted: Wanted) -> bool:
    return wanted.conditions.trade(text.upper() if len(text) == 1 else text).mark == wanted.trade


def _kept(
    options: list[_Option], text: str, means: Callable[[str, Wanted], bool], code: str, noun: str
) -> list[_Option]:
    """Raises: Refused when none of the options is meant."""
    kept = [option for option in options if _says(text, option.wanted, means)]
    if not kept:
        known = "；".join(_words(option) for option in options)
        raise Refused(
            what=f"正在报名的科目里没有{noun}“{text}”",
            remedy=f"可以报的有：{known}",
            code=f"unknown-{code}",
        )
    return kept


def _says(text: str, wanted: Wanted, means: Callable[[str, Wanted], bool]) -> bool:
    try:
        return means(text, wanted)
    except Refused:
        return False


def _words(option: _Option) -> str:
    return f"{option.offering.title}（{chinese_day(option.offering.sitting.day)}）"


def chooser_for(offering: Offering | None, sitting: Sitting | None) -> Wanted | OpenOfferings:
    """Raises: Refused when nothing is open."""
    if offering is not None:
        return replace(wanted_by(offering), offering=str(offering.id))
    found = open_offerings(moment=clock.now())
    return OpenOfferings([entry for entry in found if sitting is None or entry.sitting_id == sitting.id])


def offerings_by_id(offering: Offering | None) -> dict[str, Offering]:
    """The offerings rows may name, by id."""
    known = {str(entry.id): entry for entry in open_offerings(moment=clock.now())}
    return known | ({str(offering.id): offering} if offering else {})
