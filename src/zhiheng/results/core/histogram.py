"""How marks spread, drawn as a few bars with the pass mark between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 440, 132
_BASE, _TOP, _STEP, _BAR = 108, 18, 44, 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar in SVG units with its count and the marks it stands for. passed: it lies at or above the pass mark."""

    x: int
    y: int
    width: int
    height: int
    count: int
    label: str
    passed: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def above(self) -> int:
        return self.y - 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """cut: where the pass mark lies; total: marks counted, absences not among them."""

    name: str
    bars: tuple[Bar, ...]
    cut: int
    total: int
    passed: int
    absent: int
    base: int = _BASE
    width: int = WIDTH
    height: int = HEIGHT


def draw(name: str, marks: Sequence[Decimal | None], *, pass_marks: Decimal, max_marks: Decimal) -> Histogram:
    """Ten bars over the possible marks; the last one holds the full mark too. None is an absence."""
    sat = [mark for mark in marks if mark is not None]
    counts = [0] * 10
    for mark in sat:
        counts[min(int(mark * 10 / max_marks), 9)] += 1
    tallest = max([*counts, 1])
    return Histogram(
        name=name,
        bars=tuple(_bar(place, count, tallest, pass_marks, max_marks) for place, count in enumerate(counts)),
        cut=round(pass_marks * 10 / max_marks * _STEP),
        total=len(sat),
        passed=sum(mark >= pass_marks for mark in sat),
        absent=len(marks) - len(sat),
    )


def _bar(place: int, count: int, tallest: int, pass_marks: Decimal, max_marks: Decimal) -> Bar:
    height = round((_BASE - _TOP) * count / tallest)
    low = max_marks * place / 10
    return Bar(
        x=place * _STEP + (_STEP - _BAR) // 2,
        y=_BASE - height,
        width=_BAR,
        height=height,
        count=count,
        label=f"{low.normalize():f}",
        passed=low >= pass_marks,
    )
