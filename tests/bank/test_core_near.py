"""Likeness by shared runs of characters."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.bank.core.near import RUN, runs, similar_pairs, similarity


def test_runs_leave_out_spaces_and_punctuation() -> None:
    assert runs("直播，带 货A!") == {"直播", "播带", "带货", "货a"}
    assert (runs("好"), runs("好的"), runs("，。")) == (frozenset({"好"}), frozenset({"好的"}), frozenset())
    assert RUN == 2


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("直播间", "直播间", "1.00"),
        ("直播间", "直播场", "0.33"),
        ("直播", "选品", "0.00"),
        ("", "", "0.00"),
        ("直播带货", "直播带", "0.67"),
    ],
)
def test_similarity_is_shared_runs_over_all_runs(first: str, second: str, share: str) -> None:
    assert similarity(first, second) == Decimal(share)


def test_pairs_come_most_alike_first() -> None:
    texts = {"c": "直播间的灯光", "a": "直播间的灯", "b": "直播间的灯光", "d": "售后退款"}
    found = [(pair.first, pair.second, str(pair.similarity)) for pair in similar_pairs(texts)]
    assert found == [("b", "c", "1.00"), ("a", "b", "0.80"), ("a", "c", "0.80")]


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.text("直播选品", max_size=6)),
    st.decimals(min_value="0.1", max_value=1, places=1),
)
def test_pairs_are_those_found_by_comparing_all(texts: dict[str, str], threshold: Decimal) -> None:
    names = sorted(texts)
    expected = {
        (one, other)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if similarity(texts[one], texts[other]) >= threshold
    }
    assert {(pair.first, pair.second) for pair in similar_pairs(texts, threshold=threshold)} == expected


def test_a_pair_that_meets_and_is_too_unlike_is_left_out() -> None:
    # Marks fold the runs: 2,100 of them share bits, so that only the sets themselves tell the two apart.
    signs = [chr(0x4E00 + place) for place in range(4200)]
    first = "".join(signs[:2600])
    second = "".join(signs[:1800] + signs[2600:3400])
    assert similarity(first, second) == Decimal("0.53")
    assert similar_pairs({"a": first, "b": second}) == ()
    assert len(similar_pairs({"a": first, "b": second}, threshold=Decimal("0.5"))) == 1
