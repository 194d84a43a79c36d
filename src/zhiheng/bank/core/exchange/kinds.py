"""What people call the kinds of questions, and which of them are one of our three."""

import re
from dataclasses import dataclass

from zhiheng.bank.core.exchange.answers import TRUE_FALSE, plain
from zhiheng.bank.core.terms import ItemType

_OURS: dict[str, ItemType] = {
    "单选": "single",
    "单项选择": "single",
    "单选题": "single",
    "单项选择题": "single",
    "选择题": "single",
    "single": "single",
    "多选": "multiple",
    "多项选择": "multiple",
    "多选题": "multiple",
    "多项选择题": "multiple",
    "不定项选择题": "multiple",
    "不定项选择": "multiple",
    "multiple": "multiple",
    "简答": "short",
    "简答题": "short",
    "问答": "short",
    "问答题": "short",
    "简述题": "short",
    "论述题": "short",
    "论述": "short",
    "名词解释": "short",
    "名词解释题": "short",
    "案例分析": "short",
    "案例分析题": "short",
    "案例题": "short",
    "分析题": "short",
    "主观题": "short",
    "short": "short",
}
_OTHERS = {
    "判断": ("truefalse", TRUE_FALSE),
    "是非": ("truefalse", TRUE_FALSE),
    "对错": ("truefalse", TRUE_FALSE),
    "填空": ("fill-in", "填空题不在三种题型之内，请改写成单项选择题或简答题"),
    "连线": ("matching", "连线题不在三种题型之内，请改写成几道单项选择题"),
    "匹配": ("matching", "匹配题不在三种题型之内，请改写成几道单项选择题"),
    "配对": ("matching", "配对题不在三种题型之内，请改写成几道单项选择题"),
    "排序": ("ordering", "排序题不在三种题型之内，请改写成单项选择题"),
    "计算": ("calculation", "计算题不在三种题型之内，请改写成单项选择题或简答题"),
    "实操": ("practical", "实操题属于技能考核，不进理论题库"),
    "操作题": ("practical", "操作题属于技能考核，不进理论题库"),
    "听力": ("listening", "听力题不在三种题型之内"),
}
_DRESS = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|第[一二三四五六七八九十]+部分|\d+[、.])|[(\[【].*$|[\s:。]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """ours: one of the three, or None; then word and reason say what it is instead."""

    ours: ItemType | None
    word: str = ""
    reason: str = ""


def kind_of(words: str) -> Kind | None:
    """The kind a cell, a sheet's name or a heading speaks of; None when it speaks of none."""
    text = _DRESS.sub("", plain(words)).casefold()
    if text in _OURS:
        return Kind(ours=_OURS[text])
    for part, (word, reason) in _OTHERS.items():
        if part in text and len(text) <= len(part) + 3:
            return Kind(ours=None, word=word, reason=reason)
    return None


def unknown_kind(words: str) -> Kind:
    """A kind nobody here knows."""
    return Kind(
        ours=None,
        word=words[:40],
        reason=f"题型“{words[:40]}”不在单项选择题、多项选择题、简答题之内，请改写成其中一种",
    )
