"""Word documents as lines of text: automatic numbers written out, blanks kept, pictures collected."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.docx_numbers import Numbering
from zhiheng.bank.core.exchange.incoming import Package
from zhiheng.bank.core.exchange.markup import PICTURE, picture_mark
from zhiheng.bank.core.exchange.paper_text import read_paper
from zhiheng.bank.core.exchange.sheet_layouts import heading_of, read_tables
from zhiheng.bank.core.exchange.tables import Table
from zhiheng.bank.core.exchange.terms import Fault, Media, Question, Reading
from zhiheng.foundation.errors import Refused

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_OLD_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PASSED_BY = {"del", "moveFrom", "instrText", "Fallback", "pPr", "rPr", "fldChar", "footnoteReference"}
_SPACES = re.compile(r"^[\s　]+$")


@dataclass(slots=True)
class _Document:
    package: Package
    numbering: Numbering
    relations: dict[str, str]
    media: dict[str, bytes] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    described: str = ""  # the words Word keeps for the drawing being read
    remarks: Counter[str] = field(default_factory=Counter)

    def line(self, paragraph: Element) -> str:
        text = "".join(self._pieces(paragraph))
        return f"{self.numbering.label(paragraph)}{text}"

    def _pieces(self, element: Element) -> Iterator[str]:
        for child in element:
            kind = name_of(child)
            if kind in _PASSED_BY:
                continue
            if kind == "r":
                yield self._run(child)
            elif kind in ("oMath", "oMathPara"):
                self.remarks["公式按普通文字收入，请核对"] += 1
                yield "".join(node.text or "" for node in child.iter() if name_of(node) == "t")
            elif kind == "docPr":
                self.described = " ".join(child.get("descr", "").split())
            elif kind == "blip":
                yield self._picture(child.get(_EMBED, ""))
            elif kind == "imagedata":
                yield self._picture(child.get(_OLD_ID, ""))
            else:
                yield from self._pieces(child)

    def _run(self, run: Element) -> str:
        text = "".join(self._run_pieces(run))
        underline = run.find(f"{W}rPr/{W}u")
        if underline is not None and underline.get(f"{W}val") != "none" and _SPACES.match(text):
            return "____"  # an underlined blank is a gap to fill
        return text

    def _run_pieces(self, run: Element) -> Iterator[str]:
        for child in run:
            kind = name_of(child)
            if kind == "t":
                yield child.text or ""
            elif kind in ("tab", "ptab"):
                yield "\t"
            elif kind in ("br", "cr"):
                yield "\n"
            elif kind == "noBreakHyphen":
                yield "-"
            elif kind not in _PASSED_BY:
                yield from self._pieces(child)

    def _picture(self, relation: str) -> str:
        part = self.relations.get(relation, "")
        if not part or not self.package.has(part):
            self.remarks["有图片不在文件里，没有收入"] += 1
            return ""
        name = posixpath.basename(part)
        self.media.setdefault(name, self.package.read(part))
        self.alts.setdefault(name, self.described)
        self.described = ""
        return picture_mark(name)


def read_docx(content: bytes, *, name: str) -> Reading:
    """The questions of a Word document. Raises: Refused when it is none, or hostile."""
    package = Package.open(content, name=name)
    if not package.has("word/document.xml"):
        raise Refused(
            what=f"文件“{name}”不是 Word 文档", remedy="请另存为 .docx 后再导入", code="not-a-document"
        )
    body = package.xml("word/document.xml").find(f"{W}body")
    document = _Document(
        package=package,
        numbering=Numbering.of(package),
        relations=_relations(package),
    )
    lines: list[str] = []
    readings: list[Reading] = []
    for block in _blocks(body) if body is not None else ():
        if block.tag == f"{W}p":
            lines.extend(document.line(block).split("\n"))
            continue
        rows = _table(document, block)
        if any({"题干", "答案"} <= {heading_of(cell) for cell in row} for row in rows[:5]):
            readings.append(read_tables([Table(name="表格", rows=rows)], name=name))
        else:
            lines.extend(_table_lines(rows))
    readings.insert(0, read_paper([incoming.tidy(line) for line in lines]))
    if any(lines) and not any(one.questions or one.unsupported or one.errors for one in readings):
        reason = "没有读出题目。每道题以“1．”开头，选项写成“A．…”，答案写成“答案：B”"
        readings.append(Reading(errors=(Fault(where=name, reason=reason),)))
    return _gathered(readings, document, name)


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, those in content controls too."""
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif name_of(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _blocks(child)


def _table(document: _Document, table: Element) -> list[list[str]]:
    return [
        [
            incoming.tidy("\n".join(document.line(paragraph) for paragraph in cell.iter(f"{W}p")))
            for cell in row.iter(f"{W}tc")
        ]
        for row in table.findall(f"{W}tr")
    ]


def _table_lines(rows: list[list[str]]) -> list[str]:
    """A table of answers (numbers above letters) as "1．A"; any other table cell by cell."""
    lines: list[str] = []
    for upper, lower in zip(rows, [*rows[1:], []], strict=True):
        numbers = [cell for cell in upper if cell.isdigit()]
        if len(numbers) > 1 and len(upper) == len(lower) and len(numbers) >= len(upper) - 1:
            lines += [
                f"{number}．{key}" for number, key in zip(upper, lower, strict=True) if number.isdigit()
            ]
        elif upper and not (lines and rows.index(upper) and _was_answers(rows, upper)):
            lines += [line for cell in upper for line in cell.split("\n")]
    return lines


def _was_answers(rows: list[list[str]], row: list[str]) -> bool:
    above = rows[rows.index(row) - 1]
    return sum(cell.isdigit() for cell in above) > 1 and len(above) == len(row)


def _relations(package: Package) -> dict[str, str]:
    part = "word/_rels/document.xml.rels"
    if not package.has(part):
        return {}
    return {
        entry.get("Id", ""): posixpath.normpath(posixpath.join("word", entry.get("Target", "")))
        for entry in package.xml(part)
        if entry.get("TargetMode") != "External"
    }


def _gathered(readings: list[Reading], document: _Document, name: str) -> Reading:
    questions = tuple(
        _with_media(question, document) for reading in readings for question in reading.questions
    )
    incoming.require_count(len(questions), name=name)
    remarks = [remark for reading in readings for remark in reading.remarks]
    remarks += [Fault(where=name, reason=reason) for reason in document.remarks]
    return Reading(
        questions=questions,
        unsupported=tuple(entry for reading in readings for entry in reading.unsupported),
        errors=tuple(fault for reading in readings for fault in reading.errors),
        remarks=tuple(remarks),
    )


def name_of(element: Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _with_media(question: Question, document: _Document) -> Question:
    texts = [
        question.stem,
        question.feedback,
        *question.answers,
        *(option.text for option in question.options),
    ]
    names = dict.fromkeys(name for text in texts for name in PICTURE.findall(text) if name in document.media)
    media = (Media(name=name, content=document.media[name], alt=document.alts[name]) for name in names)
    return replace(question, media=tuple(media))
