"""Whose file it is and what it shows, told by its name and the folders above it.

An identity number anywhere in the name settles whose it is; otherwise a name that only one row bears. The kind is
told by words, the file's own name before its folders, the longest word first.
"""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zhiheng.enrolment.core.archive import Entry
from zhiheng.enrolment.core.documents import WORDS
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id, normal_name

_KIND_WORDS: dict[str, tuple[str, ...]] = {
    "photo": ("照片", "证件照", "一寸照", "寸照", "大头照", "免冠照", "登记照", "白底", "免冠", "photo"),
    "id_front": (
        "身份证人像面", "身份证正面", "身份证头像面", "人像面", "头像面", "正面", "身份证正", "idfront", "front",
    ),
    "id_back": (
        "身份证国徽面", "身份证反面", "身份证背面", "国徽面", "反面", "背面", "身份证反", "idback", "back",
    ),
    "education": (
        "学历证书", "学历", "毕业证书", "毕业证", "学位证书", "学位证", "学信网", "education", "diploma",
    ),
    "proof": (
        "工作证明", "工作经历证明", "在职证明", "社保", "劳动合同", "资格证书", "等级证书", "资格证", "学籍",
        "在读证明", "在校证明", "在籍证明", "学生证", "培训证明", "结业证", "学徒", "其他证明", "证明材料", "证明",
        "证书", "proof",
    ),
}  # fmt: skip
_BY_LENGTH = sorted(
    ((word, kind) for kind, words in _KIND_WORDS.items() for word in words), key=lambda pair: -len(pair[0])
)
_UNCLEAR = ("身份证", "idcard")
_ID = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9Xx])")
_PARTS = re.compile(r"[\s_\-—–+,，、;；()（）\[\]【】{}#&=~@]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
MOST_PROOFS = 10
PICTURES_ONLY = ("photo", "id_front", "id_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A row of the sheet as far as files are concerned."""

    row: int
    name: str
    id_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file that belongs to a row."""

    entry: Entry
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A file that was not used. row: the row it seems to belong to, 0 for none."""

    path: str
    reason: str
    row: int = 0


@dataclass(slots=True, kw_only=True)
class Sorted:
    """Files by row, what was left over, and what is wrong with a row's files (row -> kind -> sentences)."""

    files: dict[int, list[Filed]] = field(default_factory=lambda: defaultdict(list))
    strays: list[Stray] = field(default_factory=list)
    faults: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))


def kind_of(path: str) -> str:
    """A document's kind, "unclear" for an identity card without its side, or "" when no word tells."""
    parts = [_squeezed(_EXTENSION.sub("", part) if last else part) for part, last in _backwards(path)]
    for part in parts:
        for word, kind in _BY_LENGTH:
            if word in part:
                return kind
        if any(word in part for word in _UNCLEAR):
            return "unclear"
    return ""


def _backwards(path: str) -> list[tuple[str, bool]]:
    """The file's own name, then its folders from the innermost out."""
    parts = path.split("/")[::-1]
    return [(part, place == 0) for place, part in enumerate(parts)]


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_\-.]", "", text).casefold()


class _People:
    """Rows found by number or by name."""

    def __init__(self, bearers: Sequence[Bearer]) -> None:
        self.by_id: dict[str, Bearer] = {}
        self.by_name: dict[str, list[Bearer]] = defaultdict(list)
        for bearer in bearers:
            # A second row of the same person is a fault of the sheet and takes no file from the first.
            if bearer.id_number and self.by_id.setdefault(bearer.id_number, bearer) is not bearer:
                continue
            if bearer.name:
                self.by_name[_key(bearer.name)].append(bearer)

    def named_in(self, path: str) -> dict[str, list[Bearer]]:
        """Every name of the sheet that the path says, the innermost part that says one deciding."""
        for part, last in _backwards(path):
            stem = _EXTENSION.sub("", part) if last else part
            found = {key: self.by_name[key] for key in _readings(stem) if key in self.by_name}
            if found:
                return found
        return {}


