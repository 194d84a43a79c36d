"""The nightly run: what is over its time goes, what is held stays, and everything is counted."""

import json
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from tests.cli.answers import run as command
from tests.factories.world import PASSWORD, World, id_number
from zhiheng.enrolment.actions import review, withdraw
from zhiheng.enrolment.models import Application, ApplicationStatus, Document, EligibilityDecision, Verdict
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import open_candidate_account, register_person
from zhiheng.people.models import (
    Complaint,
    ComplaintEntry,
    Correction,
    CorrectionState,
    Person,
    Role,
)
from zhiheng.people.queries import find_person
from zhiheng.people.retention.actions import Line, run
from zhiheng.people.retention.queries import next_night
from zhiheng.people.retention.tasks import end_what_is_over, plan_nightly_run
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.models import AuditLine, MessageChannel, MessageState, OutgoingMessage, VaultFile

pytestmark = pytest.mark.django_db
SIXTY_DAYS_LATER = datetime(2027, 1, 28, 10, 0, tzinfo=SHANGHAI)  # the sitting is on 2026-11-28


def rejected(world: World) -> Application:
    application = world.submitted()
    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.REJECT, reasons=["材料不实"])
    application.refresh_from_db()
    return application


def found(lines: list[Line]) -> dict[str, tuple[int, int, int]]:
    return {
        line.rule.kind: (line.count, line.held, line.done)
        for line in lines
        if line.rule.kind in ("applications-closed", "applications-approved", "people")
    }


def files_of(application: Application) -> list[VaultFile]:
    return [row.file for row in Document.objects.filter(application=application).select_related("file")]


@pytest.mark.django_db(transaction=True)
def test_a_closed_application_goes_after_sixty_days_and_the_person_after_sixty_more(world: World) -> None:
    application = rejected(world)
    kept = world.approved()
    number = application.person.id_number
    open_candidate_account(by="test", person=application.person, username="jia", password=PASSWORD)
    clock.move_to(SIXTY_DAYS_LATER - timedelta(days=1))
    assert found(run(by="test", dry_run=False))["applications-closed"] == (0, 0, 0)

    clock.move_to(SIXTY_DAYS_LATER)
    assert found(run(by="test", dry_run=True))["applications-closed"] == (1, 0, 0)
    application.refresh_from_db()
    assert (
        application.erased_at,
        all((settings.VAULT / str(row.id)).exists() for row in files_of(application)),
    ) == (
        None,
        True,
    )
    assert found(run(by="test", dry_run=False)) == {
        "applications-closed": (1, 0, 1),
        "applications-approved": (0, 0, 0),
        "people": (0, 0, 0),
    }
    application.refresh_from_db()
    assert (application.profile, application.address, application.status) == (
        {},
        "",
        ApplicationStatus.REJECTED,
    )
    files = files_of(application)
    assert [(settings.VAULT / str(row.id)).exists() for row in files] == [False] * 5
    assert {row.name for row in files} == {""}
    with pytest.raises(Refused, match="已于 2027年1月28日 按保存规则销毁"):
        vault.read(files[0])
    assert {row.facts == {} for row in EligibilityDecision.objects.filter(application=application)} == {True}
    line = AuditLine.objects.get(act="retention-ended")
    assert (line.subject, line.detail["count"], line.detail["oldest"]) == (
        "retention:applications-closed",
        1,
        "2026-11-28T00:00:00+08:00",
    )
    assert found(run(by="test", dry_run=False))["applications-closed"] == (0, 0, 0)

    clock.move_to(SIXTY_DAYS_LATER + timedelta(days=61))
    assert found(run(by="test", dry_run=False))["people"] == (1, 0, 1)
    person = Person.objects.select_related("account").get(pk=application.person_id)
    assert (person.name, person.id_number, person.id_masked, person.phone) == ("已删除", "", "", "")
    assert (person.account is not None and person.account.is_active, find_person(number)) == (False, None)
    kept.refresh_from_db()
    assert (kept.erased_at, kept.profile != {}) == (None, True)
    assert AuditLine.objects.filter(act="retention-run").count() == 4
    assert first_broken() is None


