"""A rescue file opens with the hall's key alone, and each of its rows is held against paper, sitting and log."""

import base64
import hashlib
import json
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.packs import small_paper
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.core.rescue import (
    LIMIT,
    ROWS,
    Contents,
    Fate,
    Known,
    Row,
    Weighed,
    open_rescue,
    read_header,
    seal_rescue,
    weigh,
)
from zhiheng.foundation.errors import Refused

KEY = ec.derive_private_key(20261128, ec.SECP256R1())
POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
HEAD = {
    "attempt": "00000000-0000-4000-8000-000000000001",
    "ticket": "20261128000001",
    "sitting": "2026-11-28",
    "created_at": "2026-11-28T01:40:00.000Z",
}
OPENS = 1_795_827_600_000  # 2026-11-28T09:00+08:00
CLOSES = OPENS + 90 * 60_000
IN_TIME = "2026-11-28T01:30:00.000Z"


def row(item: str = "s1", value: Any = "a", *, seq: int = 4, epoch: int = 1, at: str = IN_TIME) -> Row:
    return Row(epoch=epoch, item=item, seq=seq, value=value, client_time=at)


def contents(*rows: Row, offset: int = 0) -> Contents:
    return Contents(epoch=1, rows=rows or (row(),), offset=offset)


def refusal(raw: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> str:
    with pytest.raises(Refused) as refused:
        open_rescue(raw, key)
    return refused.value.code


def test_what_was_sealed_is_opened() -> None:
    given_rows = contents(
        row(), row("m1", ["a", "b"], seq=5), row("t1", "文字\n第二行", seq=6), row("s1", None, seq=7)
    )
    raw = seal_rescue(given_rows, HEAD, recipient=POINT)
    file = open_rescue(raw, KEY)

    assert file.contents == given_rows
    assert msgspec.to_builtins(file.header) | HEAD == msgspec.to_builtins(file.header)
    assert read_header(raw) == file.header
    assert (file.header.rows, "文字" in raw.decode()) == (4, False)


values = st.none() | st.text(max_size=40) | st.lists(st.text(max_size=5), max_size=4)
rows = st.builds(
    Row,
    epoch=st.integers(-1, 2**53),
    item=st.text(max_size=10),
    seq=st.integers(-1, 2**53),
    value=values,
    client_time=st.text(max_size=30),
)


@given(st.lists(rows, min_size=1, max_size=6).map(tuple), st.integers(-(10**9), 10**9))
def test_any_contents_come_back(some: tuple[Row, ...], offset: int) -> None:
    whole = Contents(epoch=2, token="t", offset=offset, rows=some)

    assert open_rescue(seal_rescue(whole, HEAD, recipient=POINT), KEY).contents == whole


SEALED = seal_rescue(contents(), HEAD, recipient=POINT)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, other: int) -> None:
    assert refusal(SEALED[:place] + bytes([SEALED[place] ^ other]) + SEALED[place + 1 :]) in {
        "rescue-damaged",
        "rescue-format",
    }


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(raw: bytes) -> None:
    assert refusal(raw) in {"rescue-damaged", "rescue-format"}


def resealed(raw: bytes, *, header: dict[str, Any] | None = None, sealed: bytes | None = None) -> bytes:
    """The file with another header or content and a checksum that fits."""
    line, coded, *_ = raw.split(b"\n")
    if header is not None:
        line = json.dumps(json.loads(line) | header).encode()
    body = line + b"\n" + (base64.b64encode(sealed) if sealed is not None else coded) + b"\n"
    return body + hashlib.sha256(body).hexdigest().encode() + b"\n"


def test_the_header_cannot_be_changed_apart_from_what_it_speaks_of() -> None:
    assert refusal(resealed(SEALED, header={"ticket": "20261128000002"})) == "rescue-key"
    assert (
        refusal(resealed(SEALED, header={"point": base64.b64encode(b"\x04" * 65).decode()})) == "rescue-key"
    )
    assert refusal(resealed(SEALED, sealed=b"")) == "rescue-key"
    assert refusal(resealed(SEALED, header={"more": 1})) == "rescue-format"
    assert refusal(resealed(SEALED, header={"format": "zhiheng-rescue-2"})) == "rescue-format"


def test_another_halls_key_does_not_open_it() -> None:
    assert refusal(SEALED, ec.generate_private_key(ec.SECP256R1())) == "rescue-key"


def test_a_damaged_copy_is_told_from_another_key() -> None:
    assert refusal(SEALED.replace(b"2026-11-28", b"2026-11-29", 1)) == "rescue-damaged"
    assert refusal(SEALED[:-10]) == "rescue-format"
    assert refusal(b"x" * (LIMIT + 1)) == "rescue-size"


