"""Enrolling from a spreadsheet: look, confirm, and once more without harm."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.enrolment.books import book, student
from tests.factories.world import World, id_number
from zhiheng.enrolment.actions import enter_rows
from zhiheng.enrolment.core.sheet import read_sheet
from zhiheng.enrolment.core.workbook import open_sheet
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.enrolment.queries import wanted_by
from zhiheng.people.models import Person, Role
from zhiheng.plumbing.models import AuditLine


@pytest.fixture
def institution(world: World) -> Client:
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    return client


def upload(client: Client, world: World, content: bytes) -> object:
    url = reverse("sheet_upload", args=[world.association.id])
    return client.post(url, {"file": SimpleUploadedFile("报名.xlsx", content)})


def test_a_preview_writes_nothing_and_a_confirmation_writes_the_good_rows(
    world: World, institution: Client
) -> None:
    sheet = book([student(1), student(2, name="，" * 60), student(3)])
    found = upload(institution, world, sheet).context["found"]  # type: ignore[attr-defined]

    assert [(line.row.row, line.conditions) for line in found.rows] == [(2, ("4",)), (4, ("4",))]
    assert [(fault.row, fault.column) for fault in found.faults] == [(3, "姓名")]
    assert (Application.objects.count(), Person.objects.count()) == (0, 0)

    url = reverse("sheet_confirm", args=[world.association.id])
    done = institution.post(url)
    assert (done.context["entered"], done.context["faults"]) == (2, ())
    assert set(Application.objects.values_list("status", flat=True)) == {ApplicationStatus.DRAFT}
    assert AuditLine.objects.get(act="sheet-entered").detail == {"entered": 2, "refused": 0}

    assert institution.post(url).status_code == 302
    assert Application.objects.count() == 2

    again = upload(institution, world, sheet).context["found"]  # type: ignore[attr-defined]
    assert ([line.row.row for line in again.rows], [fault.row for fault in again.faults]) == ([], [2, 3, 4])


def test_the_waiting_rows_are_not_readable_in_the_session(world: World, institution: Client) -> None:
    upload(institution, world, book([student(1)]))

    assert id_number(1) not in str(dict(institution.session.items()))
    assert "测学生1" not in str(dict(institution.session.items()))


def test_rows_of_one_offering_are_not_written_to_another(world: World, institution: Client) -> None:
    upload(institution, world, book([student(1)]))
    response = institution.post(reverse("sheet_confirm", args=[world.national.id]))

    assert (response.status_code, Application.objects.count()) == (302, 0)


def test_another_name_on_file_is_shown_before_anything_is_written(world: World, institution: Client) -> None:
    world.enter(name="测本名")
    faults = upload(institution, world, book([student(1)])).context["found"].faults  # type: ignore[attr-defined]

    assert [(fault.row, fault.column) for fault in faults] == [(2, "姓名")]


def test_a_file_that_is_no_sheet_is_refused_at_the_field(world: World, institution: Client) -> None:
    response = upload(institution, world, b"not a sheet")
    codes = [error.code for error in response.context["form"].errors.as_data()["file"]]  # type: ignore[attr-defined]

    assert (response.status_code, codes) == (422, ["sheet"])  # type: ignore[attr-defined]


def test_a_row_that_cannot_be_written_is_reported_and_the_others_stay(world: World) -> None:
    rows = read_sheet(
        open_sheet(book([student(1), student(2)]), name="a.xlsx"), wanted=wanted_by(world.association)
    ).rows
    words = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "offering": world.association,
    }

    assert enter_rows(**words, rows=rows[:1]) == ()  # type: ignore[arg-type]
    faults = enter_rows(**words, rows=rows)  # type: ignore[arg-type]

    assert [(fault.row, fault.value) for fault in faults] == [(2, "测学生1")]
    assert Application.objects.count() == 2
