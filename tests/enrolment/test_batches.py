"""A class enrolled from a sheet and an archive: what is wrong is found and explained, what is right is whole."""

from pathlib import Path
from typing import Any

import pytest

from tests.enrolment.books import book
from tests.enrolment.cohort import FIRST, HEADINGS, Cohort, called, cohort, line, noise, papers, zipped
from tests.factories.pictures import picture
from tests.factories.world import World, id_number
from zhiheng.enrolment.batches.actions import (
    cancel_batch,
    check_now,
    confirm_batch,
    start_check,
    upload_batch,
)
from zhiheng.enrolment.batches.entering.actions import enter_now
from zhiheng.enrolment.batches.queries import archive_path, counts_of, rows_of
from zhiheng.enrolment.batches.rows import row_of, strays_of
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Batch,
    BatchState,
    Document,
    RowState,
)
from zhiheng.enrolment.queries import assessment_of, checklist_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Person, Role


def checked(world: World, made: Cohort, *, archive: bytes | None = None, **more: object) -> Batch:
    batch = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=made.sheet(),
        sheet_name="一班.xlsx",
        archive=[made.archive() if archive is None else archive],
        archive_name="一班.zip",
        **more,  # type: ignore[arg-type]
    )
    return check_now(batch_id=batch.id)


def entered(world: World, batch: Batch) -> Batch:
    confirm_batch(by=world[Role.INSTITUTION], batch=batch, queued=False)
    return enter_now(batch_id=batch.id)


def small(*serials: int) -> Cohort:
    files: dict[str, bytes] = {}
    for serial in serials:
        files |= papers(serial, f"{called(serial)}/{{}}")
    return Cohort(rows=[line(serial) for serial in serials], files=files)


def faults(batch: Batch) -> dict[int, list[tuple[str, str]]]:
    return {
        entry.number: [(fault.column, fault.reason) for fault in row_of(entry).faults]
        for entry in rows_of(batch, RowState.BAD)
    }


def missing(application: Application) -> list[str]:
    checklist = checklist_of(application, assessment_of(application))
    return [entry.kind for entry in checklist if entry.required and not entry.documents]


