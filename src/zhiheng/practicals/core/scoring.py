"""From examiners' independent sheets to one skill mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.practicals.core.task import Criterion, SkillTask

HALF = Decimal("0.5")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    examiner: str
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillMark:
    marks: Decimal
    reckoning: str


def check_sheet(task: SkillTask, scores: Mapping[str, str]) -> dict[str, Decimal]:
    """Marks per criterion, each a multiple of 0.5 between 0 and the criterion's marks.

    Raises: Refused naming the criterion that is missing, unknown or out of range.
    """
    known = {criterion.id: criterion for criterion in task.criteria}
    for name in scores:
        if name not in known:
            raise Refused(what=f"评分表里没有“{name}”这一项", remedy="请刷新评分表", code="criterion-unknown")
    return {name: _score(criterion, scores.get(name, "")) for name, criterion in known.items()}


def _score(criterion: Criterion, text: str) -> Decimal:
    try:
        marks = Decimal(text)
        fits = marks.is_finite() and 0 <= marks <= criterion.marks and not marks % HALF
    except ArithmeticError:
        fits = False
    if not fits:
        raise Refused(
            what=f"“{criterion.text}”的分数“{text}”不能用" if text else f"“{criterion.text}”还没有打分",
            rule=f"0 至 {criterion.marks} 分，以 0.5 分为一档",
            remedy="请补全后再提交",
            code="criterion-score",
        )
    return marks


def decide_sign_off(sheets: Sequence[Sheet], *, panel: Sequence[str]) -> Decision:
    """Whether the chair may sign: every examiner of the panel has handed in a sheet."""
    handed_in = {sheet.examiner for sheet in sheets}
    missing = [examiner for examiner in panel if examiner not in handed_in]
    return Decision.all_of(
        Reason(
            code="sheets",
            text=f"考评员 {len(panel)} 名，已交评分表 {len(panel) - len(missing)} 份",
            met=not missing,
            rule="考评员独立评分，组长在全部评分表齐备后签字",
            remedy=f"还有 {len(missing)} 名考评员未交评分表" if missing else "",
        )
    )


def skill_mark(sheets: Sequence[Sheet]) -> SkillMark:
    """The mean of the examiners' totals, to two decimals (half up).

    The documents print no rule; the mean of independent totals is the platform's default.
    """
    totals = [sheet.total for sheet in sheets]
    mean = (sum(totals, Decimal(0)) / len(totals)).quantize(CENT, ROUND_HALF_UP)
    words = " + ".join(str(total) for total in totals)
    return SkillMark(marks=mean, reckoning=f"({words}) ÷ {len(totals)} = {mean}")
