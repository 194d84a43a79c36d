"""XML somebody sent: what it could do to its reader is refused, and so is what is too much to be honest."""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from zhiheng.foundation.errors import Refused

DEEPEST = 150
MOST_ELEMENTS = 1_000_000
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}\?>"""
)
# Encodings of several bytes that expat itself cannot read; GB 18030 holds the two older ones.
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _Deep(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class _Builder(TreeBuilder):
    """Counts while it builds, so that a text of nothing but tags ends early."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise _Deep(f"标签嵌套超过 {DEEPEST} 层")
        if self._count > MOST_ELEMENTS:
            raise _Deep(f"标签超过 {MOST_ELEMENTS} 个")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
        self._depth -= 1
        return super().end(tag)


def read_xml(content: bytes, *, name: str, longest: int) -> Element:
    """The root of an XML text; comments and processing instructions are left out.

    name: what a refusal calls the text; longest: bytes. Entities are never resolved and nothing is ever fetched:
    a text that declares a document type is refused. Raises: Refused (code "xml-…").
    """
    if len(content) > longest:
        raise _refused(f"“{name}”有 {len(content) / 1048576:.1f} MB", "请拆成几个文件", "xml-size")
    parser = XMLParser(target=_Builder(), forbid_dtd=True)
    try:
        parser.feed(_readable(content, name))
        root = parser.close()
    except DefusedXmlException:
        raise _refused(
            f"“{name}”里有文档类型声明（DOCTYPE）或自定义实体，可能引用外部文件或无限展开",
            "请删去该声明，由出题软件重新导出",
            "xml-dtd",
        ) from None
    except _Deep as deep:
        raise _refused(f"“{name}”的{deep.what}", "请由出题软件重新导出", "xml-deep") from None
    except (LookupError, ValueError) as fault:
        raise _refused(
            f"“{name}”的编码读不懂（{type(fault).__name__}）", "请另存为 UTF-8 编码", "xml-encoding"
        ) from None
    except ParseError as fault:
        line, column = fault.position
        raise _refused(
            f"“{name}”不是完整的 XML，第 {line} 行第 {column + 1} 列读不下去",
            "请由出题软件重新导出，不要手工改动标签",
            "xml-syntax",
        ) from None
    assert isinstance(root, Element)
    return root


def _readable(content: bytes, name: str) -> bytes:
    """The same text in an encoding the parser knows."""
    declared = _DECLARED.match(content)
    encoding = declared[1].decode("ascii").lower() if declared else ""
    if declared and encoding in _CHINESE:
        return content[declared.end() :].decode(_CHINESE[encoding]).encode()
    if not encoding.startswith("utf-16") and not content.startswith(_UTF16) and encoding in ("", "utf-8"):
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise _refused(
                f"“{name}”不是 UTF-8 编码，也没有声明是哪一种",
                "请另存为 UTF-8 编码，或在首行写明 encoding",
                "xml-encoding",
            ) from None
    return content


def _refused(what: str, remedy: str, code: str) -> Refused:
    return Refused(what=what, remedy=remedy, code=code)
