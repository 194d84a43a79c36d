"""Files that `zhiheng stats …` reads."""

from typing import cast

from zhiheng.cli.output import read_input
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.responses import Missing, Responses, read_key, read_responses
from zhiheng.psychometrics.core.tables import ANCHORS, TOTALS, Table, read_table


def table_of(file: str) -> Table:
    """Raises: Refused for what cannot be read as a table."""
    return read_table(read_input(file), source="标准输入" if file == "-" else file)


def responses_of(file: str, *, key: str = "", missing: str = "absent", totals: bool = False) -> Responses:
    """Answers of a file, scored. totals: whether one column of totals may stand for all items.

    Raises: Refused naming file, row and column.
    """
    check_missing(missing)
    keys = read_key(table_of(key)) if key else None
    table = table_of(file)
    if totals and len(table.named(TOTALS)) == 1:
        table = table.without(*table.named(ANCHORS))
    return read_responses(only_items(table), key=keys, missing=cast("Missing", missing))


def only_items(table: Table) -> Table:
    """Raises: Refused for a total beside items, which would be counted as one of them."""
    places = table.named(TOTALS)
    if places and len(table.columns) > 1:
        raise Refused(
            what=f"{table.source} 的“{table.columns[places[0]]}”列是总分，不是题目",
            remedy="请去掉这一列，或只留这一列",
            code="total-column",
        )
    return table


def check_missing(word: str) -> None:
    """Raises: Refused for a treatment of what is missing that there is not."""
    if word not in {"absent", "zero"}:
        raise Refused(what=f"选项 --missing 的值“{word}”读不懂", remedy="可用 absent 或 zero", code="missing")


def guesses(given: Responses) -> list[str]:
    """What is to be said where maxima were not written down."""
    if not given.guessed:
        return []
    return [f"没有写明满分，取最高得分：{'、'.join(given.guessed)}（可在 --key 文件的 points 列写明）"]
