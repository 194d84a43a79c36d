"""A sitting pack: sealed, free of secrets, and never one in which somebody could not sit."""

import itertools
from collections import Counter
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
    PackMedia,
    SittingPack,
    check_pack,
    decode_pack,
    encode_pack,
    hash_id,
    order_of,
    seal_pack,
)
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.core.token import (
    Session,
    StaffPass,
    _mac,
    mint_staff_token,
    mint_token,
    other_sitting,
    read_staff_token,
    read_token,
    require_sitting,
)
from zhiheng.foundation.errors import Refused

KEY = b"k" * 32
START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
ONE = candidate(1, KEY, starts=START)
PACK = small_pack("key-1", ONE, candidate(2, KEY, starts=START))
replace = msgspec.structs.replace
PICTURE = PackMedia(id="p", media_type="image/png", sha256="0" * 64, alt="一张价目表", bytes=3)


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
        (replace(PACK, networks={"第一机房": ("10.0.0.0/33",)}), "pack-network"),
        (replace(PACK, seb_config_keys=("zz",)), "pack-config-key"),
        (replace(PACK, silent_after_seconds=0), "pack-silent"),
        (_with_item(media=(replace(PICTURE, sha256="zz"),)), "pack-media"),
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


def test_what_a_sitting_asks_for_comes_back_as_it_went() -> None:
    asked = seal_pack(
        replace(
            _with_item(media=(PICTURE,)),
            networks={"第一机房": ("10.0.0.0/24", "fd00::/64")},
            network_policy="refuse",
            second_sign_in="allow",
            silent_after_seconds=30,
            seb_config_keys=("0" * 64,),
        )
    )

    assert decode_pack(encode_pack(asked)) == asked


def test_fields_at_their_defaults_are_not_part_of_the_file_or_its_hash() -> None:
    written = encode_pack(PACK).decode()

    assert [
        word for word in ("networks", "accommodation", "media", "granted_minutes") if word in written
    ] == []
    assert '"format": "zhiheng-sitting-pack-2"' in written


def test_the_order_is_the_attempts_own_and_keeps_what_was_fixed() -> None:
    paper = _with_item(fixed_options=True).papers[0]
    order = order_of(paper, attempt=ONE.attempt)

    assert (sorted(order.items), "s1" in order.options) == (["m1", "s1", "s2", "s3", "t1"], False)
    assert {order_of(paper, attempt=str(number)).items for number in range(40)} == {
        (*singles, "m1", "t1") for singles in itertools.permutations(("s1", "s2", "s3"))
    }


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
    for payload in ("bm90aGluZw", "A"):
        with pytest.raises(Refused):
            read_token(f"{payload}.{_mac(payload, KEY, b'token:')}", key=KEY, now=0)


def test_an_expired_or_foreign_token_is_refused_with_its_reason() -> None:
    with pytest.raises(Refused) as expired:
        read_token(TOKEN, key=KEY, now=5000)
    with pytest.raises(Refused) as foreign:
        require_sitting(SESSION, "another")

    assert (expired.value.code, foreign.value.code) == ("token-expired", "other-sitting")
    assert "sitting" in other_sitting("sitting").sentence


STAFF = StaffPass("account-1", "演示监考甲", "sitting", ("第一机房",), 5000)
STAFF_TOKEN = mint_staff_token(STAFF, key=KEY)


def test_a_pass_says_who_watches_and_what() -> None:
    assert read_staff_token(STAFF_TOKEN, key=KEY, now=4999) == STAFF


@pytest.mark.parametrize(
    ("token", "now"),
    [
        (STAFF_TOKEN, 5000),
        (STAFF_TOKEN[:-1], 0),
        ("考" + STAFF_TOKEN, 0),
        ("", 0),
        (TOKEN, 0),
        (f"bm90aGluZw.{_mac('bm90aGluZw', KEY, b'staff:')}", 0),
        (f"A.{_mac('A', KEY, b'staff:')}", 0),
    ],
)
def test_what_is_no_pass_of_now_is_refused(token: str, now: int) -> None:
    with pytest.raises(Refused) as refused:
        read_staff_token(token, key=KEY, now=now)

    assert refused.value.code == "staff-token"


def test_a_pass_is_no_candidates_token() -> None:
    with pytest.raises(Refused) as refused:
        read_token(STAFF_TOKEN, key=KEY, now=0)

    assert refused.value.code == "token"


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


def test_no_order_of_options_is_likelier_than_another() -> None:
    seen = Counter(
        plan_order(sections=[], options={"q": "abcd"}, seed=str(number)).options["q"]
        for number in range(2400)
    )

    assert (len(seen), max(seen.values()) < 150, min(seen.values()) > 60) == (24, True, True)


def test_what_a_question_shows_beside_its_words_comes_along() -> None:
    picture = {
        "id": "p",
        "media_type": "image/png",
        "sha256": "0" * 64,
        "alt": "一张价目表",
        "bytes": 3,
        "where": "A",
    }
    body = {"type": "single", "stem": "一？", "options": {"A": "甲", "B": "乙"}, "media": [picture]}
    paper = pack_paper(
        paper_id="p",
        title="t",
        lines=[{"item": "Q1", "version": "v", "type": "single", "marks": "1"}],
        bodies={"v": body},
    )

    assert [msgspec.to_builtins(media) for media in paper.items[0].media] == [picture]
