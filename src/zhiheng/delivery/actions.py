"""Handing a sitting to the hall, and taking the answers back."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction

from zhiheng.assembly.models import Paper, RunKind
from zhiheng.assembly.queries import bodies_of, open_retractions
from zhiheng.assembly.sealing.actions import hand_over
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.core.pack import PackCandidate, PackPaper, SittingPack, hash_id, seal_pack, with_order
from zhiheng.delivery.core.receipt import answers_hash, make_receipt
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.models import Attempt, Collection, LateAdmission, PublishedPack
from zhiheng.delivery.queries import (
    as_submitted,
    attempts_of,
    ends_at,
    folded,
    late_entry_until,
    latest_collection,
    log_of,
    pack_of,
    sealed_papers,
)
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.seating.queries import TicketSheet, sheets_of, tickets_of
from zhiheng.sittings.models import Offering


@transaction.atomic
def publish_pack(*, by: Account, offering: Offering) -> PublishedPack:
    """Give every seated candidate an attempt at a sealed paper and put the pack on the hall's shelf.

    Raises: Refused when it is published already, nothing is sealed, somebody has no seat, or the exam is over.
    """
    lock_named(f"pack:{offering.id}")
    sealed = sealed_papers(offering)
    sheets = sorted(sheets_of(tickets_of(offering)), key=_seat)
    _check_publishable(offering, sealed, sheets)
    papers_dealt = _dealt(offering, sealed, sheets)
    papers = list({paper.id: paper for paper in papers_dealt}.values())
    hand_over(papers=papers, offering=offering)
    keys = ensure_keys(settings.HALL_DATA)
    bodies = bodies_of(papers)
    shown = {
        str(paper.id): pack_paper(
            paper_id=str(paper.id),
            title=f"{offering.title}理论试卷（{paper.label}卷）",
            lines=paper.lines,
            bodies=bodies,
        )
        for paper in papers
    }
    candidates = [
        _candidate(sheet, paper, shown[str(paper.id)], keys)
        for sheet, paper in zip(sheets, papers_dealt, strict=True)
    ]
    pack = seal_pack(
        SittingPack(
            sitting=str(offering.id),
            title=f"{offering.sitting.title}　{offering.title}",
            key_id=keys.key_id,
            papers=tuple(shown.values()),
            candidates=tuple(candidates),
        )
    )
    published = PublishedPack.objects.create(
        offering=offering, content_hash=pack.hash, attempts=len(candidates), published_by=by
    )
    record(
        by=str(by.id),
        act="pack-published",
        subject=f"offering:{offering.id}",
        detail={"hash": pack.hash, "attempts": len(candidates)},
    )
    publish("pack-published", offering_id=str(offering.id))
    transaction.on_commit(lambda: write_pack(settings.HALL_DATA, pack))
    return published


@transaction.atomic
def collect(*, by: Account, offering: Offering) -> list[Collection]:
    """Fold the hall's log into final answers, one collection per opened attempt.

    Collecting again changes nothing unless a late answer was admitted meanwhile.
    Raises: Refused while the exam is still running.
    """
    if clock.now() < ends_at(offering):
        raise Refused(
            what=f"{offering.title}要到 {ends_at(offering):%H:%M} 才结束",
            rule="考试结束后方可收卷",
            remedy="请在考试结束后再收卷",
            code="still-running",
        )
    attempts = list(attempts_of(offering))
    rows = log_of(attempts)
    keys = ensure_keys(settings.HALL_DATA)
    found = [
        _collect_one(attempt, rows[str(attempt.id)], keys) for attempt in attempts if str(attempt.id) in rows
    ]
    record(
        by=str(by.id),
        act="answers-collected",
        subject=f"offering:{offering.id}",
        detail={"count": len(found)},
    )
    return found


@transaction.atomic
def decide_late(*, by: Account, attempt: Attempt, entry: int, admitted: bool, reason: str) -> LateAdmission:
    """A person's decision on one answer kept but not counted; the answers are folded anew.

    Raises: Refused without a reason, for an entry that is not late, or one already decided.
    """
    if not reason.strip():
        raise Refused(what="没有写明理由", remedy="请写明采纳或不采纳的理由", code="reason-missing")
    collection = latest_collection(attempt)
    if collection is None or entry not in collection.late:
        raise Refused(what="这条记录不是该考生的迟到作答", remedy="请刷新页面", code="not-late")
    if LateAdmission.objects.filter(attempt=attempt, entry=entry).exists():
        raise Refused(what="这条迟到作答已有处理决定", remedy="请刷新页面查看", code="late-decided")
    decision = LateAdmission.objects.create(
        attempt=attempt, entry=entry, admitted=admitted, reason=reason.strip(), by=by
    )
    record(
        by=str(by.id),
        act="late-admitted" if admitted else "late-refused",
        subject=f"attempt:{attempt.id}",
        detail={"entry": entry, "reason": reason.strip()},
    )
    rows = log_of([attempt])
    _collect_one(attempt, rows[str(attempt.id)], ensure_keys(settings.HALL_DATA))
    return decision


def _dealt(offering: Offering, papers: list[Paper], sheets: list[TicketSheet]) -> list[Paper]:
    """A paper for each ticket. From a pool everybody gets one of their own, by lot: the offering is the seed.

    Raises: Refused when a pool has fewer papers than there are candidates.
    """
    pool = [paper for paper in papers if paper.run.kind == RunKind.POOL]
    if not pool:
        return [
            papers[place % len(papers)] for place in range(len(sheets))
        ]  # neighbours get different papers
    if len(pool) < len(sheets):
        raise Refused(
            what=f"{offering.title}有 {len(sheets)} 名考生，封存的一人一卷只有 {len(pool)} 份",
            rule="一人一卷时每名考生一份不同的试卷",
            remedy=f"请再组一批，使封存的份数不少于 {len(sheets)}",
            code="pool-too-small",
        )
    lots = sorted(pool, key=lambda paper: digest([str(offering.id), paper.form_id]))
    return lots[: len(sheets)]


def _check_publishable(offering: Offering, papers: list[Paper], sheets: list[TicketSheet]) -> None:
    if pack_of(offering) is not None:
        raise Refused(
            what=f"{offering.title}已发布到考场",
            rule="数据包发出后，里面的试卷不能再撤回、取代或更换",
            remedy="无需重复发布",
            code="published-already",
        )
    undecided = open_retractions(offering)
    if undecided:
        raise Refused(
            what=f"{offering.title}的 {undecided[0].paper.label}卷有人提出撤回或取代，还没有确认",
            rule="封存试卷的撤回与取代由两人办理",
            remedy="请先由另一位同事确认，或放弃那次提议",
            code="retraction-open",
        )
    if not papers:
        raise Refused(
            what=f"{offering.title}还没有封存的试卷",
            remedy="请先组卷并由两人审定封存",
            code="no-sealed-paper",
        )
    unseated = [sheet.ticket.number for sheet in sheets if sheet.placement is None]
    if unseated or not sheets:
        raise Refused(
            what=f"还有 {len(unseated)} 名考生没有座位" if sheets else f"{offering.title}还没有发放准考证",
            remedy="请先完成准考证与座位编排",
            code="not-seated",
        )
    if clock.now() >= ends_at(offering):
        raise Refused(what=f"{offering.title}的考试时间已过", remedy="请核对考期", code="exam-over")


def _seat(sheet: TicketSheet) -> tuple[str, int]:
    return (sheet.placement.room.name, sheet.placement.seat) if sheet.placement else ("", 0)


def _candidate(sheet: TicketSheet, paper: Paper, shown: PackPaper, keys: HallKeys) -> PackCandidate:
    """An attempt in the register and its line in the pack, in the same order of questions."""
    ticket = sheet.ticket
    attempt = Attempt(ticket=ticket, paper=paper, order={})
    plain = PackCandidate(
        ticket=ticket.number,
        id_hash=hash_id(keys.hmac, ticket.application.person.id_number),
        attempt=str(attempt.id),
        display_name=ticket.application.person.name,
        paper=str(paper.id),
        starts_at=ticket.offering.starts_at,
        ends_at=ends_at(ticket.offering),
        late_entry_until=late_entry_until(ticket.offering),
        room=sheet.placement.room.name if sheet.placement else "",
        seat=str(sheet.placement.seat) if sheet.placement else "",
    )
    ordered = with_order(plain, shown, seed=str(attempt.id))
    attempt.order = {
        "items": list(ordered.item_order),
        "options": {item: list(letters) for item, letters in ordered.option_order.items()},
    }
    attempt.save(force_insert=True)
    return ordered


def _collect_one(attempt: Attempt, entries: list[Entry], keys: HallKeys) -> Collection:
    state = folded(attempt, entries)
    answers = state.given
    late = sorted((*state.late, *state.after_submit))
    seal = answers_hash(str(attempt.id), answers)
    before = latest_collection(attempt)
    if before is not None and before.answers_hash == seal and before.entries == len(entries):
        return before
    pack = pack_of(attempt.ticket.offering)
    receipt = None
    if state.submitted_at is not None and pack is not None:
        receipt = make_receipt(
            as_submitted(attempt, entries),
            sitting=str(attempt.ticket.offering_id),
            attempt=str(attempt.id),
            ticket=attempt.ticket.number,
            pack=pack.content_hash,
            key_id=keys.key_id,
            key=keys.signing,
        )
    return Collection.objects.create(
        attempt=attempt,
        answers=answers,
        answers_hash=seal,
        submitted_at=_moment(state.submitted_at),
        entries=len(entries),
        late=late,
        receipt=msgspec.to_builtins(receipt) if receipt else None,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=SHANGHAI)
