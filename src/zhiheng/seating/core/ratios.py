"""How many invigilators, examiners and reviewers a room or panel needs. Source: 4-01-02-07 (2021) 1.9.3."""

from dataclasses import dataclass

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.terms import Ratios


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The least that is allowed for one room or panel."""

    invigilators: int
    examiners: int
    reviewers: int


def least_staff(candidates: int, ratios: Ratios) -> Staffing:
    """Raises: Refused when there is no candidate."""
    return Staffing(
        invigilators=least_invigilators(candidates, ratios),
        examiners=least_examiners(candidates, ratios),
        reviewers=_odd_from(ratios.least_reviewers.value),
    )


def least_invigilators(candidates: int, ratios: Ratios) -> int:
    """1:15, and never fewer than two in a room."""
    by_ratio = _shares(candidates, ratios.candidates_per_invigilator.value)
    return max(ratios.least_invigilators.value, by_ratio)


def least_examiners(candidates: int, ratios: Ratios) -> int:
    """The smallest odd number that is at least three and one per five candidates."""
    by_ratio = _shares(candidates, ratios.candidates_per_examiner.value)
    return _odd_from(max(ratios.least_examiners.value, by_ratio))


def _odd_from(number: int) -> int:
    return number if number % 2 else number + 1


def _shares(candidates: int, each: int) -> int:
    """How many shares of so many candidates, the last one perhaps not full."""
    if candidates < 1:
        raise Refused(
            what=f"考生人数 {candidates} 不是正整数", remedy="请给出 1 或更大的整数", code="candidates-range"
        )
    return -(-candidates // each)


def check_invigilators(invigilators: int, *, candidates: int, ratios: Ratios) -> Decision:
    """Whether a room of so many candidates has enough invigilators."""
    least = least_invigilators(candidates, ratios)
    return Decision.all_of(
        Reason(
            code="invigilators",
            text=f"考场 {candidates} 名考生，监考 {invigilators} 名，至少 {least} 名",
            met=invigilators >= least,
            rule=ratios.candidates_per_invigilator.source,
            remedy=f"请再安排 {max(least - invigilators, 0)} 名监考人员，或减少本考场人数",
        )
    )


def check_examiners(panels: tuple[int, ...], *, candidates: int, ratios: Ratios) -> Decision:
    """Whether the skill examiners suffice: each panel odd and large enough, all together one per five candidates.

    panels: the number of examiners in each group; one group is the usual case.
    """
    needed = _shares(candidates, ratios.candidates_per_examiner.value)
    enough = Reason(
        code="examiner-ratio",
        text=f"考生 {candidates} 名，考评员共 {sum(panels)} 名，至少 {needed} 名",
        met=sum(panels) >= needed,
        rule=ratios.candidates_per_examiner.source,
        remedy=f"请再安排 {max(needed - sum(panels), 0)} 名考评员",
    )
    lines = (
        _panel_line(size, "考评员", ratios.least_examiners.value, ratios.least_examiners.source)
        for size in panels
    )
    return Decision.all_of(enough, *lines)


def check_reviewers(reviewers: int, *, ratios: Ratios) -> Decision:
    """Whether a comprehensive review panel is three or more and odd."""
    return Decision.all_of(
        _panel_line(reviewers, "综合评审委员", ratios.least_reviewers.value, ratios.least_reviewers.source)
    )


def _panel_line(size: int, who: str, least: int, source: str) -> Reason:
    return Reason(
        code="panel-size",
        text=f"{who} {size} 名，须为 {least} 名（含）以上单数",
        met=size >= least and size % 2 == 1,
        rule=source,
        remedy=f"请调整为 {_odd_from(max(size, least))} 名",
    )
