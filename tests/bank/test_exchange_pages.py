"""The pages of importing and exporting: every question in its place, nothing before it is confirmed, outsiders see nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.bank.sheets import as_csv, as_xlsx, row
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import approve_item, submit_item
from zhiheng.bank.core.exchange.formats import WRITERS, read
from zhiheng.bank.importing.queries import lines_of
from zhiheng.bank.models import ImportRun, ImportState, Item
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine

PLACE = {"place": "4-01-02-07-2021/5", "pool": "live"}
MIXED = """::G-1::甲？{=一 ~%-33%二 ~三}

::G-2::乙？{T}

::G-3::丙？{=一 ~二

::G-4::丁？{=x ~y ~z}
"""


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world[Role.ITEM_WRITER])


@pytest.fixture
def colleague(world: World) -> Client:
    return signed_in(second(Role.ITEM_WRITER))


def brought(client: Client, content: bytes, name: str, **more: str) -> ImportRun:
    client.post(reverse("import_items"), {**PLACE, "sheet": SimpleUploadedFile(name, content), **more})
    return ImportRun.objects.get()


def approved(world: World) -> Item:
    client = signed_in(world[Role.ITEM_WRITER])
    run = brought(client, as_csv(row()), "题.csv")
    client.post(reverse("import_confirm", args=[run.id]))
    item = submit_item(by=world[Role.ITEM_WRITER], item=Item.objects.get())
    return approve_item(by=second(Role.ITEM_WRITER), item=item)


def test_a_sheet_is_looked_at_confirmed_and_belongs_to_whoever_brought_it(
    client: Client, colleague: Client
) -> None:
    run = brought(client, as_xlsx(row(), row(题号="T-2", 题干="二？", 考点代码="skill:99.9.9")), "题.xlsx")
    report = reverse("import_report", args=[run.id])
    confirm, drop = reverse("import_confirm", args=[run.id]), reverse("import_drop", args=[run.id])

    page = client.get(report).content.decode()
    assert "第 3 行" in page
    assert "skill:99.9.9" in page
    assert [line.where for line in lines_of(run)] == ["第 2 行", "第 3 行"]
    assert colleague.get(report).status_code == 404
    assert colleague.post(confirm).status_code == 404
    assert colleague.post(drop).status_code == 404
    assert client.get(confirm).status_code == 405
    assert not Item.objects.exists()
    assert client.post(confirm)["Location"] == report
    assert Item.objects.get().name == "T-1"
    assert client.post(confirm).status_code == 422
    assert client.get(report).context["waiting"] is False


def test_every_question_of_a_file_stands_in_its_place(client: Client) -> None:
    run = brought(client, MIXED.encode(), "题.txt", codes="skill:4.1.1", difficulty="0.6")
    page = client.get(reverse("import_report", args=[run.id]))

    lines = page.context["page"].object_list
    assert [(line.where, line.fate) for line in lines] == [
        ("第 1 行", "accepted"),
        ("第 3 行", "unsupported"),
        ("第 5 行", "fault"),
        ("第 7 行", "accepted"),
    ]
    assert lines[0].remarks == ["选项的部分得分或扣分没有收入：本平台按题型统一计分"]
    assert lines[0].facts["missing"] == ["解析须有文字。请补写解析"]
    assert (run.accepted, run.rejected, page.context["incomplete"]) == (2, 2, 2)


def test_dropping_leaves_the_bank_as_it_was(client: Client) -> None:
    run = brought(client, as_csv(row()), "题.csv")

    assert client.post(reverse("import_drop", args=[run.id]))["Location"] == reverse("import_items")
    assert (ImportRun.objects.get().state, Item.objects.count()) == (ImportState.DROPPED, 0)
    assert "已放弃" in client.get(reverse("import_items")).content.decode()


def test_a_draft_that_lacks_something_is_shown_and_can_be_completed(client: Client) -> None:
    run = brought(client, MIXED.encode(), "题.txt")
    client.post(reverse("import_confirm", args=[run.id]))

    page = client.get(reverse("item", args=["G-1"]))
    assert [reason.code for reason in page.context["lacking"]] == [
        "explanation-empty",
        "difficulty-range",
        "code-missing",
    ]
    assert page.context["may_submit"] is False
    assert client.get(reverse("edit_item", args=["G-1"])).status_code == 200
    assert client.post(reverse("submit_item", args=["G-1"])).status_code == 422
    body = {
        **PLACE,
        "type": "single",
        "stem": "甲？",
        "option_a": "一",
        "option_b": "二",
        "option_c": "三",
        "answer": "A",
        "explanation": "因为是一。",
        "difficulty": "0.7",
        "codes": "skill:4.1.1",
    }
    assert client.post(reverse("edit_item", args=["G-1"]), body).status_code == 302
    assert client.post(reverse("submit_item", args=["G-1"])).status_code == 302
    assert Item.objects.get(name="G-1").area == "livestream"


@pytest.mark.parametrize("codes", ["skill", "skill:4.x"])
def test_a_default_code_that_is_none_is_refused_on_its_field(client: Client, codes: str) -> None:
    upload = SimpleUploadedFile("题.csv", as_csv(row()))
    response = client.post(reverse("import_items"), {**PLACE, "sheet": upload, "codes": codes})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["codes"]


def test_a_hostile_file_is_refused_on_the_form(client: Client) -> None:
    upload = SimpleUploadedFile("题.xlsx", b"%PDF-1.7")
    response = client.post(reverse("import_items"), {**PLACE, "sheet": upload})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["sheet"]
    assert not ImportRun.objects.exists()


def test_the_template_is_a_sheet_the_import_reads(client: Client) -> None:
    reading = read(client.get(reverse("import_template")).content, name="items.xlsx")
    assert (reading.questions, reading.errors, reading.remarks) == ((), (), ())


def test_who_opens_the_export(world: World) -> None:
    assert opened_by(world, reverse("export_items")) == {Role.ITEM_WRITER, Role.ADMINISTRATOR}


@pytest.mark.parametrize("form", list(WRITERS))
def test_an_item_writer_takes_questions_out_with_keys_and_it_is_recorded(world: World, form: str) -> None:
    approved(world)
    before = AuditLine.objects.count()
    response = signed_in(world[Role.ITEM_WRITER]).post(
        reverse("export_items"), {"form": form, "pool": "live", "place": PLACE["place"], "keys": "yes"}
    )

    [question] = read(response.content, name=f"a.{WRITERS[form].suffix}").questions
    assert (question.id, [option.correct for option in question.options]) == (
        "T-1",
        [True, False, False, False],
    )
    assert AuditLine.objects.count() == before + 1
    line = AuditLine.objects.latest("id")
    assert (line.act, line.by) == ("items-exported", str(world[Role.ITEM_WRITER].id))
    assert line.detail == {
        "format": WRITERS[form].title,
        "items": 1,
        "pool": "live",
        "standard": "4-01-02-07-2021",
        "level": "5",
        "keys": True,
    }


def asked(account: Account, **words: str) -> int:
    body = {"form": "xlsx", "pool": "live", "place": "", "status": "", **words}
    return signed_in(account).post(reverse("export_items"), body).status_code


def test_keys_leave_with_item_writers_only(world: World) -> None:
    approved(world)
    administrator = world[Role.ADMINISTRATOR]

    assert asked(administrator, keys="yes") == 422
    response = signed_in(administrator).post(
        reverse("export_items"), {"form": "xlsx", "pool": "live", "place": "", "status": "", "keys": "no"}
    )
    content = response.content
    reading = read(content, name="a.xlsx")
    assert [fault.reason for fault in reading.errors] == ["没有标出正确答案，请补上答案"]
    assert asked(administrator, keys="no", form="gift") == 422
    assert asked(world[Role.ITEM_WRITER], keys="yes", pool="practice") == 422
    assert asked(world[Role.ITEM_WRITER], keys="yes", status="draft") == 422
