"""The block for markers of a written question: our own packages keep model answers and points in it, a foreign one
whatever its author wrote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.qti_scoring import decimal
from zhiheng.bank.core.exchange.qti_words import classes
from zhiheng.bank.core.terms import Point

ANSWER, POINTS, MARKS, WORDS = "zhiheng-answer", "zhiheng-points", "zhiheng-marks", "zhiheng-words"
Words = Callable[[Element, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """ours: whether the block is one of our own; text: the words of a foreign one."""

    ours: bool = False
    answers: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    text: str = ""


def read_rubric(blocks: Sequence[Element], words: Words) -> Rubric:
    """All blocks of an item together."""
    answers: list[str] = []
    points: list[Point] = []
    foreign: list[str] = []
    for block in blocks:
        parts = [element for element in block.iter() if {ANSWER, POINTS} & set(classes(element))]
        if not parts:
            foreign.append(words(block, "评分说明"))
        for part in parts:
            if ANSWER in classes(part):
                answers.append(words(part, "参考答案"))
            else:
                points += [_point(entry, words) for entry in part.iter("li")]
    return Rubric(
        ours=bool(answers or points),
        answers=tuple(answers),
        points=tuple(points),
        text="\n".join(text for text in foreign if text),
    )


def _point(entry: Element, words: Words) -> Point:
    marks, text = None, ""
    for span in entry.iter("span"):
        if MARKS in classes(span):
            marks = decimal(span.text)
        elif WORDS in classes(span):
            text = words(span, "采分点")
    return Point(text=text, marks=Decimal(0) if marks is None else marks)
