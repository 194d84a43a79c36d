"""Files questions show: what is taken, what it becomes, what is refused and how."""

import io
import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.bank.core_items import single
from tests.bank.media_files import (
    box,
    element,
    film,
    moving_picture,
    mp3_frames,
    picture,
    recording,
    web_film,
)
from zhiheng.bank.core.advice import advice
from zhiheng.bank.core.differing import compare_items
from zhiheng.bank.core.files import Place, file_form, item_from, medium_from
from zhiheng.bank.core.media import containers
from zhiheng.bank.core.media.checks import LONGEST_ALT, MOST, media_faults
from zhiheng.bank.core.media.kinds import LIMIT_BYTES
from zhiheng.bank.core.media.pictures import as_printable
from zhiheng.bank.core.media.placing import in_order, shown_at
from zhiheng.bank.core.media.preparing import prepared
from zhiheng.bank.core.terms import Medium
from zhiheng.foundation.errors import Refused

SHA = "0" * 64


def medium(**changes: Any) -> Medium:
    plain = Medium(
        id="m1", kind="image", media_type="image/png", sha256=SHA, size=9, alt="三级漏斗", where="stem"
    )
    return replace(plain, **changes)


def refusal(content: bytes, name: str = "文件") -> Refused:
    with pytest.raises(Refused) as refused:
        prepared(content, name=name)
    return refused.value


# Pictures


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/png"),
        ("BMP", "image/png"),
    ],
)
def test_a_picture_is_drawn_anew(form: str, media_type: str) -> None:
    found = prepared(picture(form), name="图")

    assert (found.kind, found.media_type, found.seconds) == ("image", media_type, 0)
    with Image.open(io.BytesIO(found.content)) as image:
        assert (image.size, image.mode) == ((80, 60), "RGB")


def test_what_is_hidden_in_a_picture_goes() -> None:
    content = picture("JPEG", word="拍摄地点：某仓库") + b"tail"

    assert b"Exif" in content
    found = prepared(content, name="图").content
    assert b"Exif" not in found
    assert b"tail" not in found


def test_a_picture_drawn_twice_is_the_same_file() -> None:
    once = prepared(picture(), name="图").content
    assert prepared(once, name="图").content == once


def test_a_large_picture_is_made_smaller_and_a_clear_one_stands_on_white() -> None:
    with Image.open(io.BytesIO(prepared(picture(size=(3000, 1500)), name="图").content)) as image:
        assert image.size == (2000, 1000)
    with Image.open(io.BytesIO(prepared(picture(mode="RGBA"), name="图").content)) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255)


def test_only_webp_is_changed_for_the_press() -> None:
    webp = prepared(picture("WEBP"), name="图").content
    assert as_printable(b"kept", "image/png") == (b"kept", "image/png")
    content, media_type = as_printable(webp, "image/webp")
    assert (content[:4], media_type) == (b"\x89PNG", "image/png")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * LIMIT_BYTES, "file-too-large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "media-type"),
        (b"%PDF-1.7", "media-type"),
        (b"MZ" + b"\0" * 100, "media-type"),
        (picture()[:60], "picture-unreadable"),
        (moving_picture(), "picture-moving"),
        (picture(size=(15, 400)), "picture-too-small"),
    ],
)
def test_what_is_no_picture_to_show_is_refused(content: bytes, code: str) -> None:
    refused = refusal(content)
    assert refused.code == code
    assert refused.remedy


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_opened() -> None:
    head = picture()
    bomb = head[:16] + struct.pack(">II", 100_000, 100_000) + head[24:]
    assert refusal(bomb).code in ("picture-too-large", "picture-unreadable")


# Recordings and video


