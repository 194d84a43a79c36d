"""The rules an item must keep before anybody may meet it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from zhiheng.bank.core.media.checks import media_faults
from zhiheng.bank.core.terms import AREA_TITLES, LETTERS, SHORT_MARKS, CompetencyCode, Item
from zhiheng.foundation.decision import Decision, Reason

RULE = "命题规范"
FEWEST_OPTIONS = 3
MOST_OPTIONS = len(LETTERS)
_ALL_OR_NONE = re.compile(r"(以上|上述|前述)?(都|均|全部?|皆)?(不)?(对|正确|是)$")
_REFERRING = re.compile(r"^(以上|上述|前述|前三项|前几项|[A-F](和|与|、)[A-F])")
LENGTH_RATIO = 2
LENGTH_FLOOR = 12


def check_item(item: Item, *, area_of: Mapping[CompetencyCode, str]) -> Decision:
    """Whether one item may enter the bank.

    area_of: every valid competency point and the slug of the area it belongs to.
    """
    by_type = _short_reasons(item) if item.type == "short" else _choice_reasons(item)
    shown = [_reason(item, fault.code, False, fault.text, fault.remedy) for fault in media_faults(item)]
    return Decision.all_of(*_common_reasons(item), *_code_reasons(item, area_of), *by_type, *shown)


def _reason(item: Item, code: str, met: bool, text: str, remedy: str) -> Reason:
    return Reason(code=code, text=f"{item.id}：{text}", met=met, rule=RULE, remedy=remedy)


def _common_reasons(item: Item) -> list[Reason]:
    return [
        _reason(item, "stem-empty", bool(item.stem.strip()), "题干须有文字", "请补写题干"),
        _reason(item, "explanation-empty", bool(item.explanation.strip()), "解析须有文字", "请补写解析"),
        _reason(
            item,
            "difficulty-range",
            Decimal(0) < item.difficulty < Decimal(1),
            f"难度 {item.difficulty} 须在 0 与 1 之间",
            "难度是及格线上考生的预期得分率，请写成 0.70 的样子",
        ),
    ]


def _code_reasons(item: Item, area_of: Mapping[CompetencyCode, str]) -> list[Reason]:
    reasons = [_reason(item, "code-missing", bool(item.codes), "须至少有一个考点代码", "请填写考点代码")]
    for code in item.codes:
        area = area_of.get(code, area_of.get(code.of_every_level))
        where = f"标准 {code.standard} {code.level and code.level + ' 级'}".rstrip()
        reasons.append(
            _reason(
                item,
                "code-unknown",
                area is not None,
                f"考点代码 {code.label} 须在{where} 中",
                "请对照职业标准改正代码",
            )
        )
        if area is not None:
            reasons.append(
                _reason(
                    item,
                    "code-area",
                    area == item.area,
                    f"考点代码 {code.label} 属于“{_title(area)}”，题目放在“{_title(item.area)}”",
                    "请改正代码，或把题目移到该范围",
                )
            )
    return reasons


def _title(area: str) -> str:
    return AREA_TITLES.get(area, area)


def _choice_reasons(item: Item) -> list[Reason]:
    letters = [option.letter for option in item.options]
    texts = [_plain(option.text) for option in item.options]
    key = "".join(item.key)
    wanted = 1 if item.type == "single" else 2
    right_count = len(item.key) == 1 if item.type == "single" else len(item.key) >= wanted
    lazy = next((option for option in item.options if refers_to_others(option.text)), None)
    return [
        _reason(
            item,
            "option-count",
            FEWEST_OPTIONS <= len(letters) <= MOST_OPTIONS,
            f"选项有 {len(letters)} 个，须有 {FEWEST_OPTIONS} 至 {MOST_OPTIONS} 个",
            "请增删选项",
        ),
        _reason(
            item,
            "option-letters",
            letters == list(LETTERS[: len(letters)]),
            f"选项字母为“{''.join(letters)}”，须从 A 起依次排列",
            "请重排选项",
        ),
        _reason(item, "option-empty", all(texts), "每个选项须有文字", "请补写空选项"),
        _reason(
            item, "option-repeated", len(set(texts)) == len(texts), "选项不得两两相同", "请改写重复的选项"
        ),
        _reason(
            item,
            "key-count",
            right_count,
            f"答案“{key}”有 {len(item.key)} 个字母，{'单选须恰有 1 个' if wanted == 1 else '多选须至少 2 个'}",
            "请改正答案或题型",
        ),
        _reason(
            item,
            "key-letters",
            set(item.key) <= set(letters) and len(set(item.key)) == len(item.key),
            f"答案“{key}”的字母须各为一个选项且不重复",
            "请对照选项改正答案",
        ),
        _reason(
            item,
            "option-wording",
            lazy is None,
            f"选项不得写成“{lazy.text if lazy else '以上都对'}”这样指向其他选项的话",
            "请写成独立的选项，多个都对时改为多项选择题",
        ),
        _reason(item, "choice-points", not item.points, "选择题不设采分点", "请删去采分点，或改为简答题"),
    ]


def _short_reasons(item: Item) -> list[Reason]:
    total = sum((point.marks for point in item.points), Decimal(0))
    return [
        _reason(
            item, "short-options", not item.options and not item.key, "简答题不设选项与字母答案", "请删去选项"
        ),
        _reason(item, "answer-empty", bool(item.answer.strip()), "简答题须有参考答案", "请补写参考答案"),
        _reason(
            item,
            "points-sum",
            total == SHORT_MARKS,
            f"采分点合计 {total} 分，须为 {SHORT_MARKS} 分",
            "请调整各采分点的分值",
        ),
        _reason(
            item,
            "points-marks",
            all(point.marks > 0 and point.text.strip() for point in item.points),
            "每个采分点须有文字，分值须大于 0",
            "请补写采分点或改正分值",
        ),
    ]


def refers_to_others(text: str) -> bool:
    """Whether an option only points at the other options ("以上都对", "A和B")."""
    plain = _plain(text).rstrip("。.")
    return bool(_REFERRING.match(plain)) and bool(_ALL_OR_NONE.search(plain) or len(plain) <= LENGTH_FLOOR)


def _plain(text: str) -> str:
    return "".join(text.split())


def length_warning(item: Item) -> Reason | None:
    """A key that stands out by its length gives itself away: a warning for the writer, never a refusal."""
    right = [len(_plain(option.text)) for option in item.options if option.letter in item.key]
    wrong = [len(_plain(option.text)) for option in item.options if option.letter not in item.key]
    if not right or not wrong:
        return None
    longest, longest_wrong = max(right), max(wrong)
    if longest < LENGTH_FLOOR or longest < LENGTH_RATIO * longest_wrong:
        return None
    return _reason(
        item,
        "key-length",
        False,
        f"正确选项长 {longest} 字，其余选项最长 {longest_wrong} 字，容易被猜中",
        "请让各选项长短相近",
    )


def check_bank(items: Iterable[Item]) -> Decision:
    """Whether items can stand together: ids once each, no text in two pools, enemies known."""
    entries = tuple(items)
    ids = Counter(item.id for item in entries)
    pools: dict[str, set[str]] = {}
    for item in entries:
        pools.setdefault(_plain(item.text), set()).add(item.pool)
    shared = [item for item in entries if len(pools[_plain(item.text)]) > 1 and item.pool == "practice"]
    strangers = [(item, enemy) for item in entries for enemy in item.enemies if enemy not in ids]
    reasons = [
        Reason(
            code="id-repeated",
            text=f"题号 {name} 出现 {count} 次，须唯一",
            met=False,
            rule=RULE,
            remedy="请给其中的题目换一个题号",
        )
        for name, count in ids.items()
        if count > 1
    ]
    reasons += [
        _reason(item, "pools-shared", False, "同一道题既在练习题库又在正式题库", "请从其中一个题库删去")
        for item in shared
    ]
    reasons += [
        _reason(item, "enemy-unknown", False, f"互斥题 {enemy} 不在题库中", "请改正互斥题号")
        for item, enemy in strangers
    ]
    return Decision.all_of(*reasons)
