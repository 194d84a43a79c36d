"""Items that say nearly the same thing, found by shared runs of characters."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

RUN = 2
THRESHOLD = Decimal("0.60")


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
    return (Decimal(common) / Decimal(max(one + other - common, 1))).quantize(Decimal("0.01"))


def similar_pairs(texts: Mapping[str, str], *, threshold: Decimal = THRESHOLD) -> tuple[SimilarPair, ...]:
    """Every pair at or above the threshold, most alike first.

    texts: id -> text. An index from run to ids keeps the work near the number of shared runs.
    """
    sizes: dict[str, int] = {}
    holders: dict[str, list[str]] = {}
    found: list[SimilarPair] = []
    for name in sorted(texts):
        own = runs(texts[name])
        common = Counter(earlier for run in own for earlier in holders.get(run, ()))
        for earlier, count in common.items():
            share = _share(count, len(own), sizes[earlier])
            if share >= threshold:
                found.append(SimilarPair(first=earlier, second=name, similarity=share))
        sizes[name] = len(own)
        for run in own:
            holders.setdefault(run, []).append(name)
    return tuple(sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second)))
