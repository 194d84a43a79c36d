"""A released result put right: what differs, whether it may be done, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhiheng.foundation.decision import Decision, Reason

RULE = "已发布的成绩不作无痕改动：更正由两位成绩管理员先后办理，新旧成绩都告知考生"
PASSED = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A component that came to something else. before, after: marks, None for an absence."""

    key: str
    name: str
    before: Decimal | None
    after: Decimal | None


def differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[Difference, ...]:
    """Components as a result keeps them (key, name, marks as decimal strings or None) against those of now.

    Marks that are written differently but worth the same are the same.
    """
    known = {line["key"]: _marks(line) for line in before}
    return tuple(
        Difference(key=line["key"], name=line["name"], before=known.get(line["key"]), after=_marks(line))
        for line in after
        if line["key"] not in known or known[line["key"]] != _marks(line)
    )


def _marks(line: Mapping[str, Any]) -> Decimal | None:
    return None if line["marks"] is None else Decimal(line["marks"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known when an amendment is asked for.

    missing: what marking still owes, in words. undecided: answers of this candidate that wait for a decision.
    waiting: an amendment that nobody has decided yet.
    """

    name: str
    released: bool
    missing: Sequence[str] = ()
    undecided: Sequence[str] = ()
    changed: bool = True
    waiting: bool = False


def decide_proposal(case: Case) -> Decision:
    """Whether one officer may put the result right as the marks stand now."""
    return Decision.all_of(
        Reason(
            code="amendment-unreleased",
            text="成绩已经发布" if case.released else f"{case.name}的成绩还没有发布",
            met=case.released,
            rule=RULE,
            remedy="发布以前的成绩退回再提交即可",
        ),
        Reason(
            code="amendment-waiting",
            text=f"{case.name}的成绩更正已经提出，还没有决定" if case.waiting else "没有未决定的更正",
            met=not case.waiting,
            remedy="请另一位成绩管理员先决定",
        ),
        Reason(
            code="amendment-unsettled",
            text=f"{case.name}的分数还没有结出：{'、'.join(case.missing)}"
            if case.missing
            else "分数已经结出",
            met=not case.missing,
            remedy="请等阅卷与考评完成",
        ),
        Reason(
            code="amendment-undecided",
            text=f"{case.name}还有{'、'.join(case.undecided)}" if case.undecided else "没有待决定的作答",
            met=not case.undecided,
            remedy="请管理员先决定，免得更正两次",
        ),
        Reason(
            code="amendment-same",
            text="现在的分数与公布的不同" if case.changed else f"{case.name}现在的分数与公布的成绩一致",
            met=case.changed or bool(case.missing),
            rule="更正只依分数的变动，不由人填写分数",
            remedy="不需要更正",
        ),
    )


def decide_agreement(*, own: bool, same: bool) -> Decision:
    """Whether a second officer may let it count. own: the officer proposed it. same: marks stand as proposed."""
    return Decision.all_of(
        Reason(
            code="same-officer",
            text="提出更正的人不能自己同意" if own else "由另一位成绩管理员决定",
            met=not own,
            rule=RULE,
            remedy="请另一位成绩管理员核对后决定",
        ),
        Reason(
            code="amendment-stale",
            text="分数与提出时一致" if same else "提出以后分数又有变动",
            met=same,
            remedy="请不同意这份更正，按现在的分数重新提出",
        ),
    )


def consequences(*, before: str, after: str, makeup: bool) -> tuple[str, ...]:
    """What follows for the candidate, a sentence each. before, after: outcomes. makeup: one has been ordered."""
    if before == after:
        return ("结论不变，证书与补考不受影响。",)
    if after == PASSED:
        told = ["更正为合格：按规定颁发证书，期限从更正之日起算。"]
        if makeup:
            told.append("已报名的补考不再需要；补考费由报名机构申请退回。")
        return tuple(told)
    if before == PASSED:
        return (
            "更正为不合格：已颁发的证书随即暂停，由证书管理员核实后撤销；没有颁发的不再颁发。",
            "考生可以报名补考。",
        )
    return ("结论有变，仍可以报名补考。",)