@pytest.mark.parametrize(
    ("content", "media_type", "seconds"),
    [
        (recording(1.5), "audio/wav", 1.5),
        (mp3_frames(), "audio/mpeg", 1.0),
        (film(2, brand=b"M4A "), "audio/mp4", 2.0),
        (film(3), "video/mp4", 3.0),
        (film(3, wide=True), "video/mp4", 3.0),
        (web_film(4), "video/webm", 4.0),
        (web_film(4, told=False, live=True), "video/webm", 4.0),
        (film(60.4), "video/mp4", 60.4),
    ],
)
def test_sound_and_video_stay_as_they_are(content: bytes, media_type: str, seconds: float) -> None:
    found = prepared(content, name="文件")
    assert (found.media_type, found.content) == (media_type, content)
    assert found.seconds == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (recording(61), "media-too-long"),
        (film(75), "media-too-long"),
        (web_film(75), "media-too-long"),
        (film(0), "media-length-unknown"),
        (web_film(0, told=False), "media-length-unknown"),
        (film(2, codec=b"hvc1"), "media-codec"),
        (web_film(2, codec=b"V_MPEGH/ISO/HEVC"), "media-codec"),
        (film()[:-10], "media-damaged"),
        (film() + b"\0\0", "media-damaged"),
        (web_film()[:-10], "media-damaged"),
        (web_film(kind=b"matroska"), "media-damaged"),
        (b"OggS" + b"\xff" * 200, "media-damaged"),
        (box(b"ftyp", b"isom\0\0\2\0isommp41"), "media-damaged"),
    ],
)
def test_what_cannot_be_played_in_a_minute_is_refused(content: bytes, code: str) -> None:
    refused = refusal(content)
    assert refused.code == code
    assert "“文件”" in refused.what


def test_boxes_of_every_length_are_walked() -> None:
    start = box(b"ftyp", b"isom\0\0\2\0isommp41") + box(b"moov", box(b"mvhd", b"\0" * 20))
    wide = b"\0\0\0\x01mdat" + struct.pack(">Q", 20) + b"\0" * 4
    to_the_end = b"\0\0\0\0mdat" + b"\0" * 7

    assert containers.walk_mp4(start + wide).seconds == 0
    assert containers.walk_mp4(start + to_the_end).codecs == set()
    with pytest.raises(containers.Broken):
        containers.walk_mp4(start + b"\0\0\0\x03mdat")


def test_a_container_of_nothing_but_heads_is_not_walked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_MOST", 50)
    with pytest.raises(containers.Broken):
        containers.walk_mp4(box(b"ftyp") + box(b"free") * 60)
    with pytest.raises(containers.Broken):
        containers.walk_webm(element(b"\xec", b"") * 60)


@pytest.mark.parametrize("length", [b"", b"\0\0\0", struct.pack(">f", float("nan")), struct.pack(">f", -1)])
def test_a_length_that_is_none_does_not_count(length: bytes) -> None:
    start = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    info = element(b"\x15\x49\xa9\x66", element(b"\x44\x89", length))
    assert containers.walk_webm(start + element(b"\x18\x53\x80\x67", info)).seconds == 0


@pytest.mark.parametrize(
    "content", [b"\x1a\x45\xdf\xa3", b"\x00", b"\x1a\x45", element(b"\xec", b"", unknown=True)]
)
def test_elements_that_run_out_are_broken(content: bytes) -> None:
    with pytest.raises(containers.Broken):
        containers.walk_webm(content)


@settings(max_examples=150, deadline=None)
@given(
    base=st.sampled_from([film(), web_film(), web_film(live=True), recording(0.1), mp3_frames(4), picture()]),
    place=st.integers(0, 400),
    noise=st.binary(min_size=1, max_size=12),
)
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(base: bytes, place: int, noise: bytes) -> None:
    content = base[:place] + noise + base[place + len(noise) :]
    try:
        told = prepared(content, name="文件").media_type
    except Refused as refused:
        told = refused.remedy
    assert told


# In a question


