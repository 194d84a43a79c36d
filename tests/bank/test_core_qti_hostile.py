"""Packages made to do harm: refused in a sentence, quickly, with nothing fetched and nothing unpacked."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.qti_files import Dialect, manifest, packed, resource
from zhiheng.bank.core.exchange import incoming, qti_package
from zhiheng.bank.core.exchange.qti import read_qti
from zhiheng.bank.core.exchange.terms import Reading
from zhiheng.foundation.errors import Refused

Q = Dialect(version="3.0")
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


def refused(content: bytes, name: str = "题.zip") -> Refused:
    with pytest.raises(Refused) as found:
        read_qti(content, name=name)
    assert found.value.sentence.endswith("。")
    return found.value


def item_with(doctype: str, text: str = "选") -> bytes:
    return Q.single(f"<p>{text}</p>").replace(b"?>\n", b"?>\n" + doctype.encode(), 1)


ENTITIES = {
    "local file": item_with('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
    "remote": item_with('<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>', "&f;"),
    "parameter": item_with('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'),
    "laughs": item_with(f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"),
    "outside types": item_with('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
}


@pytest.mark.parametrize("content", ENTITIES.values(), ids=ENTITIES.keys())
def test_entities_and_document_types(content: bytes) -> None:
    whole = packed({"imsmanifest.xml": manifest(resource("q1.xml")), "q1.xml": content})
    listed = packed({"imsmanifest.xml": content, "q1.xml": Q.single()})
    hidden = packed({"imsmanifest.xml": manifest(), "q1.xml": content})
    assert [refused(one).code for one in (whole, listed, hidden)] == ["xml-dtd"] * 3
    assert refused(content, "题.xml").code == "xml-dtd"


def test_a_document_type_in_another_encoding() -> None:
    content = ENTITIES["local file"].decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert refused(content, "题.xml").code == "xml-dtd"


def flagged(content: bytes, flag: int) -> bytes:
    changed = bytearray(content)
    for sign, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        changed[content.index(sign) + place] |= flag
    return bytes(changed)


def repeated() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("q1.xml", Q.single())
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("q1.xml", Q.single(identifier="q2"))
    return target.getvalue()


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        info = zipfile.ZipInfo("q1.xml")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    return target.getvalue()


def many() -> bytes:
    """A list of sixty thousand files in four megabytes: the same small file over and over."""
    content = packed({"q1.xml": b""}, level=zipfile.ZIP_STORED)
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    listing = content[start:end] * 60_000
    tail = bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", 60_000, 60_000)
    tail[12:16] = struct.pack("<I", len(listing))
    return content[:start] + listing + bytes(tail)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "file-empty"),
        (lambda: bytes(200 * 1024 * 1024), "file-too-large"),
        (lambda: b"PK\x03\x04 and no more", "archive"),
        (lambda: packed({"../../etc/cron.d/x": b"x"}), "archive-path"),
        (lambda: packed({"..\\x.xml": b"x"}), "archive-path"),
        (lambda: packed({"/etc/passwd": b"x"}), "archive-path"),
        (lambda: packed({"inner.zip": packed({"q1.xml": b"x"})}), "archive-nested"),
        (lambda: packed({"q1.xml": b" " * 2_000_000}), "archive-bomb"),
        (lambda: flagged(packed({"q1.xml": Q.single()}), 1), "archive-encrypted"),
        (linked, "archive-link"),
        (repeated, "archive-repeated"),
        (many, "archive-count"),
        (lambda: Q.single().decode().replace("UTF-8", "GB2312").encode("utf-16"), "xml-encoding"),
        (lambda: Q.single().replace(b"UTF-8", b"Shift_JIS"), "xml-encoding"),
        (lambda: "直播".encode("gb18030"), "xml-encoding"),
        (lambda: b"<a>" * 100_000, "xml-deep"),
        (lambda: b"<a>" + b"x" * 5 * 1024 * 1024 + b"</a>", "xml-size"),
        (lambda: b"\x89PNG\r\n\x1a\n", "xml-encoding"),
    ],
)
def test_hostile_files_are_refused(make: Callable[[], bytes], code: str) -> None:
    content = make()
    assert refused(content).code == code


def test_the_sum_of_everything_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qti_package, "LIMITS", replace(qti_package.LIMITS, unpacked=1000))
    content = packed({f"q{number}.xml": Q.single() for number in range(3)})
    assert refused(content).code == "archive-bomb"


def test_more_questions_than_one_import_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "LIMIT_QUESTIONS", 2)
    content = packed({f"q{number}.xml": Q.single() for number in range(3)})
    assert refused(content).code == "too-many-questions"


def test_an_absurd_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qti_package, "LIMIT_RESOURCES", 2)
    content = packed({"imsmanifest.xml": manifest(*(resource(f"q{number}.xml") for number in range(3)))})
    assert refused(content).code == "qti-count"


def test_items_in_the_encodings_of_chinese_systems() -> None:
    def kept(encoding: str) -> bytes:
        return Q.single("<p>直播间</p>").decode().replace("UTF-8", encoding).encode(encoding)

    files = {f"{encoding}.xml": kept(encoding) for encoding in ("gb2312", "gbk", "gb18030", "utf-16")}
    files["bom.xml"] = "\ufeff".encode() + Q.single("<p>直播间</p>")
    reading = read_qti(packed({"imsmanifest.xml": manifest(*map(resource, files)), **files}), name="题.zip")
    assert (reading.errors, {question.stem for question in reading.questions}) == ((), {"直播间"})
    unsaid = packed(
        {"imsmanifest.xml": manifest(resource("a.xml")), "a.xml": "<a>直播</a>".encode("gb18030")}
    )
    (error,) = read_qti(unsaid, name="题.zip").errors
    assert error.reason == (
        "“a.xml”不是 UTF-8 编码，也没有声明是哪一种。请另存为 UTF-8 编码，或在首行写明 encoding。"
    )


def test_a_damaged_file_spoils_only_itself() -> None:
    content = packed(
        {"imsmanifest.xml": manifest(resource("q1.xml"), resource("q2.xml")), "q1.xml": Q.single(), "q2.xml": Q.single()},
        level=zipfile.ZIP_STORED,
    )  # fmt: skip
    at = content.index("选哪一个".encode())
    reading = read_qti(content[:at] + b"xxx" + content[at + 3 :], name="题.zip")
    assert [question.where for question in reading.questions] == ["q2.xml"]
    assert [error.where for error in reading.errors] == ["q1.xml"]


def test_one_file_too_long_for_an_item_is_a_fault_of_its_own() -> None:
    long = Q.single(f"<p>{'文' * 2_000_000}</p>")
    files = {"imsmanifest.xml": manifest(resource("q1.xml")), "q1.xml": long}
    (error,) = read_qti(packed(files, level=zipfile.ZIP_STORED), name="题.zip").errors
    assert error.reason.startswith("文件“q1.xml”有 5.7 MB，超过 4 MB")


def test_a_shared_text_named_by_all_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read again for each of its questions, one of megabytes would take hours; one that cannot be read, too."""
    read: list[str] = []
    content = qti_package.Package.content

    def counted(package: qti_package.Package, path: str, *, longest: int = 0) -> bytes:
        read.append(path)
        return content(package, path, longest=longest)

    monkeypatch.setattr(qti_package.Package, "content", counted)
    reference = "".join(Q("assessmentStimulusRef", identifier=name, href=f"{name}.xml") for name in "st")
    item = Q.single().replace(b"<qti-item-body>", f"{reference}<qti-item-body>".encode())
    names = [f"q{number}.xml" for number in range(30)]
    shared = [resource(f"{name}.xml", type="imsqti_stimulus_xmlv3p0") for name in "st"]
    files = {"imsmanifest.xml": manifest(*map(resource, names), *shared), **dict.fromkeys(names, item)}
    text = "<assessmentStimulus><stimulusBody>材料</stimulusBody></assessmentStimulus>"
    reading = read_qti(packed({**files, "s.xml": text, "t.xml": "<broken"}), name="题.zip")
    assert len(reading.errors) == 30
    assert [read.count(name) for name in ("s.xml", "t.xml", "q1.xml", "q29.xml")] == [1, 1, 1, 1]


