"""`zhiheng standard show`: the national standard as data."""

from typing import Any

import typer

from zhiheng.cli.output import AsJson, answer
from zhiheng.standards.core.loader import load_occupation
from zhiheng.standards.core.terms import Content, Occupation, Point, StandardLevel, WeightTable

app = typer.Typer(help="国家职业技能标准")


@app.callback()
def group() -> None:
    """Keeps `show` a subcommand."""


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """显示标准：等级、职业功能、技能与知识、基本要求、权重表。"""
    standard = load_occupation()
    answer(_document(standard), as_json=as_json, text=lambda: _outline(standard))


def _document(standard: Occupation) -> dict[str, Any]:
    return {
        "code": standard.code,
        "name": standard.name,
        "edition": standard.edition,
        "levels": [_level(level) for level in standard.levels],
        "basics": {
            "ethics": [_point(point) for point in standard.basics.ethics],
            "areas": [
                {"code": area.code, "title": area.title, "points": [_point(point) for point in area.points]}
                for area in standard.basics.areas
            ],
        },
        "weights": {
            "theory": _weights(standard, standard.theory_weights),
            "skill": _weights(standard, standard.skill_weights),
        },
        "hours": {level.id: level.hours for level in standard.levels},
        "related_occupations": list(standard.related_occupations.entries),
        "related_majors": list(standard.related_majors.entries),
    }


def _level(level: StandardLevel) -> dict[str, Any]:
    return {
        "level": int(level.id),
        "name": level.name,
        "functions": [
            {
                "number": function.number,
                "title": function.title,
                "trades": list(level.trades_of(function)),
                "contents": [_content(content, level.trades_of(function)) for content in function.contents],
            }
            for function in level.functions
        ],
        "assessed_functions": {mark: list(numbers) for mark, numbers in level.assessed_functions.items()},
    }


def _content(content: Content, everyone: tuple[str, ...]) -> dict[str, Any]:
    return {
        "code": content.code,
        "title": content.title,
        "skills": [
            {"code": skill.code, "text": skill.text, "trades": list(skill.trades or everyone)}
            for skill in content.skills
        ],
        "knowledge": [{"code": point.code, "text": point.text} for point in content.knowledge],
    }


def _point(point: Point) -> dict[str, str]:
    plain = {"code": point.code, "text": point.text}
    return {**plain, "current_title": point.current_title} if point.current_title else plain


def _weights(standard: Occupation, table: WeightTable) -> dict[str, dict[str, dict[str, int]]]:
    return {standard.area_title(slug): levels for slug, levels in table.rows.items()}


def _outline(standard: Occupation) -> str:
    lines = [f"{standard.title} {standard.code}", f"{standard.notice}，{standard.published.isoformat()} 公布"]
    for level in standard.levels:
        lines += ["", f"{level.name}（培训不少于 {level.hours} 标准学时）"]
        lines += [
            f"  {function.number} {function.title}　工种 {'、'.join(level.trades_of(function))}　"
            f"工作内容 {len(function.contents)}　"
            f"技能 {sum(len(content.skills) for content in function.contents)}　"
            f"知识 {sum(len(content.knowledge) for content in function.contents)}"
            for function in level.functions
        ]
    return "\n".join(lines)
