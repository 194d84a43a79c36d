"""Candidates who sat an offering, written down as the stages before would."""

from datetime import timedelta
from decimal import Decimal

from tests.factories.world import World
from zhiheng.assembly.models import AssemblyRun, Paper
from zhiheng.delivery.models import Attempt, Collection
from zhiheng.delivery.queries import ends_at
from zhiheng.enrolment.models import Application
from zhiheng.marking.models import TheoryMark
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.practicals.models import Panel, PanelCandidate, SignOff, SkillTask
from zhiheng.results.actions import propose, release
from zhiheng.results.models import Release, Result
from zhiheng.seating.models import Centre, CheckIn, Ticket
from zhiheng.sittings.models import Offering


def ticket_for(application: Application) -> Ticket:
    centre, _ = Centre.objects.get_or_create(
        code="001",
        defaults={"name": "一号考点", "province": "福建省", "city": "福州市", "address": "示例路 1 号"},
    )
    number = f"9{Ticket.objects.count() + 1:014d}"
    return Ticket.objects.create(
        application=application, offering=application.offering, centre=centre, number=number
    )


def after(offering: Offering) -> None:
    """Move the clock past the exam."""
    clock.move_to(offering.starts_at + timedelta(days=3))


def check_in(world: World, ticket: Ticket, *, present: bool = True) -> None:
    CheckIn.objects.create(ticket=ticket, present=present, by=world[Role.INVIGILATOR])


def collected(ticket: Ticket) -> Attempt:
    attempt = Attempt.objects.create(
        ticket=ticket, paper=a_paper(ticket.offering), ends_at=ends_at(ticket.offering)
    )
    Collection.objects.create(attempt=attempt, answers={}, answers_hash="0" * 64, entries=1)
    return attempt


def theory(ticket: Ticket, marks: str, breakdown: object = None) -> TheoryMark:
    return TheoryMark.objects.create(
        attempt=collected(ticket), marks=Decimal(marks), breakdown=breakdown or {}
    )


def on_panel(ticket: Ticket, *, absent: bool = False) -> PanelCandidate:
    task, _ = SkillTask.objects.get_or_create(
        content_hash="t" * 64, defaults={"name": "示例任务", "document": {}}
    )
    panel, _ = Panel.objects.get_or_create(offering=ticket.offering, task=task, name="一组", place="实训室")
    return PanelCandidate.objects.create(panel=panel, ticket=ticket, absent=absent)


def skill(world: World, ticket: Ticket, marks: str) -> SignOff:
    return SignOff.objects.create(
        candidate=on_panel(ticket), marks=Decimal(marks), reckoning={}, by=world[Role.EXAMINER]
    )


def sat(world: World, marks: list[str | None], offering: Offering | None = None) -> list[Ticket]:
    """Paid candidates of an offering with their theory marks, None for one marked absent; the exam is over."""
    tickets = [ticket_for(application) for application in world.paid(len(marks), offering)]
    after(tickets[0].offering)
    for ticket, mark in zip(tickets, marks, strict=True):
        check_in(world, ticket, present=mark is not None)
        if mark is not None:
            theory(ticket, mark)
    return tickets


def a_paper(offering: Offering) -> Paper:
    found = Paper.objects.filter(offering=offering).first()
    if found is not None:
        return found
    run = AssemblyRun.objects.create(offering=offering, forms=1, seed=1)
    return Paper.objects.create(
        run=run,
        offering=offering,
        form_id=f"form-{offering.id}",
        label="甲",
        total=100,
        lines=[],
        proof={},
        content_hash="p" * 64,
    )


def second_officer() -> Account:
    return create_account(
        by="test",
        username="results-two",
        password=None,
        display_name="第二成绩员",
        roles=[Role.RESULTS_OFFICER],
    )


def released(world: World, marks: list[str | None], offering: Offering | None = None) -> Release:
    """Candidates whose results are out."""
    tickets = sat(world, marks, offering)
    proposal = propose(by=world[Role.RESULTS_OFFICER], offering=tickets[0].offering)
    return release(by=second_officer(), release=proposal)


def result_of(ticket: Ticket) -> Result:
    return Result.objects.select_related(
        "application__person", "application__offering__sitting", "application__offering__revision", "release"
    ).get(application=ticket.application)


def sign_in_as_candidate(ticket: Ticket, username: str = "kao-sheng") -> Account:
    """An account for the person on a ticket."""
    account = create_account(
        by="test", username=username, password=None, display_name="考生", roles=[Role.CANDIDATE]
    )
    person = ticket.application.person
    person.account = account
    person.save(update_fields=["account"])
    return account
