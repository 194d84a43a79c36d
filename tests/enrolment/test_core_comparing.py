"""Text read off a card or a certificate against the form: agrees, differs, or was not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.world import id_number
from zhiheng.enrolment.core.comparing import (
    Agreement,
    Compared,
    alike,
    compare_certificate,
    compare_id_card,
    compare_name,
)
from zhiheng.enrolment.core.terms import Schooling
from zhiheng.foundation.check_digit import mod11_2

SAME, DIFFERENT, UNREAD = Agreement.SAME, Agreement.DIFFERENT, Agreement.UNREAD
MINE, OTHER = id_number(7), id_number(8)
DIPLOMA = [
    "普通高等学校",
    "毕业证书",
    "学生龚测堃性别男，一九九五年六月十七日生，",
    "于二〇一三年九月至二〇一六年七月在本校",
    "电子商务专业三年制专科学习，修完教学计划规定的",
    "全部课程，成绩合格，准予毕业。",
    "校名：示例职业技术学院",
]


def course(**more: object) -> Schooling:
    return Schooling(**({"level": "大专", "status": "毕业"} | more))  # type: ignore[arg-type]  # as the case says


def card(*lines: str, name: str = "龚测堃") -> list[Agreement]:
    return [line.agreement for line in compare_id_card(lines, name=name, id_number=MINE)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["姓名龚测堃", "性别男民族汉", f"公民身份号码{MINE}"], [SAME, SAME]),
        (["姓 名：龚测堃 性别 男", f"公民身份号码：{MINE[:6]} {MINE[6:14]} {MINE[14:]}"], [SAME, SAME]),
        (["姓名", "龚测堃", "公民身份号码", MINE], [SAME, SAME]),
        (["龚测堃", MINE.replace("0", "O")], [SAME, SAME]),
        (["姓名王测堃", OTHER], [DIFFERENT, DIFFERENT]),
        (["姓名"], [UNREAD, UNREAD]),
        ([], [UNREAD, UNREAD]),
    ],
)
def test_a_card(lines: list[str], expected: list[Agreement]) -> None:
    assert card(*lines) == expected


def test_a_number_that_was_misread_is_not_called_different() -> None:
    wrong = ("0" if mod11_2(MINE[:17]) != "0" else "1").join([MINE[:17], ""])
    (_, number) = compare_id_card([wrong], name="龚测堃", id_number=MINE)

    assert number == Compared(field="身份证号码", agreement=UNREAD, words="读出的号码校验位不对，疑为误读")


def test_another_number_is_told_masked_and_by_its_places() -> None:
    (_, number) = compare_id_card([OTHER], name="龚测堃", id_number=MINE)

    assert OTHER not in number.words
    assert number.words == f"读作 {OTHER[:3]}{'*' * 11}{OTHER[-4:]}，校验位正确，第 17、18 位与填写不同"


@pytest.mark.parametrize(
    ("read", "claimed", "expected"),
    [
        ("龚测堃", "龚测堃", SAME),
        ("阿凡提买买提", "阿凡提·买买提", SAME),
        ("李测喆", "李测哲", DIFFERENT),  # the claimed character is a common one
        ("李测哲", "李测喆", UNREAD),  # the claimed one is rare: readers take the nearest they know
        ("李测", "李测喆", UNREAD),
        ("李测", "李测明", DIFFERENT),
        ("李测喆明", "李测喆", DIFFERENT),
        ("王亚男", "王亚男", SAME),
    ],
)
def test_names(read: str, claimed: str, expected: Agreement) -> None:
    assert compare_name(read, claimed).agreement == expected


def test_a_name_that_ends_like_a_heading_is_not_cut() -> None:
    assert card("姓名王测男", name="王测男")[0] == SAME


@given(st.text(alphabet="测龚堃喆明华0123456789X", max_size=30), st.text(max_size=20))
def test_nothing_read_is_ever_an_error(line: str, other: str) -> None:
    answers = compare_id_card([line, other], name="龚测堃", id_number=MINE)
    assert [answer.field for answer in answers] == ["姓名", "身份证号码"]
    assert compare_certificate([line, other], name="龚测堃", education=[course(school="甲", major="乙")])


def certificate(lines: list[str], *courses: Schooling, name: str = "龚测堃") -> dict[str, Agreement]:
    return {line.field: line.agreement for line in compare_certificate(lines, name=name, education=courses)}


def test_a_certificate_that_agrees() -> None:
    claimed = course(major="电子商务", school="示例职业技术学院")
    assert certificate(DIPLOMA, claimed) == {"姓名": SAME, "学历": SAME, "学校": SAME, "专业": SAME}


def test_a_certificate_of_somebody_and_something_else() -> None:
    claimed = course(level="本科", major="会计学", school="远山大学")
    assert certificate(DIPLOMA, claimed, name="王测明") == {
        "姓名": DIFFERENT,
        "学历": DIFFERENT,
        "学校": DIFFERENT,
        "专业": DIFFERENT,
    }


def test_almost_the_same_name_of_a_school_agrees_and_says_so() -> None:
    lines = [line.replace("示例职业技术学院", "示列职业技术学院") for line in DIPLOMA]
    (school,) = [
        line
        for line in compare_certificate(lines, name="龚测堃", education=[course(school="示例职业技术学院")])
        if line.field == "学校"
    ]
    assert (school.agreement, school.words) == (SAME, "读作“示列职业技术学院”，与“示例职业技术学院”相近")


def test_the_course_it_fits_best_counts() -> None:
    claimed = (course(level="初中"), course(major="电子商务"), course(level="本科", major="会计学"))
    assert certificate(DIPLOMA, *claimed) == {"姓名": SAME, "学历": SAME, "专业": SAME}


def test_what_cannot_be_found_is_not_read() -> None:
    claimed = course(major="电子商务", school="远山大学")
    assert certificate(["看不清"], claimed) == {
        "姓名": UNREAD,
        "学历": UNREAD,
        "学校": UNREAD,
        "专业": UNREAD,
    }
    assert certificate([], claimed) == {"学历证": UNREAD}
    assert certificate(DIPLOMA) == {"姓名": SAME}


def test_likeness() -> None:
    assert (alike("电子 商务", "电子商务"), alike("甲", "乙")) == (1.0, 0.0)
