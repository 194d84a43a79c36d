"""What a writer should look at once more: never a refusal, always a sentence with a way to mend it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from zhiheng.bank.core.checks import RULE, length_warning
from zhiheng.bank.core.media.kinds import KIND_NAMES
from zhiheng.bank.core.terms import Item
from zhiheng.foundation.decision import Reason
from zhiheng.foundation.moment import chinese_day
from zhiheng.foundation.wording import faults

REPEALED = Path(__file__).resolve().parent / "repealed.yaml"
UNEVEN = 3  # the longest option over the shortest
LONG = 14  # below this nobody sees the difference
FEWEST_KEYS = 20  # below this chance alone makes letters uneven
FEWEST_WORDS = 8  # of what stands in for a picture or a recording
_FILE_NAME = re.compile(r"\.(png|jpe?g|webp|mp3|ogg|m4a|wav|mp4|webm)$|^(IMG|DSC|image|图片)[-_ ]?\d+", re.I)
LEAST_SHARE, MOST_SHARE = 0.10, 0.45
_NEGATIVE = re.compile(
    r"(不属于|不包括|不正确|不恰当|不妥当|不合适|不符合|不应当?|不得|不能|不宜|错误)(?!高于|低于|超过|少于)"
    r"([^。？！，；]{0,12})$"
)
_BLANK = re.compile(r"[（(_\s）)。？?]+$")
_MARKED = re.compile(r"【[^】]*(不|错误)[^】]*】")
_QUOTED = re.compile(r"“[^”]*”")
_CITED = re.compile(r"《(?:\w{4}共和国)?([^《》]+)》")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repealed:
    """ended: the first day without it."""

    name: str
    ended: date
    replaced_by: str


@cache
def repealed() -> dict[str, Repealed]:
    rows = msgspec.yaml.decode(REPEALED.read_bytes(), type=list[Repealed])
    return {row.name: row for row in rows}


def advice(item: Item) -> tuple[Reason, ...]:
    """What stands out in one question."""
    found = [
        length_warning(item),
        _uneven(item),
        _negative(item),
        *_barred(item),
        *_old_laws(item),
        *_unworded(item),
    ]
    return tuple(reason for reason in found if reason is not None)


def _reason(item: Item, code: str, text: str, remedy: str, rule: str = RULE) -> Reason:
    return Reason(code=code, text=f"{item.id}：{text}", met=False, rule=rule, remedy=remedy)


def _uneven(item: Item) -> Reason | None:
    lengths = [len("".join(option.text.split())) for option in item.options]
    if not lengths or max(lengths) < LONG or max(lengths) < UNEVEN * min(lengths):
        return None
    return _reason(
        item,
        "option-lengths",
        f"选项长短相差大：最长 {max(lengths)} 字，最短 {min(lengths)} 字",
        "请让各选项长短与写法相近",
    )


def _negative(item: Item) -> Reason | None:
    asked = _NEGATIVE.search(_BLANK.sub("", item.stem))
    if not item.options or not asked or _MARKED.search(item.stem):
        return None
    if any(word in asked[2] for word in ("原因", "理由")):
        return None  # why something is not so is a plain question
    return _reason(
        item,
        "stem-negative",
        "题干是反问，否定词没有标出",
        "请改为正问；须反问时把否定词写成【不属于】的样子",
    )


def _barred(item: Item) -> list[Reason]:
    """Only what the stem says of itself: an example in quotes, and an option on wording, must be able to show it."""
    return [
        _reason(
            item,
            "word-barred",
            f"题干里有“{fault.word}”：{fault.why}",
            "请改写，或加引号说明是例子",
            fault.source,
        )
        for fault in faults(_QUOTED.sub("", item.stem))
        if "广告法" in fault.source
    ]


def _old_laws(item: Item) -> list[Reason]:
    text = "\n".join((item.text, item.answer, item.explanation, *item.law))
    old = dict.fromkeys(repealed()[name] for name in _CITED.findall(text) if name in repealed())
    return [
        _reason(
            item,
            "law-repealed",
            f"引用的《{law.name}》已于 {chinese_day(law.ended)} 废止",
            f"现行规定见{law.replaced_by}；考查沿革的题请在题干写明",
        )
        for law in old
    ]


def _unworded(item: Item) -> list[Reason]:
    """Words that do not stand in for what is shown: none, too few, or only the name of a file."""
    return [
        _reason(
            item,
            "media-words",
            f"第 {number} 个{KIND_NAMES[medium.kind]}的替代文字是“{medium.alt}”，看不到或听不到的考生无从作答"
            if medium.alt
            else f"第 {number} 个{KIND_NAMES[medium.kind]}没有替代文字，看不到或听不到的考生无从作答",
            "请写出图上或录音里作答要用的内容，不要写出答案",
        )
        for number, medium in enumerate(item.media, 1)
        if len(medium.alt.strip()) < FEWEST_WORDS or _FILE_NAME.search(medium.alt)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Where the keys of single-choice questions stand, over some of them. odd: letters too rare or too frequent."""

    letters: dict[str, int]
    total: int
    odd: tuple[str, ...]
    least: int = FEWEST_KEYS

    @property
    def judged(self) -> bool:
        """Whether there are enough keys to say anything."""
        return self.total >= self.least


def key_balance(items: Iterable[Item]) -> Balance:
    """A to D (and E, F where they occur); a letter is odd below a tenth or above 45 % of twenty or more keys."""
    keys = Counter(item.key[0] for item in items if item.type == "single" and item.key)
    total = keys.total()
    letters = {letter: keys[letter] for letter in "ABCDEF" if letter in "ABCD" or keys[letter]}
    odd = tuple(
        letter
        for letter, count in letters.items()
        if total >= FEWEST_KEYS
        and (count > MOST_SHARE * total or (letter in "ABCD" and count < LEAST_SHARE * total))
    )
    return Balance(letters=letters, total=total, odd=odd)
