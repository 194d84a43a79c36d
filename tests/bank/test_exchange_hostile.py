"""Files that would harm their reader are refused with a sentence, whatever they call themselves."""

import io
import zipfile

import pytest

from tests.bank.documents import document, package
from tests.bank.sheets import as_xlsx, row
from zhiheng.bank.core.exchange.formats import losses, read, told_apart, write
from zhiheng.bank.core.exchange.incoming import LIMIT_BYTES, LIMIT_QUESTIONS, decoded, tidy
from zhiheng.bank.core.exchange.terms import FORMATS, Question
from zhiheng.foundation.errors import Refused

DOCUMENT = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
LAUGHS = (
    '<!DOCTYPE q [<!ENTITY a "哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
    "<quiz>&c;</quiz>"
)
OUTSIDE = '<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'
DEEP = "<quiz>" + "<a>" * 5000 + "</a>" * 5000 + "</quiz>"


def refusal(content: bytes, name: str, form: str = "auto") -> Refused:
    with pytest.raises(Refused) as refused:
        read(content, name=name, form=form)
    assert name in refused.value.sentence or refused.value.code.startswith(("xml", "archive", "format"))
    return refused.value


def locked() -> bytes:
    content = bytearray(document("1．甲"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place != -1:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (LAUGHS.encode(), "a.xml", "xml-dtd"),
        (OUTSIDE.encode(), "a.xml", "xml-dtd"),
        (DEEP.encode(), "a.xml", "xml-deep"),
        (b"<quiz><question>", "a.xml", "xml"),
        (b"", "a.gift", "file-empty"),
        (b"\x00\x01\x02\x03", "a.gift", "encoding"),
        (b"\xff\xfe\x00", "a.txt", "encoding"),
        (b"\xff" * 9, "a.aiken", "encoding"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "a.doc", "sheet-type"),
        (b"%PDF-1.7", "a.pdf", "sheet-type"),
        (b"PK\x03\x04 broken", "a.docx", "archive"),
        (b"PK\x03\x04 broken", "a.zip", "archive"),
        (package({"../../etc/x": "x", "word/document.xml": DOCUMENT}), "a.docx", "archive-path"),
        (package({"/etc/x": "x", "word/document.xml": DOCUMENT}), "a.docx", "archive-path"),
        (package({"word/document.xml": "0" * (8 * 1024 * 1024)}), "a.docx", "archive-bomb"),
        (package({"word/document.xml": OUTSIDE}), "a.docx", "xml-dtd"),
        (package({"word/document.xml": DEEP}), "a.docx", "xml-deep"),
        (locked(), "a.docx", "archive-encrypted"),
        (b"{=a ~b}\n\n" * (LIMIT_QUESTIONS + 1), "a.gift", "too-many-questions"),
        (b"q\nA. a\nB. b\nANSWER: A\n" * (LIMIT_QUESTIONS + 1), "a.aiken", "too-many-questions"),
        (b"<quiz>" + b'<question type="x"/>' * 1_000_000 + b"</quiz>", "a.xml", "xml-deep"),
        (b"<quiz>" + b'<question type="x"/>' * 20_000 + b"</quiz>", "a.xml", "too-many-questions"),
    ],
)
def test_hostile_files_are_refused(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name).code.startswith(code)


@pytest.mark.parametrize(
    ("name", "code"), [("a.gift", "file-too-large"), ("a.xml", "file-too-large"), ("a.csv", "file-too-large")]
)
def test_two_hundred_megabytes_are_refused_before_they_are_read(name: str, code: str) -> None:
    assert refusal(b"<quiz>" + b" " * (200 * 1024 * 1024), name).code == code


def test_a_packed_two_hundred_megabytes_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/document.xml", b" " * (101 * 1024 * 1024))
    assert refusal(out.getvalue(), "a.docx").code == "archive-size"


def test_a_document_that_is_none_and_a_format_nobody_knows() -> None:
    assert refusal(package({"x.xml": "<x/>"}), "a.docx", "docx").code == "not-a-document"
    assert refusal(b"{}", "a.gift", "word").code == "format-unknown"
    with pytest.raises(Refused) as refused:
        write([Question(type="short", stem="甲")], form="aiken")
    assert refused.value.code == "format-unknown"
    assert losses([], form="xlsx") == []


def test_control_characters_do_not_come_in() -> None:
    [question] = read("甲\x07乙\x1b？{=一\x0b ~二\ufffe}".encode(), name="a.gift").questions
    assert (question.stem, [option.text for option in question.options]) == ("甲乙？", ["一", "二"])
    assert tidy("\x00甲 \u00a0\r\n\x85乙") == "甲\n乙"
    assert decoded(b"\xef\xbb\xbfa\r\nb\rc", name="a") == "a\nb\nc"


@pytest.mark.parametrize(
    ("content", "name", "form"),
    [
        (as_xlsx(row()), "a.xlsx", "xlsx"),
        (as_xlsx(row()), "no-suffix", "xlsx"),
        (document("1．甲"), "a.docx", "docx"),
        (document("1．甲"), "a.zip", "docx"),
        (package({"imsmanifest.xml": "<manifest/>"}), "a.zip", "qti"),
        (b"a,b", "a.csv", "csv"),
        (b"a\tb", "a.tsv", "csv"),
        (b"x{=a ~b}", "a.gift", "gift"),
        (b"x{=a ~b}", "a.txt", "gift"),
        (b"x\nA. a\nB. b\nANSWER: A", "a.txt", "aiken"),
        (b"x\nA. a\nB. b\nANSWER: A", "a.aiken", "aiken"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><quiz/>", "a.xml", "moodle-xml"),
        (b"<quiz/>", "noname", "moodle-xml"),
        (b"<assessmentItem/>", "a.xml", "qti"),
        (b"", "a.xlsx", None),
    ],
)
def test_formats_are_told_apart(content: bytes, name: str, form: str | None) -> None:
    if form is None:
        assert refusal(content, name).code == "file-empty"
    else:
        assert told_apart(content, name=name) == form
        assert form in FORMATS


def test_the_largest_file_is_named_in_the_refusal() -> None:
    assert "超过 32 MB" in refusal(b"a" * (LIMIT_BYTES + 1), "a.csv").sentence
