"""Asking for papers, seeing why there are none, checking and sealing them, as pages."""

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.assembly.test_actions import made
from tests.factories.shipped import stock
from tests.factories.world import World
from tests.rooms import opened_by, signed_in
from zhiheng.assembly.documents import paper_data, proof_data
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, RunStatus
from zhiheng.assembly.queries import paper_content
from zhiheng.assembly.waiting import waiting
from zhiheng.bank.models import ItemVersion
from zhiheng.people.models import Role
from zhiheng.plumbing import clock

STAFF = {Role.ADMINISTRATOR, Role.ITEM_WRITER}


@pytest.fixture
def stocked(world: World, known_papers: None) -> World:
    stock()
    return world


@pytest.fixture
def paper(stocked: World) -> Paper:
    made(stocked, forms=1)
    return Paper.objects.get()


@pytest.fixture
def administrator(world: World) -> Client:
    return signed_in(world[Role.ADMINISTRATOR])


@pytest.fixture
def writer(world: World) -> Client:
    return signed_in(world[Role.ITEM_WRITER])


def test_only_administrators_and_item_writers_open_the_pages(stocked: World, paper: Paper) -> None:
    for url in (
        reverse("blueprints"),
        reverse("new_run"),
        reverse("run", args=[paper.run_id]),
        reverse("paper", args=[paper.id]),
        reverse("item_usage", args=["T-1"]),
        reverse("paper_document", args=[paper.id]),
        reverse("proof_document", args=[paper.id]),
        reverse("answer_sheet_document", args=[paper.id]),
        reverse("marking_guide_document", args=[paper.id]),
        reverse("retract_paper", args=[paper.id]),
        reverse("replace_item", args=[paper.id, paper.lines[0]["item"]]),
    ):
        assert opened_by(stocked, url) == STAFF, url


@pytest.mark.parametrize("name", ["approve_paper", "discard_paper"])
def test_only_they_act_on_a_paper(stocked: World, paper: Paper, name: str) -> None:
    url = reverse(name, args=[paper.id])

    assert signed_in(stocked[Role.MARKER]).post(url).status_code == 403
    assert Client().post(url).status_code == 302
    assert signed_in(stocked[Role.ITEM_WRITER]).get(url).status_code == 405
    paper.refresh_from_db()
    assert paper.status == PaperStatus.DRAFT


def test_what_does_not_exist_is_not_found(administrator: Client) -> None:
    for name in ("run", "paper", "paper_document", "proof_document"):
        assert administrator.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


def test_a_request_leads_to_a_run_that_waits(world: World, administrator: Client) -> None:
    response = administrator.post(
        reverse("new_run"), {"offering": world.national.id, "kind": "parallel", "forms_wanted": 2, "seed": 7}
    )
    run = AssemblyRun.objects.get()

    assert (run.status, run.forms, run.seed) == (RunStatus.QUEUED, 2, 7)
    assert response["Location"] == reverse("run", args=[run.id])
    page = administrator.get(response["Location"]).content.decode()
    assert "正在组卷" in page
    assert 'http-equiv="refresh"' in page


def test_a_run_whose_worker_has_gone_says_so(world: World, administrator: Client) -> None:
    run = AssemblyRun.objects.create(
        offering=world.national,
        forms=1,
        seed=0,
        status=RunStatus.RUNNING,
        created_at=clock.now() - timedelta(hours=1),
    )
    page = administrator.get(reverse("run", args=[run.id])).content.decode()

    assert "可能已中断" in page
    assert "http-equiv" not in page


@pytest.mark.parametrize(
    "changes", [{"forms_wanted": 0}, {"forms_wanted": 21}, {"seed": -1}, {"offering": ""}, {"seed": "x"}]
)
def test_an_impossible_request_comes_back(
    world: World, administrator: Client, changes: dict[str, Any]
) -> None:
    words = {"offering": world.national.id, "kind": "parallel", "forms_wanted": 1, "seed": 0, **changes}

    assert administrator.post(reverse("new_run"), words).status_code == 422
    assert not AssemblyRun.objects.exists()


def test_an_infeasible_request_shows_the_short_cells(world: World, administrator: Client) -> None:
    run = made(world, forms=1)
    page = administrator.get(reverse("run", args=[run.id]))

    assert page.context["missing"] == 58
    assert {row["title"] for row in page.context["cells"]} <= {
        "职业道德",
        "基础知识",
        "工作准备",
        "直播营销",
        "售后与复盘",
    }
    assert "题库不足，还缺 58 道题" in page.content.decode()


