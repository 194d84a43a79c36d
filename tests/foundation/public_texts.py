"""Every text of the product that somebody outside the house may read, with its place."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parents[2] / "src/zhiheng"
EXAMINED = ("bank/data", "practicals/data")  # questions and tasks about such words, sealed until they are sat
WRITTEN = (".html", ".typ", ".js", ".mjs", ".txt")


def public_texts() -> Iterator[tuple[str, str]]:
    """Templates, certificate and ticket pages, data files, catalogues, and the sentences of the code."""
    for path in sorted(SOURCE.rglob("*")):
        place = path.relative_to(SOURCE).as_posix()
        if place.startswith(EXAMINED) or place == "foundation/data/barred_words.yaml":
            continue
        for text in _texts(path):
            yield place, text


def _texts(path: Path) -> Iterator[str]:
    if path.suffix in WRITTEN:
        yield path.read_text()
    elif path.suffix == ".yaml":
        yield from _leaves(yaml.safe_load(path.read_text()))
    elif path.suffix == ".po":
        with path.open("rb") as source:
            for message in read_po(source):
                yield from _leaves([message.id, message.string])
    elif path.suffix == ".py" and "migrations" not in path.parts:
        yield from _sentences(ast.parse(path.read_text()))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in [*value.keys(), *value.values()]:
            yield from _leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)


def _sentences(tree: ast.Module) -> Iterator[str]:
    """String constants that are not docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
