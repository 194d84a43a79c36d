"""Several texts in one, divided by lines nobody else writes, so that they come apart again as they were."""

import re
from collections.abc import Sequence
from decimal import Decimal

from zhiheng.bank.core.exchange.incoming import tidy
from zhiheng.bank.core.terms import Point

ANOTHER = "【另一答案】"
POINTS = "【采分点】"
_MARKER = re.compile(rf"^\\*(?:{ANOTHER}|{POINTS})$")
_POINT = re.compile(r"^(?:[（(]?\d+[)）.．、]\s*)?(.+?)\s*[（(|:：]\s*(\d+(?:\.\d+)?)\s*分?\s*[)）]?$")
_NUMBERED = re.compile(r"^(\d+)\. (.*)（(\d+(?:\.\d+)?)分）$")


def joined(answers: Sequence[str]) -> str:
    """Model answers one after another; a line that looks like a divider is marked as text."""
    return f"\n{ANOTHER}\n".join("\n".join(map(_guarded, answer.split("\n"))) for answer in answers)


def parted(text: str) -> tuple[str, ...]:
    """The model answers `joined` put together; a text without dividers is one answer, an empty one none."""
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line == ANOTHER:
            parts.append([])
        else:
            parts[-1].append(line[1:] if line.startswith("\\") and _MARKER.match(line) else line)
    return tuple(answer for part in parts if (answer := tidy("\n".join(part))))


def _guarded(line: str) -> str:
    return f"\\{line}" if _MARKER.match(line) else line


def marker_text(answers: Sequence[str], points: Sequence[Point]) -> str:
    """What the marker of an essay is told: model answers, then what earns marks."""
    told = joined(answers)
    return f"{told}\n{POINTS}\n{points_text(points)}".strip() if points else told


def read_marker_text(text: str) -> tuple[tuple[str, ...], tuple[Point, ...]]:
    """The model answers and points of `marker_text`; words of another author are one model answer."""
    lines = tidy(text).split("\n")
    if POINTS in lines:
        where = lines.index(POINTS)
        points = read_points("\n".join(lines[where + 1 :]))
        if points is not None:
            return parted("\n".join(lines[:where])), points
    return parted("\n".join(lines)), ()


def points_text(points: Sequence[Point]) -> str:
    """One point a line, numbered: "1. 核对库存（6分）"."""
    return "\n".join(
        f"{number}. {' '.join(point.text.split())}（{point.marks.normalize():f}分）"
        for number, point in enumerate(points, 1)
    )


def read_points(text: str) -> tuple[Point, ...] | None:
    """The points of a text, one a line or divided by semicolons; None when a line carries no marks."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    numbered = [_NUMBERED.match(line) for line in lines]
    if all(match and match[1] == str(place) for place, match in enumerate(numbered, 1)):
        return tuple(Point(text=match[2], marks=Decimal(match[3])) for match in numbered if match)
    pieces = [piece.strip() for piece in re.split(r"[\n;；]+", text) if piece.strip()]
    for parts in (pieces, lines):
        found = [_POINT.match(part) for part in parts]
        if all(found):
            return tuple(Point(text=match[1], marks=Decimal(match[2])) for match in found if match)
    return None
