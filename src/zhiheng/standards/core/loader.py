"""Reading the published data files into frozen values, once.

Raises everywhere: Refused for a name that does not exist (naming those that do), DataFault for a file of ours that
cannot be decoded (naming file and field).
"""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused, ZhihengError
from zhiheng.standards.core.terms import (
    AreaMarks,
    Blueprint,
    BlueprintFile,
    Body,
    Code,
    Kind,
    Occupation,
    Point,
    RuleSet,
    StandardLevel,
    Syllabus,
)

DATA = Path(__file__).resolve().parent.parent / "data"

T = TypeVar("T")


class DataFault(ZhihengError):
    """A data file that ships with the platform cannot be read as what it should be."""


def decode(path: Path, shape: type[T]) -> T:
    """A YAML file as a value of a type; an unknown or missing field names itself."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=shape)
    except (msgspec.MsgspecError, OSError) as fault:
        raise DataFault(f"数据文件 {path.name} 读不懂：{fault}") from fault


# Rule sets


@cache
def list_rule_sets() -> tuple[RuleSet, ...]:
    """Every published rule set, by seed number."""
    found = (_read_rule_set(path) for path in (DATA / "rulesets").glob("*/ruleset.yaml"))
    return tuple(sorted(found, key=lambda rules: rules.seed))


def _read_rule_set(path: Path) -> RuleSet:
    rules = decode(path, RuleSet)
    if not rules.standard:
        return rules
    return msgspec.structs.replace(rules, trades=load_occupation(rules.standard).trades)


def load_rule_set(name: str) -> RuleSet:
    """A rule set by id ("ccia-002") or seed number ("002")."""
    for rules in list_rule_sets():
        if name in (rules.id, rules.seed):
            return rules
    raise Refused(
        what=f"没有规则集“{name}”",
        remedy="可用的规则集：" + "、".join(f"{r.id}（{r.seed}）" for r in list_rule_sets()),
        code="rules-unknown",
    )


def rule_set_content(name: str) -> dict[str, Any]:
    """Everything a rule set decides by, as plain JSON values: its rules, entry conditions and standard."""
    rules = load_rule_set(name)
    conditions = DATA / "rulesets" / rules.id / "conditions.yaml"
    content: dict[str, Any] = {"rules": _plain(rules)}
    if conditions.exists():
        content["conditions"] = _plain(decode(conditions, object))
    if rules.standard:
        content["standard"] = _plain(load_occupation(rules.standard))
    return content


@cache
def content_hash(name: str) -> str:
    """SHA-256 over `rule_set_content`: what a sitting pins."""
    return digest(rule_set_content(name))


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


@cache
def load_body(name: str) -> Body:
    path = DATA / "bodies" / f"{name}.yaml"
    if not path.exists():
        raise Refused(what=f"没有评价机构“{name}”", remedy=_available("bodies"), code="body-unknown")
    return decode(path, Body)


# Standards and syllabi


@cache
def load_occupation(name: str = "4-01-02-07-2021") -> Occupation:
    """A national standard by its id ("4-01-02-07-2021") or occupation code ("4-01-02-07")."""
    for path in sorted((DATA / "occupations").glob("*.yaml")):
        if name in (path.stem, path.stem.rpartition("-")[0]):
            return decode(path, Occupation)
    raise Refused(what=f"没有标准“{name}”", remedy=_available("occupations"), code="standard-unknown")


@cache
def load_syllabus(programme: str) -> Syllabus:
    path = DATA / "syllabi" / f"{programme}.yaml"
    if not path.exists():
        raise Refused(
            what=f"没有项目“{programme}”的考核大纲", remedy=_available("syllabi"), code="syllabus-unknown"
        )
    return decode(path, Syllabus)


def _available(folder: str) -> str:
    return "可用：" + "、".join(sorted(path.stem for path in (DATA / folder).glob("*.yaml")))


# Codes


@cache
def occupation_codes(standard: str) -> tuple[Code, ...]:
    """Every valid code of a standard: 43 of the basics (level ""), then each level's skills and knowledge.

    trades: for skills the printed marks, for knowledge the derived ones; without either, all trades of the function.
    """
    occupation = load_occupation(standard)
    found = list(_basics_codes(occupation))
    for level in occupation.levels:
        found += _level_codes(occupation, level)
    return tuple(found)


def _basics_codes(occupation: Occupation) -> list[Code]:
    everyone = tuple(trade.mark for trade in occupation.trades)
    areas = [("ethics", point) for point in occupation.basics.ethics]
    areas += [("basics", point) for area in occupation.basics.areas for point in area.points]
    return [_code(occupation.id, "", "basics", area, point, everyone) for area, point in areas]


def _level_codes(occupation: Occupation, level: StandardLevel) -> list[Code]:
    found = []
    for function in level.functions:
        trades = level.trades_of(function)
        for content in function.contents:
            for kind, points in (("skill", content.skills), ("knowledge", content.knowledge)):
                found += [
                    _code(occupation.id, level.id, kind, function.area, point, trades) for point in points
                ]
    return found


def _code(standard: str, level: str, kind: Any, area: str, point: Point, trades: tuple[str, ...]) -> Code:
    return Code(
        standard=standard,
        level=level,
        kind=kind,
        code=point.code,
        text=point.text,
        area=area,
        trades=point.trades or point.trades_derived or trades,
        current_title=point.current_title,
    )


@cache
def syllabus_codes(programme: str) -> tuple[Code, ...]:
    """The codes of a programme with a syllabus of its own (standard = the programme's id, level "", no trades)."""
    return tuple(
        _code(programme, "", "knowledge", area.slug, point, ())
        for area in load_syllabus(programme).areas
        for point in area.points
    )


@cache
def codes_for(rule_set: str, programme: str) -> tuple[Code, ...]:
    """Every code an item of a programme may carry under a rule set."""
    rules = load_rule_set(rule_set)
    wanted = rules.programme(programme)
    if rules.standard:
        return occupation_codes(rules.standard)
    syllabus = load_syllabus(wanted.id)
    return occupation_codes(syllabus.standard) if syllabus.standard else syllabus_codes(wanted.id)


def find_code(standard: str, level: str, kind: Kind, code: str) -> Code:
    """One code by its full key; codes that belong to every level (basics, syllabi) are found under any.

    Raises: Refused when the standard has no such code at that level.
    """
    index = _index(standard)
    found = index.get((level, kind, code)) or index.get(("", kind, code))
    if found is None:
        raise Refused(
            what=f"标准 {standard} 没有编码 {kind}:{code}" + (f"（等级 {level}）" if level else ""),
            rule="标准第 2、3 章",
            remedy="请核对等级、类别（skill、knowledge、basics）与条号",
            code="code-unknown",
        )
    return found


@cache
def _index(standard: str) -> dict[tuple[str, str, str], Code]:
    known = {path.stem for path in (DATA / "syllabi").glob("*.yaml")}
    codes = syllabus_codes(standard) if standard in known else occupation_codes(standard)
    return {(code.level, code.kind, code.code): code for code in codes}


def area_of(standard: str, level: str, kind: Kind, code: str) -> str:
    """The area slug of a code."""
    return find_code(standard, level, kind, code).area


def assessed_areas(standard: str, level: str, trade: str) -> tuple[str, ...]:
    """The areas a trade's theory is drawn from at a level, in the order of table 4.1."""
    return tuple(
        slug
        for slug, levels in load_occupation(standard).theory_weights.rows.items()
        if trade in levels.get(level, {})
    )


# Blueprints


@cache
def load_blueprint(rule_set: str, programme: str, level: str, trade: str | None = None) -> Blueprint:
    """What a theory paper must be made of: marks per area, and so many items of each type.

    The national rule set derives its areas from table 4.1 and needs a trade; an association's reads its file.
    Raises: Refused for an unknown programme, level or trade, or a trade where there is none.
    """
    rules = load_rule_set(rule_set)
    wanted, rung = rules.programme(programme), rules.level(level)
    if rules.standard:
        areas, source, mark = _weighted_areas(rules, rung.id, trade)
        standard = rules.standard
    else:
        if trade is not None:
            rules.trade(trade, rung.id)
        areas, source = _filed_areas(rules, wanted.id, rung.id)
        standard, mark = load_syllabus(wanted.id).standard or wanted.id, None
    return Blueprint(
        rule_set=rules.id,
        programme=wanted.id,
        level=rung.id,
        trade=mark,
        standard=standard,
        areas=areas,
        kinds=rules.paper.kinds.value,
        total=sum((kind.count * kind.marks for kind in rules.paper.kinds.value), Decimal()),
        lower_level_share=rules.paper.lower_level_share.value,
        source=source,
    )


def _weighted_areas(rules: RuleSet, level: str, trade: str | None) -> tuple[tuple[AreaMarks, ...], str, str]:
    if trade is None:
        raise Refused(
            what=f"规则集 {rules.id} 分工种组卷，未说明工种",
            rule="标准 4.1",
            remedy="请给出工种：" + "、".join(f"{trade.mark}（{trade.name}）" for trade in rules.trades),
            code="trade-missing",
        )
    mark = rules.trade(trade, level).mark
    occupation = load_occupation(rules.standard)
    rows = occupation.theory_weights.rows
    areas = tuple(
        AreaMarks(
            area_slug=slug,
            title=occupation.area_title(slug),
            marks=Decimal(rows[slug][level][mark]),
            codes=_area_codes(occupation.id, slug, level, mark),
        )
        for slug in assessed_areas(occupation.id, level, mark)
    )
    return areas, f"标准 4.1，{occupation.level(level).name}，工种 {mark}", mark


def _filed_areas(rules: RuleSet, programme: str, level: str) -> tuple[tuple[AreaMarks, ...], str]:
    file = decode(DATA / "blueprints" / f"{rules.id}.{programme}.{level}.yaml", BlueprintFile)
    syllabus = load_syllabus(programme)
    standard = syllabus.standard or programme
    content_level = syllabus.standard_levels.get(level, "")
    titles = {area.slug: area.title for area in syllabus.areas}
    areas = tuple(
        AreaMarks(
            area_slug=share.area,
            title=titles[share.area],
            marks=share.marks,
            codes=_area_codes(standard, share.area, content_level, None),
        )
        for share in file.areas
    )
    return areas, file.why


def _area_codes(standard: str, area: str, level: str, trade: str | None) -> tuple[Code, ...]:
    return tuple(
        code
        for code in _index(standard).values()
        if code.area == area and code.level in ("", level) and (trade is None or trade in code.trades)
    )
