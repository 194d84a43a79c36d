import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.check_digit import mod11_2, mod11_2_holds

DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=30)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@pytest.mark.parametrize(
    ("digits", "check"),
    [("11010519491231002", "X"), ("44052418800101001", "4"), ("0794", "0"), ("079", "X"), ("0", "1")],
)
def test_published_examples(digits: str, check: str) -> None:
    assert mod11_2(digits) == check
    assert mod11_2_holds(digits + check)


@pytest.mark.parametrize("text", ["", "12A", "１２", "-1", "1 2"])
def test_only_ascii_digits_have_a_check_character(text: str) -> None:
    with pytest.raises(ValueError, match="decimal digits"):
        mod11_2(text)


@pytest.mark.parametrize("text", ["", "X", "11010519491231002x", "1101051949123100２X", "abc"])
def test_what_cannot_be_checked_does_not_hold(text: str) -> None:
    assert not mod11_2_holds(text)


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_the_weights_of_gb_11643_give_the_same_character(digits: str) -> None:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    assert mod11_2(digits) == "10X98765432"[total % 11]


@given(DIGITS, st.data())
def test_a_changed_digit_or_a_swap_of_neighbours_is_caught(digits: str, data: st.DataObject) -> None:
    whole = digits + mod11_2(digits)
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert not mod11_2_holds(digits[:place] + other + whole[place + 1 :])
    if place and digits[place] != digits[place - 1]:
        swapped = digits[: place - 1] + digits[place] + digits[place - 1] + whole[place + 1 :]
        assert not mod11_2_holds(swapped)
