from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.standards.core import loader
from zhiheng.standards.core.loader import (
    DataFault,
    codes_for,
    content_hash,
    decode,
    list_rule_sets,
    load_blueprint,
    load_body,
    load_rule_set,
    load_syllabus,
    occupation_codes,
    syllabus_codes,
)
from zhiheng.standards.core.terms import Body, RuleSet, Stated

BROCHURE, MEDIA, HANDBOOK, NATIONAL = list_rule_sets()
SITTABLE = [
    (rules.id, programme.id, level.id, trade)
    for rules in list_rule_sets()
    for programme in rules.programmes
    for level in rules.levels
    for trade in ([t.mark for t in rules.trades if level.id in t.levels] or [None])
]


def test_four_rule_sets_by_id_and_by_number() -> None:
    assert [rules.id for rules in list_rule_sets()] == [
        "ccia-000",
        "ccia-001",
        "ccia-002",
        "nos-4-01-02-07-2021",
    ]
    assert [load_rule_set(seed) for seed in ("000", "001", "002", "004")] == list(list_rule_sets())
    assert load_rule_set("ccia-002") is HANDBOOK


def test_an_unknown_rule_set_names_those_there_are() -> None:
    with pytest.raises(Refused, match=r"没有规则集“003”.*ccia-000（000）、ccia-001（001）"):
        load_rule_set("003")


def test_programmes() -> None:
    assert {p.id: (p.name, p.ticket) for p in HANDBOOK.programmes} == {
        "internet-marketing": ("互联网营销师", "01"),
        "omnimedia-operations": ("全媒体运营师", "02"),
        "digital-management": ("数字化管理师", "03"),
        "digital-engineering": ("数字化技术工程师", "04"),
        "digital-carbon": ("数字碳中和工程师", "05"),
        "digital-hr": ("数字化人力资源管理师", "06"),
    }
    assert [(p.id, p.ticket) for p in NATIONAL.programmes] == [("internet-marketer", "51")]
    assert all(p.goal and p.definition.value for p in HANDBOOK.programmes)
    assert len({p.goal for p in HANDBOOK.programmes}) == 6


def test_everything_a_page_names_has_an_english_name() -> None:
    named = [entry for r in list_rule_sets() for entry in (*r.programmes, *r.levels, *r.trades)]
    assert len(named) == 9 + 14 + 4
    assert [entry.name for entry in named if not (entry.name_en and entry.name_en.isascii())] == []


def test_a_programme_keeps_its_number_in_every_rule_set() -> None:
    assert BROCHURE.programme("互联网营销师").ticket == HANDBOOK.programme("internet-marketing").ticket
    assert MEDIA.programme("全媒体运营师").ticket == HANDBOOK.programme("omnimedia-operations").ticket


def test_the_printed_lists() -> None:
    (marketing,), (media,) = BROCHURE.programmes, MEDIA.programmes
    assert (len(marketing.job_contents), len(marketing.target_groups)) == (8, 5)
    assert (len(media.job_contents), len(media.target_groups)) == (5, 4)


@pytest.mark.parametrize(
    ("name", "level"), [("junior", "junior"), ("中级", "intermediate"), ("高级", "senior")]
)
def test_association_levels(name: str, level: str) -> None:
    assert HANDBOOK.level(name).id == level


@pytest.mark.parametrize(("name", "level"), [("5", "5"), ("四级", "4"), ("三级/高级工", "3"), ("一级", "1")])
def test_national_levels(name: str, level: str) -> None:
    assert NATIONAL.level(name).id == level


def test_ticket_digits_and_ranks() -> None:
    assert [(level.rank, level.ticket) for level in HANDBOOK.levels] == [(1, "1"), (2, "2"), (3, "3")]
    assert [(level.rank, level.ticket) for level in NATIONAL.levels] == [
        (1, "5"),
        (2, "4"),
        (3, "3"),
        (4, "2"),
        (5, "1"),
    ]


