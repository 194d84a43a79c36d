"""Between a question that travels and one of the bank: what a draft still lacks, and what keeps it out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from zhiheng.bank.core.checks import check_item
from zhiheng.bank.core.exchange.blocks import joined, parted
from zhiheng.bank.core.exchange.showing import marked, settle
from zhiheng.bank.core.exchange.terms import Choice, Question
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.terms import LETTERS, CompetencyCode, Item, Language, Medium, Option
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused

UNSORTED = "待归类"  # the area of a draft whose competency code is not known yet
UNRATED = Decimal(
    0
)  # the difficulty of a draft nobody has estimated yet; the writing rules let no such item pass
_NAME = re.compile(r"^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_MENDABLE = {
    "code-missing",
    "explanation-empty",
    "difficulty-range",
    "answer-empty",
    "points-sum",
    "option-count",
    "option-wording",
    "media-alt",
    "media-mark",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an officer says of all questions of a file that say nothing of it themselves."""

    codes: tuple[str, ...] = ()
    difficulty: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """item: what can be kept, None when faults forbid it. missing: what must be added before it may be submitted."""

    item: Item | None
    missing: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def draft_of(
    question: Question,
    *,
    place: Place,
    area_of: Mapping[CompetencyCode, str],
    defaults: Defaults | None = None,
    kept: Mapping[str, Medium | str] | None = None,
) -> Draft:
    """The question as an item of the bank, complete or not.

    place: standard, level and pool. kept: of the question's media by name, the file that is kept or why none is.
    """
    if len(question.options) > len(LETTERS):
        reason = f"有 {len(question.options)} 个选项，题库最多 {len(LETTERS)} 个，请删减"
        return Draft(item=None, faults=(reason,))
    given = defaults or Defaults()
    settled = settle(question, kept or {})
    try:
        item = _item(settled.question, place, given, settled.media)
    except Refused as refused:
        return Draft(item=None, faults=(refused.sentence,))
    item = replace(item, area=_area(item, area_of) or UNSORTED)
    missing, faults = [], []
    for unmet in check_item(item, area_of=area_of).unmet:
        text = f"{unmet.text.removeprefix(f'{item.id}：')}。{unmet.remedy}"
        if unmet.code == "difficulty-range" and item.difficulty == UNRATED:
            missing.append("难度未填：及格线上考生的预期得分率，如 0.70")
        elif unmet.code in _MENDABLE:
            missing.append(text)
        else:
            faults.append(text)
    if faults:
        return Draft(item=None, faults=tuple(faults))
    return Draft(item=item, missing=(*missing, *settled.notes))


def _item(question: Question, place: Place, given: Defaults, media: tuple[Medium, ...]) -> Item:
    letters = LETTERS[: len(question.options)]
    difficulty = question.difficulty if question.difficulty is not None else given.difficulty
    texts = [option.text for option in question.options]
    shown = [[medium.sha256 for medium in media]] if media else []
    language: Language = "en" if question.language == "en" else "zh"
    name = question.id if _NAME.match(question.id) else f"X-{digest([question.stem, texts, *shown])[:12]}"
    return Item(
        id=name,
        standard=place.standard,
        level=place.level,
        area=UNSORTED,
        pool=place.pool,
        type=question.type,
        codes=tuple(
            CompetencyCode.parse(code, standard=place.standard, level=place.level)
            for code in question.codes or given.codes
        ),
        difficulty=UNRATED if difficulty is None else difficulty,
        stem=question.stem,
        explanation=question.feedback,
        options=tuple(Option(letter=letter, text=text) for letter, text in zip(letters, texts, strict=True)),
        key=tuple(letter for letter, option in zip(letters, question.options, strict=True) if option.correct),
        answer=joined(question.answers),
        points=question.points,
        law=question.law,
        trades=question.trades,
        media=media,
        language=language,
    )


def _area(item: Item, area_of: Mapping[CompetencyCode, str]) -> str:
    found = (area_of.get(code) or area_of.get(code.of_every_level) for code in item.codes)
    return next((area for area in found if area), "")


def travelling(item: Item, *, with_key: bool = True, contents: Mapping[str, bytes] | None = None) -> Question:
    """An item of the bank as it leaves; without its key it carries nothing that gives it away.

    contents: the bytes of what it shows, by hash.
    """
    shown = marked(item, contents or {})
    return Question(
        type=item.type,
        stem=shown.stem,
        options=tuple(
            Choice(text=choice.text, correct=with_key and option.letter in item.key)
            for choice, option in zip(shown.options, item.options, strict=True)
        ),
        media=shown.media,
        language=item.language if item.language != "zh" else "",
        answers=parted(item.answer) if with_key else (),
        points=item.points if with_key else (),
        feedback=item.explanation if with_key else "",
        id=item.id,
        codes=tuple(code.label for code in item.codes),
        difficulty=item.difficulty if item.difficulty != UNRATED else None,
        trades=item.trades,
        law=item.law,
    )
