"""`zhiheng standard show|export`: the national standard as data, ours and in the form others read."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiheng.cli.backend import has_database, start_backend
from zhiheng.cli.output import AsJson, answer
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.case import case_package
from zhiheng.standards.core.loader import load_occupation
from zhiheng.standards.core.terms import Content, Occupation, Point, StandardLevel, WeightTable

_LOCAL = "http://127.0.0.1:8700"
app = typer.Typer(help="国家职业技能标准")


class Format(StrEnum):
    """What a standard can be written as."""

    CASE = "case"


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """显示标准：等级、职业功能、技能与知识、基本要求、权重表。"""
    standard = load_occupation()
    answer(_document(standard), as_json=as_json, text=lambda: _outline(standard))


@app.command("export")
def export(
    form: Annotated[Format, typer.Option("--format", help="格式：case（IMS CASE 1.0）")],
    out: Annotated[Path | None, typer.Option("--out", help="写入的文件，不写则打印")] = None,
    standard: Annotated[str, typer.Option("--standard", help="标准编号")] = "4-01-02-07-2021",
    base: Annotated[str, typer.Option("--base", help="标准页面所在的网址，不写则用本平台的网址")] = "",
    as_json: AsJson = False,
) -> None:
    """导出标准：IMS CASE 1.0 的能力框架（CFPackage），标识不随时间、机器和网址变化。"""
    package = case_package(load_occupation(standard), base=base or _public_address())
    if out is None:
        answer(package, as_json=True, text=str)
    try:
        out.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused(
            what=f"写不了文件 {out}：{error.strerror}", remedy="请检查文件夹是否存在、能否写入", code="file"
        ) from None
    written = {"file": str(out), "format": form.value, "items": len(package["CFItems"])}
    answer(written, as_json=as_json, text=lambda: f"已写入 {out}：{written['items']} 项")


def _public_address() -> str:
    """Where this installation's pages lie, as its website says it."""
    if not has_database():
        return os.environ.get("ZHIHENG_PUBLIC_URL", _LOCAL)
    start_backend()
    from django.conf import settings  # noqa: PLC0415 - settings are read only where there is an installation

    return str(settings.PUBLIC_URL)


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
