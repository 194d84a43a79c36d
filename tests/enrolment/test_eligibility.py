"""Every printed condition of every rule set, met at the boundary and missed just beside it."""

from datetime import date
from typing import NamedTuple

import pytest

from tests.enrolment.profiles import DAY, PROGRAMMES, ago, cert, course, edu, job, judge, national, profile
from zhiheng.enrolment.core.eligibility import assess_levels
from zhiheng.enrolment.core.terms import Apprenticeship, HeldCertificate
from zhiheng.standards.core.conditions import load_conditions, rule_sets

Facts = tuple[object, ...]


class Row(NamedTuple):
    rules: str
    level: str
    facts: Facts
    satisfied: tuple[str, ...]


def association(rules: str) -> list[Row]:
    """What the three association rule sets print alike; education is the exact degree unless said."""
    own = {"name": "证书", "programme": PROGRAMMES[rules]}
    two_years = {"000": 1, "001": 1, "002": 2}[rules]
    related = "5" if rules == "002" else "4"
    high = edu("高中", school_type="普通高中")
    rows = [
        ("初级", (job(ago(3)),), "1"),
        ("初级", (job(ago(3, 1)),), ""),
        ("初级", (job(ago(3), related_field=False),), ""),
        ("初级", (job(ago(3), related_field=None),), ""),
        ("初级", (high, job(ago(2))), "2"),
        ("初级", (high, job(ago(2, 1))), ""),
        ("初级", (edu("初中"), job(ago(2))), ""),
        ("初级", (edu("高中", status="在读"), job(ago(2))), ""),
        ("初级", (edu("中专"), job(ago(1))), "3"),
        ("初级", (edu("职高"), job(ago(1))), "3"),
        ("初级", (edu("技校"), job(ago(1))), "3"),
        ("初级", (edu("中专"), job(ago(1, 1))), ""),
        ("初级", (high, job(ago(1))), ""),
        ("初级", (edu("本科", status="在读", major_related=False),), "4"),
        ("初级", (edu("博士", status="在读"),), "4"),
        ("初级", (edu("本科"),), ""),
        ("初级", (edu("中专", status="在读", major_related=True),), "4"),
        ("初级", (edu("中专", status="在读", major_related=False),), ""),
        ("初级", (edu("中专", status="在读"),), ""),
        ("初级", (edu("高中", status="在读", major_related=True),), ""),
        ("初级", (cert("other", "初级", ago(1)),), "5"),
        ("初级", (cert("title", "初级", ago(1)),), "5"),
        ("初级", (cert("national", 5, ago(1)),), "5"),
        ("初级", (cert("national", 3, ago(1)),), "5"),
        ("初级", (cert("none", "初级", ago(1)),), ""),
        ("初级", (cert("own", "初级", ago(1), **own),), ""),
        ("中级", (edu("中专"), job(ago(3))), "1"),
        ("中级", (edu("中专"), job(ago(3, 1))), ""),
        ("中级", (high, job(ago(3))), ""),
        ("中级", (edu("大专"), job(ago(2))), "2"),
        ("中级", (edu("大专"), job(ago(2, 1))), ""),
        ("中级", (edu("本科"), job(ago(1))), "3"),
        ("中级", (edu("本科"), job(ago(1, 1))), ""),
        ("中级", (edu("大专", major_related=True),), related),
        ("中级", (edu("本科", major_related=True),), related),
        ("中级", (edu("大专", major_related=False),), ""),
        ("中级", (edu("大专", major_related=True, status="在读"),), ""),
        ("中级", (edu("中专", major_related=True),), ""),
        ("中级", (cert("own", "初级", DAY, **own), job(ago(1))), "6"),
        ("中级", (cert("own", "初级", DAY, **own), job(ago(1, 1))), ""),
        ("中级", (cert("other", "初级", DAY), job(ago(1))), ""),
        ("中级", (cert("other", "中级", DAY),), "7"),
        ("中级", (cert("national", "四级", DAY),), "7"),
        ("中级", (cert("other", "初级", DAY),), ""),
        ("高级", (edu("中专"), job(ago(4))), "1"),
        ("高级", (edu("中专"), job(ago(4, 1))), ""),
        ("高级", (edu("大专"), job(ago(3))), "2"),
        ("高级", (edu("大专"), job(ago(3, 1))), ""),
        ("高级", (edu("本科"), job(ago(2, 1))), ""),
        ("高级", (edu("硕士"), job(ago(two_years, 1))), ""),
        ("高级", (edu("大专", major_related=True), job(ago(1))), "5"),
        ("高级", (edu("大专", major_related=True), job(ago(1, 1))), ""),
        ("高级", (edu("大专", major_related=None), job(ago(1))), ""),
        ("高级", (cert("own", "中级", DAY, **own), job(ago(1))), "6"),
        ("高级", (cert("own", "中级", DAY, **own), job(ago(1, 1))), ""),
        ("高级", (cert("own", "初级", DAY, **own), job(ago(1))), ""),
        ("高级", (cert("title", "高级", ago(1)),), "7"),
        ("高级", (cert("title", "高级", ago(1, 1)),), ""),
        ("高级", (cert("title", "中级", ago(5)),), ""),
    ]
    return [Row(rules, level, facts, tuple(numbers)) for level, facts, numbers in rows]


