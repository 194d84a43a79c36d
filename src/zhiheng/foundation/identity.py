"""Who somebody is on paper: names and identity numbers, checked and put into one form."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day

NAME_LIMIT = 50
INTERPUNCT = "·"
_INTERPUNCTS = dict.fromkeys(map(ord, "•・･‧∙⋅.．"), INTERPUNCT)
# Characters older fonts and tables of GB 18030 kept in the private use area, and where Unicode has them now.
_MOVED = str.maketrans(
    "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864\ue816\ue817\ue818\ue831\ue83b\ue855",
    "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
)


def normal_name(text: str) -> str:
    """A person's name with the interpunct U+00B7 and no stray spaces.

    Source: 民委发〔2016〕33号 (interpunct U+00B7; at least 50 characters; all of GB 18030).
    Latin names keep single inner spaces and their full stops. Raises: Refused for what cannot be a name.
    """
    name = searched_name(text)
    if not name:
        raise Refused(what="姓名未填写", remedy="请按身份证件上的写法填写姓名", code="name-missing")
    if not any(character.isalpha() or _is_han(character) for character in name):
        raise Refused(
            what=f"“{name[:NAME_LIMIT]}”里没有一个文字",
            remedy="请按身份证件上的写法填写姓名",
            code="name-missing",
        )
    if len(name) > NAME_LIMIT:
        raise Refused(
            what=f"姓名有 {len(name)} 个字，超过 {NAME_LIMIT} 个字",
            rule="民委发〔2016〕33号",
            remedy="请核对是否误填了其他内容",
            code="name-too-long",
        )
    private = [character for character in name if unicodedata.category(character) == "Co"]
    if private:
        raise Refused(
            what=f"姓名里的 U+{ord(private[0]):04X} 是自造字，别的电脑上显示不出来",
            rule="GB 18030—2022 的汉字都有公开编码",
            remedy="请用输入法打出该字的标准编码，例如“龴”（U+9FB4）",
            code="name-private",
        )
    if any(unicodedata.category(character)[0] == "C" and not _is_han(character) for character in name):
        raise Refused(
            what="姓名里有看不见的控制字符", remedy="请重新输入姓名，不要从表格粘贴", code="name-control"
        )
    return name


def searched_name(text: str) -> str:
    """The one form of a name or of a part of one, as it is looked for; nothing is refused."""
    name = " ".join(unicodedata.normalize("NFC", text.translate(_MOVED)).split())
    if any(_is_han(character) for character in name):
        plain = "".join(character for character in name if not _is_selector(character))
        name = plain.translate(_INTERPUNCTS).replace(" ", "")
    return name


def interpunct_note(typed: str, name: str) -> str:
    """What is said when a look-alike of the interpunct was put right; nothing when it was typed as it should be."""
    changed = sorted({letter for letter in typed if ord(letter) in _INTERPUNCTS})
    if not changed or INTERPUNCT not in name:
        return ""
    return f"姓名里的“{'”“'.join(changed)}”已改为间隔号“·”（U+00B7），与身份证件一致：{name}"


def _is_selector(character: str) -> bool:
    """A mark that only chooses between drawings of the same character."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_han(character: str) -> bool:
    # Planes 2 and 3 hold nothing but Han; Python's tables may be older than the newest of them (GB 18030-2022).
    return "\U00020000" <= character <= "\U0003fffd" or unicodedata.name(character, "").startswith("CJK")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentId:
    """An 18-character resident identity number and what it says. Source: GB 11643-1999."""

    number: str
    born: date
    male: bool


def parse_resident_id(text: str, *, today: date) -> ResidentId:
    """Check an identity number and read it; abolished region codes are accepted.

    Raises: Refused, saying which part is impossible.
    """
    number = "".join(text.split()).upper()
    if len(number) != 18 or not number[:17].isdigit() or not number.isascii():
        raise _impossible("应为 18 位：17 位数字加 1 位校验码")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _impossible(f"第 7 至 14 位“{number[6:14]}”不是一个日期") from None
    if born > today:
        raise _impossible(f"出生日期 {chinese_day(born)} 在今天之后")
    if born.year < 1900:
        raise _impossible(f"出生日期 {chinese_day(born)} 早于 1900 年")
    if mod11_2(number[:-1]) != number[-1]:
        raise _impossible("最后一位校验码与前 17 位不符")
    return ResidentId(number=number, born=born, male=int(number[16]) % 2 == 1)


def _impossible(why: str) -> Refused:
    return Refused(
        what=f"身份证号码有误：{why}",
        rule="GB 11643-1999《公民身份号码》",
        remedy="请对照身份证逐位核对后重新填写",
        code="id-number",
    )


def mask_id(number: str) -> str:
    """110101199001011237 -> 110***********1237."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:]


def mask_name(name: str) -> str:
    """Public pages show the first and last character only: 欧阳小明 -> 欧**明, 王伟 -> 王*."""
    if len(name) <= 1:
        return name
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 7 else "****"


__all__ = [
    "INTERPUNCT",
    "NAME_LIMIT",
    "ResidentId",
    "interpunct_note",
    "mask_id",
    "mask_name",
    "mask_phone",
    "normal_name",
    "parse_resident_id",
    "searched_name",
]
