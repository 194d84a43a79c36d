"""In a sentence a day is written out, 2026年11月28日: never as machines write it."""

import ast

from tests.architecture.house import modules, place, tree_of
from zhiheng.surface.wording import is_chinese

# Commands speak to operators, who sort such days; the hall names times of one day.
COMMANDS = ("cli/", "delivery/hall/")
# Names of files, and what a file of cases says of its own fields.
ALLOWED = {"delivery/console/report_views.py", "enrolment/core/cases.py"}
MACHINES = ("isoformat", "iso", "iso_utc")


def raw_days(tree: ast.AST) -> list[str]:
    """Chinese sentences with a day in a form made for machines, as line and expression."""
    return [
        f"{node.lineno} {ast.unparse(value)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) and _says_chinese(node)
        for value in node.values
        if isinstance(value, ast.FormattedValue) and _raw(value)
    ]


def _says_chinese(node: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.Constant) and is_chinese(str(part.value)) for part in node.values)


def _raw(value: ast.FormattedValue) -> bool:
    if value.format_spec is not None and "%Y-%m-%d" in ast.unparse(value.format_spec):
        return True
    return any(_name(part.func) in MACHINES for part in ast.walk(value.value) if isinstance(part, ast.Call))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_sentence_shows_a_day_raw() -> None:
    found = [
        f"{place(path)}:{raw}"
        for path in modules()
        if place(path) not in ALLOWED and not place(path).startswith(COMMANDS)
        for raw in raw_days(tree_of(path))
    ]
    assert found == []


def test_the_check_sees_one() -> None:
    code = (
        'a = f"在 {day.isoformat()} 截止"\nb = f"{moment:%Y-%m-%d} 废止"\nc = f"现在 {iso(now)}"\n'
        'd = f"{day.isoformat()}.pdf"\ne = f"在{chinese_day(day)}截止"'
    )
    assert [raw.split(" ", 1)[0] for raw in raw_days(ast.parse(code))] == ["1", "2", "3"]
