"""The competency tree laid out as a quiet icicle: one column a depth, heights in proportion to the weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

WIDTH = 800
ROW = 36
_LEAST = 28  # a link is at least 24 px high where the picture is at its smallest, 704 px wide
_LETTER = 14
_PADDING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A node of the tree.

    weight: its share among its siblings (any unit; leaves of weight 0 still show). amount: the words at its
    right edge, e.g. "12 题". share: how much of it is done, covered or scored, 0..1; None draws no bar.
    """

    label: str
    weight: Decimal | int = 1
    amount: str = ""
    share: Decimal | float | None = None
    url: str = ""
    children: Sequence[Self] = field(default=())

    @property
    def percent(self) -> int | None:
        return None if self.share is None else round(self.share * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """One rectangle of the picture, in SVG units; `words` is the label cut to fit."""

    branch: Branch
    depth: int
    left: float
    top: float
    width: float
    height: float
    words: str

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    @property
    def text_left(self) -> float:
        return self.left + _PADDING

    @property
    def text_right(self) -> float:
        return self.left + self.width - _PADDING

    @property
    def fill_top(self) -> float:
        return self.top + self.height - 3

    @property
    def fill_width(self) -> float:
        return round(self.width * float(self.branch.share or 0), 2)


def slabs(root: Branch) -> tuple[list[Slab], float]:
    """The rectangles of a tree and the height of the picture."""
    height = float(_leaves(root) * ROW)
    column = WIDTH / _depth(root)
    return list(_slabs(root, 0, 0.0, height, column)), height


def _leaves(branch: Branch) -> int:
    return sum(map(_leaves, branch.children)) if branch.children else 1


def _depth(branch: Branch) -> int:
    return 1 + max(map(_depth, branch.children), default=0)


def _slabs(branch: Branch, depth: int, top: float, height: float, column: float) -> Iterator[Slab]:
    width = column if branch.children else WIDTH - depth * column
    yield Slab(
        branch=branch,
        depth=depth,
        left=round(depth * column, 2),
        top=round(top, 2),
        width=round(width, 2),
        height=round(height, 2),
        words=_fitting(branch, width),
    )
    for child, share in zip(branch.children, _heights(branch, height), strict=True):
        yield from _slabs(child, depth + 1, top, share, column)
        top += share


def _heights(branch: Branch, height: float) -> list[float]:
    """Every child gets room for its leaves' words first; what is left goes by weight."""
    total = sum(float(child.weight) for child in branch.children)
    needs = [_leaves(child) * _LEAST for child in branch.children]
    spare = height - sum(needs)
    if total <= 0:
        return [need + spare / len(needs) for need in needs]
    return [
        need + spare * float(child.weight) / total for need, child in zip(needs, branch.children, strict=True)
    ]


def _fitting(branch: Branch, width: float) -> str:
    """The label cut to the room beside the amount; a Han character is one letter wide, Latin about half."""
    room = (width - 2 * _PADDING) / _LETTER - _letters(branch.amount) - (1 if branch.amount else 0)
    if _letters(branch.label) <= room:
        return branch.label
    kept = ""
    for character in branch.label:
        if _letters(kept + character) > room - 1:
            break
        kept += character
    return kept + "…"


def _letters(text: str) -> float:
    return sum(0.58 if character.isascii() else 1.0 for character in text)
