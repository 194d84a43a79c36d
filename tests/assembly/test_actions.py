"""Asking for papers, making them from the bank, and sealing them by two people."""

import subprocess
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.shipped import stock
from tests.factories.world import World
from tests.people_of import second
from zhiheng.assembly.actions import request_papers, run_now
from zhiheng.assembly.models import AssemblyRun, Paper, PaperApproval, PaperStatus, RunStatus
from zhiheng.assembly.queries import paper_content, sealed_papers
from zhiheng.assembly.sealing.actions import approve_paper, discard_paper
from zhiheng.assembly.supplies import supplies_of
from zhiheng.assembly.tasks import assemble
from zhiheng.bank.models import Item, ItemStatus, ItemVersion
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing.models import AuditLine, Event


def refused_code(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def stocked(world: World) -> World:
    stock()
    return world


def made(world: World, **changes: Any) -> AssemblyRun:
    words: dict[str, Any] = {
        "by": world[Role.ADMINISTRATOR],
        "offering": world.national,
        "forms": 2,
        "seed": 7,
    }
    run = request_papers(**{**words, **changes})
    return run_now(run_id=run.id)


def test_a_request_is_told_to_the_worker(stocked: World) -> None:
    run = request_papers(by=stocked[Role.ADMINISTRATOR], offering=stocked.national, forms=1, seed=0)

    assert run.status == RunStatus.QUEUED
    assert Event.objects.get(name="assembly-requested").payload == {"run_id": str(run.id)}
    assemble.call(run_id=str(run.id))
    run.refresh_from_db()
    assert run.status == RunStatus.DONE


def test_two_papers_keep_the_blueprint_and_share_no_item(stocked: World) -> None:
    run = made(stocked)
    papers = list(Paper.objects.filter(run=run).order_by("form_id"))

    assert run.status == RunStatus.DONE
    assert [paper.label for paper in papers] == ["甲", "乙"]
    names = [{line["item"] for line in paper.lines} for paper in papers]
    assert not names[0] & names[1]
    for paper in papers:
        assert paper.total == Decimal(100)
        assert Counter(line["type"] for line in paper.lines) == {"single": 40, "multiple": 15, "short": 3}
        marks: Counter[str] = Counter()
        for line in paper.lines:
            marks[line["area"]] += int(Decimal(line["marks"]))
        assert marks == {"ethics": 5, "basics": 25, "preparation": 10, "livestream": 40, "aftersales": 20}
        assert all(line["ok"] for line in paper.proof)
        assert len(paper.deviation["forms"]) == 2


def test_practice_items_never_stand_in_a_paper(stocked: World) -> None:
    run = made(stocked)
    practice = set(Item.objects.filter(pool="practice").values_list("name", flat=True))

    assert practice
    assert not practice & set(supplies_of(run).entries)
    for paper in Paper.objects.all():
        assert not practice & {line["item"] for line in paper.lines}


def test_a_later_run_of_an_offering_avoids_the_items_of_its_papers(stocked: World) -> None:
    made(stocked, forms=1)
    made(stocked, forms=1, seed=8)
    first, other = Paper.objects.order_by("created_at")

    assert (first.label, other.label) == ("甲", "乙")
    assert not {line["item"] for line in first.lines} & {line["item"] for line in other.lines}


def test_a_run_overtaken_by_another_keeps_nothing(stocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    words: dict[str, Any] = {"by": stocked[Role.ADMINISTRATOR], "offering": stocked.national, "forms": 1}
    slow = request_papers(**words, seed=1)
    supplies = supplies_of(slow)
    made(stocked, forms=1, seed=2)
    monkeypatch.setattr("zhiheng.assembly.actions.supplies_of", lambda run: supplies)
    slow = run_now(run_id=slow.id)

    assert slow.status == RunStatus.FAILED
    assert slow.conflict[0]["sentence"].endswith("依据：同一科目的试卷互不重题。请重新组卷。")
    assert Paper.objects.filter(run=slow).count() == 0


def test_a_finished_run_is_not_made_again(stocked: World) -> None:
    run = made(stocked, forms=1)
    run_now(run_id=run.id)

    assert Paper.objects.count() == 1


def test_too_small_a_bank_names_the_cell_that_falls_short(stocked: World) -> None:
    Item.objects.filter(area="livestream", type="short").update(status=ItemStatus.RETIRED)
    Item.objects.filter(area="livestream", type="multiple").update(status=ItemStatus.RETIRED)
    Item.objects.filter(area="aftersales", type="short").update(status=ItemStatus.RETIRED)
    run = made(stocked)

    assert run.status == RunStatus.INFEASIBLE
    assert not Paper.objects.exists()
    assert run.conflict
    for entry in run.conflict:
        assert entry["missing"] == entry["needed"] - entry["available"] > 0
        assert entry["sentence"].endswith("。")


def test_an_offering_without_items_is_infeasible_not_an_error(world: World) -> None:
    run = made(world)

    assert run.status == RunStatus.INFEASIBLE
    assert sum(entry["missing"] for entry in run.conflict) == 2 * (40 + 15 + 3)


def test_the_same_request_for_another_day_is_refused_as_the_same_papers(stocked: World) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()
    discard_paper(by=stocked[Role.ADMINISTRATOR], paper=paper)
    again = made(stocked, forms=1)

    assert again.status == RunStatus.FAILED
    assert again.conflict == [
        {
            "sentence": f"试卷 {paper.form_id} 已经存在：同样的题库、蓝图、份数与种子组出的是同样的试卷。"
            "请换一个种子再组卷。"
        }
    ]
    assert Paper.objects.count() == 1


def test_an_unexpected_error_ends_the_run_with_a_sentence(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: AssemblyRun) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("zhiheng.assembly.actions.supplies_of", broken)
    run = made(stocked)

    assert run.status == RunStatus.FAILED
    assert run.conflict == [{"sentence": "组卷时出现意外错误，已记入日志。请联系管理员；可换一个种子再试。"}]
    assert run.finished_at is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"forms": 0}, "forms-range"),
        ({"forms": 21}, "forms-range"),
        ({"seed": -1}, "seed-range"),
        ({"seed": 2**31}, "seed-range"),
    ],
)
def test_impossible_numbers_are_refused(world: World, changes: dict[str, int], code: str) -> None:
    words: dict[str, Any] = {
        "by": world[Role.ADMINISTRATOR],
        "offering": world.national,
        "forms": 1,
        "seed": 0,
    }

    assert refused_code(request_papers, **{**words, **changes}) == code
    assert not AssemblyRun.objects.exists()


