"""Keys as people write them: AB, A,B, A、B, 1,2, ①②, 对, √, or the text of the option itself."""

import re
import unicodedata
from collections.abc import Sequence

from zhiheng.bank.core.exchange.terms import Question

_SPLIT = re.compile(r"[\s,，、;；/|&和]+")
TRUE_WORDS = frozenset({"对", "正确", "√", "✓", "✔", "是", "T", "TRUE", "Y", "YES"})
FALSE_WORDS = frozenset({"错", "错误", "×", "✗", "✘", "X", "否", "F", "FALSE", "N", "NO"})
TRUE_FALSE = (
    "判断题不在本平台的三种题型之内：选择题须有 3 至 6 个选项，改成“正确/错误”两个选项会被猜中一半。"
    "请改写成单项选择题"
)


def plain(text: str) -> str:
    """Full-width letters and digits made ordinary, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def read_key(text: str, options: Sequence[str]) -> tuple[int, ...] | None:
    """The places (from 0) of the options a key names, in order; None when it names anything else.

    Letters go before places before texts; a key that is both a place and another option's text says nothing.
    """
    words = plain(text).upper().rstrip("。.")
    by_text = [place for place, option in enumerate(options) if plain(option).upper() == words]
    by_sign = _signs(words, len(options))
    if by_text and by_sign and tuple(by_text) != by_sign and words.isdigit():
        return None
    return by_sign or tuple(by_text[:1]) or _texts(text, options)


def _signs(words: str, count: int) -> tuple[int, ...] | None:
    tokens = [token for token in _SPLIT.split(words) if token]
    places: list[int] = []
    for token in tokens:
        if token.isdigit():
            found = (
                [int(token) - 1] if int(token) <= count or len(token) == 1 else [int(d) - 1 for d in token]
            )
        elif token.isascii() and token.isalpha():
            found = [ord(letter) - ord("A") for letter in token]
        else:
            return None
        places += found
    if not places or len(set(places)) != len(places) or not all(0 <= place < count for place in places):
        return None
    return tuple(sorted(places))


def _texts(text: str, options: Sequence[str]) -> tuple[int, ...] | None:
    wanted = [plain(line) for line in re.split(r"[\n|;；]+", text) if line.strip()]
    texts = [plain(option) for option in options]
    if len(wanted) < 2 or not all(line in texts for line in wanted):
        return None
    return tuple(sorted({texts.index(line) for line in wanted}))


def is_true_false(key: str) -> bool:
    """Whether a key says right or wrong of a sentence rather than which option."""
    return plain(key).upper() in TRUE_WORDS | FALSE_WORDS


def only_true_false(options: Sequence[str]) -> bool:
    """Whether the options are no more than right and wrong."""
    return len(options) == 2 and all(map(is_true_false, options))


def broken(question: Question) -> str:
    """What keeps a question that was read from being one at all; "" when nothing does."""
    right = sum(option.correct for option in question.options)
    empty = next((place for place, option in enumerate(question.options) if not option.text), None)
    choice = question.type != "short"
    faults = {
        "题干是空的，请补写": not question.stem,
        "选择题至少要有两个选项，请补写选项": choice and len(question.options) < 2,
        "没有标出正确答案，请补上答案": choice and right == 0,
        f"单选题标了 {right} 个正确答案，请改正答案或题型": question.type == "single" and right > 1,
        f"第 {(empty or 0) + 1} 个选项是空的，请补写或删去": empty is not None,
    }
    return next((reason for reason, met in faults.items() if met), "")
