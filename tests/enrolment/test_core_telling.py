"""A profile in words."""

from datetime import date

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.telling import tell

AS_OF = date(2026, 11, 21)


def lines(facts: dict[str, object]) -> list[tuple[str, str]]:
    return [(told.kind, told.words) for told in tell(profile_from_facts(facts, as_of=AS_OF))]


def test_everything_that_was_said_is_told() -> None:
    assert lines(
        {
            "education": [
                {
                    "level": "大专", "status": "在读", "school": "某校", "major": "电子商务", "major_related": False,
                    "school_type": "高等职业学校", "final_year": True, "assessed_skill_target": "高级",
                }
            ],
            "employment": [
                {"start": "2020-01-01", "end": "2021-01-01", "employer": "某公司", "position": "运营",
                 "related_field": True, "relation": "本职业"},
            ],
            "certificates": [
                {"kind": "own", "level": "初级", "issued": "2024-05-01", "programme": "互联网营销师", "number": "N1",
                 "relation": "本职业"},
            ],
            "training": [
                {"level": 5, "hours": 80, "completion_certificate": True, "relation": "本职业", "name": "某班"}
            ],
            "apprenticeship": {"completed": True, "relation": "本职业"},
        }
    ) == [
        ("学历", "大专 在读 · 某校 · 电子商务 · 专业不相关 · 高等职业学校 · 应届，尚未取得毕业证 · 经评估论证的培养目标：高级"),
        ("工作", "2020年1月1日 至 2021年1月1日 · 某公司 · 运营 · 相关领域 · 本职业"),
        ("证书", "互联网营销师 初级 · 2024年5月1日 发证 · N1 · 本会证书 · 本职业"),
        ("培训", "某班 · 五级 · 80 学时 · 有结业证书 · 本职业"),
        ("学徒", "期满 · 本职业"),
    ]  # fmt: skip


def test_what_was_not_said_is_left_out() -> None:
    assert lines(
        {
            "education": [{"level": "高中", "status": "毕业", "final_year": False}],
            "employment": [{"start": "2020-01-01", "related_field": False}],
            "certificates": [{"kind": "other", "name": "某证"}, {"kind": "national"}],
            "training": [{"level": "四级", "hours": 1, "completion_certificate": False}],
            "apprenticeship": {"completed": False},
        }
    ) == [
        ("学历", "高中 毕业"),
        ("工作", "2020年1月1日 至 今 · 非相关领域"),
        ("证书", "某证 · 其他机构的职业技能证书"),
        ("证书", "未写名称 · 国家职业资格或职业技能等级证书"),
        ("培训", "四级 · 1 学时 · 无结业证书"),
        ("学徒", "未满"),
    ]
    assert lines({}) == []