def _key(name: str) -> str:
    with contextlib.suppress(Refused):
        name = normal_name(name)
    return name.replace(" ", "").casefold()


def _readings(stem: str) -> list[str]:
    """What of a name's text might be a person's name: the whole, its parts, each also without kind words and digits."""
    texts = [stem, _ID.sub("", stem), *_PARTS.split(stem)]
    return list(dict.fromkeys(key for text in texts for key in (_key(text), _key(_bare(text))) if key))


def _bare(text: str) -> str:
    lowered = text.casefold()
    for word, _ in _BY_LENGTH:
        lowered = lowered.replace(word, "")
    for word in _UNCLEAR:
        lowered = lowered.replace(word, "")
    return re.sub(r"[0-9_\-()（）]+", "", lowered)


def sort_files(entries: Iterable[Entry], bearers: Sequence[Bearer]) -> Sorted:
    """Give every file of the archive to its row, or say why not."""
    people, found = _People(bearers), Sorted()
    for entry in entries:
        bearer = _bearer_of(entry, people, found)
        if bearer is None:
            continue
        kind = kind_of(entry.path)
        if kind in ("", "unclear"):
            what = "看不出是身份证的哪一面" if kind else "看不出是哪一种材料"
            words = "、".join(WORDS.values())
            found.strays.append(
                Stray(path=entry.path, row=bearer.row, reason=f"{what}，请在文件名里写明（{words}）")
            )
            continue
        _file(entry, kind, bearer, found)
    return found


def _bearer_of(entry: Entry, people: _People, found: Sorted) -> Bearer | None:
    """Whose file it is; a stray is noted when nobody's."""

    def stray(reason: str, row: int = 0) -> None:
        found.strays.append(Stray(path=entry.path, reason=reason, row=row))

    numbers = {number.upper() for number in _ID.findall(entry.path)}
    named = people.named_in(entry.path)
    if len(numbers) > 1:
        stray("文件名或文件夹里有两个不同的身份证号码，无法确定是谁的")
        return None
    for number in numbers:
        bearer = people.by_id.get(number)
        if bearer is None:
            stray(f"表格里没有身份证号码 {mask_id(number)}")
        elif named and _key(bearer.name) not in named:
            other = next(iter(named.values()))[0].name
            stray(f"文件名里的号码是{bearer.name}的，姓名却是{other}，请改正文件名", bearer.row)
            return None
        return bearer
    if not named:
        stray("文件名和文件夹里没有表格中的身份证号码或姓名")
        return None
    same = [bearer for bearers in named.values() for bearer in bearers]
    if len(named) > 1:
        stray(f"文件名里有几个人的姓名（{'、'.join(bearer.name for bearer in same)}），无法确定是谁的")
        return None
    if len(same) > 1:
        rows = "、".join(f"第 {bearer.row} 行" for bearer in same)
        for bearer in same:
            stray(
                f"{rows}同名“{bearer.name}”，同名的考生只按身份证号码认文件，请在文件名里写上号码", bearer.row
            )
        return None
    return same[0]


def _file(entry: Entry, kind: str, bearer: Bearer, found: Sorted) -> None:
    held = [filed for filed in found.files[bearer.row] if filed.kind == kind]
    for filed in held:
        if (filed.entry.crc, filed.entry.size) == (entry.crc, entry.size):
            found.strays.append(
                Stray(path=entry.path, row=bearer.row, reason=f"与“{filed.entry.path}”内容相同，只采用一份")
            )
            return
    if held and kind != "proof":
        reason = f"{WORDS[kind]}有两份：“{held[0].entry.path}”和“{entry.path}”，请只留一份"
        found.faults[bearer.row].append((kind, reason))
        found.strays.append(Stray(path=entry.path, row=bearer.row, reason=reason))
        return
    if len(held) >= MOST_PROOFS:
        found.strays.append(
            Stray(
                path=entry.path,
                row=bearer.row,
                reason=f"{WORDS[kind]}一人最多 {MOST_PROOFS} 份，这一份没有采用",
            )
        )
        return
    found.files[bearer.row].append(Filed(entry=entry, kind=kind))
