"""What a request may ask, a pool with a paper for everybody, and a run that somebody stops."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.assembly.test_actions import made, refused_code
from tests.factories.shipped import stock
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import signed_in
from zhiheng.assembly.actions import Watch, cancel_run, request_papers, run_now
from zhiheng.assembly.models import AssemblyRun, Paper, PaperApproval, PaperStatus, RunKind, RunStatus
from zhiheng.assembly.queries import bodies_of, content_hash_of
from zhiheng.assembly.sealing.actions import approve_pool, discard_pool
from zhiheng.assembly.supplies import plans_below, recently_used, stock_of
from zhiheng.assembly.waiting import waiting
from zhiheng.assembly.wishes import Wishes
from zhiheng.people.models import Role


@pytest.fixture
def stocked(world: World, known_papers: None) -> World:
    stock()
    return world


@pytest.fixture
def administrator(world: World) -> Client:
    return signed_in(world[Role.ADMINISTRATOR])


def names_of(paper: Paper) -> set[str]:
    return {line["item"] for line in paper.lines}


def test_wishes_are_kept_met_and_proved(stocked: World) -> None:
    first = made(stocked, forms=1)
    used = sorted(names_of(Paper.objects.get(run=first)))
    free = sorted({item.id for item in stock_of(stocked.national).pool} - set(used))
    required, forbidden = free[0], free[1]
    refused = {
        "required-used": Wishes(required=(used[0],), shared=1),
        "item-unknown": Wishes(forbidden=("NOBODY",)),
        "required-forbidden": Wishes(required=(required,), forbidden=(required,)),
        "required-shared": Wishes(required=(required,)),
        "lower-share": Wishes(lower_share=Decimal("1.5")),
        "shared-range": Wishes(shared=101),
        "avoid-range": Wishes(avoid_sittings=25),
    }
    for code, wishes in refused.items():
        assert (
            refused_code(
                request_papers,
                by=stocked[Role.ADMINISTRATOR],
                offering=stocked.national,
                forms=2,
                seed=1,
                wishes=wishes,
            )
            == code
        )
    run = made(stocked, forms=1, seed=9, wishes=Wishes(required=(required,), forbidden=(forbidden,)))
    paper = Paper.objects.get(run=run)

    assert (run.status, run.required, run.forbidden) == (RunStatus.DONE, [required], [forbidden])
    assert required in names_of(paper)
    assert forbidden not in names_of(paper)
    told = {line["constraint"]: line for line in paper.proof}
    assert (told["必选题"]["required"], told["必选题"]["achieved"]) == ("1", "1")
    assert len(run.request_digest) == 64
    assert paper.form_id.startswith(f"P{run.request_digest[:12].upper()}")


def test_a_required_item_of_another_trade_is_refused(stocked: World) -> None:
    stock = stock_of(stocked.national)
    outside = sorted(set(stock.entries) - {item.id for item in stock.pool})[0]
    assert (
        refused_code(
            request_papers,
            by=stocked[Role.ADMINISTRATOR],
            offering=stocked.national,
            forms=1,
            seed=1,
            wishes=Wishes(required=(outside,)),
        )
        == "required-outside"
    )


def test_items_of_the_last_sittings_are_avoided(stocked: World) -> None:
    made(stocked, forms=1)
    before = Paper.objects.get()
    sitting = stocked.national.sitting
    assert recently_used(stocked.national, sittings=3) == frozenset()
    # The same offering a month later, as another sitting would be.
    later = type(sitting).objects.create(
        day=sitting.day + timedelta(days=28), title="下一考期", opened_at=sitting.opened_at
    )
    offering = stocked.national
    offering.pk, offering.sitting = None, later
    offering.id = before.id  # any free id
    offering.save(force_insert=True)

    assert recently_used(offering, sittings=0) == frozenset()
    assert recently_used(offering, sittings=1) == names_of(before)
    run = request_papers(
        by=stocked[Role.ADMINISTRATOR],
        offering=offering,
        forms=1,
        seed=3,
        wishes=Wishes(avoid_sittings=1),
    )
    run_now(run_id=run.id)
    (paper,) = Paper.objects.filter(run=run)
    assert not names_of(paper) & names_of(before)


def test_levels_below(world: World) -> None:
    assert plans_below(world.national) == []
    assert plans_below(world.association) == []


@pytest.fixture
def pool(stocked: World) -> AssemblyRun:
    return made(stocked, forms=6, kind=RunKind.POOL)


def test_a_pool_has_a_proved_paper_for_everybody_sealed_as_a_whole(
    stocked: World, pool: AssemblyRun, django_assert_num_queries: Callable[..., Any]
) -> None:
    papers = list(Paper.objects.filter(run=pool).order_by("form_id"))
    assert [paper.label for paper in papers] == ["0001", "0002", "0003", "0004", "0005", "0006"]
    assert len({frozenset(names_of(paper)) for paper in papers}) == 6
    assert all(line["ok"] for paper in papers for line in paper.proof)
    assert all(line["ok"] for line in pool.summary["lines"])
    assert pool.summary["exposure"]["items"] == len({name for paper in papers for name in names_of(paper)})
    assert sum(column["items"] for column in pool.summary["exposure"]["columns"]) == len(
        {name for paper in papers for name in names_of(paper)}
    )
    administrator, writer = stocked[Role.ADMINISTRATOR], stocked[Role.ITEM_WRITER]
    page = signed_in(administrator).get(reverse("run", args=[pool.id]))
    assert (page.context["total"], page.context["drafts"], page.context["may_approve"]) == (6, 6, True)
    title = f"{stocked.national.title}一人一卷的试卷等您审定"
    assert title in [line.title for line in waiting(writer, Role.ITEM_WRITER)]

    assert approve_pool(by=administrator, run=pool) == 6
    assert refused_code(approve_pool, by=administrator, run=pool) == "approved-already"
    assert Paper.objects.filter(run=pool, status=PaperStatus.SEALED).count() == 0
    signed_in(writer).post(reverse("approve_pool", args=[pool.id]))
    sealed = list(Paper.objects.filter(run=pool))
    assert {paper.status for paper in sealed} == {PaperStatus.SEALED}
    assert len({paper.sealed_content_id for paper in sealed}) == 1
    with django_assert_num_queries(1):
        bodies = bodies_of(sealed)
    assert all(content_hash_of(paper, bodies) == paper.content_hash for paper in sealed)
    assert refused_code(approve_pool, by=second(Role.ITEM_WRITER), run=pool) == "pool-closed"
    assert refused_code(discard_pool, by=writer, run=pool) == "pool-closed"
    assert PaperApproval.objects.count() == 12
    assert signed_in(administrator).get(reverse("paper", args=[sealed[0].id])).status_code == 200


def test_a_pool_is_given_up_as_a_whole(stocked: World, pool: AssemblyRun, administrator: Client) -> None:
    assert signed_in(stocked[Role.MARKER]).post(reverse("discard_pool", args=[pool.id])).status_code == 403
    administrator.post(reverse("discard_pool", args=[pool.id]))
    assert {paper.status for paper in Paper.objects.all()} == {PaperStatus.DISCARDED}
    assert "6 份已弃用" in administrator.get(reverse("blueprints")).content.decode()


def test_too_small_a_bank_gives_no_pool(world: World) -> None:
    run = made(world, forms=3, kind=RunKind.POOL)
    assert run.status == RunStatus.INFEASIBLE
    assert not Paper.objects.exists()


def test_a_waiting_run_is_cancelled_and_never_made(stocked: World, administrator: Client) -> None:
    run = request_papers(by=stocked[Role.ADMINISTRATOR], offering=stocked.national, forms=1, seed=1)
    assert signed_in(stocked[Role.MARKER]).post(reverse("cancel_run", args=[run.id])).status_code == 403
    administrator.post(reverse("cancel_run", args=[run.id]))

    assert run_now(run_id=run.id).status == RunStatus.CANCELLED
    assert not Paper.objects.exists()
    assert "这次组卷已取消" in administrator.get(reverse("run", args=[run.id])).content.decode()
    assert refused_code(cancel_run, by=stocked[Role.ADMINISTRATOR], run=run) == "run-over"


@pytest.mark.parametrize("kind", [RunKind.PARALLEL, RunKind.POOL])
def test_a_run_at_work_stops_at_its_next_look(
    stocked: World, monkeypatch: pytest.MonkeyPatch, kind: RunKind
) -> None:
    run = request_papers(
        by=stocked[Role.ADMINISTRATOR], offering=stocked.national, forms=2, seed=1, kind=kind
    )
    looks: list[int] = []
    before = Watch.__call__

    def looked(self: Watch, made: int, asked: int) -> bool:
        looks.append(made)
        if made == 1:
            cancel_run(by=stocked[Role.ADMINISTRATOR], run=run)
            self.told = 0.0  # as after half a second
        return before(self, made, asked)

    monkeypatch.setattr(Watch, "__call__", looked)
    assert run_now(run_id=run.id).status == RunStatus.CANCELLED
    assert looks[-1] == 1
    assert not Paper.objects.exists()


def test_a_run_at_work_shows_how_far_it_is(stocked: World, administrator: Client) -> None:
    run = AssemblyRun.objects.create(
        offering=stocked.national,
        forms=20,
        seed=0,
        status=RunStatus.RUNNING,
        made=7,
        asked=20,
        nearness={"at_cut": "0.10", "score": "0.50", "information": "0.02"},
        started_at=stocked.national.starts_at,
    )
    page = administrator.get(reverse("run", args=[run.id])).content.decode()
    assert "7 / 20 份" in page
    assert "及格线上不超过 0.10 分" in page


def test_the_form_takes_wishes(stocked: World, administrator: Client) -> None:
    words = {
        "offering": stocked.national.id,
        "forms_wanted": 30,
        "seed": 3,
        "kind": "pool",
        "forbidden": "NOBODY",
        "avoid_sittings": 4,
    }
    page = administrator.post(reverse("new_run"), words)
    assert page.status_code == 422
    assert "题库里没有可用的考试题 NOBODY" in page.content.decode()
    administrator.post(reverse("new_run"), {**words, "forbidden": ""})
    run = AssemblyRun.objects.get()
    assert (run.kind, run.forms, run.avoid_sittings, run.shared) == ("pool", 30, 4, 0)
    assert run.lower_share == 0


def test_the_short_cell_leads_to_its_items(world: World, administrator: Client) -> None:
    run = made(world, forms=1)
    url = reverse("run", args=[run.id])
    assert "请把上表转给命题人" in administrator.get(url).content.decode()
    writer = signed_in(world[Role.ITEM_WRITER])
    page = writer.get(url)
    for row in page.context["cells"]:
        assert writer.get(f"{reverse('items')}?{row['query']}").status_code == 200
        assert f"area={row['area']}&type={row['type']}" in row["query"]


def test_runs_stored_before_there_were_curves_are_still_shown(stocked: World, administrator: Client) -> None:
    made(stocked, forms=1)
    paper = Paper.objects.get()
    old = paper.deviation
    for name in ("score_gap", "information_gap"):
        del old[name]
    for entry in old["forms"]:
        del entry["curve"]
    Paper.objects.filter(pk=paper.pk).update(deviation=old)
    AssemblyRun.objects.update(nearness={}, started_at=None, touched_at=None)

    for name, key in (("paper", paper.pk), ("run", paper.run_id), ("proof_document", paper.pk)):
        assert administrator.get(reverse(name, args=[key])).status_code == 200
