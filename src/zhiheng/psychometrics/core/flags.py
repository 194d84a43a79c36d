"""What an item's figures say to the people who look after the bank, in words. A flag is a question, not a verdict."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from zhiheng.psychometrics.core.items import ItemLine

WEAK = 0.2
"""An item whose correlation with the rest is lower is poor: Ebel & Frisbie (1991), p. 232."""
RARE = 0.05
"""An option chosen by fewer does not work: Haladyna & Downing (1993), Educational and Psychological Measurement 53, 999-1010."""
_CHANCE = 1.645  # a correlation of nothing with nothing is larger than this over the root of n once in twenty
FEW = 100
"""With fewer answers the figures move too much to judge an item by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    code: str
    text: str


def flags_of(line: ItemLine) -> tuple[Flag, ...]:
    """What to look at, the gravest first."""
    return (*_of_key(line), *_of_item(line), *_of_distractors(line), *_of_numbers(line))


def _of_key(line: ItemLine) -> Iterator[Flag]:
    """Another option goes better with the rest than a right one does, and better than chance would have it."""
    right = [option.correlation for option in line.options if option.is_key]
    least = max(_CHANCE / math.sqrt(line.answered), min((own or 0.0 for own in right), default=1.0))
    better = [
        option
        for option in line.options
        if not option.is_key and option.share >= RARE and (option.correlation or 0.0) > least
    ]
    if better:
        best = max(better, key=lambda option: option.correlation or 0.0)
        yield Flag(
            code="key-suspicious",
            text=f"答案可能有误：选 {best.option} 的人其他题得分更高，请核对答案",
        )


def _of_item(line: ItemLine) -> Iterator[Flag]:
    if line.difficulty in {0.0, 1.0}:
        words = "没有人得分" if line.difficulty == 0.0 else "人人满分"
        yield Flag(code="no-spread", text=f"{words}，分不出高低")
    elif line.item_rest is not None and line.item_rest < 0:
        yield Flag(code="negative", text="区分度为负：其他题得分高的人反而容易答错")
    elif line.item_rest is not None and line.item_rest < WEAK:
        yield Flag(code="weak", text=f"区分度低于 {WEAK:g}")


def _of_distractors(line: ItemLine) -> Iterator[Flag]:
    wrong = [option for option in line.options if not option.is_key]
    nobody = [option.option for option in wrong if not option.count]
    few = [option.option for option in wrong if option.count and option.share < RARE]
    if nobody:
        yield Flag(code="nobody-chose", text=f"选项 {'、'.join(nobody)} 没有人选")
    if few:
        yield Flag(code="few-chose", text=f"选项 {'、'.join(few)} 少有人选（不到 {RARE:.0%}）")


def _of_numbers(line: ItemLine) -> Iterator[Flag]:
    if line.answered < FEW:
        yield Flag(code="few-answers", text=f"只有 {line.answered} 人作答，数值仅供参考")