WHOLE = [
    Q.single('<p>看<img src="a.png" alt="x"/><sup>2</sup></p><ul><li>一</li></ul>', after=Q("modalFeedback", "<p>解</p>")),
    Q.item(Q.response("答", base="string") + Q("itemBody", Q("extendedTextInteraction", responseIdentifier="RESPONSE"))),
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_damage_makes_the_reader_fall(data: st.DataObject) -> None:
    """Whatever is cut out, doubled or changed, the answer is a reading or a sentence."""
    content = data.draw(st.sampled_from(WHOLE))
    tags = re.findall(rb"<[^>]*>", content)
    for _ in range(data.draw(st.integers(1, 4))):
        tag = data.draw(st.sampled_from(tags))
        other = data.draw(st.sampled_from([b"", tag * 2, *tags]))
        content = content.replace(tag, other, 1)
    place = data.draw(st.integers(0, len(content)))
    content = content[:place] + data.draw(st.binary(max_size=3)) + content[place:]
    reading = kept(content, "题.xml")
    if reading is not None:
        assert len(reading.questions) + len(reading.unsupported) + len(reading.errors) == 1


def kept(content: bytes, name: str) -> Reading | None:
    """What was read, nothing when it was refused; anything else is for the test to fail on."""
    try:
        return read_qti(content, name=name)
    except Refused:
        return None


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_damage_to_an_archive_makes_the_reader_fall(data: st.DataObject) -> None:
    whole = packed({"imsmanifest.xml": manifest(resource("q1.xml")), "q1.xml": WHOLE[0]})
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(2, len(content) - 1))] = data.draw(st.integers(0, 255))
    reading = kept(bytes(content), "题.zip")
    assert reading is None or len(reading.questions) <= 1
