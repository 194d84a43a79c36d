"""Expected scores and information of papers over ability, laid out as lines; the page draws SVG, the PDF Typst."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhiheng.assembly.models import Paper

WIDTH, HEIGHT = 400, 250
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 12, 34
ABILITIES = (-3, 3)
SHOWN = (-3, -2, -1, 0, 1, 2, 3)
STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paper's curve. points: (ability, value); own: the paper the page is about."""

    label: str
    own: bool
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    at: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A line in the units of the picture. points: as a polyline takes them."""

    label: str
    own: bool
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A chart. most: the value at the upper edge."""

    title: str
    unit: str
    most: float
    lines: tuple[Line, ...]

    width, height = WIDTH, HEIGHT
    left, right = LEFT, WIDTH - RIGHT
    top, bottom = TOP, HEIGHT - BOTTOM

    def x(self, ability: float) -> float:
        least, most = ABILITIES
        return round(LEFT + (ability - least) / (most - least) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - value / self.most * (HEIGHT - TOP - BOTTOM), 1)

    @property
    def cut(self) -> float:
        return self.x(0)

    @property
    def words_bottom(self) -> int:
        return self.bottom + 15

    @property
    def axis_words(self) -> int:
        return self.height - 3

    @property
    def drawn(self) -> list[Drawn]:
        """The own line last, so that it lies on top."""
        return [
            Drawn(
                label=line.label,
                own=line.own,
                points=" ".join(f"{self.x(ability)},{self.y(value)}" for ability, value in line.points),
            )
            for line in sorted(self.lines, key=lambda line: line.own)
        ]

    @property
    def abilities(self) -> list[Tick]:
        return [Tick(at=self.x(ability), words=f"{ability:+d}" if ability else "0") for ability in SHOWN]

    @property
    def values(self) -> list[Tick]:
        steps = [self.most * step / STEPS for step in range(STEPS + 1)]
        return [Tick(at=self.y(value), words=f"{value:g}") for value in steps]

    @property
    def plain(self) -> dict[str, Any]:
        """For the PDF."""
        return {
            "title": self.title,
            "unit": self.unit,
            "most": self.most,
            "steps": [self.most * step / STEPS for step in range(STEPS + 1)],
            "lines": [
                {"label": line.label, "own": line.own, "points": [list(point) for point in line.points]}
                for line in sorted(self.lines, key=lambda line: line.own)
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures at one ability: of the own paper, and the least and the most over all of them."""

    ability: str
    cut: bool
    expected: str
    least: str
    most: str
    information: str
    least_information: str
    most_information: str


def plots_of(paper: Paper, siblings: Iterable[Paper]) -> list[Plot]:
    """Expected score and information of the forms of a paper's run; none for papers stored before curves were."""
    labels = {sibling.form_id: sibling.label for sibling in siblings}
    curves = {
        entry["form"]: entry["curve"] for entry in paper.deviation.get("forms", []) if entry.get("curve")
    }
    if paper.form_id not in curves:
        return []
    total = float(paper.total)
    return [
        Plot(
            title=title,
            unit=unit,
            most=total if place == 1 else _round_up(_most(curves.values(), place)),
            lines=tuple(
                Line(
                    label=labels.get(form, ""),
                    own=form == paper.form_id,
                    points=tuple((float(point[0]), float(point[place])) for point in curve),
                )
                for form, curve in curves.items()
            ),
        )
        for title, unit, place in (("预期得分", "分", 1), ("信息量", "", 2))
    ]


def envelope_plots(curve: Sequence[dict[str, str]], total: Decimal) -> list[Plot]:
    """The least and the most any paper of a pool has."""
    if not curve:
        return []
    information = max(float(point["most_information"]) for point in curve)
    return [
        Plot(
            title=title,
            unit=unit,
            most=most,
            lines=tuple(
                Line(
                    label=words,
                    own=words == "最高",
                    points=tuple((float(point["ability"]), float(point[name])) for point in curve),
                )
                for words, name in (("最低", least_name), ("最高", most_name))
            ),
        )
        for title, unit, most, least_name, most_name in (
            ("预期得分", "分", float(total), "least", "most"),
            ("信息量", "", _round_up(information), "least_information", "most_information"),
        )
    ]


def curve_rows(paper: Paper) -> list[Row]:
    """The curves in numbers, at every half logit."""
    curves = {
        entry["form"]: entry["curve"] for entry in paper.deviation.get("forms", []) if entry.get("curve")
    }
    own = curves.get(paper.form_id)
    if own is None:
        return []
    rows = []
    for place, point in enumerate(own):
        if Decimal(point[0]) * 2 % 1:
            continue
        column = [curve[place] for curve in curves.values()]
        rows.append(
            Row(
                ability=f"{Decimal(point[0]):+.1f}" if Decimal(point[0]) else "0",
                cut=not Decimal(point[0]),
                expected=f"{Decimal(point[1]):.2f}",
                least=f"{min(Decimal(other[1]) for other in column):.2f}",
                most=f"{max(Decimal(other[1]) for other in column):.2f}",
                information=f"{Decimal(point[2]):.2f}",
                least_information=f"{min(Decimal(other[2]) for other in column):.2f}",
                most_information=f"{max(Decimal(other[2]) for other in column):.2f}",
            )
        )
    return rows


def _most(curves: Iterable[Sequence[Sequence[str]]], place: int) -> float:
    return max(float(point[place]) for curve in curves for point in curve)


def _round_up(value: float) -> float:
    """To the next multiple of four, so that quarters are whole."""
    return float(max(4, -(-value // STEPS) * STEPS))
