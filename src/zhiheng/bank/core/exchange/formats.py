"""Every format questions come in or go out by: how it is told apart, who reads it, who writes it, what it cannot hold."""

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.terms import FORMATS, Format, Question, Reading
from zhiheng.foundation.errors import Refused

_HERE = "zhiheng.bank.core.exchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A format to read. reader: "module:function" taking (content, *, name)."""

    title: str
    reader: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A format to write. writer: "module:function" taking the questions; lost: field of Question -> what becomes of it."""

    title: str
    writer: str
    suffix: str
    media_type: str
    lost: Mapping[str, str]


READERS: dict[Format, Kind] = {
    "xlsx": Kind(title="Excel 表格", reader="sheet_layouts:read_xlsx", suffixes=("xlsx", "xlsm")),
    "csv": Kind(title="CSV 表格", reader="sheet_layouts:read_csv", suffixes=("csv", "tsv")),
    "docx": Kind(title="Word 文档", reader="docx:read_docx", suffixes=("docx",)),
    "gift": Kind(title="GIFT", reader="gift:read_gift", suffixes=("gift", "txt")),
    "aiken": Kind(title="Aiken", reader="aiken:read_aiken", suffixes=("aiken", "txt")),
    "moodle-xml": Kind(title="Moodle XML", reader="moodle_xml:read_moodle_xml", suffixes=("xml",)),
    "qti": Kind(title="QTI 题目包", reader="qti:read_qti", suffixes=("zip", "xml")),
}
_ONLY_TEXT = "图片与声音没有写入，原文处留有标记"
WRITERS: dict[str, Target] = {
    "xlsx": Target(
        title="Excel 表格（本平台模板）",
        writer="sheet_writing:write_xlsx",
        suffix="xlsx",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lost={"media": _ONLY_TEXT},
    ),
    "moodle-xml": Target(
        title="Moodle XML",
        writer="moodle_writing:write_moodle_xml",
        suffix="xml",
        media_type="application/xml",
        lost={"law": "法规依据没有写入：Moodle 没有放它的地方"},
    ),
    "gift": Target(
        title="GIFT",
        writer="gift_writing:write_gift",
        suffix="gift",
        media_type="text/plain; charset=utf-8",
        lost={
            "media": _ONLY_TEXT,
            "points": "采分点没有写入：GIFT 的问答题没有放它的地方",
            "marks": "分值没有写入",
            "codes": "考点代码没有写入",
            "difficulty": "难度没有写入",
            "trades": "适用工种没有写入",
            "law": "法规依据没有写入",
            "language": "语言没有写入",
        },
    ),
    "qti3": Target(
        title="QTI 3.0 题目包",
        writer="qti:write_qti3",
        suffix="zip",
        media_type="application/zip",
        lost={},
    ),
}


def read(content: bytes, *, name: str, form: str = "auto") -> Reading:
    """Everything a file holds. form: one of FORMATS, or "auto" to tell it by content and name.

    Raises: Refused for a file nobody can read, a format nobody knows, and anything hostile.
    """
    if not content:
        raise incoming.empty(name)
    told = told_apart(content, name=name) if form in ("", "auto") else form
    if told not in READERS:
        raise Refused(
            what=f"没有格式“{form}”", remedy=f"可用：auto、{'、'.join(FORMATS)}", code="format-unknown"
        )
    reader = cast(Callable[..., Reading], _named(READERS[told].reader))
    return reader(content, name=name)


def write(questions: Sequence[Question], *, form: str) -> bytes:
    """The questions as a file. Raises: Refused for a format nobody writes."""
    if form not in WRITERS:
        raise Refused(
            what=f"没有导出格式“{form}”", remedy=f"可用：{'、'.join(WRITERS)}", code="format-unknown"
        )
    return cast(Callable[..., bytes], _named(WRITERS[form].writer))(questions)


def losses(questions: Sequence[Question], *, form: str) -> list[str]:
    """What of these questions the format cannot hold, each with the number of questions it touches."""
    lines = []
    for field, words in WRITERS[form].lost.items():
        count = sum(
            1 for question in questions if getattr(question, field) not in ("", (), None, frozenset())
        )
        if count:
            lines.append(f"{count} 道题的{words}")
    return lines


def _named(spot: str) -> Callable[..., object]:
    module, _, function = spot.partition(":")
    return cast(Callable[..., object], getattr(importlib.import_module(f"{_HERE}.{module}"), function))


def told_apart(content: bytes, *, name: str) -> Format:
    """The format of a file by what is in it, by its name where content says nothing.

    Raises: Refused for a kind of file no questions come in.
    """
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if content[:2] == b"PK" or suffix in ("xlsx", "xlsm", "docx", "zip"):
        return _package(content, name, suffix)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise Refused(
            what=f"文件“{name}”是旧版 Office 格式",
            remedy="请用 Word 或 Excel 打开，另存为 .docx 或 .xlsx 后再导入",
            code="sheet-type",
        )
    if suffix in ("csv", "tsv", "gift", "aiken"):
        return "csv" if suffix == "tsv" else cast(Format, suffix)
    if suffix == "xml" or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return "moodle-xml" if re.search(rb"<quiz[\s/>]", content[:65536].replace(b"\x00", b"")) else "qti"
    if suffix in ("txt", "text", ""):
        text = incoming.decoded(content, name=name)
        return "aiken" if re.search(r"(?mi)^\s*ANSWER\s*:", text) and "{" not in text else "gift"
    raise Refused(
        what=f"文件“{name}”的类型认不出来",
        remedy="可以导入：.xlsx、.csv、.docx、GIFT 或 Aiken 的 .txt、Moodle 的 .xml、QTI 的 .zip",
        code="sheet-type",
    )


def _package(content: bytes, name: str, suffix: str) -> Format:
    try:
        package = incoming.Package.open(content, name=name)
    except Refused as refused:
        if refused.code == "archive" and suffix in ("xlsx", "xlsm"):
            return "xlsx"  # its reader says it in words about sheets
        raise
    if package.has("word/document.xml"):
        return "docx"
    return "xlsx" if package.has("xl/workbook.xml") or suffix in ("xlsx", "xlsm") else "qti"
