"""Which acts the code writes into the audit trail, read from its sources."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.architecture.house import SOURCE, modules, place, tree_of

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unread(Exception):
    """An act that this reader cannot work out: it has to be taught, not passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """act: as written, or the front of a composed one with {} for what follows. place: module and line."""

    act: str
    place: str


@cache
def acts_written() -> tuple[Written, ...]:
    """The act of every call of `record`, followed through the functions that pass it on."""
    return tuple(
        Written(act=act, place=f"{place(path)}:{call.lineno}")
        for path in modules()
        if _imports(path, "zhiheng.plumbing.audit", "record")
        for call, inside in _calls(tree_of(path), "record")
        for act in _values(_given(call, "act", None), path, inside)
    )


def _imports(path: Path, module: str, name: str) -> bool:
    if module not in path.read_text():
        return False
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and any(alias.name == name for alias in node.names)
        for node in tree_of(path).body
    )


def _calls(tree: ast.AST, name: str, inside: Function | None = None) -> Iterator[tuple[ast.Call, Function]]:
    """Calls of a plain name, each with the function it stands in."""
    for node in ast.iter_child_nodes(tree):
        within = node if isinstance(node, Function) else inside
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and within:
            yield node, within
        yield from _calls(node, name, within)


def _given(call: ast.Call, parameter: str, function: Function | None) -> ast.expr:
    """What a call gives for a parameter, or its default."""
    for word in call.keywords:
        if word.arg == parameter:
            return word.value
    if function is not None:
        names = [argument.arg for argument in function.args.args]
        if parameter in names and names.index(parameter) < len(call.args):
            return call.args[names.index(parameter)]
    raise Unread(f"{ast.unparse(call)} gives no {parameter}")


def _values(expression: ast.expr, path: Path, inside: Function) -> list[str]:
    match expression:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=yes, orelse=no):
            return [*_values(yes, path, inside), *_values(no, path, inside)]
        case ast.JoinedStr(values=[ast.Constant(value=str(front)), ast.FormattedValue()]):
            return [f"{front}{{}}"]
        case ast.Name(id=name):
            return _of_name(name, path, inside)
    raise Unread(f"{place(path)}:{expression.lineno} {ast.unparse(expression)}")


def _of_name(name: str, path: Path, inside: Function) -> list[str]:
    """A local name by what it was set to; a parameter by what every caller gives for it."""
    set_to = [
        node.value
        for node in ast.walk(inside)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    if set_to:
        return [act for value in set_to for act in _values(value, path, inside)]
    arguments = [*inside.args.args, *inside.args.kwonlyargs]
    if name not in {argument.arg for argument in arguments}:
        raise Unread(f"{place(path)}: {name} in {inside.name}")
    found = [
        act
        for caller in modules()
        if caller == path or _imports(caller, _module(path), inside.name)
        for call, within in _calls(tree_of(caller), inside.name)
        for act in _values(_given(call, name, inside), caller, within)
    ]
    if not found:
        raise Unread(f"{place(path)}: nobody calls {inside.name}")
    return found


def _module(path: Path) -> str:
    return "zhiheng." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
