"""XML as it comes: read whole, or refused in words before it can do anything."""

import pytest

from zhiheng.foundation import markup
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.markup import read_xml

LONGEST = 1024 * 1024


def text_of(content: bytes) -> str:
    return "".join(read_xml(content, name="题.xml", longest=LONGEST).itertext())


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_xml(content, name="题.xml", longest=LONGEST)
    assert refused.value.sentence.startswith("“题.xml”")
    return refused.value.code


def test_comments_and_instructions_are_left_out() -> None:
    assert text_of("<a>甲<!-- 注 -->乙<?x y?>丙</a>".encode()) == "甲乙丙"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb2312", "gbk", "gb18030", "big5"])
def test_encodings_that_are_declared_or_marked(encoding: str) -> None:
    said = encoding.removesuffix("-sig")
    assert text_of(f'<?xml version="1.0" encoding="{said}"?><a>直播</a>'.encode(encoding)) == "直播"
    if encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert text_of("<a>直播</a>".encode(encoding)) == "直播"


BOMB = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml-syntax"),
        (b"<a><b></a>", "xml-syntax"),
        (b"\xff\xfe\x00\x00<", "xml-syntax"),
        ("<a>直播</a>".encode("gb18030"), "xml-encoding"),
        ('<?xml version="1.0" encoding="utf-8"?><a>直播</a>'.encode("gb18030"), "xml-encoding"),
        ('<?xml version="1.0" encoding="shift_jis"?><a>字</a>'.encode("shift_jis"), "xml-encoding"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "xml-encoding"),
        (b'<?xml version="1.0" encoding="gbk"?><a>\xff\xff</a>', "xml-encoding"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml-dtd"),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "xml-dtd"),
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{BOMB}]><a>&l9;</a>'.encode(), "xml-dtd"),
        (b"<!DOCTYPE a><a/>", "xml-dtd"),
        (b"<a>&nbsp;</a>", "xml-syntax"),
        (b"<a>" * 300 + b"</a>" * 300, "xml-deep"),
        (b"<a>" + b" " * LONGEST + b"</a>", "xml-size"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_too_many_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 3)
    assert text_of(b"<a><b/><b>x</b></a>") == "x"
    assert refusal(b"<a><b/><b/><b/></a>") == "xml-deep"
