"""Settling a written answer from blind marks: mean within the tolerance, an arbiter beyond it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """tolerance: the largest difference of two blind marks that needs no third, in marks per maximum of 10."""

    blind: int
    tolerance: Decimal
    third: Literal["arbiter_decides", "mean_with_nearer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    marks: Decimal
    reckoning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """round: the round whose mark is still missing."""

    round: int
    why: str


def check_points(given: Sequence[str], possible: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """A marker's marks per marking point as decimals, each a multiple of 0.5 between 0 and the point's marks.

    Raises: Refused naming the point.
    """
    if len(given) != len(possible):
        raise Refused(
            what=f"共有 {len(possible)} 个采分点，收到 {len(given)} 个分数",
            remedy="请为每个采分点打分，没有答到的打 0 分",
            code="points-count",
        )
    return tuple(
        _point(place, text, limit) for place, (text, limit) in enumerate(zip(given, possible, strict=True), 1)
    )


def _point(place: int, text: str, limit: Decimal) -> Decimal:
    try:
        marks = Decimal(text)
    except ArithmeticError:
        raise _bad_point(place, text, limit) from None
    if not marks.is_finite() or not 0 <= marks <= limit or marks % HALF:
        raise _bad_point(place, text, limit)
    return marks


def _bad_point(place: int, text: str, limit: Decimal) -> Refused:
    return Refused(
        what=f"第 {place} 个采分点的分数“{text}”不能用",
        rule=f"0 至 {limit} 分，以 0.5 分为一档",
        remedy="请重新打分",
        code="points-value",
    )


def settle(marks: Sequence[Decimal | None], policy: Policy, *, possible: Decimal) -> Settled | Pending:
    """The mark of one answer from its rounds in order (None = not yet marked).

    Source: the usual 2+1 on-screen marking mode; the two blind marks' mean within tolerance, else the third mark.
    """
    blind = marks[: policy.blind]
    for place in range(policy.blind):
        if place >= len(blind) or blind[place] is None:
            return Pending(round=place + 1, why="等待第一、二位阅卷员")
    given = [mark for mark in blind if mark is not None]
    gap = max(given) - min(given)
    allowed = policy.tolerance * possible / 10
    words = "、".join(f"{mark}" for mark in given)
    if gap <= allowed:
        mean = sum(given, Decimal(0)) / len(given)
        return Settled(marks=mean, reckoning=f"{words}，相差 {gap} ≤ {allowed}，取平均 {mean}")
    third = marks[policy.blind] if len(marks) > policy.blind else None
    if third is None:
        return Pending(round=policy.blind + 1, why=f"{words}，相差 {gap} > {allowed}，等待仲裁")
    if policy.third == "arbiter_decides":
        return Settled(marks=third, reckoning=f"{words}，相差 {gap} > {allowed}，仲裁 {third}")
    nearer = min(given, key=lambda mark: (abs(mark - third), -mark))
    mean = (nearer + third) / 2
    return Settled(
        marks=mean, reckoning=f"{words}，相差 {gap} > {allowed}，仲裁 {third} 与较近的 {nearer} 平均 {mean}"
    )


def decide_marker(marker: str, *, before: Sequence[str], taught: bool) -> Decision:
    """Whether somebody may mark an answer: never twice, never one's own student.

    before: ids of those who marked it in earlier rounds.
    """
    return Decision.all_of(
        Reason(
            code="marked-before",
            text="没有评阅过这份答卷" if marker not in before else "已评阅过这份答卷",
            met=marker not in before,
            rule="背对背评阅：同一份答卷由不同的人评阅",
            remedy="请领取其他答卷",
        ),
        Reason(
            code="own-student",
            text="与考生没有教学关系" if not taught else "是考生的任课教师",
            met=not taught,
            rule="回避：不评阅自己学员的答卷",
            remedy="请领取其他答卷",
        ),
    )
