"""The one form of an answer in the log, for whatever a candidate may type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.packs import small_paper
from zhiheng.delivery.core.answer import SHORT_LIMIT, answer_body, choice_bodies, normal_answer
from zhiheng.foundation.canonical import canonical_json
from zhiheng.foundation.errors import Refused

ITEMS = {item.id: item for item in small_paper().items}


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=SHORT_LIMIT))
def test_a_text_is_written_canonically_whatever_it_holds(text: str) -> None:
    assert answer_body(ITEMS["t1"], text).encode() == canonical_json(normal_answer(ITEMS["t1"], text))


def test_the_one_character_no_database_takes_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        answer_body(ITEMS["t1"], "字\0")

    assert refused.value.code == "answer"


@given(st.lists(st.sampled_from("abcd"), max_size=8))
def test_choices_are_written_canonically(chosen: list[str]) -> None:
    assert answer_body(ITEMS["m1"], chosen).encode() == canonical_json(normal_answer(ITEMS["m1"], chosen))


@pytest.mark.parametrize(
    ("item", "answer", "body"),
    [
        ("t1", None, "null"),
        ("t1", "", "null"),
        ("t1", "字", '"字"'),
        ("m1", [], "null"),
        ("m1", ["b", "a"], '["a","b"]'),
    ],
)
def test_the_body_of_an_answer(item: str, answer: str | list[str] | None, body: str) -> None:
    assert answer_body(ITEMS[item], answer) == body


def test_everything_a_single_choice_can_be_answered_with_is_written_out_before() -> None:
    assert choice_bodies(ITEMS["s1"]) == {option.id: f'"{option.id}"' for option in ITEMS["s1"].options}
    assert (choice_bodies(ITEMS["m1"]), choice_bodies(ITEMS["t1"])) == ({}, {})
