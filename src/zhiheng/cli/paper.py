"""`zhiheng paper`: a blueprint and a bank in, papers with their proof out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiheng.assembly.core import terms
from zhiheng.assembly.core.pool import allowed_points, blueprint_of, enemies_of, point, pool_of
from zhiheng.assembly.core.proof import Deviation, deviation, prove, publishable
from zhiheng.bank.core.checks import check_item
from zhiheng.bank.core.files import Place, load_bank, load_shipped, read_items
from zhiheng.bank.core.terms import Item
from zhiheng.cli.output import AsJson, answer, read_input
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.loader import codes_for, load_blueprint, load_rule_set
from zhiheng.standards.core.terms import Blueprint, Code, RuleSet

NATIONAL = "nos-4-01-02-07-2021"
UNSOUND = (
    "code-missing",
    "code-unknown",
    "code-area",
    "difficulty-range",
    "key-count",
    "key-letters",
    "short-options",
)

app = typer.Typer(help="组卷")


@app.callback()
def paper() -> None:
    """按蓝图从题库组成等值试卷，并逐条证明。"""


@app.command("assemble")
def assemble_papers(
    level: Annotated[str, typer.Option(help="等级：5 至 1，或 junior、intermediate、senior，或其名称")],
    forms: Annotated[int, typer.Option(help="份数")],
    rules: Annotated[str, typer.Option(help="规则集，默认国家职业技能标准")] = NATIONAL,
    programme: Annotated[str, typer.Option(help="项目；规则集只有一个项目时可省略")] = "",
    trade: Annotated[str, typer.Option(help="工种 A 至 D")] = "",
    seed: Annotated[int, typer.Option(help="随机种子：同一种子得同样的试卷")] = 0,
    bank: Annotated[
        str, typer.Option(help="题库文件或文件夹（YAML 或 JSON；- 为标准输入），默认随平台的题库")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """组成若干份互不重题、预期得分相等的试卷；题量不足时说明缺哪一格、缺几道。"""
    rule_set = load_rule_set(rules)
    blueprint = load_blueprint(
        rule_set.id, _programme(rule_set, programme), rule_set.level(level).id, trade or None
    )
    source = _source(blueprint, bank)
    request = terms.Request(
        blueprint=source.blueprint, pool=source.pool, forms=forms, seed=seed, enemies=source.enemies
    )
    # The solver takes over a second to load; a refused request need not wait for it.
    from zhiheng.assembly.core.assembling import assemble  # noqa: PLC0415

    outcome = assemble(request)
    if isinstance(outcome, terms.Infeasible):
        conflicts = outcome.conflicts
        answer(
            {"conflict": [_conflict(entry) for entry in conflicts]},
            as_json=as_json,
            text=lambda: "组不成卷：\n" + "\n".join(entry.sentence for entry in conflicts),
            yes=False,
        )
    _report(request, outcome.forms, as_json=as_json)


def _programme(rules: RuleSet, name: str) -> str:
    if name:
        return rules.programme(name).id
    if len(rules.programmes) > 1:
        raise Refused(
            what=f"规则集 {rules.id} 有 {len(rules.programmes)} 个项目，未说明是哪一个",
            remedy="请用 --programme 给出：" + "、".join(f"{p.id}（{p.name}）" for p in rules.programmes),
            code="programme-missing",
        )
    return rules.programmes[0].id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    blueprint: terms.Blueprint
    pool: tuple[terms.PoolItem, ...]
    enemies: frozenset[frozenset[str]]


def _source(blueprint: Blueprint, bank: str) -> _Source:
    """What of a bank this blueprint may draw on. Raises: Refused for a bank that cannot be read or trusted."""
    slugs = {area.title: area.area_slug for area in blueprint.areas}
    if bank:
        # A programme that rests on a national standard asks the points of one of its levels.
        levels = {code.level for area in blueprint.areas for code in area.codes} - {""}
        place = Place(standard=blueprint.standard, level=min(levels, default=blueprint.level))
        brought = (
            read_items(read_input(bank), source="标准输入", place=place)
            if bank == "-"
            else load_bank(Path(bank), place=place)
        )
        items = tuple(replace(item, area=slugs.get(item.area, item.area)) for item in brought)
        _require_sound(items, codes_for(blueprint.rule_set, blueprint.programme), bank)
    else:
        items = load_shipped(standard=blueprint.standard)
    pool = pool_of(items, allowed=allowed_points(blueprint), trade=blueprint.trade)
    drawn = {item.id for item in pool}
    return _Source(
        blueprint=blueprint_of(blueprint),
        pool=pool,
        enemies=enemies_of(item for item in items if item.id in drawn),
    )


def _require_sound(items: Iterable[Item], codes: Iterable[Code], bank: str) -> None:
    """A bank somebody brings must at least be true to the standard and to its own keys.

    Raises: Refused naming file, item and what is wrong.
    """
    area_of = {point(code): code.area for code in codes}
    for item in items:
        wrong = [reason for reason in check_item(item, area_of=area_of).unmet if reason.code in UNSOUND]
        if wrong:
            raise Refused(
                what=f"题库 {bank} 的题目 {wrong[0].text}",
                rule=wrong[0].rule,
                remedy=wrong[0].remedy,
                code=wrong[0].code,
            )


def _report(request: terms.Request, forms: tuple[terms.Form, ...], *, as_json: bool) -> None:
    bank = {item.id: item for item in request.pool}
    lines = prove(forms, bank, request.blueprint, enemies=request.enemies, forbidden=request.forbidden)
    publishable(lines).require()
    figures = deviation(forms, bank, request.blueprint)
    titles = {row.area: row.title for row in request.blueprint.areas}
    data = {
        "forms": [_form(form, bank, titles) for form in forms],
        "proof": [
            {
                "form": line.form,
                "constraint": line.constraint,
                "required": line.required,
                "achieved": line.achieved,
                "ok": line.ok,
            }
            for line in lines
        ],
        "deviation": _deviation(figures),
    }
    answer(data, as_json=as_json, text=lambda: _text(request, forms, lines, figures))


def _form(form: terms.Form, bank: dict[str, terms.PoolItem], titles: dict[str, str]) -> dict[str, Any]:
    return {
        "id": form.id,
        "total": str(form.total),
        "items": [
            {
                "id": item.id,
                "area": titles[item.area],
                "type": item.type,
                "marks": str(item.marks),
                "codes": list(dict.fromkeys(label.partition(":")[2] for label in bank[item.id].codes)),
                "competencies": list(bank[item.id].codes),
            }
            for item in form.items
        ],
    }


def _deviation(figures: Deviation) -> dict[str, Any]:
    return {
        "expected_spread": str(figures.expected_spread),
        "score_gap": str(figures.score_gap),
        "information_gap": str(figures.information_gap),
        "forms": [
            {
                "id": entry.form,
                "expected": str(entry.expected),
                "difficulty_by_type": {kind: str(value) for kind, value in entry.difficulty_by_type.items()},
                "keys": entry.keys,
                "codes_used": entry.codes_used,
                "codes_available": entry.codes_available,
                "curve": [
                    {
                        "ability": str(point.ability),
                        "expected": str(point.expected),
                        "information": str(point.information),
                    }
                    for point in entry.curve
                ],
            }
            for entry in figures.forms
        ],
    }


def _conflict(entry: terms.Conflict) -> dict[str, Any]:
    return {
        "area": entry.title,
        "type": entry.type,
        "needed": entry.needed,
        "available": entry.available,
        "missing": entry.missing,
        "sentence": entry.sentence,
    }


def _text(
    request: terms.Request,
    forms: tuple[terms.Form, ...],
    lines: tuple[terms.ProofLine, ...],
    figures: Deviation,
) -> str:
    out = [f"{len(forms)} 份试卷，每份 {request.blueprint.total} 分，题库 {len(request.pool)} 道可用题。"]
    for form, entry in zip(forms, figures.forms, strict=True):
        out.append(
            f"试卷 {form.id}：{len(form.items)} 题，{form.total} 分，及格线考生预期 {entry.expected} 分，"
            f"考点 {entry.codes_used}/{entry.codes_available}"
        )
    out.append(
        f"及格线上各卷预期得分最大相差 {figures.expected_spread} 分；"
        f"能力 -1.5 至 1.5 之间最大相差 {figures.score_gap} 分，信息量最大相差 {figures.information_gap:.1%}。"
    )
    out += [
        f"  {line.form or '各卷'} {line.constraint}：应为 {line.required}，实为 {line.achieved}"
        for line in lines
    ]
    return "\n".join(out)
