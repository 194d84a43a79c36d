"""The questions people ask before they apply, with answers in both languages and where each comes from."""

from functools import cache

import msgspec

from zhiheng.standards.core.loader import DATA, decode


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """id: stable, the anchor on the page. source: the document and clause."""

    id: str
    question: str
    answer: tuple[str, ...]
    question_en: str
    answer_en: tuple[str, ...]
    source: str


@cache
def load_questions() -> tuple[Question, ...]:
    return decode(DATA / "faq.yaml", tuple[Question, ...])
