"""Whose a file is and what it shows, by its name alone."""

import pytest

from tests.factories.world import id_number
from zhiheng.enrolment.core.archive import Entry
from zhiheng.enrolment.core.naming import MOST_PROOFS, Bearer, Sorted, kind_of, sort_files

ONE, TWO, THREE = id_number(1), id_number(2), id_number(3)
PEOPLE = (
    Bearer(row=2, name="测甲", id_number=ONE),
    Bearer(row=3, name="阿卜杜拉·测试·买买提", id_number=TWO),
    Bearer(row=4, name="Test Person", id_number=THREE),
    Bearer(row=5, name="", id_number=""),
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("测甲_照片.jpg", "photo"),
        ("照片/测甲.jpg", "photo"),
        ("测甲/身份证正面.jpg", "id_front"),
        ("测甲/身份证 (国徽面).png", "id_back"),
        ("测甲/身份证_反面.jpg", "id_back"),
        ("身份证/测甲-背面.jpg", "id_back"),
        ("测甲-学历.pdf", "education"),
        ("测甲/毕业证书.jpg", "education"),
        ("测甲-学生证.jpg", "proof"),
        ("测甲-社保证明.pdf", "proof"),
        ("身份证正面照片.jpg", "id_front"),
        ("ID_front.JPG", "id_front"),
        ("测甲/身份证.jpg", "unclear"),
        ("证明材料/测甲/身份证.jpg", "unclear"),
        ("测甲/风景.jpg", ""),
    ],
)
def test_words_tell_the_kind(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def entry(path: str, number: int = 0, crc: int | None = None) -> Entry:
    return Entry(number=number, path=path, size=1, crc=number if crc is None else crc)


def sort(*paths: str, people: tuple[Bearer, ...] = PEOPLE) -> Sorted:
    return sort_files([entry(path, number) for number, path in enumerate(paths)], people)


def owners(*paths: str) -> list[int]:
    found = sort(*paths)
    return sorted(row for row, files in found.files.items() for _ in files)


@pytest.mark.parametrize(
    ("path", "row"),
    [
        (f"{ONE}_照片.jpg", 2),
        (f"{TWO[:-1]}{TWO[-1].lower()}照片.jpg", 3),
        (f"一班/{ONE}/照片.jpg", 2),
        ("测甲/照片.jpg", 2),
        ("测甲照片.jpg", 2),
        ("01测甲_照片(1).jpg", 2),
        ("01 测甲/照片.jpg", 2),
        ("一班/阿卜杜拉·测试·买买提/照片.jpg", 3),
        ("阿卜杜拉•测试•买买提-照片.jpg", 3),
        ("Test Person 照片.jpg", 4),
        ("test person/photo.jpg", 4),
        (f"测甲{ONE}照片.jpg", 2),
    ],
)
def test_number_or_name_tell_whose(path: str, row: int) -> None:
    assert owners(path) == [row]


@pytest.mark.parametrize(
    ("path", "row", "words"),
    [
        ("路人/照片.jpg", 0, "没有表格中的身份证号码或姓名"),
        (f"{id_number(9)}_照片.jpg", 0, "表格里没有身份证号码 999"),
        (f"{ONE}/{TWO}_照片.jpg", 0, "两个不同的身份证号码"),
        (f"{ONE}_Test Person_照片.jpg", 2, "姓名却是Test Person"),
        ("测甲_阿卜杜拉·测试·买买提_照片.jpg", 0, "几个人的姓名"),
        ("测甲/风景.jpg", 2, "看不出是哪一种材料"),
        ("测甲/身份证.jpg", 2, "看不出是身份证的哪一面"),
    ],
)
def test_what_belongs_to_nobody_says_why(path: str, row: int, words: str) -> None:
    (stray,) = sort(path).strays
    assert (stray.path, stray.row, words in stray.reason) == (path, row, True)


def test_people_of_one_name_are_told_apart_by_number_only() -> None:
    people = (Bearer(row=2, name="测甲", id_number=ONE), Bearer(row=3, name="测甲", id_number=TWO))
    found = sort("测甲/照片.jpg", f"测甲{ONE}/照片.jpg", people=people)
    assert [(stray.row, "同名" in stray.reason) for stray in found.strays] == [(2, True), (3, True)]
    assert found.files.keys() == {2}


def test_a_second_row_of_the_same_person_takes_nothing() -> None:
    people = (Bearer(row=2, name="测甲", id_number=ONE), Bearer(row=3, name="测甲", id_number=ONE))
    found = sort("测甲/照片.jpg", people=people)
    assert (found.files.keys(), found.strays) == ({2}, [])


def test_two_of_a_kind() -> None:
    twice = sort_files([entry("测甲/照片.jpg", 1, 7), entry("测甲/照片2.jpg", 2, 7)], PEOPLE)
    assert (len(twice.files[2]), twice.faults, "内容相同" in twice.strays[0].reason) == (1, {}, True)
    other = sort("测甲/照片.jpg", "测甲/证件照.jpg")
    assert [kind for kind, _ in other.faults[2]] == ["photo"]
    proofs = sort(*(f"测甲/证明{number}.jpg" for number in range(MOST_PROOFS + 1)))
    assert (len(proofs.files[2]), "最多" in proofs.strays[0].reason) == (MOST_PROOFS, True)