class Strange(msgspec.Struct):
    rows: list[int]


class SaysOne(list[Row]):
    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    "inside",
    [
        Strange([1]),
        Contents(epoch=1, rows=()),
        Contents(epoch=1, rows=SaysOne([row(), row()])),  # type: ignore[arg-type]  # what an honest page never writes
        contents(row(seq=2**60)),
        contents(row(epoch=-(2**60))),
        contents(offset=2**60),
    ],
)
def test_sealed_nonsense_is_refused(inside: Any) -> None:
    assert refusal(seal_rescue(inside, HEAD, recipient=POINT)) == "rescue-format"


def test_a_file_with_more_rows_than_an_exam_has_is_refused() -> None:
    assert refusal(seal_rescue(contents(*[row()] * (ROWS + 1)), HEAD, recipient=POINT)) == "rescue-format"


# Each row against paper, sitting and log


def entry(item: str, body: str, *, seq: int, epoch: int = 1, place: int = 1) -> Entry:
    return Entry(
        id=place, attempt="a", epoch=epoch, item=item, seq=seq, kind="answer", body=body, server_time=OPENS
    )


def known(*log: Entry, epoch: int = 1) -> Known:
    items = {item.id: item for item in small_paper().items}
    return Known(items=items, rows=log, epoch=epoch, opens=OPENS, closes=CLOSES)


def fates(of: Contents, against: Known) -> list[Fate]:
    return [one.fate for one in weigh(of, against)]


def only(of: Contents, against: Known) -> Weighed:
    (one,) = weigh(of, against)
    return one


def test_rows_the_hall_never_had_are_new_in_their_order() -> None:
    assert fates(contents(row(), row(value="b", seq=5), row("t1", "字", seq=6)), known()) == [Fate.NEW] * 3
    assert only(contents(), known(entry("s1", '"c"', seq=1))).standing == '"c"'
    assert only(contents(), known()).standing is None


def test_what_the_hall_has_is_known_or_in_conflict() -> None:
    log = known(entry("s1", '"a"', seq=4))

    assert fates(contents(row()), log) == [Fate.KNOWN]
    assert fates(contents(row(value="b")), log) == [Fate.CONFLICT]
    assert fates(contents(row(), row(), row(value="b")), known()) == [Fate.NEW, Fate.KNOWN, Fate.CONFLICT]


def test_a_later_answer_in_the_log_stands() -> None:
    later_number = known(entry("s1", '"c"', seq=9))
    later_session = known(entry("s1", '"c"', seq=1, epoch=2), epoch=2)
    both = known(entry("s1", '"c"', seq=9), entry("s1", '"d"', seq=1, place=2))

    assert [fates(contents(row()), log) for log in (later_number, later_session)] == [[Fate.OLDER]] * 2
    assert only(contents(row()), both).standing == '"c"'
    assert fates(contents(row("s2")), later_session) == [Fate.NEW]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (row("x9"), "试卷里没有题目"),
        (row("#event"), "试卷里没有题目"),
        (row(value="z"), "没有选项"),
        (row("t1", "字" * 4001), "超过 4000 个字"),
        (row(epoch=2), "第 2 次登录"),
        (row(epoch=0), "第 0 次登录"),
        (row(seq=0), "序号 0"),
        (row(seq=2**53), "不是这场考试里的"),
        (row(at="昨天"), "读不懂"),
        (row(at="2026-11-28T09:30:00"), "读不懂"),
        (row(at="0001-01-01T00:00:00+08:00"), "读不懂"),
        (row(at="9999-12-31T23:59:59+00:00"), "读不懂"),
        (row(at="2026-11-28T00:58:00Z"), "早于开考"),
        (row(at="2026-11-28T02:32:00Z"), "晚于考试截止"),
    ],
)
def test_impossible_rows_say_why(wrong: Row, words: str) -> None:
    one = only(contents(wrong), known())

    assert (one.fate, words in one.why) == (Fate.IMPOSSIBLE, True)


def test_times_are_put_right_by_the_page_and_not_again_here() -> None:
    one = only(contents(row(), offset=3_600_000), known())

    assert (one.fate, one.at) == (Fate.NEW, OPENS + 30 * 60_000)


@given(st.lists(rows, max_size=8).map(tuple), st.lists(st.integers(1, 9), max_size=5))
def test_weighing_never_fails_and_only_possible_answers_are_new(
    some: tuple[Row, ...], numbers: list[int]
) -> None:
    log = known(*(entry("s1", '"a"', seq=number, place=n + 1) for n, number in enumerate(numbers)))
    found = weigh(Contents(epoch=1, rows=some), log)

    assert [one.row for one in found] == list(some)
    assert all(one.row.item in log.items for one in found if one.fate == Fate.NEW)