def test_open_matters_hold_what_is_over_its_time(world: World) -> None:
    approved = world.approved()
    withdrawn = world.enter()
    withdraw(by=world[Role.INSTITUTION], application=withdrawn)
    clock.move_to(datetime(2032, 1, 1, 10, 0, tzinfo=SHANGHAI))
    lines = found(run(by="test", dry_run=False))
    assert lines["applications-approved"] == (0, 1, 0)
    assert lines["applications-closed"] == (1, 0, 1)
    approved.refresh_from_db()
    assert approved.erased_at is None


def message(person: Person, *, state: MessageState) -> OutgoingMessage:
    return OutgoingMessage.objects.create(
        person_id=person.id,
        letter=f"a|{state}",
        key=f"a|{state}",
        kind="application-approved",
        language="zh-hans",
        channel=MessageChannel.IN_APP,
        subject="s",
        text="t",
        state=state,
    )


def test_messages_go_after_a_year_unless_they_still_wait(world: World) -> None:
    application = rejected(world)
    message(application.person, state=MessageState.SENT)
    waiting = message(application.person, state=MessageState.QUEUED)
    clock.move_to(clock.now() + timedelta(days=364))
    run(by="test", dry_run=False)
    assert OutgoingMessage.objects.count() == 2
    clock.move_to(clock.now() + timedelta(days=2))
    run(by="test", dry_run=False)
    assert list(OutgoingMessage.objects.all()) == [waiting]


def test_sessions_and_finished_jobs_go(world: World, client: object) -> None:
    real = clock.now() - clock.offset()
    Session.objects.create(session_key="old", session_data="", expire_date=real - timedelta(hours=1))
    Session.objects.create(session_key="new", session_data="", expire_date=real + timedelta(hours=1))
    DBTaskResult.objects.all().delete()
    for days, status in ((31, "SUCCESSFUL"), (29, "SUCCESSFUL"), (31, "READY")):
        DBTaskResult.objects.create(
            status=status,
            task_path="x",
            args_kwargs={"args": [], "kwargs": {}},
            backend_name="default",
            run_after=real,
            finished_at=real - timedelta(days=days),
        )
    run(by="test", dry_run=False)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert DBTaskResult.objects.count() == 2


def correction_of(world: World, person: Person, *, settled: bool) -> Correction:
    evidence = vault.keep(b"%PDF-", kind="evidence", name="a.pdf", by="test", media_type="application/pdf")
    return Correction.objects.create(
        number=f"C{Correction.objects.count()}",
        person=person,
        requested_by=world[Role.INSTITUTION],
        name="测改名",
        id_number=person.id_number,
        reason="派出所已更名",
        evidence=evidence,
        state=CorrectionState.APPLIED if settled else CorrectionState.WAITING,
        settled_at=clock.now() if settled else None,
    )


def test_corrections_lose_their_evidence_after_three_years_and_waiting_ones_hold(world: World) -> None:
    held, free = rejected(world), rejected(world)
    correction_of(world, held.person, settled=False)
    done = correction_of(world, free.person, settled=True)
    clock.move_to(SIXTY_DAYS_LATER)
    assert found(run(by="test", dry_run=False))["applications-closed"] == (1, 1, 1)
    clock.move_to(datetime(2029, 6, 1, 10, 0, tzinfo=SHANGHAI))
    lines = {line.rule.kind: line.done for line in run(by="test", dry_run=False)}
    assert (lines["corrections"], lines["people"]) == (0, 1)  # forgotten with the person, evidence and all
    done.refresh_from_db()
    assert (done.name, done.id_number, done.reason) == ("", "", "")
    assert VaultFile.objects.get(pk=done.evidence_id).destroyed_at is not None


