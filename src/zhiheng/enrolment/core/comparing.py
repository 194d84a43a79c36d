"""Text read off a document held against what the form says: agrees, differs, or was not read.

A machine reads badly before it reads wrongly, so "differs" is said only where something else was clearly read;
a character outside GB 2312 that was read as another one counts as not read.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from zhiheng.enrolment.core.terms import Schooling
from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.identity import mask_id

ALIKE = 0.8  # two names of a school or a major: one of five characters may be misread


class Agreement(StrEnum):
    SAME = "一致"
    DIFFERENT = "不一致"
    UNREAD = "未读出"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One field. words: what was read, or why nothing could be said; identity numbers are masked."""

    field: str
    agreement: Agreement
    words: str = ""


_NAME_ENDS = re.compile(r"性别|民族|出生|[,。]")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9OoIlBSZ]{17}[0-9XxOoIlBSZ](?![0-9A-Za-z])")
_MISREAD = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "B": "8", "S": "5", "Z": "2", "x": "X"})
_STUDENT = re.compile(r"(?:学生|姓名[:：]?)([\u3007\u3400-\u9fff\U00020000-\U0003ffff·]{2,10})")
_SCHOOL = re.compile(r"([\u4e00-\u9fff（）()]{2,30}(?:大学|学院|学校|中学|党校))")
_MAJOR = re.compile(r"([\u4e00-\u9fffA-Za-z（）()]{2,30})专业(?!学校|技术)")
_BEFORE_MAJOR = re.compile(r"^.*(?:在本校|在我校|在我院|本院|学习|月)")
_ANY_SCHOOL = re.compile(r"^(普通|成人)?(高等|中等专业)?学校$")  # a heading, no school's name
# The words certificates use for each level, the longer first: 专科 stands in 大学专科 and 本科 in 大学本科.
_LEVEL_WORDS = (
    ("博士", ("博士",)),
    ("硕士", ("硕士",)),
    ("本科", ("本科", "学士")),
    ("大专", ("专科", "大专", "高职")),
    ("中专", ("中等专业", "中专")),
    ("职高", ("职业高中", "职高", "职业高级中学")),
    ("技校", ("技工学校", "技师学院", "技校")),
    ("高中", ("普通高中", "高级中学", "高中")),
    ("初中", ("初级中学", "初中", "义务教育")),
    ("小学", ("小学",)),
)


def plain(text: str) -> str:
    """Widths made one, spaces and dots between names taken out."""
    return re.sub(r"[\s·•・.]", "", unicodedata.normalize("NFKC", text))


def alike(one: str, other: str) -> float:
    """How alike two short texts are, 0 to 1."""
    return SequenceMatcher(None, plain(one), plain(other), autojunk=False).ratio()


def compare_id_card(lines: Sequence[str], *, name: str, id_number: str) -> tuple[Compared, ...]:
    """The side with the portrait: name and number."""
    return (_name_on_card(lines, name), _number_on_card(lines, id_number))


def compare_certificate(
    lines: Sequence[str], *, name: str, education: Sequence[Schooling]
) -> tuple[Compared, ...]:
    """A certificate of education against the claimed course of study it fits best."""
    text = plain("".join(lines))
    if not text:
        return (Compared(field="学历证", agreement=Agreement.UNREAD, words="没有读出文字"),)
    courses = [
        (_level(text, course.level), _school(lines, text, course.school), _major(text, course.major))
        for course in education
    ]
    best = max(courses, key=_fit, default=())
    return (_name_on_certificate(text, name), *(line for line in best if line is not None))


def _fit(lines: Iterable[Compared | None]) -> int:
    weights = {Agreement.SAME: 1, Agreement.UNREAD: 0, Agreement.DIFFERENT: -1}
    return sum(weights[line.agreement] for line in lines if line is not None)


