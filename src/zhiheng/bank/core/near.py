"""Items that say nearly the same thing, found by shared runs of characters."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

RUN = 2
THRESHOLD = Decimal("0.60")
ROUNDING = (
    0.006  # shares are compared to two decimals: half a hundredth, and the last digits of floating point
)
MARKS = 2048  # bits


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarPair:
    """first < second; similarity 0 to 1, two decimals."""

    first: str
    second: str
    similarity: Decimal


def runs(text: str, *, length: int = RUN) -> frozenset[str]:
    """The set of character runs of a text without spaces and punctuation, letters in one case."""
    plain = "".join(character for character in text.casefold() if character.isalnum())
    if len(plain) <= length:
        return frozenset({plain} if plain else ())
    return frozenset(plain[start : start + length] for start in range(len(plain) - length + 1))


def similarity(first: str, second: str) -> Decimal:
    """Shared runs over all runs (Jaccard); two empty texts are not alike."""
    one, other = runs(first), runs(second)
    return _share(len(one & other), len(one), len(other))


def _share(common: int, one: int, other: int) -> Decimal:
    return _ratio(common, max(one + other - common, 1))


@lru_cache(maxsize=65536)  # decimals are exact and slow; few ratios occur
def _ratio(common: int, whole: int) -> Decimal:
    return (Decimal(common) / Decimal(whole)).quantize(Decimal("0.01"))


def similar_pairs(texts: Mapping[str, str], *, threshold: Decimal = THRESHOLD) -> tuple[SimilarPair, ...]:
    """Every pair at or above the threshold (above 0), most alike first; none is missed.

    texts: id -> text. Two sets of which one shares with the other at least the share t of all their runs also share
    one among the rarest `n - ceil(t n) + 1` runs of each (prefix filtering, Chaudhuri, Ganti and Kaushik, ICDE 2006):
    only pairs that meet there are compared.
    """
    names = sorted(texts)
    numbered = _numbered([runs(texts[name]) for name in names])
    sets = [frozenset(entry) for entry in numbered]
    marks = [_marks(entry) for entry in numbered]
    least = float(threshold) - ROUNDING
    holders: dict[int, list[int]] = {}
    found: list[SimilarPair] = []
    for place, own in enumerate(numbered):
        met: set[int] = set()
        for run in own[: len(own) - math.ceil(least * len(own)) + 1]:
            kept = holders.setdefault(run, [])
            met.update(kept)
            kept.append(place)
        mine, size = marks[place], len(own)
        for earlier in met:
            other = len(sets[earlier])
            # A mark that only one has is a run that only it has: no more than this can be shared.
            at_most = min(size - (mine & ~marks[earlier]).bit_count(), other)
            if at_most < least * (size + other - at_most):
                continue
            share = _share(len(sets[place] & sets[earlier]), size, other)
            if share >= threshold:
                found.append(SimilarPair(first=names[earlier], second=names[place], similarity=share))
    return tuple(sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second)))


def _marks(entry: Iterable[int]) -> int:
    """A set folded into so many bits: quick to compare, and never less alike than the sets."""
    folded = 0
    for run in entry:
        folded |= 1 << (run % MARKS)
    return folded


def _numbered(sets: Sequence[frozenset[str]]) -> list[list[int]]:
    """Each set as the places of its runs in the order from rare to frequent."""
    counts = Counter(run for entry in sets for run in entry)
    rank = {run: place for place, run in enumerate(sorted(counts, key=lambda run: (counts[run], run)))}
    return [sorted(rank[run] for run in entry) for entry in sets]
