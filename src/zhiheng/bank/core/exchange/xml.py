"""XML somebody sent, read without following anything in it: no entities, no document type, no depth, no end."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from zhiheng.bank.core.exchange.incoming import require_size
from zhiheng.foundation.errors import Refused

DEEPEST = 120
MOST_ELEMENTS = 2_000_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,80}encoding=["'](gb2312|gbk|gb18030)["'][^>]{0,40}\?>""", re.I)


class _Bounded(TreeBuilder):
    """Counts while the tree grows, so that a hostile one is left before it is finished."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.depth, self.count = name, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise Refused(
                what=f"文件“{self.name}”的 XML 嵌套或元素过多",
                remedy="请用可信的软件重新导出",
                code="xml-too-deep",
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def parsed(content: bytes, *, name: str) -> Element:
    """The root of a document.

    Raises: Refused for what is not well-formed, and for any document type, entity or outside reference.
    """
    require_size(content, name=name)
    parser = DefusedXMLParser(target=_Bounded(name), forbid_dtd=True)
    try:
        parser.feed(_as_utf8(content))
        return parser.close()
    except DefusedXmlException:
        raise Refused(
            what=f"文件“{name}”的 XML 带有文档类型或实体声明",
            rule="题目文件不需要实体，实体可以读取本机文件或撑满内存",
            remedy="请用可信的软件重新导出",
            code="xml-entities",
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (0, 0))[0]
        spot = f"第 {line} 行" if line else "开头"
        raise Refused(
            what=f"文件“{name}”的 XML 在{spot}读不下去",
            remedy="请用原来的软件重新导出，或改正该处的标签",
            code="xml-syntax",
        ) from None


def _as_utf8(content: bytes) -> bytes:
    """The parser knows no Chinese encodings: such a file is turned into UTF-8 first."""
    declared = _DECLARED.match(content)
    if declared is None:
        return content.lstrip() if content[:1].isspace() else content
    text = content[declared.end() :].decode("gb18030")  # UnicodeDecodeError is a ValueError
    return text.encode()


def name_of(element: Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def find_text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
