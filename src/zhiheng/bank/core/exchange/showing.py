"""What a travelling question shows: out of its text into the item's list, and back into marks where it leaves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from zhiheng.bank.core.exchange.markup import PICTURE, picture_mark
from zhiheng.bank.core.exchange.terms import Choice, Media, Question
from zhiheng.bank.core.media.kinds import SUFFIXES
from zhiheng.bank.core.media.placing import in_order, shown_at
from zhiheng.bank.core.terms import LETTERS, STEM, Item, Medium

INLINE = "（见图）"  # what remains of a mark in the middle of a line; at its ends nothing does
_GONE = "\x00"
_EDGE = f"{_GONE} \t\u3000"
_RUN = re.compile(rf"[ \t]*{_GONE}[{_EDGE}]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """question: without the marks of what was kept. notes: what was left behind, in sentences."""

    question: Question
    media: tuple[Medium, ...] = ()
    notes: tuple[str, ...] = ()


def settle(question: Question, kept: Mapping[str, Medium | str]) -> Settled:
    """Put everything kept where the question shows it: after the stem, or with an option.

    kept: name of each of the question's media -> the file as it is kept, or why it is not.
    """
    media: list[Medium] = []
    stem = _taken(question.stem, STEM, kept, media)
    options = [
        replace(option, text=_taken(option.text, letter, kept, media) or f"图 {letter}")
        for letter, option in zip(LETTERS, question.options, strict=False)
    ]
    texts = "\n".join((question.stem, *(option.text for option in question.options)))
    elsewhere = "\n".join((question.feedback, *question.answers, *(point.text for point in question.points)))
    notes = []
    for name, file in kept.items():
        mark = picture_mark(name)
        if isinstance(file, str):
            notes.append(f"“{name}”没有收入：{file}")
        elif mark in elsewhere:
            notes.append(f"“{name}”在解析、答案或采分点里，没有收入：题库的图片和录音只放在题干或选项")
        elif mark not in texts:
            media.append(replace(file, where=STEM))  # it came along without a place of its own
    settled = replace(
        question, stem=stem or INLINE, options=(*options, *question.options[len(options) :]), media=()
    )
    return Settled(question=settled, media=in_order(media), notes=tuple(notes))


def _taken(text: str, where: str, kept: Mapping[str, Medium | str], media: list[Medium]) -> str:
    """The text without the marks of what is kept; what it showed is added to the list once."""
    lines = []
    for line in text.split("\n"):
        names = [name for name in PICTURE.findall(line) if isinstance(kept.get(name), Medium)]
        for name in names:
            file = kept[name]
            assert isinstance(file, Medium)
            placed = replace(file, where=where)
            if placed not in media:
                media.append(placed)
            line = line.replace(picture_mark(name), _GONE)
        if names:
            line = _RUN.sub(INLINE, line.strip(_EDGE))
        if line or not names:
            lines.append(line)
    return "\n".join(lines)


def marked(item: Item, contents: Mapping[str, bytes]) -> Question:
    """Stem, options and media of an item as they travel: every file after the text it stands with.

    contents: hash -> bytes; a file whose bytes are not given leaves its mark alone.
    """
    stem = [item.stem, *(picture_mark(_name(medium)) for medium in shown_at(item.media, STEM))]
    options = [
        option.text + "".join(picture_mark(_name(medium)) for medium in shown_at(item.media, option.letter))
        for option in item.options
    ]
    return Question(
        type=item.type,
        stem="\n".join(stem),
        options=tuple(Choice(text=text, correct=False) for text in options),
        media=tuple(
            Media(name=_name(medium), content=contents[medium.sha256], alt=medium.alt)
            for medium in item.media
            if medium.sha256 in contents
        ),
    )


def _name(medium: Medium) -> str:
    return f"{medium.id}.{SUFFIXES[medium.media_type]}"
