"""A seal carved from a hash: the same pattern on paper and on the verify page, so that the eye can compare.

Four glyphs in the manner of folded seal script (叠篆): each is a spanning tree on one half of a small lattice,
mirrored about its axis, chosen by the bits of the hash. Nothing about it is secret and nothing is proved by it;
the signature proves, the seal only lets a person see that two pieces of paper speak of the same certificate.
"""

import hashlib
import re
from collections.abc import Iterator
from html import escape

from zhiheng.foundation.errors import Refused

CINNABAR = "#b0302a"
SIDE = 96

_HALF_COLUMNS = 3
_ROWS = 6
_PITCH_X = 8
_PITCH_Y = 6.4
_ORIGINS = ((14, 14), (52, 14), (14, 52), (52, 52))
_RINGS = (("M4 4H92V92H4Z", 4), ("M9 9H87V87H9Z", 1))
_STROKE = 3
_HEX = re.compile(r"[0-9a-f]{64}")

Point = tuple[int, int]


def seal_path(hash_hex: str, *, colour: str = CINNABAR, label: str = "") -> str:
    """The whole seal as one SVG document, for PDF engines and downloads.

    hash_hex: 64 lower-case hex digits (SHA-256). colour: any SVG colour. label: read aloud in place of the picture.
    Raises: Refused (code "seal-hash") when the hash is not one.
    """
    name = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"{name} fill="none" '
        f'stroke="{escape(colour)}" stroke-linecap="square">{seal_strokes(hash_hex)}</svg>'
    )


def seal_strokes(hash_hex: str) -> str:
    """The paths inside the seal without the surrounding svg element; the stroke colour is inherited."""
    if not _HEX.fullmatch(hash_hex):
        raise Refused(
            what="印纹需要 64 位小写十六进制的摘要",
            remedy="请传入证书凭证的 SHA-256 摘要",
            code="seal-hash",
        )
    rings = "".join(f'<path d="{path}" stroke-width="{width}"/>' for path, width in _RINGS)
    bits = _bits(hash_hex)
    strokes = "".join(_glyph(bits, left, top) for left, top in _ORIGINS)
    return f'{rings}<path d="{strokes}" stroke-width="{_STROKE}"/>'


def _bits(hash_hex: str) -> Iterator[int]:
    """Whole numbers 0..65535 without end, drawn from the hash."""
    counter = 0
    while True:
        block = hashlib.sha256(f"seal:{hash_hex}:{counter}".encode()).digest()
        for place in range(0, len(block), 2):
            yield int.from_bytes(block[place : place + 2], "big")
        counter += 1


def _glyph(bits: Iterator[int], left: float, top: float) -> str:
    """Path data of one mirrored glyph whose lattice begins at (left, top)."""
    edges = _spanning_tree(bits)
    last = 2 * (_HALF_COLUMNS - 1)
    whole = edges | {
        ((last - column_a, row_a), (last - column_b, row_b)) for (column_a, row_a), (column_b, row_b) in edges
    }
    return "".join(
        f"M{_number(left + column_a * _PITCH_X)} {_number(top + row_a * _PITCH_Y)}"
        f"L{_number(left + column_b * _PITCH_X)} {_number(top + row_b * _PITCH_Y)}"
        for (column_a, row_a), (column_b, row_b) in _runs(whole)
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _spanning_tree(bits: Iterator[int]) -> set[tuple[Point, Point]]:
    """Kruskal's tree over the half lattice; level strokes are favoured, as in folded script."""
    weighted = []
    for row in range(_ROWS):
        for column in range(_HALF_COLUMNS):
            if column + 1 < _HALF_COLUMNS:
                weighted.append((next(bits) // 2, ((column, row), (column + 1, row))))
            if row + 1 < _ROWS:
                weighted.append((next(bits), ((column, row), (column, row + 1))))
    group = {(column, row): (column, row) for column in range(_HALF_COLUMNS) for row in range(_ROWS)}
    tree = set()
    for _, (a, b) in sorted(weighted):
        if group[a] == group[b]:
            continue
        kept, merged = group[a], group[b]
        group = {point: kept if root == merged else root for point, root in group.items()}
        tree.add((a, b))
    return tree


def _runs(edges: set[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """Edges joined end to end into level and upright strokes, in reading order."""
    ordered = {tuple(sorted(edge)) for edge in edges}
    runs = []
    for across in (True, False):
        step = (1, 0) if across else (0, 1)
        lines = sorted(edge for edge in ordered if (edge[0][1] == edge[1][1]) == across)
        starts = {edge[0] for edge in lines}
        ends = {edge[1] for edge in lines}
        for start in sorted(starts - ends, key=lambda point: (point[1], point[0])):
            end = start
            while end in starts:
                end = (end[0] + step[0], end[1] + step[1])
            runs.append((start, end))
    return runs
