from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.moment import SHANGHAI, day_ends
from zhiheng.surface import wording
from zhiheng.surface.forms import PublicText, errors_of


def test_days_and_moments() -> None:
    assert wording.day_words(date(2026, 11, 28)) == "2026年11月28日 周六"
    assert wording.day_words(datetime(2026, 11, 27, 16, 30, tzinfo=UTC)) == "2026年11月28日 周六"
    assert wording.short_day_words(date(2026, 1, 4)) == "1月4日 周日"
    assert wording.plain_day_words(date(2026, 1, 4)) == "1月4日"
    assert wording.moment_words(datetime(2026, 11, 28, 1, 0, tzinfo=UTC)) == "2026年11月28日 周六 09:00"
    assert wording.clock_words(time(9, 0)) == "09:00"
    assert wording.clock_words(datetime(2026, 11, 28, 1, 0, tzinfo=UTC)) == "09:00"


def test_midnight_of_a_deadline_belongs_to_the_day_it_ends() -> None:
    assert wording.until_words(day_ends(date(2026, 11, 21))) == "2026年11月21日 周六 24:00"
    assert wording.until_words(datetime(2026, 11, 21, 17, 0, tzinfo=SHANGHAI)) == "2026年11月21日 周六 17:00"


@pytest.mark.parametrize(
    "write",
    [
        wording.day_words,
        wording.short_day_words,
        wording.plain_day_words,
        wording.clock_words,
        wording.moment_words,
        wording.until_words,
        wording.money_words,
        wording.mark_words,
    ],
)
def test_nothing_is_a_dash(write: object) -> None:
    assert write(None) == "—"  # type: ignore[operator]  # each takes None


@pytest.mark.parametrize(
    ("fen", "words"),
    [(0, "¥0.00"), (5, "¥0.05"), (68000, "¥680.00"), (1280000, "¥12,800.00"), (-100, "−¥1.00")],
)
def test_money(fen: int, words: str) -> None:
    assert wording.money_words(fen) == words


@given(st.integers(-(10**12), 10**12))
def test_money_can_be_read_back(fen: int) -> None:
    plain = wording.money_words(fen).replace("¥", "").replace(",", "").replace("−", "-").replace(".", "")
    assert int(plain) == fen


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (Decimal("86.50"), "86.5"),
        (Decimal("60.00"), "60"),
        (Decimal(100), "100"),
        (Decimal("1E+2"), "100"),
        (0, "0"),
    ],
)
def test_marks(marks: Decimal | int, words: str) -> None:
    assert wording.mark_words(marks) == words


def test_a_text_the_public_reads_names_the_barred_word_and_its_source() -> None:
    field = PublicText(label="考场名称")
    assert field.clean("第一考场") == "第一考场"
    with pytest.raises(ValidationError) as refused:
        field.clean("全国统考第一考场")
    (told,) = errors_of(refused.value.error_list)
    assert told.what.startswith("“考场名称”里有不能对外使用的字样，第 ")
    assert told.rule == "人社部函〔2022〕25号"
    assert told.remedy.startswith("请删去或改成平实的说法")
    with pytest.raises(ValidationError):
        field.clean("")