@pytest.mark.either_database  # a class is enrolled on either from the page: tests/browser/test_batch.py
def test_seven_of_fifty_are_found_and_the_others_are_whole(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    made = cohort()
    batch = checked(world, made)
    found = faults(batch)

    assert (batch.state, batch.done, batch.total) == (BatchState.CHECKED, 50, 50)
    assert found.keys() == made.wrong.keys()
    assert {row: [column for column, _ in lines] for row, lines in found.items()} == {
        5: ["身份证号码"],
        10: ["报名条件"],
        16: ["一寸免冠白底彩色照片"],
        22: ["一寸免冠白底彩色照片"],
        29: ["申报级别"],
        34: ["工作开始日"],
        43: ["身份证号码"],
    }
    assert "校验码" in found[5][0][1]
    assert "背景不是白色" in found[22][0][1]
    assert found[43][0][1] == "与第 42 行是同一个人，请删去一行"
    assert (Application.objects.count(), Person.objects.count()) == (0, 0)

    with django_capture_on_commit_callbacks(execute=True):
        batch = entered(world, batch)
    counts = counts_of(batch)
    assert (batch.state, counts.entered, counts.bad) == (BatchState.CONFIRMED, 43, 7)
    applications = list(Application.objects.select_related("person", "offering__revision", "institution"))
    assert len(applications) == 43
    assert [missing(application) for application in applications] == [[]] * 43
    assert Document.objects.count() == 43 * 4
    assert not archive_path(batch).exists()
    assert batch.sheet is None
    assert set(rows_of(batch, RowState.ENTERED).values_list("content", flat=True)) == {""}


@pytest.mark.either_database  # as above
def test_the_corrected_rows_come_in_and_nobody_twice(world: World) -> None:
    made = cohort()
    entered(world, checked(world, made))

    number = id_number(4)
    made.rows[3][2] = number
    made.rows[8][6], made.rows[8][7], made.rows[8][8], made.rows[8][9] = "大专", "在读", "电子商务", "是"
    made.files |= papers(15, f"{id_number(15)}_{{}}", kinds=("照片",))
    made.files |= {path: picture(21) for path in made.files if called(21) in path and "照片" in path}
    made.files |= {path: picture(21) for path in made.files if id_number(21) in path and "照片" in path}
    made.rows[27][5], made.rows[32][10] = "初级", None
    made.rows[41] = line(42)
    batch = checked(world, made)

    counts = counts_of(batch)
    assert (counts.new, counts.there, counts.bad, counts.changed) == (7, 43, 0, 0)
    entered(world, batch)
    assert (Application.objects.count(), Document.objects.count()) == (50, 200)

    again = checked(world, made)
    assert (counts_of(again).there, again.state) == (50, BatchState.CHECKED)
    with pytest.raises(Refused) as refused:
        confirm_batch(by=world[Role.INSTITUTION], batch=again)
    assert refused.value.code == "batch-empty"


def test_a_changed_row_changes_the_draft_and_what_is_handed_in_stays(world: World) -> None:
    made = small(1, 2)
    entered(world, checked(world, made))
    first, second = Application.objects.select_related("person").order_by("person__name")
    Application.objects.filter(pk=second.pk).update(status=ApplicationStatus.SUBMITTED)
    made.rows[0][3], made.rows[1][3] = "13911110001", "13911110002"
    made.files[f"{called(1)}/照片.jpg"] = picture(77)
    batch = checked(world, made)

    assert [entry.state for entry in rows_of(batch)] == [RowState.CHANGED, RowState.BAD]
    assert "已经提交" in faults(batch)[3][0][1]
    entered(world, batch)
    first.person.refresh_from_db()
    assert first.person.phone == "13911110001"
    assert Document.objects.filter(application=first, superseded_at=None).count() == 4
    assert Document.objects.filter(application=first, kind="photo").count() == 2


def test_two_people_of_one_name_are_matched_by_number_only(world: World) -> None:
    rows = [line(1, name="测同名"), line(2, name="测同名"), line(3)]
    files = papers(1, f"{id_number(1)}_{{}}") | papers(2, "测同名/{}") | papers(3, f"{called(3)}-{{}}")
    batch = checked(world, Cohort(rows=rows, files=files))

    assert [entry.state for entry in rows_of(batch)] == [RowState.NEW, RowState.BAD, RowState.NEW]
    reason = faults(batch)[3][0][1]
    assert "第 2 行、第 3 行同名“测同名”，同名的考生只按身份证号码认文件" in reason


def test_files_nobody_owns_are_listed_with_their_reason(world: World) -> None:
    made = small(1)
    made.files |= {
        "路人/照片.jpg": picture(90),
        f"{called(1)}/风景.jpg": noise(5),
        f"{called(1)}/身份证.jpg": noise(6),
        f"{called(1)}/照片 副本.jpg": made.files[f"{called(1)}/照片.jpg"],
        "__MACOSX/._x": b"noise",
    }
    batch = checked(world, made)

    assert [(stray.path, stray.row) for stray in strays_of(batch)] == [
        ("路人/照片.jpg", 0),
        (f"{called(1)}/风景.jpg", 2),
        (f"{called(1)}/身份证.jpg", 2),
        (f"{called(1)}/照片 副本.jpg", 2),
    ]
    assert counts_of(batch).good == 1


def test_two_photos_or_anothers_photo_is_a_fault(world: World) -> None:
    made = small(1, 2, 3)
    made.files[f"{called(1)}/证件照.jpg"] = picture(9)
    made.files[f"{called(3)}/照片.jpg"] = made.files[f"{called(2)}/照片.jpg"]
    batch = checked(world, made)

    found = faults(batch)
    assert found.keys() == {2, 4}
    assert "有两份" in found[2][0][1]
    assert found[4][0][1] == f"与第 3 行{called(2)}的文件完全相同，请核对是谁的"


def test_a_damaged_file_keeps_its_row_out(world: World) -> None:
    made = small(1, 2)
    packed = made.archive().replace(
        made.files[f"{called(1)}/学生证.jpg"], b"\x00" * len(made.files[f"{called(1)}/学生证.jpg"])
    )
    batch = checked(world, made, archive=packed)

    assert faults(batch).keys() == {2}
    assert "校验和不符" in faults(batch)[2][0][1]


def test_unfinished_rows_become_drafts_when_asked(world: World) -> None:
    made = small(1)
    del made.files[f"{called(1)}/照片.jpg"]
    batch = checked(world, made, unfinished_too=True)

    assert [entry.state for entry in rows_of(batch)] == [RowState.NEW]
    entered(world, batch)
    assert [missing(found) for found in Application.objects.select_related("offering__revision")] == [
        ["photo"]
    ]


def test_without_an_archive_papers_are_not_asked_for(world: World) -> None:
    batch = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=book([line(1)], headings=HEADINGS),
        sheet_name="a.xlsx",
        offering=world.association,
    )
    batch = entered(world, check_now(batch_id=batch.id))
    assert (batch.state, Application.objects.get().status) == (BatchState.CONFIRMED, ApplicationStatus.DRAFT)


