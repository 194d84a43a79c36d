from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import (
    interpunct_note,
    mask_id,
    mask_name,
    mask_phone,
    normal_name,
    parse_resident_id,
    searched_name,
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


def test_a_name_without_a_character_of_writing_is_refused() -> None:
    for text in ("·", "•·•", "12", "．"):
        with pytest.raises(Refused, match="里没有一个文字"):
            normal_name(text)


def test_private_characters_are_moved_where_the_standard_moved_them_and_refused_elsewhere() -> None:
    assert normal_name("甲\ue81e") == "甲\u9fb4"
    assert normal_name("\ue855•甲") == "\U000241fe·甲"
    with pytest.raises(Refused, match="自造字") as refused:
        normal_name("甲\ue000")
    assert (refused.value.code, "U+E000" in refused.value.what) == ("name-private", True)


def test_selectors_of_drawings_do_not_make_another_name() -> None:
    assert normal_name("葛\U000e0100甲") == "葛甲"
    assert normal_name("葛\ufe00甲") == "葛甲"


def test_what_was_put_right_is_said() -> None:
    assert interpunct_note("阿依努尔•甲", "阿依努尔·甲") == (
        "姓名里的“•”已改为间隔号“·”（U+00B7），与身份证件一致：阿依努尔·甲"
    )
    assert "“•”“・”" in interpunct_note("甲•乙・丙", "甲·乙·丙")
    assert interpunct_note("阿依努尔·甲", "阿依努尔·甲") == ""
    assert interpunct_note("Example J. Testperson", "Example J. Testperson") == ""


def test_a_part_of_a_name_is_looked_for_in_its_one_form() -> None:
    assert searched_name(" 努尔 ・ 甲 ") == "努尔·甲"
    assert searched_name("  ") == ""


HAN = st.one_of(
    st.integers(0x4E00, 0x9FA5),
    st.integers(0x3400, 0x4DB5),  # extension A
    st.integers(0x20000, 0x2A6D6),  # B
    st.integers(0x2A700, 0x2B734),  # C
    st.integers(0x2B740, 0x2B81D),  # D
    st.integers(0x2B820, 0x2CEA1),  # E
    st.integers(0x2CEB0, 0x2EBE0),  # F
    st.integers(0x30000, 0x3134A),  # G
    st.integers(0x31350, 0x323AF),  # H
).map(chr)
PARTS = st.lists(st.text(HAN, min_size=1, max_size=9), min_size=1, max_size=5)
LOOKALIKES = "•・･‧∙⋅.．"


@given(PARTS, st.sampled_from(LOOKALIKES))
def test_every_han_name_survives_and_every_look_alike_of_the_interpunct_becomes_it(
    parts: list[str], typed: str
) -> None:
    name = "·".join(parts)
    assert normal_name(name) == name
    assert normal_name(typed.join(parts)) == name
    assert searched_name(name) == name
    assert mask_name(name)[0] == name[0]
    assert len(mask_name(name)) == len(name)
    assert name.encode("gb18030").decode("gb18030") == name
    assert bool(interpunct_note(typed.join(parts), name)) == (len(parts) > 1)


@given(st.text(HAN, min_size=51, max_size=60))
def test_no_more_than_fifty_characters_whatever_their_plane(name: str) -> None:
    with pytest.raises(Refused, match="超过 50 个字"):
        normal_name(name)


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
        ("440524188001010014", "出生日期 1880年1月1日 早于 1900 年"),  # the standard's other example
        (number_of("11010120010229123"), "第 7 至 14 位“20010229”不是一个日期"),
        (number_of("11010120261122123"), "出生日期 2026年11月22日 在今天之后"),
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
