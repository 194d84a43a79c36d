"""What lists are searched and filtered by: a question's newest wording in plain columns."""

import unicodedata
from typing import Any

from zhiheng.bank.core.terms import Item

GAP = " "  # between the parts of a text, so that no word is found across two of them


def plain(text: str) -> str:
    """A text as it is searched: full-width forms made plain, letters in one case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(query: str) -> tuple[str, ...]:
    """The words of a query, each as it is searched; all of them must be found."""
    return tuple(word for word in map(plain, query.split()) if word)


def columns_of(item: Item) -> dict[str, Any]:
    """text: everything readable of it; codes and trades: " skill:4.1.1 … ", "ABC" ("" = all trades).

    media: the kinds it shows ("image video", "" = words only)."""
    parts = (
        item.id,
        item.stem,
        *(option.text for option in item.options),
        item.answer,
        *(point.text for point in item.points),
        item.explanation,
        *item.law,
        *(medium.alt for medium in item.media),
    )
    return {
        "text": GAP.join(filter(None, map(plain, parts))),
        "codes": f" {' '.join(code.label for code in item.codes)} ",
        "trades": "".join(sorted(item.trades)),
        "difficulty": round(item.difficulty, 3),
        "media": " ".join(sorted({medium.kind for medium in item.media})),
        "language": item.language,
    }