ASSOCIATION_APART = [
    Row("000", "高级", (edu("本科"), job(ago(2))), ("3",)),
    Row("000", "高级", (edu("硕士", major_related=False), job(ago(1))), ("4",)),
    Row("000", "中级", (edu("硕士", major_related=False),), ()),
    Row("001", "高级", (edu("本科"), job(ago(2))), ("3",)),
    Row("001", "高级", (edu("硕士", major_related=False), job(ago(1))), ("4",)),
    Row("001", "中级", (edu("博士", major_related=False),), ()),
    Row("002", "中级", (edu("硕士", major_related=False),), ("4",)),
    Row("002", "中级", (edu("本科", major_related=False),), ()),
    Row("002", "高级", (edu("硕士"), job(ago(2))), ("3", "4")),
    Row("002", "高级", (edu("硕士"), job(ago(1))), ()),
    # a certificate of the body's other programme is its own in 002 only; at its own level it is an "other" one
    Row("000", "中级", (cert("own", "初级", DAY, programme="全媒体运营师"), job(ago(1))), ()),
    Row("002", "中级", (cert("own", "初级", DAY, programme="全媒体运营师"), job(ago(1))), ("6",)),
    Row("000", "中级", (cert("own", "中级", DAY, programme="全媒体运营师"),), ("7",)),
    Row("000", "中级", (cert("own", "中级", DAY),), ()),
    Row("000", "中级", (cert("own", "初级", DAY, programme="internet-marketing"), job(ago(1))), ("6",)),
    Row("000", "中级", (cert("own", "中级", DAY, programme="internet-marketing"),), ()),
]

SENIOR_SCHOOL = edu("技校", school_type="高级技工学校")
TECHNICIAN_SCHOOL = edu("大专", school_type="技师学院")
LAST_YEAR = {"status": "在读", "final_year": True}
ASSESSED = {"school_type": "中等专业学校", "major_related": True, "assessed_skill_target": "中级"}
PREPARED = cert("prep_technician", "预备技师", DAY, relation="本职业")