def test_unknown_names_are_refused_naming_the_known() -> None:
    with pytest.raises(Refused, match=r"没有项目“电焊工”.*internet-marketing（互联网营销师）"):
        BROCHURE.programme("电焊工")
    with pytest.raises(
        Refused, match=r"没有等级“特级”.*junior（初级）、intermediate（中级）、senior（高级）"
    ):
        HANDBOOK.level("特级")
    with pytest.raises(Refused, match=r"没有工种“E”.*D 平台管理员"):
        NATIONAL.trade("E", "5")
    with pytest.raises(Refused, match="不分工种"):
        HANDBOOK.trade("A", "junior")


@pytest.mark.parametrize("level", ["2", "1"])
def test_the_platform_manager_has_no_upper_levels(level: str) -> None:
    with pytest.raises(Refused, match="平台管理员不设") as refused:
        NATIONAL.trade("D", level)
    assert refused.value.code == "trade-level"
    assert refused.value.remedy == "这个工种设五级/初级工、四级/中级工、三级/高级工，请从中选择"


def test_trades_by_mark_and_name() -> None:
    assert NATIONAL.trade("平台管理员", "三级").mark == "D"
    assert NATIONAL.trade("B", "1").name == "直播销售员"


@pytest.mark.parametrize("level", ["5", "4", "3", "2", "1"])
def test_national_components(level: str) -> None:
    upper = ["review"] if level in "21" else []
    assert [part.key for part in NATIONAL.components_at(level)] == ["theory", "skill", *upper]
    assert [part.least_minutes for part in NATIONAL.components_at(level)] == [90, 90] + [30] * len(upper)


@pytest.mark.parametrize("rules", [BROCHURE, MEDIA, HANDBOOK], ids=lambda rules: rules.id)
def test_an_association_has_one_paper_of_100_with_60_to_pass(rules: RuleSet) -> None:
    (paper,) = rules.components_at("初级")
    assert (paper.key, paper.max_marks.value, paper.pass_marks.value) == ("theory", Decimal(100), Decimal(60))
    assert (paper.pass_marks.basis, paper.minutes.basis) == ("printed", "default")


@pytest.mark.parametrize("rules", list_rule_sets(), ids=lambda rules: rules.id)
def test_five_materials_in_the_corrected_order(rules: RuleSet) -> None:
    assert [material.key for material in rules.materials] == [
        "application_form",
        "identity_pictures",
        "education_copy",
        "photo",
        "evidence",
    ]


def test_what_is_printed_what_borrowed_and_what_is_ours() -> None:
    fees = [(r.fees.registration_fen.value, r.fees.registration_fen.basis) for r in list_rule_sets()]
    makeup = [(r.fees.makeup_fen.value, r.fees.makeup_fen.basis) for r in list_rule_sets()]
    certificate = [r.timetable.rule("certificate_due") for r in list_rule_sets()]
    assert fees == [(68000, "default")] * 4
    assert makeup == [(10000, "printed"), (10000, "printed"), (10000, "borrowed"), (10000, "borrowed")]
    assert [(rule.offset, rule.basis) for rule in certificate] == [
        (50, "printed"),
        (50, "printed"),
        (40, "printed"),
        (40, "borrowed"),
    ]
    assert certificate[-1].borrowed_from == "ccia-002"
    assert {rule.basis for rule in NATIONAL.timetable.rules} == {"borrowed", "default"}
    assert "借用 ccia-002" in NATIONAL.source


@pytest.mark.parametrize("rules", list_rule_sets(), ids=lambda rules: rules.id)
def test_every_stated_value_names_its_source(rules: RuleSet) -> None:
    found = list(_stated(rules))
    assert len(found) > 20
    assert [value for value in found if not value.source] == []
    assert [rule.name for rule in rules.timetable.rules if not rule.source] == []
    assert [r.name for r in rules.timetable.rules if (r.basis == "borrowed") != bool(r.borrowed_from)] == []


def _stated(value: object) -> Iterator[Stated[Any]]:
    if isinstance(value, Stated):
        yield value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _stated(getattr(value, name))
    if isinstance(value, tuple):
        for entry in value:
            yield from _stated(entry)


