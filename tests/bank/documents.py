"""Word documents for the tests, made paragraph by paragraph."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.bank.travelling import PICTURE

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
DOCX_NAMESPACES = f"{_W} {_R} {_A}"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
NUMBERING = f"""<w:numbering {_W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1．"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2．"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""
STYLES = f"""<w:styles {_W}><w:style w:styleId="Section"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style><w:style w:styleId="Plain"><w:pPr/></w:style></w:styles>"""


def paragraph(text: str, *, number: str = "", depth: int = 0, style: str = "") -> str:
    """A paragraph; \\n is a soft break, ▁ an underlined blank, ▣ the picture."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    runs = "".join(map(_run, text.replace("▁", "|▁|").replace("▣", "|▣|").replace("\n", "|\n|").split("|")))
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def _run(text: str) -> str:
    if text == "▁":
        return '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t xml:space="preserve">    </w:t></w:r>'
    if text == "▣":
        return '<w:r><w:drawing><a:blip r:embed="rId7"/></w:drawing></w:r>'
    if text == "\n":
        return "<w:r><w:br/></w:r>"
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def table(rows: Sequence[Sequence[str]]) -> str:
    lines = "".join(
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    return f"<w:tbl>{lines}</w:tbl>"


def document(*blocks: str, shown: bytes = PICTURE.content) -> bytes:
    """A .docx of these blocks: paragraphs as text lines or as made above, and tables."""
    body = "".join(block if block.startswith("<w:") else paragraph(block) for block in blocks)
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId7" Target="media/image1.png"/></Relationships>'
    )
    return package(
        {
            "[Content_Types].xml": TYPES,
            "word/document.xml": f"<w:document {_W} {_R} {_A}><w:body>{body}</w:body></w:document>",
            "word/numbering.xml": NUMBERING,
            "word/styles.xml": STYLES,
            "word/_rels/document.xml.rels": relations,
            "word/media/image1.png": shown,
        }
    )


def package(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