NATIONAL = [
    Row("004", "五级", (job(ago(1)),), ("1",)),
    Row("004", "五级", (job(ago(1), relation="相关职业"),), ("1",)),
    Row("004", "五级", (job(ago(1, 1)),), ()),
    Row("004", "五级", (job(ago(1), relation="无关"),), ()),
    Row("004", "五级", (course(5, 120, relation="相关职业"),), ("2",)),
    Row("004", "五级", (course(5, 119),), ()),
    Row("004", "五级", (course(5, 120, certified=False),), ()),
    Row("004", "五级", (course(5, 120, relation="无关"),), ()),
    Row("004", "五级", (course(4, 120),), ()),
    Row("004", "五级", (Apprenticeship(completed=True, relation="相关职业"),), ("3",)),
    Row("004", "五级", (Apprenticeship(completed=True, relation="无关"),), ()),
    Row("004", "五级", (Apprenticeship(completed=False, relation="本职业"),), ()),
    Row("004", "四级", (national(5, ago(3), "相关职业"), job(ago(5), ago(2, -1)), job(ago(2))), ("1", "2")),
    Row("004", "四级", (national(5, ago(3)), job(ago(3))), ("1",)),
    Row("004", "四级", (national(5, ago(3, 1)), job(ago(3))), ()),
    Row("004", "四级", (national(5, ago(3), "无关"), job(ago(3))), ()),
    Row("004", "四级", (cert("other", "五级", ago(3), relation="本职业"), job(ago(3))), ()),
    Row("004", "四级", (job(ago(4)),), ("2",)),
    Row("004", "四级", (job(ago(4, 1)),), ()),
    Row("004", "四级", (job(ago(2)), course(4, 104)), ("3",)),
    Row("004", "四级", (job(ago(2)), course(4, 103)), ()),
    Row("004", "四级", (job(ago(2)), course(4, 104, relation="相关职业")), ()),
    Row("004", "四级", (job(ago(2, 1)), course(4, 104)), ()),
    Row("004", "四级", (edu("技校", school_type="技工学校", major_related=True),), ("4",)),
    Row("004", "四级", (edu("技校", school_type="技工学校", major_related=True, **LAST_YEAR),), ("4",)),
    Row("004", "四级", (edu("技校", school_type="技工学校", major_related=True, status="在读"),), ()),
    Row("004", "四级", (edu("技校", school_type="技工学校", major_related=False),), ()),
    Row("004", "四级", (edu("中专", **ASSESSED),), ("4",)),
    Row("004", "四级", (edu("大专", **ASSESSED | {"assessed_skill_target": "高级"}),), ("4",)),
    Row("004", "四级", (edu("中专", **ASSESSED | {"assessed_skill_target": None}),), ()),
    Row("004", "四级", (edu("中专", **ASSESSED | {"assessed_skill_target": "初级"}),), ()),
    Row("004", "四级", (edu("中专", **ASSESSED | {"major_related": False}),), ()),
    Row("004", "四级", (edu("本科", school_type="普通高校", major_related=True),), ()),
    Row("004", "三级", (national(4, ago(3)), job(ago(3)), course(3, 88)), ("1",)),
    Row("004", "三级", (national(4, ago(3)), job(ago(3)), course(3, 87)), ()),
    Row("004", "三级", (national(4, ago(3)), job(ago(3, 1)), course(3, 88)), ()),
    Row("004", "三级", (national(4, ago(4), "相关职业"), job(ago(9))), ("2",)),
    Row("004", "三级", (national(4, ago(4, 1)), job(ago(9))), ()),
    Row("004", "三级", (national(5, ago(9)), job(ago(9))), ()),
    Row("004", "三级", (national(4, DAY), SENIOR_SCHOOL), ("3",)),
    Row("004", "三级", (national(4, DAY), edu("大专", school_type="技师学院", **LAST_YEAR)), ("3",)),
    Row("004", "三级", (national(4, DAY), edu("技校", school_type="技工学校")), ()),
    Row("004", "三级", (SENIOR_SCHOOL,), ()),
    Row("004", "三级", (national(4, DAY), edu("大专", school_type="高等职业学校", major_related=True)), ()),
    Row(
        "004",
        "三级",
        (
            national(4, DAY),
            edu("大专", school_type="高等职业学校", major_related=True, assessed_skill_target="高级"),
        ),
        ("3",),
    ),
    Row(
        "004",
        "三级",
        (
            national(4, DAY),
            edu("大专", school_type="高等职业学校", major_related=True, assessed_skill_target="中级"),
        ),
        (),
    ),
    Row("004", "三级", (edu("本科", major_related=True), national(4, ago(2)), job(ago(2))), ("4",)),
    Row("004", "三级", (edu("大专", major_related=True), national(4, ago(2, 1)), job(ago(3))), ()),
    Row("004", "三级", (edu("大专", major_related=False), national(4, ago(2)), job(ago(2))), ()),
    Row("004", "二级", (national(3, ago(3), "相关职业"), job(ago(3)), course(2, 72)), ("1",)),
    Row("004", "二级", (national(3, ago(3)), job(ago(3)), course(2, 71)), ()),
    Row("004", "二级", (national(3, ago(3)), job(ago(3, 1)), course(2, 72)), ()),
    Row("004", "二级", (national(3, ago(4)), job(ago(4))), ("2",)),
    Row("004", "二级", (national(3, ago(4)), job(ago(4, 1))), ()),
    Row("004", "二级", (national(3, ago(4), "相关职业"), job(ago(4))), ()),
    Row("004", "二级", (national(3, DAY), SENIOR_SCHOOL, job(ago(3))), ("3",)),
    Row("004", "二级", (national(3, DAY), SENIOR_SCHOOL, job(ago(3, 1))), ()),
    Row("004", "二级", (national(4, DAY), SENIOR_SCHOOL, job(ago(3))), ()),
    Row(
        "004",
        "二级",
        (national(3, DAY), edu("技校", school_type="高级技工学校", **LAST_YEAR), job(ago(3))),
        (),
    ),
    Row("004", "二级", (PREPARED, TECHNICIAN_SCHOOL, job(ago(2))), ("3",)),
    Row("004", "二级", (PREPARED, TECHNICIAN_SCHOOL, job(ago(2, 1))), ()),
    Row("004", "二级", (PREPARED, SENIOR_SCHOOL, job(ago(2))), ()),
    Row("004", "二级", (national(3, DAY), TECHNICIAN_SCHOOL, job(ago(2))), ()),
    Row("004", "一级", (national(2, ago(3), "相关职业"), job(ago(3)), course(1, 72)), ("1",)),
    Row("004", "一级", (national(2, ago(3)), job(ago(3)), course(1, 71)), ()),
    Row("004", "一级", (national(2, ago(3)), job(ago(3, 1)), course(1, 72)), ()),
    Row("004", "一级", (national(2, ago(4)), job(ago(4))), ("2",)),
    Row("004", "一级", (national(2, ago(4)), job(ago(4, 1))), ()),
    Row("004", "一级", (national(2, ago(4)), job(ago(4)), course(1, 72)), ("1", "2")),
    Row("004", "一级", (national(3, ago(9)), job(ago(9))), ()),
]


