"""Where a question's pictures and recordings stand."""

from collections.abc import Iterable
from dataclasses import replace

from zhiheng.bank.core.terms import LETTERS, STEM, Medium

_PLACES = (STEM, *LETTERS)


def in_order(media: Iterable[Medium]) -> tuple[Medium, ...]:
    """Those of the stem first, then option by option, otherwise as given; numbered m1, m2, … in that order."""
    placed = sorted(media, key=lambda medium: _place(medium.where))
    return tuple(replace(medium, id=f"m{number}") for number, medium in enumerate(placed, 1))


def _place(where: str) -> int:
    return _PLACES.index(where) if where in _PLACES else len(_PLACES)


def shown_at(media: Iterable[Medium], where: str) -> tuple[Medium, ...]:
    return tuple(medium for medium in media if medium.where == where)