def test_a_question_and_its_file_form_say_the_same() -> None:
    item = single(media=(medium(), medium(id="m2", where="A", alt="选项甲的图")), language="en")
    body = file_form(item)

    assert body["media"][0] == {
        "id": "m1",
        "kind": "image",
        "media_type": "image/png",
        "sha256": SHA,
        "bytes": 9,
        "alt": "三级漏斗",
        "where": "stem",
    }
    assert body["language"] == "en"
    assert item_from(body, place=Place()) == item
    assert {"media", "language"} & set(file_form(single())) == set()


def test_a_listed_file_that_says_too_little_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        medium_from({"id": "m1"})
    assert refused.value.code == "bank-field"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"alt": " "}, ["media-alt"]),
        ({"kind": "audio", "media_type": "audio/mpeg", "alt": ""}, []),
        ({"where": "E"}, ["media-place"]),
        ({"where": "D"}, []),
        ({"media_type": "image/svg+xml"}, ["media-form"]),
        ({"kind": "video"}, ["media-form"]),
        ({"sha256": "abc"}, ["media-form"]),
        ({"size": 0}, ["media-form"]),
        ({"alt": "长" * (LONGEST_ALT + 1)}, ["media-alt-long"]),
        ({"size": 3 * LIMIT_BYTES}, ["media-size"]),
    ],
)
def test_what_must_be_right_of_a_listed_file(changes: dict[str, Any], codes: list[str]) -> None:
    assert [fault.code for fault in media_faults(single(media=(medium(**changes),)))] == codes


def test_too_many_files_the_same_number_twice_and_a_mark_left_standing() -> None:
    many = tuple(medium(id=f"m{number}") for number in range(MOST + 1))
    assert [fault.code for fault in media_faults(single(media=many))] == ["media-count"]
    assert [fault.code for fault in media_faults(single(media=(medium(), medium())))] == ["media-id"]
    assert [fault.code for fault in media_faults(single(stem="看［图：a.png］"))] == ["media-mark"]


def test_files_stand_after_the_stem_then_option_by_option() -> None:
    listed = in_order(
        [medium(where="B"), medium(where="?"), medium(alt="一"), medium(where="A"), medium(alt="二")]
    )

    assert [(entry.id, entry.where, entry.alt) for entry in listed] == [
        ("m1", "stem", "一"),
        ("m2", "stem", "二"),
        ("m3", "A", "三级漏斗"),
        ("m4", "B", "三级漏斗"),
        ("m5", "?", "三级漏斗"),
    ]
    assert shown_at(listed, "A") == (listed[2],)


@pytest.mark.parametrize(
    ("alt", "kind", "told"),
    [
        ("", "audio", ["第 1 个录音没有替代文字"]),
        ("三级漏斗", "image", ["第 1 个图片的替代文字是“三级漏斗”"]),
        ("IMG_20261101 的副本", "image", ["第 1 个图片的替代文字是“IMG_20261101 的副本”"]),
        ("某直播间的流量曲线.png", "image", ["第 1 个图片的替代文字是“某直播间的流量曲线.png”"]),
        ("柱形图：甲 120 件，乙 90 件", "image", []),
    ],
)
def test_words_that_stand_in_for_nothing_are_advised_against(alt: str, kind: str, told: list[str]) -> None:
    types = {"audio": "audio/mpeg", "image": "image/png"}
    found = advice(single(media=(medium(alt=alt, kind=kind, media_type=types[kind]),)))
    heads = [reason.text.removeprefix("T-S01：").partition("，看不到")[0] for reason in found]
    assert heads == told
    assert {reason.code for reason in found} <= {"media-words"}


def test_two_wordings_are_compared_by_what_they_show_too() -> None:
    before = single(media=(medium(),), language="en")
    after = single(media=(medium(sha256="1" * 64, where="B", alt=""),))
    lines = {line.label: line for line in compare_items(before, after) if line.changed}

    assert set(lines) == {"图片与录音", "语言"}
    assert "".join(run.text for run in lines["图片与录音"].before) == "图片（题干）三级漏斗 · 00000000"
    assert "".join(run.text for run in lines["图片与录音"].after) == "图片（选项 B）没有替代文字 · 11111111"
