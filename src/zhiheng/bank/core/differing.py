"""What two texts, and two wordings of a question, do not share."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from zhiheng.bank.core.media.kinds import KIND_NAMES
from zhiheng.bank.core.terms import AREA_TITLES, LANGUAGES, POOLS, STEM, TYPE_NAMES, Item, Medium, Pool

_POOL_NAMES: dict[Pool, str] = dict(zip(POOLS, ("考试题", "练习题"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a text; own: the other text does not have it."""

    text: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One part of a question in two wordings, each in pieces."""

    label: str
    before: tuple[Run, ...]
    after: tuple[Run, ...]

    @property
    def changed(self) -> bool:
        return any(run.own for run in (*self.before, *self.after))


def compare(before: str, after: str, *, label: str = "") -> Compared:
    """Two texts character by character."""
    left: list[Run] = []
    right: list[Run] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        _add(left, before[i1:i2], own=kind != "equal")
        _add(right, after[j1:j2], own=kind != "equal")
    return Compared(label=label, before=tuple(left), after=tuple(right))


def _add(runs: list[Run], text: str, *, own: bool) -> None:
    if not text:
        return
    if runs and runs[-1].own == own:
        text = runs.pop().text + text
    runs.append(Run(text=text, own=own))


def compare_items(before: Item, after: Item) -> tuple[Compared, ...]:
    """Every part that either wording has, in the order a reader meets them."""
    left, right = _parts(before), _parts(after)
    labels = dict.fromkeys((*left, *right))
    return tuple(
        compare(left.get(label, ""), right.get(label, ""), label=label)
        for label in sorted(labels, key=_place)
    )


_ORDER = (
    "题干",
    "图片与录音",
    "选项",
    "答案",
    "参考答案",
    "采分点",
    "解析",
    "法规依据",
    "题型",
    "题库",
    "语言",
    "等级",
    "考核范围",
    "考点代码",
    "难度",
    "适用工种",
    "互斥题号",
)


def _place(label: str) -> tuple[int, str]:
    return _ORDER.index(label.partition(" ")[0]), label


def _parts(item: Item) -> dict[str, str]:
    parts = {
        "题干": item.stem,
        "图片与录音": "\n".join(map(_medium_words, item.media)),
        **{f"选项 {option.letter}": option.text for option in item.options},
        "答案": "、".join(item.key),
        "参考答案": item.answer,
        "采分点": "\n".join(f"{point.text}（{point.marks} 分）" for point in item.points),
        "解析": item.explanation,
        "法规依据": "；".join(item.law),
        "题型": TYPE_NAMES[item.type],
        "题库": _POOL_NAMES[item.pool],
        "语言": LANGUAGES[item.language],
        "等级": item.level,
        "考核范围": AREA_TITLES.get(item.area, item.area),
        "考点代码": "、".join(code.label for code in item.codes),
        "难度": str(item.difficulty),
        "适用工种": "、".join(sorted(item.trades)) or "全部",
        "互斥题号": "、".join(item.enemies),
    }
    return {label: text for label, text in parts.items() if text}


def _medium_words(medium: Medium) -> str:
    """One line: kind, place, its words, and the head of its hash, so that another file under the same words shows."""
    place = "题干" if medium.where == STEM else f"选项 {medium.where}"
    return f"{KIND_NAMES[medium.kind]}（{place}）{medium.alt or '没有替代文字'} · {medium.sha256[:8]}"
