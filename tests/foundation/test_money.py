import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.money import yuan


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "0.00"), (5, "0.05"), (10000, "100.00"), (68000, "680.00"), (-1, "-0.01"), (-10050, "-100.50")],
)
def test_written_with_two_decimals(fen: int, written: str) -> None:
    assert yuan(fen) == written


@given(st.integers())
def test_no_fen_is_lost(fen: int) -> None:
    whole, cents = yuan(fen).lstrip("-").split(".")
    assert (int(whole) * 100 + int(cents)) * (-1 if fen < 0 else 1) == fen
