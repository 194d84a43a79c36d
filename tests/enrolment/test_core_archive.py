"""Archives as they come, honest and hostile: refused in words before anything is unpacked."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from zhiheng.enrolment.core import archive
from zhiheng.enrolment.core.archive import Archive, readable_name
from zhiheng.foundation.errors import Refused


def packed(files: dict[str, bytes], *, level: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


def opened(content: bytes) -> Archive:
    return Archive(io.BytesIO(content), name="一班.zip")


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        opened(content)
    return refused.value.code


def test_files_are_listed_and_read_and_noise_is_passed_over() -> None:
    found = opened(
        packed(
            {
                "甲/": b"",
                "甲/照片.jpg": b"one",
                "__MACOSX/甲/._x": b"n",
                "a/.DS_Store": b"n",
                "Thumbs.db": b"n",
            }
        )
    )
    assert [(entry.path, entry.size) for entry in found.entries] == [("甲/照片.jpg", 3)]
    assert found.read(found.entries[0].number) == b"one"


def old_name(name: str, encoding: str) -> bytes:
    """An archive whose name is in another encoding and does not say so."""
    raw = name.encode(encoding)
    content = packed({"x" * len(raw): b"content"})
    return content.replace(b"x" * len(raw), raw)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_a_mark_are_read_as_their_maker_saw_them(encoding: str) -> None:
    found = opened(old_name("张三-学历𠮷.pdf", encoding))
    assert [entry.path for entry in found.entries] == ["张三-学历𠮷.pdf"]
    assert found.read(0) == b"content"


def test_a_name_in_no_encoding_stays_as_it_is() -> None:
    info = zipfile.ZipInfo("x")
    info.orig_filename = "\u00c7\u00fc\u00c7"  # 0x80 0x81 0x80 in cp437: neither UTF-8 nor GB 18030
    assert readable_name(info) == "\u00c7\u00fc\u00c7"


def with_path(name: str, said: str, *, crc: int | None = None) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    body = b"\x01" + struct.pack("<I", zlib.crc32(name.encode()) if crc is None else crc) + said.encode()
    info.extra = struct.pack("<HHB", 0x9999, 1, 0) + struct.pack("<HH", 0x7075, len(body)) + body
    return info


def test_the_unicode_path_field_counts_when_it_belongs_to_the_name() -> None:
    assert readable_name(with_path("a.jpg", "甲.jpg")) == "甲.jpg"
    assert readable_name(with_path("a.jpg", "甲.jpg", crc=1)) == "a.jpg"


def test_backslashes_are_folders() -> None:
    assert [entry.path for entry in opened(packed({"甲\\照片.jpg": b"1"})).entries] == ["甲/照片.jpg"]


def flagged(content: bytes, flag: int) -> bytes:
    """The same archive with a flag set in its list and its file."""
    changed = bytearray(content)
    for sign, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.index(sign) + place
        changed[at] |= flag
    return bytes(changed)


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        info = zipfile.ZipInfo("照片.jpg")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    return target.getvalue()


def overlapping() -> bytes:
    """A list that names the same bytes many times over."""
    content = packed({"a.jpg": bytes(range(256)) * 40})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    listing = entry * 30
    tail = bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", 30, 30)
    tail[12:16] = struct.pack("<I", len(listing))
    return content[:start] + listing + bytes(tail)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "archive"),
        (lambda: b"PK\x03\x04 and no more", "archive"),
        (lambda: packed({"../../etc/passwd": b"x"}), "archive-path"),
        (lambda: packed({"..\\x.jpg": b"x"}), "archive-path"),
        (lambda: packed({"/etc/passwd": b"x"}), "archive-path"),
        (lambda: packed({"C:\\x.jpg": b"x"}), "archive-path"),
        (lambda: packed({"a\x07.jpg": b"x"}), "archive-name"),
        (lambda: packed({"长" * 501: b"x"}), "archive-name"),
        (lambda: packed({"bomb.jpg": b"\x00" * 400_000}, level=zipfile.ZIP_DEFLATED), "archive-bomb"),
        (lambda: packed({"inner.zip": packed({"a.jpg": b"x"})}), "archive-nested"),
        (lambda: packed({"inner.7Z": b"x"}), "archive-nested"),
        (lambda: flagged(packed({"a.jpg": b"x"}), 1), "archive-encrypted"),
        (linked, "archive-link"),
        (overlapping, "archive-bomb"),
    ],
)
def test_what_no_honest_archive_holds_is_refused(make: Callable[[], bytes], code: str) -> None:
    assert refusal(make()) == code


def test_limits_of_number_and_size(monkeypatch: pytest.MonkeyPatch) -> None:
    three = packed({f"{number}.jpg": bytes([number]) * 300 for number in range(3)})
    for name, limit, code in (
        ("LIMIT_FILES", 2, "archive-count"),
        ("LIMIT_UNPACKED", 800, "archive-bomb"),
        ("LIMIT_PACKED", 100, "archive-size"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(archive, name, limit)
            assert refusal(three) == code


def test_a_damaged_file_is_refused_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({"a.jpg": b"honest content", "b.jpg": b"more"})
    found = opened(content.replace(b"honest content", b"forged content"))
    with pytest.raises(Refused) as refused:
        found.read(0)
    assert refused.value.code == "archive-damaged"
    assert found.read(1) == b"more"
    monkeypatch.setattr(archive, "LIMIT_BYTES", 3)
    with pytest.raises(Refused) as refused:
        opened(content).read(1)
    assert refused.value.code == "file-too-large"
