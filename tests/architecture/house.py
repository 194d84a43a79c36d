"""The house as it stands: its stages in order, its modules, its templates."""

import ast
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/zhiheng"


@cache
def stages() -> tuple[str, ...]:
    """Low to high, from the lifecycle contract of pyproject.toml."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lifecycle = next(contract for contract in contracts if contract["id"] == "lifecycle")
    return tuple(reversed(lifecycle["layers"]))


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the product, migrations aside."""
    return tuple(sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts))


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("templates/**/*.html")))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path) -> str:
    return str(path.relative_to(SOURCE))
