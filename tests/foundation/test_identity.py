from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import (
    mask_id,
    mask_name,
    mask_phone,
    normal_name,
    parse_resident_id,
)

TODAY = date(2026, 11, 21)


def number_of(body: str) -> str:
    return body + mod11_2(body)


# Names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  甲 一 ", "甲一"),
        ("阿依努尔•甲", "阿依努尔·甲"),
        ("阿依努尔・甲", "阿依努尔·甲"),
        ("阿依努尔･甲", "阿依努尔·甲"),
        ("阿依努尔‧甲", "阿依努尔·甲"),
        ("阿依努尔．甲", "阿依努尔·甲"),
        ("阿依努尔 · 甲", "阿依努尔·甲"),
        ("甲·乙·丙·丁·戊", "甲·乙·丙·丁·戊"),
        ("\U00020bb7一", "\U00020bb7一"),  # 𠮷, outside the basic plane
        ("\U00031350•甲", "\U00031350·甲"),  # extension H, newer than some character tables
        ("\U0002ebf0", "\U0002ebf0"),  # extension I
        ("Example J. Testperson", "Example J. Testperson"),
        ("  Example\t Testperson ", "Example Testperson"),
        ("e\u0301xample", "\u00e9xample"),
    ],
)
def test_names_take_one_form(typed: str, name: str) -> None:
    assert normal_name(typed) == name


def test_a_name_of_fifty_characters_is_kept_and_of_fifty_one_refused() -> None:
    longest = "甲" * 24 + "·" + "乙" * 25
    assert normal_name(longest) == longest
    with pytest.raises(Refused, match="姓名有 51 个字，超过 50 个字") as refused:
        normal_name(longest + "丙")
    assert refused.value.code == "name-too-long"


@pytest.mark.parametrize("blank", ["", "   ", "\u3000", "\t\n"])
def test_an_empty_name_is_refused(blank: str) -> None:
    with pytest.raises(Refused, match="姓名未填写"):
        normal_name(blank)


@pytest.mark.parametrize("hidden", ["甲\u200b一", "甲\x00一", "\u202e甲一", "甲\ufeff一"])
def test_hidden_characters_are_refused(hidden: str) -> None:
    with pytest.raises(Refused, match="看不见的控制字符"):
        normal_name(hidden)


@given(
    st.text(alphabet="甲乙丙·•・ \u3000", min_size=1, max_size=40).filter(
        lambda text: text.strip(" \u3000•・·")
    )
)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normal_name(normal_name(text)) == normal_name(text)


# Identity numbers


@pytest.mark.parametrize(
    ("typed", "born", "male"),
    [
        ("11010519491231002X", date(1949, 12, 31), False),  # the example of GB 11643-1999
        ("11010519491231002x", date(1949, 12, 31), False),
        (" 110105 19491231 002X ", date(1949, 12, 31), False),
        (number_of("81000019900101011"), date(1990, 1, 1), True),  # residence permit of a Hong Kong resident
        (number_of("11010120000229123"), date(2000, 2, 29), True),
    ],
)
def test_numbers_are_read(typed: str, born: date, male: bool) -> None:
    read = parse_resident_id(typed, today=TODAY)
    assert (read.born, read.male, read.number) == (born, male, "".join(typed.split()).upper())


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "应为 18 位"),
        ("110105194912310", "应为 18 位"),
        ("1101051949123100２X", "应为 18 位"),
        ("11010519491231002A", "最后一位校验码"),
        ("110105194912310021", "最后一位校验码"),
        ("440524188001010014", "出生日期 1880-01-01 早于 1900 年"),  # the standard's other example
        (number_of("11010120010229123"), "第 7 至 14 位“20010229”不是一个日期"),
        (number_of("11010120261122123"), "出生日期 2026-11-22 在今天之后"),
    ],
)
def test_impossible_numbers_say_which_part(typed: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_resident_id(typed, today=TODAY)
    assert refused.value.what.startswith(f"身份证号码有误：{why}")
    assert (refused.value.rule, refused.value.code) == ("GB 11643-1999《公民身份号码》", "id-number")


def test_someone_born_today_is_possible() -> None:
    assert parse_resident_id(number_of("11010120261121123"), today=TODAY).born == TODAY


@given(
    born=st.dates(min_value=date(1900, 1, 1), max_value=TODAY),
    region=st.integers(110000, 659999),
    serial=st.integers(0, 999),
    place=st.integers(0, 17),
    change=st.integers(1, 9),
)
def test_one_wrong_digit_is_always_caught(
    born: date, region: int, serial: int, place: int, change: int
) -> None:
    right = number_of(f"{region}{born:%Y%m%d}{serial:03d}")
    assert parse_resident_id(right, today=TODAY).born == born
    old = right[place]
    new = "0" if old == "X" else str((int(old) + change) % 10)
    with pytest.raises(Refused):
        parse_resident_id(right[:place] + new + right[place + 1 :], today=TODAY)


# Masks


@pytest.mark.parametrize(
    ("name", "shown"), [("", ""), ("甲", "甲"), ("甲一", "甲*"), ("甲一乙", "甲*乙"), ("欧阳小明", "欧**明")]
)
def test_mask_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_mask_id_keeps_three_and_four() -> None:
    assert mask_id("110101199001011237") == "110***********1237"


@pytest.mark.parametrize(
    ("number", "shown"), [("13800001234", "138****1234"), ("12345", "****"), ("", "****")]
)
def test_mask_phone(number: str, shown: str) -> None:
    assert mask_phone(number) == shown
