"""Every reading is a value of the rule set: changing the value changes the verdict, no code is touched."""

from datetime import date
from typing import Any

import msgspec

from tests.enrolment.profiles import DAY, ago, cert, edu, job, judge, national
from zhiheng.standards.core.conditions import Conditions, load_conditions


def reading(rules: str, **values: Any) -> Conditions:
    conditions = load_conditions(rules)
    return msgspec.structs.replace(
        conditions, readings=msgspec.structs.replace(conditions.readings, **values)
    )


def test_a_tolerated_gap_does_not_break_continuity() -> None:
    facts = (edu("大专"), job(date(2023, 1, 1), date(2023, 12, 31)), job(date(2024, 1, 31), date(2025, 1, 1)))
    assert judge("000", "中级", *facts).satisfied == ()
    assert judge(reading("000", continuity_gap_days=30), "中级", *facts).satisfied == ("2",)
    assert judge(reading("000", continuity_gap_days=29), "中级", *facts).satisfied == ()


def test_another_major_may_be_read_strictly() -> None:
    strict = reading("000", other_major_reading="unrelated")
    facts = (edu("中专", major_related=True), job(ago(3)))
    assert judge("000", "中级", *facts).satisfied == ("1",)
    line = judge(strict, "中级", *facts).lines[0]
    assert (line.met, line.parts[0].text) == (
        False,
        "需中专及以上其他专业毕业（现有：中专（毕业，相关专业））",
    )
    assert judge(strict, "中级", edu("中专", major_related=False), job(ago(3))).satisfied == ("1",)


def test_the_year_of_work_may_have_to_follow_the_certificate() -> None:
    after = reading("000", work_after_certificate=True)
    own = cert("own", "初级", date(2026, 5, 1), programme="互联网营销师")
    assert judge("000", "中级", own, job(ago(3))).satisfied == ("6",)
    line = judge(after, "中级", own, job(ago(3))).lines[4]
    assert (line.met, line.earliest) == (False, date(2027, 5, 1))


def test_the_scope_of_own_certificates() -> None:
    wide = reading("000", own_certificate_scope=("互联网营销师", "全媒体运营师"))
    facts = (cert("own", "初级", DAY, programme="全媒体运营师"), job(ago(1)))
    assert judge("000", "中级", *facts).satisfied == ()
    assert judge(wide, "中级", *facts).satisfied == ("6",)


def test_own_certificates_of_other_programmes_may_not_be_other_certificates() -> None:
    narrow = reading("000", own_of_other_programme_is_other=False)
    held = cert("own", "初级", DAY, programme="全媒体运营师")
    assert judge("000", "初级", held).satisfied == ("5",)
    assert judge(narrow, "初级", held).satisfied == ()


def test_a_higher_certificate_may_not_count() -> None:
    exact = reading("004", higher_certificate_counts=False)
    facts = (national(3, ago(4)), job(ago(4)))
    assert judge("004", "三级", *facts).satisfied == ("2",)
    assert judge(exact, "三级", *facts).satisfied == ()
    assert judge(exact, "二级", *facts).satisfied == ("2",)
