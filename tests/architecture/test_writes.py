"""Rows are written in actions and background work, nowhere else."""

import ast

from tests.architecture.house import modules, place, tree_of

ALWAYS = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "save", "delete"}
HOMES = ("actions.py", "tasks.py")
# Writing is what these are for: the tables under every stage, and the manager Django asks an account model for;
# the view the exam hall is measured against, a site of its own; a made-up sitting in a database of its own.
ALLOWED = {"people/models.py", "cli/hall_bench/django_view.py", "cli/bench_preparation.py"}


def writes(tree: ast.Module) -> list[str]:
    """Calls that write rows. `update` counts on a query only: dictionaries and hashes have one too."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, target = node.func.attr, node.func.value
        if name == "update" and not touches_a_query(target):
            continue
        if name == "save" and node.args:
            continue  # a row's save takes names only; pictures, codes and the hall's desk take what to save
        if name == "update" or name in ALWAYS:
            found.append(f"{node.lineno} .{name}(")
    return found


def touches_a_query(target: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Attribute) and part.attr in {"objects", "filter", "exclude", "select_for_update"}
        for part in ast.walk(target)
    )


def test_rows_are_written_in_actions_only() -> None:
    found = [
        f"{place(path)}:{write}"
        for path in modules()
        if path.name not in HOMES and place(path) not in ALLOWED and not place(path).startswith("plumbing/")
        for write in writes(tree_of(path))
    ]
    assert found == []


def test_the_check_sees_a_write() -> None:
    code = "Thing.objects.create(a=1)\nrow.save()\nThing.objects.filter(a=1).update(a=2)\nfacts.update(a=1)\nimage.save(f, 'PNG')"
    assert writes(ast.parse(code)) == ["1 .create(", "2 .save(", "3 .update("]
