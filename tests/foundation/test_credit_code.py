"""Unified social credit codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.credit_code import check_character, parse_credit_code
from zhiheng.foundation.errors import Refused

CODE = "91350100M000100Y43"  # the example printed in GB 32100-2015
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_the_printed_example_holds() -> None:
    assert parse_credit_code(" 91350100 m000100y43 ") == CODE


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(body: str, place: int, other: str) -> None:
    start = "91350100" + body
    good = start + check_character(start)
    assert parse_credit_code(good) == good
    wrong = good[:place] + other + good[place + 1 :]
    if wrong != good:
        with pytest.raises(Refused):
            parse_credit_code(wrong)


@pytest.mark.parametrize(
    "text", ["", CODE[:-1], CODE + "1", "O" + CODE[1:], CODE[:-1] + "4", "9135A" + CODE[5:]]
)
def test_what_is_no_code(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_credit_code(text)
    assert refused.value.code == "credit-code"


def test_a_form_calls_the_code_by_its_own_name() -> None:
    with pytest.raises(Refused) as refused:
        parse_credit_code("", field="纳税人识别号", code="tax-number")
    assert (refused.value.what, refused.value.code) == (
        "纳税人识别号有误：有 0 位，应为 18 位",
        "tax-number",
    )
