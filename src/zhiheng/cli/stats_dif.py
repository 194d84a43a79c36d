"""`zhiheng stats dif`: items that treat two groups of equal ability otherwise."""

from dataclasses import asdict
from typing import Annotated, Any, cast

import typer

from zhiheng.cli.columns import ABSENT, columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_files import check_missing, guesses, only_items, table_of
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.dif.groups import LEAST, Compared, compare
from zhiheng.psychometrics.core.dif.logistic import Dependence, logistic_differences
from zhiheng.psychometrics.core.dif.mantel import Difference, mantel_differences
from zhiheng.psychometrics.core.responses import Missing, read_key, read_responses
from zhiheng.psychometrics.core.tables import Table

_SIZES = {"B": "中等", "C": "大"}


def dif(
    responses: Annotated[
        str, typer.Argument(metavar="RESPONSES.csv", help="每人一行、每题一列，另有分组一列；- 为标准输入")
    ],
    group: Annotated[str, typer.Option("--group", metavar="COLUMN", help="分组一列的名称，须恰好两组")],
    focal: Annotated[str, typer.Option("--focal", metavar="VALUE", help="目标组（要看顾的一组）的写法")],
    key: Annotated[str, typer.Option("--key", metavar="KEY.csv", help="答案与满分，写法同 stats items")] = "",
    missing: Annotated[str, typer.Option("--missing", help="zero：空格与 NA 算零分")] = "absent",
    least: Annotated[int, typer.Option("--least", min=2, help="每组至少几人")] = LEAST,
    as_written: Annotated[
        bool, typer.Option("--all-items", help="配对总分用全部题目，不剔除差异大的题")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """总分相同的两组考生在每题上是否得分不同：Mantel-Haenszel（ETS 的 A、B、C 三级）与逻辑回归。"""
    table, groups = _without(table_of(responses), group)
    keys = read_key(table_of(key)) if key else None
    check_missing(missing)
    given = read_responses(only_items(table), key=keys, missing=cast("Missing", missing))
    compared = compare(given, groups, focal=focal, least=least)
    differences = mantel_differences(compared, purify=not as_written)
    dependences = logistic_differences(compared)
    document = _document(compared, differences, dependences, focal) | {"remarks": guesses(given)}
    answer(document, as_json=as_json, text=lambda: _page(document))


def _without(table: Table, group: str) -> tuple[Table, tuple[str, ...]]:
    """The table without the column of groups, and that column."""
    if group not in table.columns or len(table.columns) < 2:
        raise Refused(
            what=f"{table.source} 没有“{group}”一列，或除它之外没有题目",
            remedy="请用 --group 写明分组一列的名称",
            code="group-column",
        )
    place = table.columns.index(group)
    return table.without(place), tuple(row[place] for row in table.rows)


def _document(
    compared: Compared, differences: tuple[Difference, ...], dependences: tuple[Dependence, ...], focal: str
) -> dict[str, Any]:
    return {
        "focal": focal,
        "focal_persons": int(compared.focal.sum()),
        "reference_persons": int((~compared.focal).sum()),
        "items": [
            {
                "item": one.item,
                "mantel_haenszel": {name: value for name, value in asdict(one).items() if name != "item"},
                "logistic": {name: value for name, value in asdict(other).items() if name != "item"},
            }
            for one, other in zip(differences, dependences, strict=True)
        ],
    }


def _page(found: dict[str, Any]) -> str:
    table = columns(
        ("题目", "Δ", "标准误", "均差", "χ²", "p", "级", "回归 χ²", "p", "ΔR²", "级", ""),
        [_cells(line, found["focal"]) for line in found["items"]],
    )
    head = f"目标组“{found['focal']}” {found['focal_persons']} 人，参照组 {found['reference_persons']} 人"
    note = "Δ 为负：总分相同时目标组更难答对。A 可忽略，B 中等，C 大；标出的题请专家看题面，差异不等于不公平"
    return "\n".join([head, "", table, "", note, *found["remarks"]])


def _cells(line: dict[str, Any], focal: str) -> tuple[str, ...]:
    mantel, logistic = line["mantel_haenszel"], line["logistic"]
    words = ""
    if mantel["size"] in _SIZES:
        harder = "更难" if mantel["smd"] < 0 else "更容易"
        words = f"{_SIZES[mantel['size']]}：对“{focal}”{harder}"
    elif logistic["size"] in _SIZES:
        words = f"{_SIZES[logistic['size']]}：差异随总分高低而变"
    return (
        line["item"],
        figure(mantel["delta"], 2),
        figure(mantel["error"], 2),
        figure(mantel["smd"]),
        figure(mantel["chi_square"], 2),
        figure(mantel["chance"]),
        mantel["size"] or ABSENT,
        figure(logistic["both"], 2),
        figure(logistic["chance"]),
        figure(logistic["effect"]),
        logistic["size"] or ABSENT,
        words,
    )
