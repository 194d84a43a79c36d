"""Tables for people on a terminal: columns in line, also where signs are two cells wide."""

import unicodedata
from collections.abc import Sequence

GAP = "  "
ABSENT = "–"


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of text: the first column to the left, the others to the right, two blanks between.

    A cell of a last column without a name is words and stands to the left.
    """
    lines = [header, *rows]
    widths = [max(width(line[place]) for line in lines) for place in range(len(header))]
    return "\n".join(_line(line, widths, words=not header[-1]) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], *, words: bool) -> str:
    padded = []
    for place, (cell, wide) in enumerate(zip(cells, widths, strict=True)):
        blanks = " " * (wide - width(cell))
        left = place == 0 or (words and place == len(cells) - 1)
        padded.append(cell + blanks if left else blanks + cell)
    return GAP.join(padded).rstrip()


def width(text: str) -> int:
    """Cells of a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def figure(value: float | None, digits: int = 3) -> str:
    """A number for reading; a dash where there is none."""
    if value is None:
        return ABSENT
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if not float(text) else text