def test_rows_may_name_different_offerings(world: World) -> None:
    rows = [line(1), line(2)]
    rows[1][4], rows[1][5], rows[1][6], rows[1][7], rows[1][8], rows[1][9], rows[1][10], rows[1][11] = (
        "互联网营销师", "五级", "初中", "毕业", None, None, "2023-01-01", "是",
    )  # fmt: skip
    batch = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=book(
            [[*row, "B" if place else None, "本职业" if place else None] for place, row in enumerate(rows)],
            headings=(*HEADINGS, "工种", "工作与职业关系"),
        ),
        sheet_name="a.xlsx",
    )
    batch = check_now(batch_id=batch.id)
    assert faults(batch) == {}
    entered(world, batch)
    assert set(Application.objects.values_list("offering_id", flat=True)) == {
        world.association.id,
        world.national.id,
    }


def test_cancelling_stops_the_work_and_destroys_the_files(world: World) -> None:
    made = small(1, 2, 3)
    batch = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=made.sheet(),
        sheet_name="a.xlsx",
        archive=[made.archive()],
        archive_name="a.zip",
    )
    seen: list[int] = []

    def stop_after_one(done: int, total: int) -> None:
        seen.append(done)
        if done == 1:
            cancel_batch(by=world[Role.INSTITUTION], batch=batch)

    path = archive_path(batch)
    assert path.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zhiheng.enrolment.batches.actions._TELL_EVERY", 0)
        batch = check_now(batch_id=batch.id, progress=stop_after_one)

    assert (batch.state, seen, rows_of(batch).count()) == (BatchState.CANCELLED, [1], 0)
    assert (batch.sheet, batch.archive_key) == (None, "")
    with pytest.raises(Refused):
        start_check(by=world[Role.INSTITUTION], batch=batch)
    with pytest.raises(Refused):
        cancel_batch(by=world[Role.INSTITUTION], batch=batch)


def test_an_unusable_sheet_or_archive_says_why(world: World) -> None:
    made = small(1)
    batch = checked(world, made, archive=b"no archive")
    assert (batch.state, batch.trouble.startswith("“一班.zip”不是 .zip 压缩包")) == (BatchState.FAILED, True)

    batch = checked(world, made, archive=zipped({"../x.jpg": b"x"}))
    assert "指向压缩包以外的位置" in batch.trouble


def test_another_institutions_candidate_is_not_taken_over(world: World) -> None:
    made = small(1)
    entered(world, checked(world, made))
    batch = upload_batch(
        by=world.outsider,
        institution=world.other_institution,
        sheet=made.sheet(),
        sheet_name="a.xlsx",
        archive=[made.archive()],
        archive_name="a.zip",
    )
    batch = check_now(batch_id=batch.id)
    assert "其他机构" in faults(batch)[FIRST][0][1]


def test_the_archive_is_not_readable_on_disk(world: World) -> None:
    made = small(1)
    batch = checked(world, made)
    stored = archive_path(batch).read_bytes()
    assert called(1).encode() not in stored
    assert stored[:2] != b"PK"
    assert Path(archive_path(batch)).stat().st_mode & 0o077 == 0
