"""A sitting pack: sealed, free of secrets, and never one in which somebody could not sit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.packs import ID_NUMBER, candidate, small_pack, small_paper
from zhiheng.delivery.core.answer import SHORT_LIMIT, answer_body, normal_answer
from zhiheng.delivery.core.order import plan_order
from zhiheng.delivery.core.pack import (
    PackCandidate,
    PackItem,
    SittingPack,
    check_pack,
    decode_pack,
    encode_pack,
    hash_id,
    seal_pack,
)
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.core.token import Session, mint_token, other_sitting, read_token, require_sitting
from zhiheng.foundation.errors import Refused

KEY = b"k" * 32
START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
ONE = candidate(1, KEY, starts=START)
PACK = small_pack("key-1", ONE, candidate(2, KEY, starts=START))
replace = msgspec.structs.replace


def test_a_sealed_pack_comes_back_as_it_went() -> None:
    assert decode_pack(encode_pack(PACK)) == PACK


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "pack-format"),
        (b"\xff\xfe", "pack-format"),
        (encode_pack(PACK).replace("演示考生甲".encode(), "演示考生乙".encode()), "pack-hash"),
        (encode_pack(replace(PACK, hash="")), "pack-hash"),
    ],
)
def test_a_damaged_pack_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decode_pack(raw)

    assert refused.value.code == code


def _with_candidate(**change: Any) -> SittingPack:
    return replace(PACK, candidates=(replace(ONE, **change),))


def _with_item(**change: Any) -> SittingPack:
    paper = small_paper()
    return replace(
        PACK, papers=(replace(paper, items=(replace(paper.items[0], **change), *paper.items[1:])),)
    )


@pytest.mark.parametrize(
    ("pack", "code"),
    [
        (replace(PACK, candidates=(ONE, ONE)), "pack-duplicate"),
        (_with_candidate(paper="elsewhere"), "pack-candidate"),
        (_with_candidate(starts_at=START.replace(tzinfo=None)), "pack-candidate"),
        (_with_candidate(ends_at=START), "pack-candidate"),
        (_with_candidate(item_order=("s1",)), "pack-candidate"),
        (_with_candidate(option_order={"nothing": ("a",)}), "pack-candidate"),
        (_with_candidate(option_order={"s1": ("a",)}), "pack-candidate"),
        (replace(PACK, papers=(replace(small_paper(), items=()),)), "pack-paper"),
        (_with_item(type="short"), "pack-item"),
        (_with_item(options=(small_paper().items[0].options[0],) * 2), "pack-item"),
    ],
)
def test_a_pack_nobody_could_sit_is_refused(pack: SittingPack, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_pack(pack)

    assert refused.value.code == code
    with pytest.raises(Refused):
        seal_pack(pack)


def test_the_printed_order_needs_no_order_of_its_own() -> None:
    printed = seal_pack(_with_candidate(item_order=(), option_order={}))

    assert decode_pack(encode_pack(printed)) == printed


def test_an_identity_number_is_hashed_in_its_one_form() -> None:
    assert hash_id(KEY, " 11010119900101123X ") == hash_id(KEY, ID_NUMBER) != hash_id(b"x" * 32, ID_NUMBER)


@given(st.text(min_size=1))
def test_everybody_sees_every_question_and_option_once(seed: str) -> None:
    order = plan_order(sections=[["a", "b", "c"], ["d"]], options={"a": ["1", "2", "3"], "d": []}, seed=seed)

    assert (sorted(order.items[:3]), order.items[3]) == (["a", "b", "c"], "d")
    assert {item: sorted(options) for item, options in order.options.items()} == {"a": ["1", "2", "3"]}
    assert order == plan_order(
        sections=[["a", "b", "c"], ["d"]], options={"a": ["1", "2", "3"], "d": []}, seed=seed
    )


ITEMS = {item.id: item for item in small_paper().items}


@pytest.mark.parametrize(
    ("item", "value", "body"),
    [
        ("s1", "b", '"b"'),
        ("s1", None, "null"),
        ("s1", "", "null"),
        ("m1", [], "null"),
        ("m1", ["c", "a", "a"], '["a","c"]'),
        ("t1", "写了", '"写了"'),
    ],
)
def test_an_answer_has_one_form(item: str, value: Any, body: str) -> None:
    assert answer_body(ITEMS[item], value) == body


@pytest.mark.parametrize(
    ("item", "value"),
    [("s1", ["a"]), ("s1", "z"), ("m1", "a"), ("m1", ["z"]), ("t1", ["x"]), ("t1", "字" * (SHORT_LIMIT + 1))],
)
def test_what_is_no_answer_is_refused(item: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        normal_answer(ITEMS[item], value)

    assert refused.value.code == "answer"


SESSION = Session("sitting", "attempt", 3, 5000)
TOKEN = mint_token(SESSION, key=KEY)


def test_a_token_says_who_is_sitting() -> None:
    assert read_token(TOKEN, key=KEY, now=4999) == SESSION
    require_sitting(SESSION, "sitting")


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_changed_token_is_refused(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises(Refused) as refused:
        read_token(changed, key=KEY, now=0)

    assert refused.value.code == "token"


def test_a_signed_payload_that_is_no_session_is_refused() -> None:
    from zhiheng.delivery.core.token import _mac

    for payload in ("bm90aGluZw", "A"):
        with pytest.raises(Refused):
            read_token(f"{payload}.{_mac(payload, KEY)}", key=KEY, now=0)


def test_an_expired_or_foreign_token_is_refused_with_its_reason() -> None:
    with pytest.raises(Refused) as expired:
        read_token(TOKEN, key=KEY, now=5000)
    with pytest.raises(Refused) as foreign:
        require_sitting(SESSION, "another")

    assert (expired.value.code, foreign.value.code) == ("token-expired", "other-sitting")
    assert "sitting" in other_sitting("sitting").sentence


def test_what_the_hall_shows_holds_no_key() -> None:
    body = {
        "type": "single",
        "stem": "一？",
        "options": {"A": "甲", "B": "乙"},
        "key": ["B"],
        "explanation": "密",
    }
    paper = pack_paper(
        paper_id="p",
        title="t",
        lines=[{"item": "Q1", "version": "v", "type": "single", "marks": "1"}],
        bodies={"v": body},
    )

    assert "密" not in repr(paper)
    assert [section.title for section in paper.sections] == ["一、单项选择题"]
    assert paper.item("Q1") == PackItem(
        id="Q1", type="single", marks="1", stem="一？", options=paper.items[0].options
    )
    assert paper.item("Q2") is None


def test_a_pack_finds_its_papers() -> None:
    assert (PACK.paper("paper-a"), PACK.paper("none")) == (small_paper(), None)


def test_a_deadline_is_each_candidates_own() -> None:
    longer: PackCandidate = candidate(3, KEY, starts=START, minutes=120)

    assert longer.ends_at - longer.starts_at == timedelta(minutes=120)