@pytest.mark.parametrize("rules", list_rule_sets(), ids=lambda rules: rules.id)
def test_no_certificate_claims_a_national_level(rules: RuleSet) -> None:
    title = rules.certificate.title.value
    assert [word for word in ("等级证书", "职业资格", "国家", "全国") if word in title] == []
    assert "不是职业技能等级证书" in rules.certificate.plain
    assert "不是职业资格证书" in rules.certificate.plain


def test_certificate_titles() -> None:
    assert [rules.certificate.title.value for rules in list_rule_sets()] == ["职业技能证书"] * 3 + [
        "标准考核演示证明"
    ]


def test_the_body() -> None:
    body = load_body("ccia")
    assert body.name == "中国通信工业协会互联网产业专业委员会"
    assert body.parent.startswith("中国通信工业协会")
    assert [service.title for service in body.services] == [
        "学术研究",
        "标准制定",
        "测评认证",
        "培训教育",
        "企业孵化",
        "产业咨询",
        "平台服务",
        "活动组织",
    ]
    with pytest.raises(Refused, match="没有评价机构“某某”"):
        load_body("某某")


def test_content_hash_differs_per_rule_set_and_stays() -> None:
    hashes = [content_hash(rules.id) for rules in list_rule_sets()]
    assert len(set(hashes)) == 4
    assert [content_hash(rules.seed) for rules in list_rule_sets()] == hashes


def test_content_hash_covers_the_entry_conditions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "rulesets" / "ccia-000"
    folder.mkdir(parents=True)
    monkeypatch.setattr(loader, "DATA", tmp_path)
    hashes = [content_hash.__wrapped__("ccia-000")]
    for words in ("conditions: [甲]", "conditions: [乙]"):
        (folder / "conditions.yaml").write_text(words, encoding="utf-8")
        hashes.append(content_hash.__wrapped__("ccia-000"))
    assert len(set(hashes)) == 3


def test_an_unknown_field_names_file_and_field(tmp_path: Path) -> None:
    file = tmp_path / "ccia.yaml"
    good = (loader.DATA / "bodies" / "ccia.yaml").read_text(encoding="utf-8")
    file.write_text(good + "slogan: 甲\n", encoding="utf-8")
    with pytest.raises(DataFault, match=r"ccia\.yaml.*`slogan`"):
        decode(file, Body)
    with pytest.raises(DataFault, match=r"gone\.yaml"):
        decode(tmp_path / "gone.yaml", Body)


# Syllabi and blueprints


@pytest.mark.parametrize(("rule_set", "programme", "level", "trade"), SITTABLE)
def test_every_blueprint_sums_to_100_twice(
    rule_set: str, programme: str, level: str, trade: str | None
) -> None:
    blueprint = load_blueprint(rule_set, programme, level, trade)
    assert sum(area.marks for area in blueprint.areas) == 100
    assert blueprint.total == 100
    assert [(kind.type, kind.count, kind.marks) for kind in blueprint.kinds] == [
        ("single", 40, Decimal(1)),
        ("multiple", 15, Decimal(2)),
        ("short", 3, Decimal(10)),
    ]
    assert blueprint.lower_level_share == 0
    assert [area.area_slug for area in blueprint.areas if not area.codes] == []
    assert {code.level for area in blueprint.areas for code in area.codes} <= {"", level} | {"5", "4", "3"}


def test_there_are_42_papers() -> None:
    assert len(SITTABLE) == 3 + 3 + 18 + 18


@pytest.mark.parametrize(("level", "trade"), [(lv, t) for _, _, lv, t in SITTABLE if t])
def test_a_national_paper_follows_table_4_1_and_stays_inside_the_trade(level: str, trade: str) -> None:
    blueprint = load_blueprint("004", "internet-marketer", level, trade)
    rows = loader.load_occupation(NATIONAL.standard).theory_weights.rows
    assert {area.area_slug: area.marks for area in blueprint.areas} == {
        slug: levels[level][trade] for slug, levels in rows.items() if trade in levels.get(level, {})
    }
    codes = [code for area in blueprint.areas for code in area.codes]
    assert [code for code in codes if trade not in code.trades or code.level not in ("", level)] == []
    assert [code for area in blueprint.areas for code in area.codes if code.area != area.area_slug] == []


