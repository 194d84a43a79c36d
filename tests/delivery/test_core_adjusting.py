"""What may be asked, by when, and what several decisions amount to."""

from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.adjusting import (
    Adjustment,
    Asked,
    Verdict,
    adjusted_minutes,
    adjustment_rules,
    amount_to,
    check_asked,
    check_verdicts,
    decode_asked,
    decode_verdicts,
    doing,
    encode,
    in_force,
    kinds,
    last_day_to_ask,
    needs_evidence,
    owed_minutes,
)
from zhiheng.foundation.errors import Refused


def granted(kind: str, percent: int = 0, detail: str = "") -> Verdict:
    return Verdict(kind=kind, granted=True, reason="证明相符", percent=percent, detail=detail)


def code_of_asking(*asked: Asked) -> str:
    with pytest.raises(Refused) as refused:
        check_asked(asked)
    return refused.value.code


def code_of_deciding(asked: list[Asked], *verdicts: Verdict) -> str:
    with pytest.raises(Refused) as refused:
        check_verdicts(asked, verdicts)
    return refused.value.code


def test_the_table_is_what_the_sources_say() -> None:
    rules = adjustment_rules()

    assert (rules.working_days_before, rules.most_percent) == (5, 100)
    assert rules.deadline_rule.startswith("考试日前 5 个工作日（")
    assert {kind.id: kind.percent for kind in rules.kinds if kind.percent} == {
        "extra-visual": 30,
        "extra-writing": 30,
        "extra-braille": 50,
    }
    assert [kind.id for kind in rules.kinds if not kind.evidence] == ["priority-entry"]


@pytest.mark.parametrize(
    ("minutes", "percent", "result"),
    [
        (90, 0, 90),
        (90, 30, 117),
        (90, 50, 135),
        (100, 33, 133),
        (75, 30, 98),
        (61, 1, 62),
        (0, 50, 0),
        (120, 100, 240),
    ],
)
def test_minutes_are_rounded_up(minutes: int, percent: int, result: int) -> None:
    assert adjusted_minutes(minutes, percent) == result


@given(minutes=st.integers(0, 1000), percent=st.integers(0, 100))
def test_nobody_gets_less_than_their_percent_nor_a_minute_too_many(minutes: int, percent: int) -> None:
    assert adjusted_minutes(minutes, percent) == minutes + ceil(Fraction(minutes * percent, 100))


def test_working_days_are_counted_back_from_the_sitting() -> None:
    assert last_day_to_ask(date(2026, 11, 28)) == date(2026, 11, 23)
    assert last_day_to_ask(date(2026, 10, 10)) == date(2026, 9, 28)  # the holidays of October between


def test_what_is_asked_is_put_in_order_and_freed_of_what_nobody_asked() -> None:
    asked = check_asked(
        [
            Asked(kind="device", detail="  放大镜 \n 助听器 ", percent=99),
            Asked(kind="extra-other", percent=15, detail="不用"),
            Asked(kind="extra-visual", percent=80),
        ]
    )

    assert asked == (
        Asked(kind="extra-visual", percent=30),
        Asked(kind="extra-other", percent=15),
        Asked(kind="device", detail="放大镜 助听器"),
    )
    assert needs_evidence(asked)
    assert not needs_evidence([Asked(kind="priority-entry")])


def test_asking_for_nothing_twice_or_the_unknown_is_refused() -> None:
    assert code_of_asking() == "adjustment-none"
    assert code_of_asking(Asked(kind="priority-entry"), Asked(kind="priority-entry")) == "adjustment-kind"
    assert code_of_asking(Asked(kind="answers")) == "adjustment-kind"
    for percent in (0, -1, 101):
        assert code_of_asking(Asked(kind="extra-other", percent=percent)) == "adjustment-percent"
    for detail in ("", " \n", "长" * 41):
        assert code_of_asking(Asked(kind="device", detail=detail)) == "adjustment-detail"


def test_every_thing_asked_gets_its_own_word_with_a_reason() -> None:
    asked = [Asked(kind="extra-visual", percent=30), Asked(kind="device", detail="放大镜")]
    no = Verdict(kind="device", granted=False, reason=" 考点已配 ", percent=5, detail="放大镜")

    assert check_verdicts(asked, [no, granted("extra-visual", 99)]) == (
        granted("extra-visual", 30),
        Verdict(kind="device", granted=False, reason="考点已配"),
    )
    assert code_of_deciding(asked, granted("extra-visual")) == "verdict-missing"
    assert code_of_deciding(asked[:1], granted("extra-visual"), granted("extra-visual")) == "verdict-missing"
    assert (
        code_of_deciding(asked[:1], Verdict(kind="extra-visual", granted=True, reason=" "))
        == "verdict-reason"
    )
    assert code_of_deciding(asked[1:], granted("device")) == "adjustment-detail"


def test_only_the_largest_time_counts_and_nothing_says_why() -> None:
    assert amount_to([]) == Adjustment()
    assert amount_to([granted("extra-visual", 30), granted("device", detail="放大镜")]) == Adjustment(
        percent=30, words="延长时间 30 %，准许使用放大镜"
    )
    assert amount_to([granted("extra-visual", 30), granted("extra-writing", 30)]).words == "延长时间 30 %"
    assert amount_to([granted("extra-visual", 30), granted("extra-braille", 50)]) == Adjustment(
        percent=50, words="延长时间 50 %，准许使用盲文点显器或读屏软件"
    )
    assert amount_to([granted("extra-visual", 30), granted("priority-entry")], language="en").words == (
        "30 % more time; enters first"
    )
    assert amount_to([Verdict(kind="device", granted=False, reason="无证明")]) == Adjustment()
    for kind in kinds():
        for language in ("zh", "en"):
            assert "{" not in doing(granted(kind, 15, "放大镜"), language=language)


def test_the_newest_word_on_a_kind_holds() -> None:
    first = [granted("extra-visual", 30), Verdict(kind="device", granted=False, reason="无证明")]
    again = [granted("device", detail="放大镜")]

    assert in_force([]) == []
    assert in_force([first, again]) == [granted("extra-visual", 30), granted("device", detail="放大镜")]
    assert amount_to(in_force([again, first])).words == "延长时间 30 %"


def test_what_is_kept_is_read_back_and_what_was_erased_is_nothing() -> None:
    asked, verdicts = [Asked(kind="device", detail="放大镜")], [granted("device", detail="放大镜")]

    assert decode_asked(encode(asked)) == tuple(asked)
    assert decode_verdicts(encode(verdicts)) == tuple(verdicts)
    assert (decode_asked(""), decode_verdicts("")) == ((), ())


@pytest.mark.parametrize(("had", "owed"), [(0, 45), (30, 15), (45, 0), (60, 0)])
def test_time_given_before_counts_and_is_never_taken_back(had: int, owed: int) -> None:
    assert owed_minutes(90, 50, had=had) == owed