@pytest.mark.parametrize(
    "row",
    [*association("000"), *association("001"), *association("002"), *ASSOCIATION_APART, *NATIONAL],
    ids=lambda row: f"{row.rules}-{row.level}",
)
def test_every_condition_both_ways(row: Row) -> None:
    assessment = judge(row.rules, row.level, *row.facts)
    assert assessment.satisfied == row.satisfied
    assert assessment.eligible is bool(row.satisfied)


def test_each_printed_condition_is_exercised_both_ways() -> None:
    rows = [*association("000"), *association("001"), *association("002"), *ASSOCIATION_APART, *NATIONAL]
    seen = {
        (assessment.rule_set, assessment.level, line.number, line.met)
        for row in rows
        for assessment in [judge(row.rules, row.level, *row.facts)]
        for line in assessment.lines
    }
    printed = {
        (conditions.rule_set, level.id, condition.number, met)
        for conditions in rule_sets().values()
        for level in conditions.levels
        for condition in level.conditions
        for met in (True, False)
    }
    assert seen == printed


def test_continuity_is_broken_by_a_day_but_not_by_a_change_of_employer() -> None:
    degree = edu("大专")
    assert judge("000", "中级", degree, job(ago(2), ago(1, -1)), job(ago(1))).satisfied == ("2",)
    assert judge("000", "中级", degree, job(ago(2), ago(1, -2)), job(ago(1))).satisfied == ()