def test_national_blueprints_need_a_trade_that_exists() -> None:
    with pytest.raises(Refused, match="未说明工种"):
        load_blueprint("004", "internet-marketer", "5")
    with pytest.raises(Refused, match="平台管理员不设二级/技师"):
        load_blueprint("004", "互联网营销师", "二级", "D")


def test_association_blueprints_take_no_trade() -> None:
    with pytest.raises(Refused, match="不分工种"):
        load_blueprint("002", "互联网营销师", "初级", "A")


def test_the_junior_marketing_paper_is_the_mean_of_the_four_trades() -> None:
    blueprint = load_blueprint("000", "互联网营销师", "初级")
    assert blueprint.standard == "4-01-02-07-2021"
    assert {area.area_slug: area.marks for area in blueprint.areas} == {
        "ethics": 5,
        "basics": 25,
        "preparation": 10,
        "sourcing": 8,
        "planning": 8,
        "livestream": 10,
        "video": 10,
        "support": 7,
        "aftersales": 17,
    }


@pytest.mark.parametrize("level", ["5", "4", "3"])
def test_the_marketing_papers_stay_within_one_mark_of_the_mean_of_table_4_1(level: str) -> None:
    name = {"5": "junior", "4": "intermediate", "3": "senior"}[level]
    rows = loader.load_occupation(NATIONAL.standard).theory_weights.rows
    for rule_set in ("000", "002"):
        for area in load_blueprint(rule_set, "internet-marketing", name).areas:
            mean = Decimal(sum(rows[area.area_slug][level].values())) / 4
            assert abs(area.marks - mean) < 1


def test_five_syllabi_of_their_own() -> None:
    own = [p.id for p in HANDBOOK.programmes if not load_syllabus(p.id).standard]
    assert len(own) == 5
    for programme in own:
        syllabus = load_syllabus(programme)
        assert 5 <= len(syllabus.areas) <= 7
        assert all(3 <= len(area.points) <= 6 for area in syllabus.areas)
        codes = syllabus_codes(programme)
        assert [code.code for code in codes] == [
            f"{n}.{m}" for n, area in enumerate(syllabus.areas, 1) for m in range(1, len(area.points) + 1)
        ]
        assert codes_for("ccia-002", programme) == codes
    with pytest.raises(Refused, match="没有项目“x”的考核大纲"):
        load_syllabus("x")


def test_codes_for_marketing_are_those_of_the_standard() -> None:
    everything = occupation_codes("4-01-02-07-2021")
    assert len(everything) == 173 + 164 + 43
    assert codes_for("ccia-002", "互联网营销师") == everything
    assert codes_for("004", "internet-marketer") == everything


def test_a_code_of_a_syllabus_is_found_by_its_programme() -> None:
    found = loader.find_code("digital-hr", "senior", "knowledge", "1.1")
    assert (found.text, found.area) == ("人力资源管理的模块", "hr-basics")
    with pytest.raises(Refused, match="标准 digital-hr 没有编码 knowledge:9"):
        loader.find_code("digital-hr", "", "knowledge", "9.9")


def test_the_national_rule_set_says_of_its_components_what_the_standard_says() -> None:
    standard = loader.load_occupation(NATIONAL.standard)
    assert [(c.key, c.name, c.levels, c.modes, c.least_minutes, c.places) for c in NATIONAL.components] == [
        (c.key, c.name, c.levels, c.modes, c.minutes, c.places) for c in standard.components
    ]
    assert [c.name for c in NATIONAL.components if c.minutes.value < c.least_minutes] == []
    assert {c.pass_marks.value for c in NATIONAL.components} == {standard.pass_marks.value}
    assert [(level.id, level.name, level.short) for level in NATIONAL.levels] == [
        (level.id, level.name, level.short) for level in standard.levels
    ]
    assert NATIONAL.trades == standard.trades
