"""Unified social credit codes, by which an organisation is registered and taxed. Source: GB 32100-2015."""

from functools import partial

from zhiheng.foundation.errors import Refused

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_LENGTH = 18


def check_character(body: str) -> str:
    """The check character for the first 17. Raises: ValueError for a character the alphabet does not have."""
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return _ALPHABET[-total % 31]


def parse_credit_code(text: str, *, field: str = "统一社会信用代码", code: str = "credit-code") -> str:
    """The code in capitals without spaces.

    field: what the form calls it; code: the stable word of the refusal. Raises: Refused, saying what is impossible.
    """
    impossible = partial(_impossible, field=field, word=code)
    number = "".join(text.split()).upper()
    if len(number) != _LENGTH:
        raise impossible(f"有 {len(number)} 位，应为 {_LENGTH} 位")
    if strange := sorted(set(number) - set(_ALPHABET)):
        raise impossible(f"含有代码里不用的字符“{''.join(strange)}”")
    if not number[2:8].isdigit():
        raise impossible("第 3 至 8 位登记机关行政区划码应为数字")
    if check_character(number[:-1]) != number[-1]:
        raise impossible("最后一位校验码与前 17 位不符")
    return number


def _impossible(why: str, *, field: str, word: str) -> Refused:
    return Refused(
        what=f"{field}有误：{why}",
        rule="GB 32100-2015《法人和其他组织统一社会信用代码编码规则》",
        remedy="请对照营业执照或法人证书逐位核对",
        code=word,
    )