def test_a_continuous_spell_may_lie_in_the_past() -> None:
    past = job(date(2020, 1, 1), date(2021, 12, 31))
    assert judge("000", "中级", edu("大专"), past).satisfied == ("2",)
    assert judge("000", "中级", edu("大专"), job(date(2020, 1, 1), date(2021, 12, 30))).satisfied == ()


def test_two_jobs_at_once_count_once() -> None:
    assert judge("000", "初级", job(ago(2)), job(ago(2))).satisfied == ()


def test_arithmetic_is_written_out() -> None:
    lines = judge(
        "000", "中级", edu("大专", school_type="高等职业学校", major_related=False), job(ago(2))
    ).lines
    second = lines[1]
    assert second.text == "大专（毕业，高等职业学校，非相关专业）；连续 2 年 0 天 ≥ 2 年"
    assert [part.met for part in second.parts] == [True, True]
    assert lines[3].text == "需大专及以上相关专业毕业（现有：大专（毕业，高等职业学校，非相关专业））"
    assert lines[5].text == "需其他中级职业或技能证书、职称证书（没有）"
    assert second.source == "互联网营销师项目简介《报名条件》中级（2）"


def test_arithmetic_of_the_national_standard() -> None:
    facts = (national(4, ago(3)), job(ago(3)), course(3, 87), edu("技校", major="电子商务"))
    first, _, third, _ = judge("004", "三级", *facts).lines
    assert first.text == (
        "四级 互联网营销师（2023年11月21日 取得）；2023年11月21日 取得证书后累计 3 年 0 天 ≥ 3 年；"
        "三级/高级工培训 87 学时 < 88 学时，有结业证书"
    )
    assert third.parts[1].text == (
        "需高级技工学校、技师学院毕业或应届（现有：技校（毕业，专业是否相关未认定））；"
        "或 需经评估论证、以高级技能为培养目标的高等职业学校相关专业毕业或应届（现有：技校（毕业，专业是否相关未认定））"
    )
    assert judge("004", "五级", course(5, 9, certified=False)).lines[1].text == (
        "五级/初级工培训 9 学时，没有结业证书（需 120 学时）"
    )
    assert judge("004", "五级").lines[1].text == "没有本职业或相关职业五级/初级工正规培训（需 120 学时）"
    assert judge("004", "二级", national(4, ago(9)), job(ago(9))).lines[1].text == (
        "需本职业三级职业资格证书或技能等级证书（现有：四级 互联网营销师）；取得该证书后的工作：没有证书，不能起算（需 4 年）"
    )


def test_schooling_in_the_final_year_is_named_and_proved_as_such() -> None:
    student = edu(
        "技校", school_type="技工学校", major_related=True, assessed_skill_target="中级", **LAST_YEAR
    )
    line = judge("004", "四级", student).lines[3]
    assert line.text == "技校（应届，技工学校，相关专业，以中级技能为培养目标）"
    assert [proof.name for proof in line.proofs] == ["学生证或在籍证明"]
    assert line.documents == ("evidence",)


def test_certificates_without_a_date_or_not_yet_issued_do_not_count() -> None:
    assert judge("000", "中级", HeldCertificate(kind="other", issued=DAY)).satisfied == ()
    undated = HeldCertificate(kind="other", level="中级", name="电子商务师")
    line = judge("000", "中级", undated).lines[5]
    assert (line.met, line.earliest) == (False, None)
    assert line.text == "需其他中级职业或技能证书、职称证书（中级 电子商务师 未填取得日期，不能核对）"
    coming = judge("000", "中级", cert("other", "中级", date(2026, 12, 1))).lines[5]
    assert (coming.met, coming.earliest) == (False, date(2026, 12, 1))
    assert coming.text == "中级（2026年12月1日 取得）：核对日 2026年11月21日 尚未取得"


