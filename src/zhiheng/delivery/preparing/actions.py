"""Publishing a sitting to the hall: asked for, worked out in the background, written in one go."""

import logging
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction

from zhiheng.assembly.models import Paper
from zhiheng.assembly.queries import open_retractions
from zhiheng.assembly.sealing.actions import hand_over
from zhiheng.delivery.hall.packs import lay_ready, shelve
from zhiheng.delivery.models import Attempt, Preparation, PreparationState, PublishedPack
from zhiheng.delivery.preparing.making import Prepared, Tell, basis_of, prepare, silent, unseated
from zhiheng.delivery.preparing.queries import OPEN
from zhiheng.delivery.preparing_media import write_media
from zhiheng.delivery.queries import ends_at, pack_of, sealed_papers
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.models import Offering

logger = logging.getLogger(__name__)

ACCIDENT = "准备考场数据时出现意外错误，已记入日志。请重新发布；仍不成功的，请联系系统管理员。"
_TELL_EVERY = 1.0
_ROWS_AT_ONCE = 2000


class Stopped(Exception):
    """Somebody cancelled the preparation while it was at work."""


def publish_pack(*, by: Account, offering: Offering, tell: Tell = silent) -> PublishedPack:
    """Give every seated candidate an attempt at a sealed paper and put the pack on the hall's shelf.

    The long part reads only; what it found is written in one transaction, if nobody was moved meanwhile.
    Raises: Refused when it is published already, nothing is sealed, somebody has no seat, or the exam is over.
    """
    _check_publishable(offering)
    return _write(by, offering, prepare(offering, tell=tell))


@transaction.atomic
def ask_preparation(*, by: Account, offering: Offering) -> Preparation:
    """Have the pack prepared in the background. Raises: Refused as for publishing, or when it is being prepared."""
    lock_named(f"pack:{offering.id}")
    _check_publishable(offering)
    if Preparation.objects.filter(offering=offering, state__in=OPEN).exists():
        raise Refused(
            what=f"{offering.title}的考场数据正在准备",
            remedy="请等它完成，或先取消",
            code="preparing-already",
        )
    asked = Preparation.objects.create(offering=offering, by=by, touched_at=clock.now())
    record(by=str(by.id), act="pack-asked", subject=f"offering:{offering.id}", detail={})
    publish("pack-asked", preparation_id=str(asked.id))
    return asked


def prepare_now(*, preparation_id: UUID | str) -> Preparation:
    """Prepare what waits, or say why it cannot be. What has started is left alone."""
    started = Preparation.objects.filter(pk=preparation_id, state=PreparationState.WAITING).update(
        state=PreparationState.RUNNING, touched_at=clock.now()
    )
    asked = Preparation.objects.select_related("offering__sitting", "offering__revision", "by").get(
        pk=preparation_id
    )
    if not started:
        return asked
    try:
        _check_publishable(asked.offering)
        prepared = prepare(asked.offering, tell=_telling(asked))
        with transaction.atomic():
            _end(asked, PreparationState.DONE, done=len(prepared.attempts), total=len(prepared.attempts))
            _write(asked.by, asked.offering, prepared)
    except Stopped:
        pass  # whoever cancelled it has put it away
    except Refused as refused:
        _fail(asked, refused.sentence)
    except Exception:  # whatever goes wrong, the page must not show a preparation that never ends
        logger.exception("preparation %s failed", asked.id)
        _fail(asked, ACCIDENT)
    asked.refresh_from_db()
    return asked


@transaction.atomic
def cancel_preparation(*, by: Account, preparation: Preparation) -> None:
    """Stop it; nothing of it is kept. Raises: Refused when it is over."""
    moved = Preparation.objects.filter(pk=preparation.pk, state__in=OPEN).update(
        state=PreparationState.CANCELLED, ended_at=clock.now()
    )
    if not moved:
        raise Refused(what="这次准备已经结束，没有可取消的", remedy="请刷新页面", code="preparation-over")
    record(by=str(by.id), act="pack-cancelled", subject=f"offering:{preparation.offering_id}", detail={})


