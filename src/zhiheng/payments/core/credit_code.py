"""Unified social credit codes, the tax number of an institution. Source: GB 32100-2015."""

from zhiheng.foundation.errors import Refused

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_LENGTH = 18


def check_character(body: str) -> str:
    """The check character for the first 17. Raises: ValueError for a character the alphabet does not have."""
    total = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return _ALPHABET[-total % 31]


def parse_credit_code(text: str) -> str:
    """The code in capitals without spaces. Raises: Refused, saying what is impossible."""
    code = "".join(text.split()).upper()
    if len(code) != _LENGTH:
        raise _impossible(f"有 {len(code)} 位，应为 {_LENGTH} 位")
    if strange := sorted(set(code) - set(_ALPHABET)):
        raise _impossible(f"含有代码里不用的字符“{''.join(strange)}”")
    if not code[2:8].isdigit():
        raise _impossible("第 3 至 8 位登记机关行政区划码应为数字")
    if check_character(code[:-1]) != code[-1]:
        raise _impossible("最后一位校验码与前 17 位不符")
    return code


def _impossible(why: str) -> Refused:
    return Refused(
        what=f"纳税人识别号有误：{why}",
        rule="GB 32100-2015《法人和其他组织统一社会信用代码编码规则》",
        remedy="请对照营业执照或法人证书逐位核对",
        code="tax-number",
    )