def test_earliest_by_working_on() -> None:
    assessment = judge("000", "中级", edu("大专"), job(date(2025, 5, 21)))
    assert [line.earliest for line in assessment.lines] == [
        date(2028, 5, 21),
        date(2027, 5, 21),
        None,
        None,
        None,
        None,
    ]
    assert assessment.earliest == date(2027, 5, 21)
    assert judge("000", "中级", edu("大专"), job(date(2025, 5, 21), date(2026, 1, 1))).earliest is None
    assert judge("000", "中级", edu("大专"), job(ago(2))).earliest is None


def test_earliest_by_a_certificate_growing_older() -> None:
    line = judge("000", "高级", cert("title", "高级", date(2026, 2, 28))).lines[6]
    assert (line.text, line.earliest) == (
        "高级（2026年2月28日 取得），取得满 0 年 266 天 < 1 年",
        date(2027, 2, 28),
    )


def test_a_trade_without_the_level_is_a_no_with_its_reason() -> None:
    assessment = judge("004", "二级", national(3, ago(4)), job(ago(4)), trade="D")
    assert (assessment.eligible, assessment.satisfied, assessment.earliest) == (False, (), None)
    reason = "平台管理员（D）不设二级/技师，只设五级/初级工、四级/中级工、三级/高级工"
    assert [line.parts[0].text for line in assessment.lines] == [reason] * 3
    assert [line.met for line in assessment.lines] == [False] * 3
    assert assessment.as_facts()["reason"] == reason
    decision = assessment.decision()
    assert (decision.granted, decision.reasons[0].code) == (False, "trade-level")
    assert judge("004", "三级", national(4, ago(4)), job(ago(4)), trade="平台管理员").satisfied == ("2",)


def test_the_decision_carries_every_line() -> None:
    assessment = judge("000", "初级", edu("高中"), job(ago(2)))
    decision = assessment.decision()
    assert decision.granted is True
    assert [(reason.code, reason.met) for reason in decision.reasons] == [
        ("condition-1", False),
        ("condition-2", True),
        ("condition-3", False),
        ("condition-4", False),
        ("condition-5", False),
    ]
    assert decision.reasons[0].remedy == "其他不变，2027年11月21日起满足；届时请备好工作证明"
    assert decision.reasons[1].remedy == ""
    assert decision.reasons[4].remedy == "如实际已具备，请补充证书复印件"
    assert decision.reasons[1].rule == "互联网营销师项目简介《报名条件》初级（2）"


def test_all_levels_at_once() -> None:
    """A related graduate without work meets the middle level only; the brochure prints it so."""
    levels = assess_levels(
        profile=profile(edu("本科", major_related=True)),
        conditions=load_conditions("000"),
        programme="互联网营销师",
        as_of=DAY,
    )
    assert [(one.level, one.satisfied) for one in levels] == [
        ("junior", ()),
        ("intermediate", ("4",)),
        ("senior", ()),
    ]


def test_facts_form() -> None:
    facts = judge("000", "初级", edu("高中"), job(ago(2))).as_facts()
    assert (facts["rule_set"], facts["level"], facts["as_of"]) == ("ccia-000", "junior", "2026-11-21")
    assert (facts["eligible"], facts["conditions"]) == (True, ["2"])
    assert facts["explanation"][1] == {
        "condition": "2",
        "met": True,
        "text": "高中（毕业）；累计 2 年 0 天 ≥ 2 年",
        "parts": [{"text": "高中（毕业）", "met": True}, {"text": "累计 2 年 0 天 ≥ 2 年", "met": True}],
        "printed": "高中及以上学历，从事相关领域工作年限 2 年以上",
        "source": "互联网营销师项目简介《报名条件》初级（2）",
        "documents": [
            {"material": "education_copy", "name": "毕业证书复印件"},
            {"material": "evidence", "name": "工作证明"},
        ],
    }
    assert facts["explanation"][0]["earliest"] == "2027-11-21"
