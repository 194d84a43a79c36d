"""Pages of a batch: upload, columns, progress, preview, confirmation, the sheet to mend, and who may see them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.enrolment.books import book
from tests.enrolment.cohort import HEADINGS, cohort, line, papers, zipped
from tests.factories.world import World
from zhiheng.enrolment.batches.actions import check_now
from zhiheng.enrolment.batches.entering.actions import enter_now
from zhiheng.enrolment.batches.queries import counts_of
from zhiheng.enrolment.models import Application, Batch, BatchState
from zhiheng.people.models import Role

OBJECTS = ("batch", "batch_columns", "batch_corrections")
ACTS = ("confirm_batch", "close_batch", "cancel_batch", "resume_batch")


@pytest.fixture
def institution(world: World) -> Client:
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    return client


def upload(client: Client, world: World, sheet: bytes, archive: bytes | None = None, **more: str) -> object:
    files = {"sheet": SimpleUploadedFile("一班.xlsx", sheet)}
    if archive is not None:
        files["archive"] = SimpleUploadedFile("一班.zip", archive)
    scope = f"offering:{world.association.id}"
    return client.post(reverse("new_batch"), {"scope": scope, **files, **more})


def test_from_the_upload_to_the_drafts(world: World, institution: Client) -> None:
    made = cohort()
    answer = upload(institution, world, made.sheet(), made.archive())
    batch = Batch.objects.get()
    assert answer.headers["Location"] == reverse("batch", args=[batch.id])  # type: ignore[attr-defined]

    page = institution.get(reverse("batch", args=[batch.id]))
    assert ("正在核对" in page.content.decode(), page.context["working"]) == (True, True)
    check_now(batch_id=batch.id)

    page = institution.get(reverse("batch", args=[batch.id]))
    text = page.content.decode()
    assert "43 行可以写入，7 行需要修改" in text
    assert "背景不是白色" in text
    assert [tab["count"] for tab in page.context["tabs"]] == [50, 43, 7]

    institution.post(reverse("confirm_batch", args=[batch.id]))
    enter_now(batch_id=batch.id)
    assert "已写入 43 行，7 行没有写入" in institution.get(reverse("batch", args=[batch.id])).content.decode()
    assert Application.objects.count() == 43
    assert institution.post(reverse("cancel_batch", args=[batch.id])).status_code == 422


def test_the_sheet_to_mend_holds_the_bad_rows_and_their_reasons(world: World, institution: Client) -> None:
    made = cohort()
    upload(institution, world, made.sheet(), made.archive())
    batch = Batch.objects.get()
    check_now(batch_id=batch.id)
    mend = institution.get(reverse("batch_corrections", args=[batch.id]))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(mend.content)).get_sheet_by_index(0).to_python()

    assert rows[0] == [*HEADINGS, "错误说明"]
    assert [row[0] for row in rows[1:]] == [str(row - 1) for row in made.wrong]
    assert rows[1][2] == made.rows[3][2]
    assert all(row[-1] for row in rows[1:])

    again = upload(institution, world, mend.content)  # as it is: the extra column is not in the way
    assert again.status_code == 302  # type: ignore[attr-defined]
    check_now(batch_id=Batch.objects.latest("created_at").id)
    assert (
        counts_of(Batch.objects.latest("created_at")).bad == 4
    )  # what only the papers lacked is no fault now


def test_somebody_says_which_column_is_which(world: World, institution: Client) -> None:
    row = line(1)
    headings = ["考号", "谁", "身份证件号码", *HEADINGS[3:]]
    upload(institution, world, book([row], headings=headings))
    batch = Batch.objects.get()
    columns = reverse("batch_columns", args=[batch.id])
    assert institution.get(reverse("batch", args=[batch.id])).headers["Location"] == columns

    page = institution.get(columns)
    assert "没有认出哪一列是姓名" in page.content.decode()
    said = {name: field.initial or "" for name, field in page.context["form"].fields.items()}
    assert institution.post(columns, said).status_code == 422
    assert institution.post(columns, said | {"column_1": "id_number"}).status_code == 422
    assert institution.post(columns, said | {"column_1": "name"}).status_code == 302
    batch = check_now(batch_id=batch.id)
    assert (counts_of(batch).good, batch.columns["1"]) == (1, "name")


def test_two_columns_for_one_thing_are_asked_about(world: World, institution: Client) -> None:
    row = [*line(1), "13911112222"]
    upload(institution, world, book([row], headings=[*HEADINGS, "手机号码"]))
    batch = Batch.objects.get()
    text = institution.get(reverse("batch", args=[batch.id]), follow=True).content.decode()
    assert "有几列都像是手机号" in text


@pytest.mark.parametrize(
    ("sheet", "archive", "field", "words"),
    [
        (b"", None, "sheet", "是空的"),
        (b"no sheet", None, "sheet", "不是 .xlsx"),
    ],
)
def test_what_is_no_sheet_is_refused_at_once(
    world: World, institution: Client, sheet: bytes, archive: bytes | None, field: str, words: str
) -> None:
    answer = upload(institution, world, sheet, archive)
    errors = answer.context["form"].errors[field]  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in str(errors)
    assert Batch.objects.count() == 0


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(institution: Client) -> None:
    answer = institution.post(
        reverse("new_batch"),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(3 * 1024**3),
    )
    assert answer.status_code == 422
    assert "超过 2 GB" in answer.content.decode()


def test_a_forged_form_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world[Role.INSTITUTION])
    answer = upload(client, world, book([line(1)], headings=HEADINGS))
    assert (answer.status_code, Batch.objects.count()) == (403, 0)  # type: ignore[attr-defined]


def test_an_outsider_sees_nothing(world: World, institution: Client) -> None:
    upload(institution, world, book([line(1)], headings=HEADINGS), zipped(papers(1, "x/{}")))
    batch = Batch.objects.get()
    outsider = Client()
    outsider.force_login(world.outsider)

    found = [outsider.get(reverse(name, args=[batch.id])).status_code for name in OBJECTS]
    found += [outsider.post(reverse(name, args=[batch.id])).status_code for name in ACTS]
    assert found == [404] * 7
    assert batch.sheet_name not in outsider.get(reverse("batches")).content.decode()
    assert batch.state == BatchState.UPLOADED
    reviewer = Client()
    reviewer.force_login(world[Role.REVIEWER])
    assert reviewer.get(reverse("batch", args=[batch.id])).status_code == 403
    assert Client().get(reverse("new_batch")).status_code == 302


def test_the_list_and_the_page_take_a_fixed_number_of_queries(
    world: World, institution: Client, django_assert_num_queries: object
) -> None:
    for _ in range(3):
        upload(institution, world, book([line(1), line(2), line(3)], headings=HEADINGS))
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert institution.get(reverse("batches")).status_code == 200
