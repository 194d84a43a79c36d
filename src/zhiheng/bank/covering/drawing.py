"""The map: one line a content, one cell a point, its count in it. Nothing is said by colour alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from zhiheng.bank.core.terms import AREA_TITLES, TYPES
from zhiheng.bank.covering.queries import Held
from zhiheng.standards.core.terms import Code

WIDTH = 800
LABEL = 212
CELL_WIDTH = 50
CELL_HEIGHT = 36
STEP = 53
LINE = 44
HEADING = 34
GAP = 14  # between skills and knowledge
KINDS = {"skill": "技能要求", "knowledge": "相关知识", "basics": "基本要求"}
TONES = ((0, "none"), (2, "few"), (5, "some"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A point in SVG units. tone: none, few (1-2), some (3-5), many. words: for those who do not see the picture."""

    left: float
    top: float
    held: Held
    tone: str

    @property
    def middle(self) -> float:
        return self.left + CELL_WIDTH / 2

    @property
    def upper(self) -> float:
        return self.top + 13

    @property
    def lower(self) -> float:
        return self.top + 29

    @property
    def words(self) -> str:
        code = self.held.code
        return f"{KINDS[code.kind]} {code.code} {code.text}：{self.held.count} 道"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    words: str
    top: float
    strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    cells: tuple[Cell, ...]
    texts: tuple[Text, ...]
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    """An area in figures: its points, those without a question, and the questions at its points by type."""

    title: str
    points: int
    empty: tuple[Code, ...]
    types: tuple[int, ...]

    @property
    def reached(self) -> int:
        return self.points - len(self.empty)


def drawn(points: Sequence[Held], titles: dict[tuple[str, str], str]) -> Map:
    """titles: (level, "4.1") -> the name of a content."""
    cells: list[Cell] = []
    texts: list[Text] = []
    top = 0.0
    for area, held in _by_area(points):
        texts.append(Text(words=AREA_TITLES.get(area, area), top=top + 24, strong=True))
        top += HEADING
        for section, line in _by_section(held):
            level = line[0].code.level
            name = titles.get((level, section)) or KINDS[line[0].code.kind]
            texts.append(Text(words=f"{section} {_cut(name)}", top=top + 24, strong=False))
            top = _line(cells, line, top)
    return Map(cells=tuple(cells), texts=tuple(texts), height=top + 4)


def _by_area(points: Sequence[Held]) -> list[tuple[str, list[Held]]]:
    areas = dict.fromkeys(held.code.area for held in points)
    return [(area, [held for held in points if held.code.area == area]) for area in areas]


def _by_section(points: Sequence[Held]) -> list[tuple[str, list[Held]]]:
    """Contents in printed order, skills before knowledge; the basics by their own sections of three numbers."""
    kinds = list(KINDS)
    ordered = sorted(points, key=lambda held: (_numbers(_section(held)), kinds.index(held.code.kind)))
    return [(section, list(group)) for section, group in groupby(ordered, key=_section)]


def _section(held: Held) -> str:
    parts = held.code.code.split(".")
    return ".".join(parts[: 3 if held.code.kind == "basics" and len(parts) > 3 else 2])


def _numbers(section: str) -> tuple[int, ...]:
    return tuple(map(int, section.split(".")))


def _line(cells: list[Cell], line: Sequence[Held], top: float) -> float:
    left = float(LABEL)
    last = line[0].code.kind
    for held in line:
        if held.code.kind != last:
            left, last = left + GAP, held.code.kind
        if left + CELL_WIDTH > WIDTH:
            left, top = float(LABEL), top + LINE
        cells.append(Cell(left=left, top=top, held=held, tone=_tone(held.count)))
        left += STEP
    return top + LINE


def _tone(count: int) -> str:
    return next((name for most, name in TONES if count <= most), "many")


def _cut(words: str, most: int = 11) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def in_figures(points: Sequence[Held]) -> list[AreaLine]:
    """The same by area, in numbers; questions at two points of an area count twice."""
    lines = []
    for area, held in _by_area(points):
        types: Counter[str] = Counter()
        for entry in held:
            types += entry.types
        lines.append(
            AreaLine(
                title=AREA_TITLES.get(area, area),
                points=len(held),
                empty=tuple(entry.code for entry in held if not entry.count),
                types=tuple(types[name] for name in TYPES),
            )
        )
    return lines
