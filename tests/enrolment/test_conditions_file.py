"""The shipped conditions, and what happens to a faulty file."""

from pathlib import Path

import msgspec
import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.conditions import (
    RULESETS,
    conditions_from_facts,
    fault_of,
    load_conditions,
    read_conditions,
    rule_sets,
)
from zhiheng.standards.core.loader import load_rule_set, rule_set_content

GOOD = (RULESETS / "ccia-000" / "conditions.yaml").read_text("utf-8")


def numbers(rules: str) -> list[str]:
    levels = load_conditions(rules).levels
    return ["".join(condition.number for condition in level.conditions) for level in levels]


def test_printed_numbers() -> None:
    assert numbers("000") == numbers("001") == ["12345", "123467", "1234567"]
    assert numbers("002") == ["12345", "1234567", "1234567"]
    assert numbers("004") == ["123", "1234", "1234", "123", "12"]


def test_an_id_and_its_alias_are_one_rule_set() -> None:
    for name, conditions in rule_sets().items():
        assert load_conditions(name) is load_conditions(conditions.aliases[0]) is conditions
    assert list(rule_sets()) == ["ccia-000", "ccia-001", "ccia-002", "nos-4-01-02-07-2021"]


def test_every_condition_says_where_it_is_printed() -> None:
    for conditions in rule_sets().values():
        for level in conditions.levels:
            for condition in level.conditions:
                assert condition.text
                assert condition.source.endswith(f"{level.name.split('/')[0]}（{condition.number}）")


def test_conditions_and_rule_set_name_the_same_things() -> None:
    for name, conditions in rule_sets().items():
        rules = load_rule_set(name)
        assert conditions.title == rules.title
        assert conditions.aliases == (rules.seed,)
        assert [(one.id, one.names[0]) for one in sorted(conditions.programmes, key=lambda one: one.id)] == [
            (one.id, one.name) for one in sorted(rules.programmes, key=lambda one: one.id)
        ]
        assert [(one.id, one.name) for one in conditions.levels] == [
            (one.id, one.name) for one in rules.levels
        ]
        assert [(one.mark, one.name, one.levels) for one in conditions.trades] == [
            (one.mark, one.name, one.levels) for one in rules.trades
        ]
        proofs = msgspec.structs.asdict(conditions.proofs).values()
        assert {proof.material for proof in proofs} - {material.key for material in rules.materials} == set()


def test_pinned_conditions_are_read_back_equal() -> None:
    for name, conditions in rule_sets().items():
        assert conditions_from_facts(rule_set_content(name)["conditions"]) == conditions


def test_another_body_is_another_folder(tmp_path: Path) -> None:
    folder = tmp_path / "other-body"
    folder.mkdir()
    text = GOOD.replace("rule_set: ccia-000", "rule_set: other-body").replace('["000"]', "[]")
    (folder / "conditions.yaml").write_text(text, "utf-8")
    assert load_conditions("other-body", tmp_path).for_level("初级").id == "junior"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "work: {years: 3}",
            "work: {yaers: 3}",
            "的 levels[0].conditions[0].requires.work 有误：有不认识的字段 yaers",
        ),
        (
            "work: {years: 3}",
            "work: {years: three}",
            "的 levels[0].conditions[0].requires.work.years 有误：应为 整数，实际是 文字",
        ),
        ("work: {years: 3}", "any: []", "的 levels[0].conditions[0].requires 有误：一个要求都没有写"),
        (
            "work: {years: 3}",
            "work: {years: 3, since: certificate}",
            "的 levels[0].conditions[0].requires 有误：work.since 需要同一处写明 certificate",
        ),
        ("at_least: 高中", "at_least: 学士", "的 全文 有误：junior（2）：education 表里没有“学士”"),
        (
            "level: 高级, held",
            "level: 特级, held",
            "的 全文 有误：senior（7）：level_equivalence 表里没有“特级”",
        ),
        (
            "major: related, completion",
            "at_least: 学徒, completion",
            "的 全文 有误：junior（4）：education 表里没有“学徒”",
        ),
        (
            "other_major_reading: any",
            "other_major_reading: maybe",
            "的 readings.other_major_reading 有误：“maybe”不在可选值之内",
        ),
        ("title: ", "titel: ", "的 全文 有误：有不认识的字段 titel"),
        ("levels:\n", "levels: [\n", "的 全文 有误：不是 YAML："),
    ],
)
def test_a_faulty_file_is_refused_with_file_and_field(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    folder = tmp_path / "faulty"
    folder.mkdir()
    file = folder / "conditions.yaml"
    file.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(Refused) as caught:
        read_conditions(file)
    assert caught.value.what.startswith(f"文件 faulty/conditions.yaml {expected}")


def test_an_untranslated_fault_keeps_its_words() -> None:
    assert fault_of(msgspec.ValidationError("Something new - at `$.a[0]`")).problem == "Something new"
    assert fault_of(msgspec.ValidationError("Something new - at `$.a[0]`")).field == "a[0]"
