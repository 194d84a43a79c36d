import json
from datetime import date
from typing import Any

import pytest

from tests.enrolment.profiles import DAY, ago, cert, edu, job
from zhiheng.enrolment.core.cases import profile_from_facts, read_cases
from zhiheng.enrolment.core.terms import Profile
from zhiheng.foundation.errors import Refused


def case(**more: Any) -> dict[str, Any]:
    return {
        "id": "甲",
        "rules": "000",
        "programme": "互联网营销师",
        "level": "初级",
        "as_of": "2026-11-21",
        "profile": {},
    } | more


def sentence(document: Any) -> str:
    with pytest.raises(Refused) as caught:
        read_cases(document)
    return caught.value.sentence


def with_profile(**profile: Any) -> dict[str, Any]:
    return case(profile=profile)


def test_one_case_or_many() -> None:
    assert [one.id for one in read_cases(case())] == ["甲"]
    assert [one.id for one in read_cases({"cases": [case(id=7), case(id=None)]})] == ["7", "第 2 个"]


@pytest.mark.parametrize("level", ["初级", "junior", "初级互联网营销师"])
def test_level_names(level: str) -> None:
    assert read_cases(case(level=level))[0].assess().level == "junior"


@pytest.mark.parametrize("level", ["五级", "5", 5, "五级/初级工", "初级工"])
def test_national_level_names(level: str | int) -> None:
    assert read_cases(case(rules="004", level=level, trade="A"))[0].assess().level == "5"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            case(level="特级"),
            "案例 甲 的字段 level 有误：互联网营销师职业技能考核规则没有级别“特级”。请从初级、中级、高级中选择。",
        ),
        (
            case(rules="003"),
            "案例 甲 的字段 rules 有误：没有规则集“003”。请从ccia-000、ccia-001、ccia-002、nos-4-01-02-07-2021中选择。",
        ),
        (
            case(programme="厨师"),
            "案例 甲 的字段 programme 有误：互联网营销师职业技能考核规则没有项目“厨师”。请从互联网营销师中选择。",
        ),
        (case(trade="A"), "案例 甲 的字段 trade 有误：互联网营销师职业技能考核规则没有工种“A”。请去掉工种。"),
        (
            case(rules="004", level="五级", trade="E"),
            "案例 甲 的字段 trade 有误：互联网营销师国家职业技能标准考核规则没有工种“E”。"
            "请从A 选品员、B 直播销售员、C 视频创推员、D 平台管理员中选择。",
        ),
        (
            case(as_of="2026-02-30"),
            "案例 甲 的字段 as_of 有误：应为存在的日期，写作 2026-11-21。请改正后重新提交。",
        ),
        (case(as_of=20261121), "案例 甲 的字段 as_of 有误：应为 日期文字，实际是 整数。请改正后重新提交。"),
        (
            case(as_of="9999-12-31"),
            "案例 甲 的字段 as_of 有误：核对日 9999-12-31 不在 1900 至 2200 年之内。请改正后重新提交。",
        ),
        (
            with_profile(employment=[{"start": "1023-11-21"}]),
            "案例 甲 的字段 profile.employment[0].start 有误：开始日 1023-11-21 早于 1900 年。请改正后重新提交。",
        ),
        ({"id": "乙"}, "案例 乙 的字段 全文 有误：缺少必填字段 rules。请改正后重新提交。"),
        ([], "案例 第 1 个 的字段 全文 有误：应为 对象，实际是 数组。请改正后重新提交。"),
        ({"cases": []}, "字段 cases 有误：应为至少有一个案例的数组。请改正后重新提交。"),
        ({"cases": 3}, "字段 cases 有误：应为至少有一个案例的数组。请改正后重新提交。"),
        (
            with_profile(education=[{"level": "博士后", "status": "毕业"}]),
            "案例 甲 的字段 profile.education[0].level 有误：“博士后”不在可选值之内。"
            "请从小学、初中、高中、中专、职高、技校、大专、本科、硕士、博士中选择。",
        ),
        (
            with_profile(apprenticeship={"completed": True, "relation": ""}),
            "案例 甲 的字段 profile.apprenticeship.relation 有误：“”不在可选值之内。请从本职业、相关职业、无关中选择。",
        ),
        (
            with_profile(employment=[{"start": "2025-01-01", "related_field": "yes"}]),
            "案例 甲 的字段 profile.employment[0].related_field 有误：应为 true 或 false或空值，实际是 文字。请改正后重新提交。",
        ),
        (
            with_profile(employment=[{"start": "2025-01-02", "end": "2025-01-01"}]),
            "案例 甲 的字段 profile.employment[0].end 有误：结束日 2025-01-01 早于开始日 2025-01-02。请改正后重新提交。",
        ),
        (
            with_profile(employment=[{"start": "2026-11-22"}]),
            "案例 甲 的字段 profile.employment[0].start 有误：开始日 2026-11-22 晚于核对日 2026-11-21。请改正后重新提交。",
        ),
        (
            with_profile(certificates=[{"kind": "national", "level": 6}]),
            "案例 甲 的字段 profile.certificates[0] 有误：证书级别 6 不在 5 至 1 之内。请改正后重新提交。",
        ),
        (
            with_profile(training=[{"level": 0, "hours": 1, "completion_certificate": True}]),
            "案例 甲 的字段 profile.training[0] 有误：培训级别 0 不在 5 至 1 之内。请改正后重新提交。",
        ),
        (
            with_profile(training=[{"level": 5, "hours": -1, "completion_certificate": True}]),
            "案例 甲 的字段 profile.training[0] 有误：培训学时不能是负数。请改正后重新提交。",
        ),
        (
            with_profile(hobbies=[]),
            "案例 甲 的字段 profile 有误：有不认识的字段 hobbies。请改正后重新提交。",
        ),
    ],
)
def test_unusable_input_names_case_and_field(document: Any, expected: str) -> None:
    assert sentence(document) == expected


def test_a_profile_alone_is_checked_the_same_way() -> None:
    with pytest.raises(Refused) as caught:
        profile_from_facts({"employment": "无"}, as_of=date(2026, 11, 21))
    assert caught.value.sentence == "字段 profile.employment 有误：应为 数组，实际是 文字。请改正后重新提交。"
    with pytest.raises(Refused) as caught:
        profile_from_facts([], as_of=date(2026, 11, 21))
    assert caught.value.sentence == "字段 profile 有误：应为 对象，实际是 数组。请改正后重新提交。"
    with pytest.raises(Refused) as caught:
        profile_from_facts({"employment": [{"start": "2027-01-01"}]}, as_of=date(2026, 11, 21))
    assert caught.value.code == "profile-field"


def test_a_profile_as_facts_is_read_back() -> None:
    profile = Profile(
        education=(edu("大专"),),
        employment=(job(ago(2)),),
        certificates=(cert("national", "五级", ago(1), relation="本职业"),),
    )
    facts = profile.as_facts()

    assert facts["employment"][0]["start"] == "2024-11-21"
    assert profile_from_facts(json.loads(json.dumps(facts)), as_of=DAY) == profile
