"""Panels, sheets and the chair's signature."""

from decimal import Decimal

import pytest

from tests.factories.world import World
from tests.practicals.panels import (
    DAY_BEFORE,
    ON_THE_DAY,
    all_sheets,
    core_task,
    examiners,
    full_scores,
    panel_of,
    pinned_task,
    scores_less,
    sitting_panel,
    tickets,
)
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.practicals.actions import (
    assign_candidates,
    form_panel,
    load_task,
    mark_absent,
    sign_off,
    submit_sheet,
)
from zhiheng.practicals.models import Panel, PanelCandidate, PanelMember, ScoreSheet, SignOff, SkillTask
from zhiheng.practicals.queries import overview, sheets_seen_by, signing, task_of


def code_of(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.mark.django_db
def test_a_task_is_pinned_once_and_read_back_unchanged() -> None:
    first, again = pinned_task(), load_task(by="test", task=core_task())

    assert (first, SkillTask.objects.count(), AuditLine.objects.count()) == (again, 1, 1)
    assert task_of(first) == core_task()


def test_a_panel_has_one_chair(world: World) -> None:
    seats = examiners(world)
    panel = panel_of(world, seats)

    members = PanelMember.objects.filter(panel=panel)
    assert {member.examiner_id: member.chair for member in members} == {
        seats[0].id: True,
        seats[1].id: False,
        seats[2].id: False,
    }


@pytest.mark.parametrize(
    ("size", "code"), [(1, "panel-size"), (2, "panel-size"), (4, "panel-size"), (6, "panel-size")]
)
def test_a_panel_is_odd_and_three_or_more(world: World, size: int, code: str) -> None:
    seats = examiners(world, size)

    assert code_of(panel_of, world=world, seats=seats) == code
    assert (Panel.objects.count(), PanelMember.objects.count()) == (0, 0)


def test_who_may_sit_on_a_panel(world: World) -> None:
    seats = examiners(world)
    words = {
        "by": world[Role.ADMINISTRATOR],
        "offering": world.national,
        "task": pinned_task(),
        "name": "组",
        "place": "室",
        "examiners": seats,
        "chair": seats[0],
    }

    assert code_of(form_panel, **(words | {"chair": world[Role.MARKER]})) == "chair-elsewhere"
    assert code_of(form_panel, **(words | {"examiners": [*seats[:2], seats[0]]})) == "examiner-twice"
    assert code_of(form_panel, **(words | {"examiners": [*seats[:2], world[Role.MARKER]]})) == "not-examiner"
    assert code_of(form_panel, **(words | {"name": "  "})) == "panel-words"
    assert code_of(form_panel, **(words | {"offering": world.association})) == "no-skill-component"
    assert Panel.objects.count() == 0

    form_panel(**words)  # type: ignore[arg-type]  # one dictionary for every case
    assert code_of(form_panel, **words) == "panel-taken"


def test_one_examiner_per_five_candidates(world: World) -> None:
    panel = panel_of(world, examiners(world))
    admin = world[Role.ADMINISTRATOR]
    sixteen = tickets(world, 16)

    assert len(assign_candidates(by=admin, panel=panel, tickets=sixteen[:14])) == 14
    assert code_of(assign_candidates, by=admin, panel=panel, tickets=sixteen[14:]) == "examiner-ratio"
    assert PanelCandidate.objects.count() == 14
    assert len(assign_candidates(by=admin, panel=panel, tickets=sixteen[14:15])) == 1


def test_who_may_come_before_a_panel(world: World) -> None:
    panel = panel_of(world, examiners(world))
    admin = world[Role.ADMINISTRATOR]
    (own,) = tickets(world, 1)
    (foreign,) = tickets(world, 1, world.association)

    assert code_of(assign_candidates, by=admin, panel=panel, tickets=[own, foreign]) == "ticket-elsewhere"
    assert code_of(assign_candidates, by=admin, panel=panel, tickets=[]) == "no-candidates"
    assert PanelCandidate.objects.count() == 0
    assign_candidates(by=admin, panel=panel, tickets=[own])
    assert code_of(assign_candidates, by=admin, panel=panel, tickets=[own]) == "assigned-already"


def test_the_mark_is_the_mean_of_the_latest_sheets(world: World) -> None:
    _, seats, (candidate,) = sitting_panel(world)
    lost = core_task().criteria[0].marks
    for examiner, less in zip(seats, (str(lost), "0.5", "0"), strict=True):
        submit_sheet(by=examiner, candidate=candidate, scores=scores_less(less))
    corrected = submit_sheet(by=seats[2], candidate=candidate, scores=full_scores(), comment="更正")

    signed = sign_off(by=seats[0], candidate=candidate)

    second = 100 - lost + Decimal("0.5")
    assert ScoreSheet.objects.count() == 4
    assert corrected.total == 100
    assert signed.marks == ((200 + second) / 3).quantize(Decimal("0.01"))
    assert [Decimal(line["total"]) for line in signed.reckoning["totals"]] == [100, second, 100]
    assert signed.reckoning["text"] == f"(100.0 + {second} + 100.0) ÷ 3 = {signed.marks}"


def test_a_sheet_is_refused_whole(world: World) -> None:
    _, seats, (candidate,) = sitting_panel(world)
    first = core_task().criteria[0].id

    for scores, code in (
        ({first: "1"}, "criterion-score"),
        (full_scores() | {first: "0.3"}, "criterion-score"),
        (full_scores() | {first: "101"}, "criterion-score"),
        (full_scores() | {"XX": "1"}, "criterion-unknown"),
    ):
        assert code_of(submit_sheet, by=seats[0], candidate=candidate, scores=scores) == code
    long = {"scores": full_scores(), "comment": "长" * 301}
    assert code_of(submit_sheet, by=seats[0], candidate=candidate, **long) == "comment-long"
    assert ScoreSheet.objects.count() == 0


def test_only_the_panel_scores_and_not_before_the_day(world: World) -> None:
    _, seats, (candidate,) = sitting_panel(world)
    scores = full_scores()

    for stranger in (world[Role.ADMINISTRATOR], world[Role.MARKER]):
        assert code_of(submit_sheet, by=stranger, candidate=candidate, scores=scores) == "not-on-panel"
    clock.move_to(DAY_BEFORE)
    assert code_of(submit_sheet, by=seats[0], candidate=candidate, scores=scores) == "before-the-day"
    assert code_of(mark_absent, by=seats[0], candidate=candidate) == "before-the-day"
    assert ScoreSheet.objects.count() == 0
    clock.move_to(ON_THE_DAY)
    assert submit_sheet(by=seats[0], candidate=candidate, scores=scores).total == 100


def test_the_chair_signs_when_every_sheet_is_in(world: World) -> None:
    _, seats, (candidate,) = sitting_panel(world)
    submit_sheet(by=seats[0], candidate=candidate, scores=full_scores())

    assert code_of(sign_off, by=seats[0], candidate=candidate) == "sheets"
    all_sheets(candidate, seats)
    assert code_of(sign_off, by=seats[1], candidate=candidate) == "not-chair"
    assert SignOff.objects.count() == 0

    assert sign_off(by=seats[0], candidate=candidate).marks == 100
    assert code_of(sign_off, by=seats[0], candidate=candidate) == "signed-off"
    assert code_of(submit_sheet, by=seats[1], candidate=candidate, scores=full_scores()) == "signed-off"


def test_the_absent_get_no_sheet(world: World) -> None:
    _, seats, (candidate, other) = sitting_panel(world, 2)
    mark_absent(by=seats[1], candidate=candidate)
    submit_sheet(by=seats[0], candidate=other, scores=full_scores())

    assert code_of(submit_sheet, by=seats[0], candidate=candidate, scores=full_scores()) == "candidate-absent"
    assert code_of(sign_off, by=seats[0], candidate=candidate) == "candidate-absent"
    assert code_of(mark_absent, by=seats[1], candidate=other) == "scored-already"
    assert [PanelCandidate.objects.get(pk=row.pk).absent for row in (candidate, other)] == [True, False]


def test_nobody_sees_another_sheet_before_the_signature(world: World) -> None:
    _, seats, (candidate,) = sitting_panel(world)
    all_sheets(candidate, seats)

    assert [[sheet.examiner_id for sheet in sheets_seen_by(examiner, candidate)] for examiner in seats] == [
        [examiner.id] for examiner in seats
    ]
    assert signing(candidate).granted

    sign_off(by=seats[0], candidate=candidate)
    assert [len(sheets_seen_by(examiner, candidate)) for examiner in seats] == [3, 3, 3]


def test_an_overview_counts_what_is_left(world: World, django_assert_num_queries: object) -> None:
    panel, seats, rows = sitting_panel(world, 3)
    all_sheets(rows[0], seats)
    submit_sheet(by=seats[1], candidate=rows[1], scores=full_scores())
    mark_absent(by=seats[0], candidate=rows[2])

    with django_assert_num_queries(4):  # type: ignore[operator]
        (view,) = overview([panel], reader=seats[0])

    assert [row.state[1] for row in view.rows] == ["待组长签字", "评分中", "缺考"]
    assert (view.settled, len(view.ready_to_sign), len(view.to_score)) == (1, 1, 1)
    assert (view.chaired_by(seats[0]), view.chaired_by(seats[1])) == (True, False)