def _telling(asked: Preparation) -> Tell:
    """Notes how far the work is, and stops it when somebody has cancelled it."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = monotonic()
        if now - told < _TELL_EVERY:
            return
        told = now
        running = Preparation.objects.filter(pk=asked.pk, state=PreparationState.RUNNING)
        if not running.update(done=done, total=total, touched_at=clock.now()):
            raise Stopped

    return tell


def _end(asked: Preparation, state: PreparationState, **values: object) -> None:
    """Raises: Stopped when somebody cancelled it meanwhile."""
    now = clock.now()
    running = Preparation.objects.filter(pk=asked.pk, state=PreparationState.RUNNING)
    if not running.update(state=state, touched_at=now, ended_at=now, **values):
        raise Stopped


@transaction.atomic
def _fail(asked: Preparation, why: str) -> None:
    moved = Preparation.objects.filter(pk=asked.pk, state__in=OPEN).update(
        state=PreparationState.FAILED, trouble=why[:500], ended_at=clock.now()
    )
    if moved:
        record(
            by=str(asked.by_id),
            act="pack-failed",
            subject=f"offering:{asked.offering_id}",
            detail={"why": why},
        )


@transaction.atomic
def _write(by: Account, offering: Offering, prepared: Prepared) -> PublishedPack:
    lock_named(f"pack:{offering.id}")
    _check_publishable(offering)
    if basis_of(offering) != prepared.basis:
        raise Refused(
            what=f"准备考场数据期间，{offering.title}的座位、便利或考试条件有变动",
            rule="考场数据与座位编排、准许的便利和考试条件必须一致",
            remedy="请重新发布",
            code="basis-changed",
        )
    _lay_ready(prepared)
    hand_over(papers=prepared.papers, offering=offering)
    Attempt.objects.bulk_create(prepared.attempts, batch_size=_ROWS_AT_ONCE)
    pack = prepared.pack
    published = PublishedPack.objects.create(
        offering=offering, content_hash=pack.hash, attempts=len(prepared.attempts), published_by=by
    )
    record(
        by=str(by.id),
        act="pack-published",
        subject=f"offering:{offering.id}",
        detail={"hash": pack.hash, "attempts": len(prepared.attempts)},
    )
    publish("pack-published", offering_id=str(offering.id))
    transaction.on_commit(lambda: put_on_shelf(offering_id=offering.id))
    return published


def _lay_ready(prepared: Prepared) -> None:
    """Before anything is written down: afterwards a pack that found no room would count as published."""
    try:
        write_media(settings.HALL_DATA, prepared.papers)
        lay_ready(settings.HALL_DATA, prepared.pack)
    except OSError as error:
        raise Refused(
            what=f"考场数据写不到 {settings.HALL_DATA}：{error.strerror or error}",
            rule="写好的考场数据才能发布",
            remedy="请腾出磁盘空间或改正目录权限后重新发布",
            code="pack-not-written",
        ) from None


def put_on_shelf(*, offering_id: UUID | str) -> bool:
    """Give the hall what was laid ready and then published; whether it has a pack now. Twice is once.

    Done when the transaction has ended, and again by the worker, should the process have died between.
    """
    published = PublishedPack.objects.get(offering_id=offering_id)
    there = shelve(settings.HALL_DATA, str(offering_id), published.content_hash)
    if not there:
        logger.error("the published pack of %s is not in %s", offering_id, settings.HALL_DATA)
    return there


def _check_publishable(offering: Offering) -> None:
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
    _require_papers(offering, sealed_papers(offering))
    issued, without = unseated(offering)
    if without or not issued:
        raise Refused(
            what=f"还有 {without} 名考生没有座位" if issued else f"{offering.title}还没有发放准考证",
            remedy="请先完成准考证与座位编排",
            code="not-seated",
        )
    if clock.now() >= ends_at(offering):
        raise Refused(what=f"{offering.title}的考试时间已过", remedy="请核对考期", code="exam-over")


def _require_papers(offering: Offering, papers: list[Paper]) -> None:
    if not papers:
        raise Refused(
            what=f"{offering.title}还没有封存的试卷",
            remedy="请先组卷并由两人审定封存",
            code="no-sealed-paper",
        )