def test_two_different_people_seal_a_paper(stocked: World) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()
    administrator, writer = stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]

    approve_paper(by=administrator, paper=paper)
    assert sealed_papers(stocked.national) == []
    assert refused_code(approve_paper, by=administrator, paper=paper) == "approved-already"

    approve_paper(by=writer, paper=paper)
    paper.refresh_from_db()
    assert paper.status == PaperStatus.SEALED
    assert paper.sealed_at is not None
    assert sealed_papers(stocked.national) == [paper]
    assert AuditLine.objects.get(act="paper-sealed").detail == {
        "hash": paper.content_hash,
        "form": paper.form_id,
    }


def test_a_sealed_paper_never_changes(stocked: World) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()
    for account in (stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]):
        approve_paper(by=account, paper=paper)
    third = second(Role.ITEM_WRITER)

    assert refused_code(discard_paper, by=third, paper=paper) == "paper-closed"
    assert refused_code(approve_paper, by=third, paper=paper) == "paper-closed"
    assert PaperApproval.objects.count() == 2


def test_a_paper_whose_content_was_touched_cannot_be_sealed(stocked: World) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()
    version = ItemVersion.objects.get(pk=paper.lines[0]["version"])
    other = "D" if version.body["key"] != ["D"] else "A"
    ItemVersion.objects.filter(pk=version.pk).update(body={**version.body, "key": [other]})

    assert refused_code(approve_paper, by=stocked[Role.ADMINISTRATOR], paper=paper) == "paper-altered"

    ItemVersion.objects.filter(pk=version.pk).update(body=version.body)
    Paper.objects.filter(pk=paper.pk).update(label="丁")
    assert refused_code(approve_paper, by=stocked[Role.ADMINISTRATOR], paper=paper) == "paper-altered"
    assert not PaperApproval.objects.exists()


def test_a_paper_without_keys_tells_no_answer(stocked: World) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()

    for item in paper_content(paper, keys=False):
        assert (item.key, item.answer, item.points, item.explanation, item.law) == ((), "", (), "", ())
        assert item.stem
    full = paper_content(paper)
    assert [item.number for item in full] == list(range(1, 59))
    assert all(item.key or item.points for item in full)


def test_web_processes_do_not_load_the_solver() -> None:
    program = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE']='tests.settings'; django.setup();"
        "import zhiheng.config.urls, zhiheng.assembly.views, zhiheng.assembly.tasks;"
        "print('ortools' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
