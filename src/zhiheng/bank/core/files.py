"""Reading items from files: the bank that ships with the platform, or one somebody brings.

A file is YAML (JSON is YAML too): a list of items, or a mapping with `items` and the fields all of them share
(`standard`, `level`, `area`, `pool`). Below a folder laid out <standard>/<level>/<area>/<pool>.yaml
these four come from the path; what an item says itself goes first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from zhiheng.bank.core.terms import (
    AREA_TITLES,
    POOLS,
    CompetencyCode,
    Item,
    ItemType,
    Language,
    Medium,
    MediumKind,
    Option,
    Point,
    Pool,
)
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.nesting import LOADER, too_deep

SHIPPED = Path(__file__).resolve().parent.parent / "data"
BANK_LEVELS = ("5", "4", "3", "2", "1", "junior", "intermediate", "senior")
SUFFIXES = (".yaml", ".yml", ".json")
_AREA_SLUGS = {title: slug for slug, title in AREA_TITLES.items()}
LONGEST = 32 * 1024 * 1024  # characters; the shipped bank's largest file is far below
DEEPEST = 20  # a question needs four levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an item need not say because its file or its folder says it."""

    standard: str = ""
    level: str = ""
    area: str = ""
    pool: Pool = "live"


class _PointRow(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    marks: Decimal


class _MediumRow(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    kind: MediumKind
    media_type: str
    sha256: str
    bytes: int
    alt: str = ""
    where: str = "stem"


class _ItemRow(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    type: ItemType
    codes: list[str]
    difficulty: Decimal
    stem: str
    explanation: str = ""
    options: dict[str, str] = {}
    key: list[str] = []
    answer: str = ""
    points: list[_PointRow] = []
    law: list[str] = []
    trades: list[str] = []
    enemies: list[str] = []
    media: list[_MediumRow] = []
    language: Language = "zh"
    standard: str | None = None
    level: str | None = None
    area: str | None = None
    pool: Pool | None = None


def load_shipped(*, standard: str = "", level: str = "", root: Path = SHIPPED) -> tuple[Item, ...]:
    """The items that ship, of one standard and level if these are given, both pools, in path order."""
    return _shipped(root / standard / level if level else root / standard)


@lru_cache(maxsize=8)
def _shipped(folder: Path) -> tuple[Item, ...]:
    """Read once: what ships does not change while a process runs."""
    return tuple(item for path in _bank_files(folder) for item in load_file(path))


def load_bank(path: Path, *, place: Place | None = None) -> tuple[Item, ...]:
    """The items of a file or of every bank file below a folder.

    Raises: Refused naming file, item and field.
    """
    if path.is_dir():
        return tuple(item for file in _bank_files(path) for item in load_file(file, place=place))
    return load_file(path, place=place)


def _bank_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)


def load_file(path: Path, *, place: Place | None = None) -> tuple[Item, ...]:
    """The items of one file. place: fallbacks for what neither item, file nor path says."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = "没有这个文件" if isinstance(error, FileNotFoundError) else error.strerror
        raise Refused(what=f"读不到题库文件 {path}：{why}", remedy="请检查路径", code="file") from None
    except UnicodeDecodeError:
        raise Refused(
            what=f"题库文件 {path} 不是 UTF-8 文本", remedy="请另存为 UTF-8 编码", code="encoding"
        ) from None
    return read_items(text, source=str(path), place=_place_of(path, place or Place()))


def _place_of(path: Path, place: Place) -> Place:
    parts = path.resolve().parts[-4:]
    for pool in POOLS:
        if len(parts) == 4 and parts[1] in BANK_LEVELS and path.stem == pool:
            return Place(standard=parts[0], level=parts[1], area=parts[2], pool=pool)
    return place


def read_items(text: str, *, source: str, place: Place) -> tuple[Item, ...]:
    """The items of a YAML or JSON text; `source` is what a refusal calls it."""
    if len(text) > LONGEST:
        raise Refused(
            what=f"题库文件 {source} 有 {len(text)} 个字符，超过 {LONGEST}",
            remedy="请分成几个文件",
            code="bank-syntax",
        )
    try:
        document = _document(text, source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        spot = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "某处"
        raise Refused(
            what=f"题库文件 {source} 的{spot}读不懂",
            remedy="请检查该处的缩进、引号与冒号",
            code="bank-syntax",
        ) from None
    if isinstance(document, dict) and "items" in document:
        shared = {name: document[name] for name in ("standard", "level", "area", "pool") if name in document}
        rows = _list(document["items"], source)
        return _items([{**shared, **row} if isinstance(row, dict) else row for row in rows], source, place)
    return _items(_list(document, source), source, place)


def _document(text: str, source: str) -> Any:
    """What the text holds; JSON by its own reader, which is ten times as fast as the one for YAML."""
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            pass  # YAML in flow style, or a fault whose place the other reader names
    _check_depth(text, source)
    return yaml.load(text, Loader=LOADER)


def _check_depth(text: str, source: str) -> None:
    spot = too_deep(text, deepest=DEEPEST)
    if spot is not None:
        raise Refused(
            what=f"题库文件 {source} 从第 {spot.line} 行第 {spot.column} 列起嵌套超过 {DEEPEST} 层",
            rule="一道题最多嵌套四层：题目、字段、选项、内容",
            remedy="请检查多出来的括号或缩进",
            code="bank-syntax",
        )


def _list(value: Any, source: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise Refused(
        what=f"题库文件 {source} 里不是题目列表",
        remedy="请写成题目的列表，或带 items 的对象",
        code="bank-shape",
    )


def _items(rows: Iterable[Any], source: str, place: Place) -> tuple[Item, ...]:
    return tuple(_item(row, f"题库文件 {source} 第 {number} 题", place) for number, row in enumerate(rows, 1))


def _item(raw: Any, where: str, place: Place) -> Item:
    if isinstance(raw, Mapping) and isinstance(raw.get("id"), str):
        where = f"{where}（{raw['id']}）"
    try:
        row = msgspec.convert(raw, _ItemRow)
    except msgspec.ValidationError as error:
        raise _field_refusal(where, str(error)) from None
    try:
        return _item_of(row, place)
    except Refused as refused:
        raise Refused(what=f"{where}：{refused.what}", remedy=refused.remedy, code=refused.code) from None


def item_from(body: Mapping[str, Any], *, place: Place) -> Item:
    """One item from its file form, as a version in the database keeps it. Raises: Refused naming the field."""
    return _item(body, "题目", place)


def file_form(item: Item) -> dict[str, Any]:
    """The item as a file writes it, complete in itself: what `item_from` reads back."""
    body: dict[str, Any] = {
        "id": item.id,
        "standard": item.standard,
        "level": item.level,
        "area": item.area,
        "pool": item.pool,
        "type": item.type,
        "codes": [code.label for code in item.codes],
        "difficulty": str(item.difficulty),
        "stem": item.stem,
        "options": {option.letter: option.text for option in item.options},
        "key": list(item.key),
        "answer": item.answer,
        "points": [{"text": point.text, "marks": str(point.marks)} for point in item.points],
        "explanation": item.explanation,
        "law": list(item.law),
        "trades": sorted(item.trades),
        "enemies": list(item.enemies),
        "media": [medium_form(medium) for medium in item.media],
        "language": item.language if item.language != "zh" else "",
    }
    return {name: value for name, value in body.items() if value or name == "codes"}


def medium_form(medium: Medium) -> dict[str, Any]:
    """A picture or recording as the item's file form lists it."""
    return {
        "id": medium.id,
        "kind": medium.kind,
        "media_type": medium.media_type,
        "sha256": medium.sha256,
        "bytes": medium.size,
        "alt": medium.alt,
        "where": medium.where,
    }


def medium_from(entry: Mapping[str, Any]) -> Medium:
    """One of them read back. Raises: Refused naming the field."""
    try:
        return _medium_of(msgspec.convert(entry, _MediumRow))
    except msgspec.ValidationError as error:
        raise _field_refusal("题目的图片与录音", str(error)) from None


def _medium_of(row: _MediumRow) -> Medium:
    return Medium(
        id=row.id,
        kind=row.kind,
        media_type=row.media_type,
        sha256=row.sha256,
        size=row.bytes,
        alt=row.alt,
        where=row.where,
    )


def _item_of(row: _ItemRow, place: Place) -> Item:
    place = replace(
        place,
        standard=row.standard or place.standard,
        level=row.level or place.level,
        area=_slug(row.area or place.area),
        pool=row.pool or place.pool,
    )
    for name, value in (("difficulty", row.difficulty), *(("points", point.marks) for point in row.points)):
        if not value.is_finite():
            raise Refused(what=f"字段 {name} 的值 {value} 不是数字", remedy="请改正该字段", code="bank-field")
    if not place.level:
        raise Refused(what="字段 level（等级）未填写", remedy="请补写等级", code="bank-field")
    return Item(
        id=row.id,
        standard=place.standard,
        level=place.level,
        area=place.area,
        pool=place.pool,
        type=row.type,
        codes=tuple(
            CompetencyCode.parse(code, standard=place.standard, level=place.level) for code in row.codes
        ),
        difficulty=row.difficulty,
        stem=row.stem,
        explanation=row.explanation,
        options=tuple(Option(letter=letter, text=text) for letter, text in row.options.items()),
        key=tuple(row.key),
        answer=row.answer,
        points=tuple(Point(text=point.text, marks=point.marks) for point in row.points),
        law=tuple(row.law),
        trades=frozenset(row.trades),
        enemies=tuple(row.enemies),
        media=tuple(map(_medium_of, row.media)),
        language=row.language,
    )


def _slug(area: str) -> str:
    if not area:
        raise Refused(
            what="字段 area（考核范围）未填写", remedy="请写权重表里的名称，例如“工作准备”", code="bank-area"
        )
    return _AREA_SLUGS.get(area, area)


def _field_refusal(where: str, message: str) -> Refused:
    """Put msgspec's "… `name` - at `$.path`" into a sentence that names the field."""
    problem, _, spot = message.partition(" - at `$")
    field = spot.rstrip("`").lstrip(".")
    if "missing required field" in problem:
        what = f"缺少字段 {'.'.join(filter(None, (field, problem.split('`')[1])))}"
    elif "unknown field" in problem:
        what = f"有不认识的字段 {problem.split('`')[1]}"
    elif field:
        what = f"字段 {field} 的值不合要求"
    else:
        what = "不是一个由字段组成的题目"
    return Refused(what=f"{where}：{what}", remedy="请对照题目格式改正该字段", code="bank-field")
