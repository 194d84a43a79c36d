"""Pairs of questions that say nearly the same, except those a person judged to be two."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from zhiheng.bank.core.differing import Compared, compare
from zhiheng.bank.core.near import THRESHOLD, SimilarPair, similar_pairs
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import Item, ItemStatus, ItemVersion, KeptApart
from zhiheng.bank.queries import question_of
from zhiheng.foundation.canonical import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two questions side by side, and in what they differ."""

    pair: SimilarPair
    first: Item
    second: Item
    stem: Compared
    options: Compared


def texts_in_use() -> dict[str, str]:
    """What every question that is not retired says in its newest version, by its name; one query."""
    rows = ItemVersion.objects.exclude(item__status=ItemStatus.RETIRED).order_by("number")
    return {
        name: "\n".join((body["stem"], *body.get("options", {}).values()))
        for name, body in rows.values_list("item__name", "body")
    }


def wording_of(first: str, second: str) -> str:
    """What a judgement holds for: both texts, as they were judged."""
    return digest([first, second])


@lru_cache(maxsize=2)  # turning a page, or judging a pair, compares nothing anew
def _alike(texts: tuple[tuple[str, str], ...], threshold: Decimal) -> tuple[SimilarPair, ...]:
    return similar_pairs(dict(texts), threshold=threshold)


def pairs_in_bank(*, threshold: Decimal = THRESHOLD) -> list[SimilarPair]:
    """Most alike first; pairs kept apart are left out while neither was reworded. Two queries."""
    texts = texts_in_use()
    apart = _apart()

    def judged(pair: SimilarPair) -> bool:
        wordings = apart.get((pair.first, pair.second))
        return wordings is not None and wording_of(texts[pair.first], texts[pair.second]) in wordings

    found = _alike(tuple(sorted(texts.items())), threshold)
    return [pair for pair in found if not judged(pair)]


def _apart() -> Mapping[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for first, second, wording in KeptApart.objects.values_list("first__name", "second__name", "wording"):
        found.setdefault((first, second), set()).add(wording)
    return found


def side_by_side(pairs: list[SimilarPair]) -> list[Alike]:
    """The questions behind some pairs; two queries."""
    names = {name for pair in pairs for name in (pair.first, pair.second)}
    rows = {item.name: item for item in Item.objects.filter(name__in=names)}
    questions: dict[UUID, Question] = {
        version.item_id: question_of(version)
        for version in ItemVersion.objects.filter(item__in=[item.id for item in rows.values()]).order_by(
            "number"
        )
    }
    found = []
    for pair in pairs:
        first, second = rows[pair.first], rows[pair.second]
        one, other = questions[first.id], questions[second.id]
        found.append(
            Alike(
                pair=pair,
                first=first,
                second=second,
                stem=compare(one.stem, other.stem),
                options=compare(_options(one), _options(other)),
            )
        )
    return found


def _options(question: Question) -> str:
    return "\n".join(f"{option.letter} {option.text}" for option in question.options)