def compare_name(read: str, claimed: str) -> Compared:
    """One name against another; a rare character read as something else is not a difference."""
    seen, wanted = plain(read), plain(claimed)
    if seen == wanted:
        return Compared(field="姓名", agreement=Agreement.SAME)
    if len(seen) == len(wanted):
        off = [mine for mine, theirs in zip(wanted, seen, strict=True) if mine != theirs]
        if all(_rare(character) for character in off):
            words = f"读作“{seen}”，生僻字“{'、'.join(off)}”请人工核对"
            return Compared(field="姓名", agreement=Agreement.UNREAD, words=words)
    elif len(seen) < len(wanted) and all(_rare(character) for character in wanted if character not in seen):
        words = f"读作“{seen}”，生僻字可能没有读出，请人工核对"
        return Compared(field="姓名", agreement=Agreement.UNREAD, words=words)
    return Compared(field="姓名", agreement=Agreement.DIFFERENT, words=f"读作“{seen}”")


def _rare(character: str) -> bool:
    """Outside GB 2312, which every reader has learnt."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _name_on_card(lines: Sequence[str], name: str) -> Compared:
    wanted = plain(name)
    plain_lines = [plain(line) for line in lines]
    for place, line in enumerate(plain_lines):
        if not line.startswith("姓名"):
            continue
        rest = line.removeprefix("姓名").lstrip(":") or (plain_lines[place + 1 : place + 2] or [""])[0]
        read = _NAME_ENDS.split(rest)[0]
        if read:
            return compare_name(read, name)
    if wanted in plain_lines:
        return Compared(field="姓名", agreement=Agreement.SAME)
    return Compared(field="姓名", agreement=Agreement.UNREAD)


def _number_on_card(lines: Sequence[str], id_number: str) -> Compared:
    field = "身份证号码"
    candidates = [
        found.group().translate(_MISREAD)
        for line in lines
        for found in _NUMBER.finditer(plain(line).removeprefix("公民身份号码").lstrip(":"))
    ]
    if id_number in candidates:
        return Compared(field=field, agreement=Agreement.SAME)
    for read in candidates:
        if mod11_2(read[:17]) != read[17]:
            continue
        off = "、".join(
            str(place)
            for place, (mine, theirs) in enumerate(zip(id_number, read, strict=False), start=1)
            if mine != theirs
        )
        words = f"读作 {mask_id(read)}，校验位正确，第 {off} 位与填写不同"
        return Compared(field=field, agreement=Agreement.DIFFERENT, words=words)
    words = "读出的号码校验位不对，疑为误读" if candidates else ""
    return Compared(field=field, agreement=Agreement.UNREAD, words=words)


def _name_on_certificate(text: str, name: str) -> Compared:
    if plain(name) in text:
        return Compared(field="姓名", agreement=Agreement.SAME)
    found = _STUDENT.search(text)
    if found is None:
        return Compared(field="姓名", agreement=Agreement.UNREAD)
    return compare_name(_NAME_ENDS.split(found.group(1))[0], name)


def _level(text: str, level: str) -> Compared:
    read = next((known for known, words in _LEVEL_WORDS if any(word in text for word in words)), None)
    if read is None:
        return Compared(field="学历", agreement=Agreement.UNREAD)
    if read == level:
        return Compared(field="学历", agreement=Agreement.SAME)
    return Compared(field="学历", agreement=Agreement.DIFFERENT, words=f"读作“{read}”，填写的是“{level}”")


def _school(lines: Sequence[str], text: str, school: str | None) -> Compared | None:
    if not school:
        return None
    read = [found.group(1) for line in lines for found in _SCHOOL.finditer(plain(line).split(":")[-1])]
    return _closest("学校", school, [one for one in read if not _ANY_SCHOOL.match(one)], text)


def _major(text: str, major: str | None) -> Compared | None:
    if not major:
        return None
    read = [_BEFORE_MAJOR.sub("", found.group(1)) for found in _MAJOR.finditer(text)]
    return _closest("专业", major, [one for one in read if one], text)


def _closest(field: str, claimed: str, read: list[str], text: str) -> Compared:
    """The claimed words somewhere in the text, or the most alike of what was read in their place."""
    if plain(claimed) in text:
        return Compared(field=field, agreement=Agreement.SAME)
    if not read:
        return Compared(field=field, agreement=Agreement.UNREAD)
    nearest = max(read, key=lambda one: alike(one, claimed))
    same = alike(nearest, claimed) >= ALIKE
    return Compared(
        field=field,
        agreement=Agreement.SAME if same else Agreement.DIFFERENT,
        words=f"读作“{nearest}”，与“{claimed}”{'相近' if same else '不同'}",
    )