def test_evidence_of_a_correction_goes_by_itself_after_three_years(world: World) -> None:
    person = register_person(by="test", name="测留名", id_number=id_number(700))
    correction = correction_of(world, person, settled=True)
    held = correction_of(world, world.approved().person, settled=True)
    clock.move_to(clock.now() + timedelta(days=3 * 366))
    lines = {line.rule.kind: (line.count, line.held, line.done) for line in run(by="test", dry_run=False)}
    assert lines["corrections"] == (1, 1, 1)
    correction.refresh_from_db()
    held.refresh_from_db()
    assert (correction.reason, held.reason) == ("", "派出所已更名")


def test_complaints_lose_who_and_what_after_three_years(world: World) -> None:
    application = rejected(world)
    account = open_candidate_account(by="test", person=application.person, username="jia", password=PASSWORD)
    words = {"about": "fee", "due": clock.now(), "name": "甲", "phone": "13900000000", "key": "geheim"}
    waiting = Complaint.objects.create(number="T1", account=account, **words)
    done = Complaint.objects.create(number="T2", state="closed", closed_at=clock.now(), **words)
    file = vault.keep(b"%PDF-", kind="complaint", name="a.pdf", by="test", media_type="application/pdf")
    for complaint in (waiting, done):
        ComplaintEntry.objects.create(complaint=complaint, kind="complaint", text="多收了钱", file=file)
    clock.move_to(clock.now() + timedelta(days=3 * 366))
    lines = {line.rule.kind: (line.count, line.held, line.done) for line in run(by="test", dry_run=False)}
    assert (lines["complaints"], lines["applications-closed"]) == ((1, 0, 1), (0, 1, 0))
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.name, done.phone, done.key == "geheim", waiting.name) == ("", "", False, "甲")
    assert [entry.text for entry in ComplaintEntry.objects.order_by("complaint__number")] == ["多收了钱", ""]
    assert {line.rule.kind: line.count for line in run(by="test", dry_run=True)}["complaints"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_file_left_lying_by_a_stopped_machine_is_taken_away(world: World) -> None:
    (row, *_) = files_of(world.enter())
    VaultFile.objects.filter(pk=row.pk).update(destroyed_at=clock.now())
    assert (settings.VAULT / str(row.id)).exists()
    run(by="test", dry_run=False)
    assert not (settings.VAULT / str(row.id)).exists()


def test_the_worker_comes_back_every_night(world: World) -> None:
    assert next_night(datetime(2026, 11, 10, 2, 59, tzinfo=SHANGHAI)).hour == 3
    assert next_night(datetime(2026, 11, 30, 3, 0, tzinfo=SHANGHAI)) == datetime(
        2026, 12, 1, 3, 0, tzinfo=SHANGHAI
    )
    own = DBTaskResult.objects.filter(task_path=end_what_is_over.module_path)
    assert (plan_nightly_run(), plan_nightly_run(), own.count()) == (True, False, 1)
    end_what_is_over.call()
    assert own.count() == 2
    assert AuditLine.objects.filter(act="retention-run", by="retention").count() == 1


def test_the_command_counts_and_ends(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    rejected(world)
    clock.move_to(SIXTY_DAYS_LATER)
    dry = command(capsys, "retention", "run", "--dry-run", "--json")
    line = next(entry for entry in dry.data["kinds"] if entry["kind"] == "applications-closed")
    assert (dry.code, dry.data["dry_run"], line["due"], line["done"], line["oldest"]) == (
        0,
        True,
        1,
        0,
        "2026-11-28T00:00:00+08:00",
    )
    assert command(capsys, "retention", "run").out.count("已处理 1") == 1
    again = json.loads(command(capsys, "retention", "run", "--json").out)
    assert [entry["due"] for entry in again["kinds"] if entry["kind"] == "applications-closed"] == [0]
    table = command(capsys, "retention", "rules", "--json").data
    assert [entry["keep"] for entry in table if entry["kind"] == "money"] == ["30 年"]
