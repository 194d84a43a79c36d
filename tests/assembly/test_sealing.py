"""Replacing a question of a draft; what is sealed stands on its own and is taken back by two."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.assembly.test_actions import made, refused_code
from tests.factories.shipped import stock
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import signed_in
from zhiheng.assembly.documents import guide_data
from zhiheng.assembly.models import Paper, PaperApproval, PaperStatus, Replacement, Retraction, SealedContent
from zhiheng.assembly.queries import content_hash_of, paper_content, paper_with_everything, sealed_papers
from zhiheng.assembly.replacing.actions import replace_item
from zhiheng.assembly.replacing.queries import best_offers, room_of
from zhiheng.assembly.sealing.actions import (
    approve_paper,
    confirm_retraction,
    drop_retraction,
    hand_over,
    propose_retraction,
)
from zhiheng.bank.models import ItemVersion
from zhiheng.people.models import Role
from zhiheng.plumbing.models import AuditLine


@pytest.fixture
def stocked(world: World, known_papers: None) -> World:
    stock()
    return world


@pytest.fixture
def papers(stocked: World) -> list[Paper]:
    run = made(stocked)
    return list(Paper.objects.filter(run=run).order_by("form_id"))


def seal(world: World, *papers: Paper) -> None:
    for paper in papers:
        for role in (Role.ADMINISTRATOR, Role.ITEM_WRITER):
            approve_paper(by=world[role], paper=paper)
        paper.refresh_from_db()


def test_a_question_is_replaced_proved_anew_and_approvals_are_void(
    stocked: World, papers: list[Paper]
) -> None:
    paper, sibling = papers
    administrator, writer = stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]
    approve_paper(by=administrator, paper=paper)
    removed = paper.lines[0]["item"]
    offer = best_offers(room_of(paper), removed)[0]
    words: dict[str, Any] = {"by": writer, "paper": paper, "removed": removed, "added": offer.item.id}

    assert refused_code(replace_item, **words, reason=" ") == "reason-missing"
    assert refused_code(replace_item, **{**words, "removed": "NOBODY"}, reason="r") == "item-absent"
    assert (
        refused_code(replace_item, **{**words, "added": sibling.lines[0]["item"]}, reason="r")
        == "offer-unfit"
    )
    row = replace_item(**words, reason="题干已过时")
    before = paper.content_hash
    paper.refresh_from_db()
    sibling.refresh_from_db()

    names = [line["item"] for line in paper.lines]
    assert removed not in names
    assert offer.item.id in names
    assert all(line["ok"] for line in paper.proof)
    assert paper.content_hash == content_hash_of(paper) != before
    assert (paper.revision, row.hash_before, row.hash_after) == (2, before, paper.content_hash)
    assert sibling.deviation == paper.deviation
    assert len(paper.deviation["forms"]) == 2
    assert AuditLine.objects.get(act="paper-item-replaced").detail["reason"] == "题干已过时"

    approve_paper(by=writer, paper=paper)
    paper.refresh_from_db()
    assert paper.status == PaperStatus.DRAFT
    approve_paper(by=administrator, paper=paper)
    paper.refresh_from_db()
    assert paper.status == PaperStatus.SEALED
    assert PaperApproval.objects.filter(paper=paper).count() == 3
    assert refused_code(replace_item, **words, reason="r") == "paper-closed"


def test_the_page_offers_the_best_and_takes_one(stocked: World, papers: list[Paper]) -> None:
    writer = signed_in(stocked[Role.ITEM_WRITER])
    paper = papers[0]
    removed = paper.lines[0]["item"]
    url = reverse("replace_item", args=[paper.id, removed])
    page = writer.get(url)
    rows = page.context["rows"]

    assert rows
    assert writer.post(url, {"added": "", "reason": "r"}).status_code == 422
    assert writer.post(url, {"added": "NOBODY", "reason": "r"}).status_code == 422
    writer.post(url, {"added": rows[0]["offer"].item.id, "reason": "更贴近考点"})
    assert Replacement.objects.get().added == rows[0]["offer"].item.id
    shown = writer.get(reverse("paper", args=[paper.id])).content.decode()
    assert "更贴近考点" in shown
    assert writer.get(url).status_code == 404
    seal(stocked, papers[1])
    other = reverse("replace_item", args=[papers[1].id, papers[1].lines[0]["item"]])
    assert writer.get(other).status_code == 404


def test_a_sealed_paper_is_out_of_the_banks_reach(stocked: World, papers: list[Paper]) -> None:
    paper = papers[0]
    wording = [item.stem for item in paper_content(paper)]
    seal(stocked, paper)
    ItemVersion.objects.all().update(body={"stem": "换了"}, content_hash="0" * 64)

    sealed = paper_with_everything(paper.id)
    assert sealed is not None
    assert [item.stem for item in paper_content(sealed)] == wording
    assert content_hash_of(sealed) == sealed.content_hash
    row = SealedContent.objects.get()
    with_raw = SealedContent.objects.raw("SELECT id, content AS raw FROM assembly_sealedcontent")[0]
    assert wording[0] not in with_raw.raw  # type: ignore[attr-defined]  # the column as it is stored
    assert row.content != with_raw.raw  # type: ignore[attr-defined]  # the column as it is stored


def test_two_people_put_another_sealed_paper_in_its_place(stocked: World, papers: list[Paper]) -> None:
    first, other = papers
    administrator, writer = stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]
    words: dict[str, Any] = {"by": administrator, "paper": first, "reason": "泄露"}
    assert refused_code(propose_retraction, **words) == "paper-not-sealed"
    seal(stocked, first)
    assert refused_code(propose_retraction, **words, successor=other) == "successor-unfit"
    assert refused_code(propose_retraction, **words, successor=first) == "successor-unfit"
    assert refused_code(propose_retraction, **{**words, "reason": " "}) == "reason-missing"
    seal(stocked, other)
    row = propose_retraction(**words, successor=other)
    assert refused_code(propose_retraction, **words) == "retraction-open"
    assert refused_code(confirm_retraction, by=administrator, retraction=row) == "own-proposal"
    before = first.content_hash
    confirm_retraction(by=writer, retraction=row)
    first.refresh_from_db()

    assert (first.status, first.content_hash) == (PaperStatus.SUPERSEDED, before)
    assert sealed_papers(stocked.national) == [other]
    assert refused_code(confirm_retraction, by=writer, retraction=row) == "retraction-over"
    page = signed_in(writer).get(reverse("paper", args=[other.id])).content.decode()
    assert "取代 <a" in page


def test_a_sealed_paper_is_withdrawn_on_the_pages(stocked: World, papers: list[Paper]) -> None:
    first = papers[0]
    seal(stocked, first)
    administrator, writer = signed_in(stocked[Role.ADMINISTRATOR]), signed_in(stocked[Role.ITEM_WRITER])
    url = reverse("retract_paper", args=[first.id])
    assert administrator.post(url, {"reason": ""}).status_code == 422
    administrator.post(url, {"reason": "第 3 题有误"})
    row = Retraction.objects.get()
    outsider = signed_in(stocked[Role.MARKER])
    for name in ("confirm_retraction", "drop_retraction"):
        assert outsider.post(reverse(name, args=[row.id])).status_code == 403
        assert writer.post(reverse(name, args=[first.id])).status_code == 404
    writer.post(reverse("drop_retraction", args=[row.id]))
    assert refused_code(drop_retraction, by=stocked[Role.ITEM_WRITER], retraction=row) == "retraction-over"
    administrator.post(url, {"reason": "第 3 题有误"})
    again = Retraction.objects.get(dropped_at=None)
    writer.post(reverse("confirm_retraction", args=[again.id]))
    first.refresh_from_db()

    assert first.status == PaperStatus.WITHDRAWN
    assert "撤回：第 3 题有误" in writer.get(reverse("paper", args=[first.id])).content.decode()


def test_what_went_to_the_hall_cannot_be_taken_back(
    stocked: World, papers: list[Paper], settings: Any
) -> None:
    first, other = papers
    seal(stocked, first)
    hand_over(papers=[first], offering=stocked.national)
    words: dict[str, Any] = {"by": second(Role.ADMINISTRATOR), "paper": first, "reason": "r"}

    assert refused_code(propose_retraction, **words) == "paper-handed-over"
    type(stocked.national).objects.filter(pk=stocked.national.pk).update(
        starts_at=stocked.national.sitting.created_at
    )
    assert refused_code(propose_retraction, **words) == "paper-in-sitting"
    assert refused_code(hand_over, papers=[other], offering=stocked.national) == "paper-not-sealed"


def test_answer_sheet_and_marking_guide(stocked: World, papers: list[Paper]) -> None:
    writer: Client = signed_in(stocked[Role.ITEM_WRITER])
    paper = papers[0]
    texts = {}
    for name in ("answer_sheet_document", "marking_guide_document"):
        response = writer.get(reverse(name, args=[paper.id]))
        assert response["Cache-Control"] == "no-store"
        texts[name] = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    guide = guide_data(paper)
    entries = [entry for section in guide["sections"] for entry in section["items"]]

    assert [entry["key"] for entry in entries] == ["".join(item.key) for item in paper_content(paper)]
    assert all(entry["explanation"] for entry in entries)
    assert "答题卡" in texts["answer_sheet_document"]
    assert "含答案，仅供评卷" in texts["marking_guide_document"]
    assert guide["sections"][0]["items"][0]["explanation"][:8] not in texts["answer_sheet_document"]