def test_a_failed_run_shows_its_sentence(world: World, administrator: Client) -> None:
    run = AssemblyRun.objects.create(
        offering=world.national, forms=1, seed=0, status=RunStatus.FAILED, conflict=[{"sentence": "出错了。"}]
    )
    assert "出错了。" in administrator.get(reverse("run", args=[run.id])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_runs_takes_the_same_few_queries(
    stocked: World, administrator: Client, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for seed in range(count):
        made(stocked, forms=1, seed=seed)
    administrator.get(reverse("blueprints"))
    with django_assert_num_queries(7):
        page = administrator.get(reverse("blueprints"))
    assert len(page.context["rows"]) == count


def test_no_runs_yet(administrator: Client) -> None:
    assert "还没有组过卷" in administrator.get(reverse("blueprints")).content.decode()


def test_a_paper_is_shown_with_its_proof_and_sealed_by_two_people(
    stocked: World, paper: Paper, administrator: Client, writer: Client
) -> None:
    url, approve = reverse("paper", args=[paper.id]), reverse("approve_paper", args=[paper.id])
    page = administrator.get(url)
    assert all(row.ok for row in page.context["proof"])
    assert len(page.context["items"]) == 58
    assert [(row.title, int(row.marks), int(row.due)) for row in page.context["cells"]] == [
        ("职业道德", 5, 5),
        ("基础知识", 25, 25),
        ("工作准备", 10, 10),
        ("直播营销", 40, 40),
        ("售后与复盘", 20, 20),
    ]

    administrator.post(approve)
    assert administrator.get(url).context["waits_for_other"] is True
    assert administrator.post(approve).status_code == 422
    writer.post(approve)
    page = writer.get(url)
    assert page.context["paper"].status == PaperStatus.SEALED
    assert (page.context["may_approve"], page.context["draft"]) == (False, False)
    assert writer.post(reverse("discard_paper", args=[paper.id])).status_code == 422


def test_a_draft_can_be_discarded(paper: Paper, writer: Client) -> None:
    writer.post(reverse("discard_paper", args=[paper.id]))
    paper.refresh_from_db()
    assert paper.status == PaperStatus.DISCARDED


def test_a_paper_whose_items_were_touched_is_not_shown_as_sound(paper: Paper, writer: Client) -> None:
    version = ItemVersion.objects.get(pk=paper.lines[0]["version"])
    ItemVersion.objects.filter(pk=version.pk).update(body={**version.body, "stem": "换了题"})

    assert writer.get(reverse("paper", args=[paper.id])).status_code == 422
    assert writer.get(reverse("paper_document", args=[paper.id])).status_code == 422


def test_the_printed_paper_holds_every_question_and_no_key(paper: Paper, writer: Client) -> None:
    response = writer.get(reverse("paper_document", args=[paper.id]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)

    assert (response["Content-Type"], response["Cache-Control"]) == ("application/pdf", "no-store")
    assert "理论知识试卷" in text
    data = paper_data(paper)
    assert [section["title"] for section in data["sections"]] == [
        "一、单项选择题",
        "二、多项选择题",
        "三、简答题",
    ]
    told = str(data)
    for item in paper_content(paper):
        assert item.stem in [entry["stem"] for section in data["sections"] for entry in section["items"]]
        assert item.explanation not in told
        assert not item.answer or item.answer not in told


def test_the_printed_proof_names_every_constraint(paper: Paper, writer: Client) -> None:
    response = writer.get(reverse("proof_document", args=[paper.id]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)

    assert "组卷证明" in text
    assert paper.form_id in text
    data = proof_data(paper)
    assert len(data["lines"]) == len(paper.proof)
    assert [form["label"] for form in data["forms"]] == ["甲"]


def test_where_an_item_is_used(paper: Paper, writer: Client) -> None:
    used = writer.get(reverse("item_usage", args=[paper.lines[0]["item"]]))
    unused = writer.get(reverse("item_usage", args=["NOBODY"]))

    assert [entry["paper"].id for entry in used.context["papers"]] == [paper.id]
    assert unused.context["papers"] == []


def test_what_waits(stocked: World, paper: Paper, writer: Client) -> None:
    administrator, item_writer = stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]
    draft = f"{stocked.national.title} 甲卷等您审定"

    assert {line.title for line in waiting(administrator, Role.ADMINISTRATOR)} == {
        draft,
        f"{stocked.association.title}还没有试卷",
    }
    assert [line.title for line in waiting(item_writer, Role.ITEM_WRITER)] == [draft]
    writer.post(reverse("approve_paper", args=[paper.id]))
    assert waiting(item_writer, Role.ITEM_WRITER) == []
    assert waiting(item_writer, Role.MARKER) == []
