"""A file of questions: looked at, then brought in as drafts or dropped."""

from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.bank.actions import new_draft
from zhiheng.bank.core.exchange.drafts import Defaults
from zhiheng.bank.core.exchange.formats import read
from zhiheng.bank.core.exchange.terms import Fault, Reading
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.terms import TYPE_NAMES, CompetencyCode
from zhiheng.bank.importing.judging import Judged, Tell, judge, kept_from
from zhiheng.bank.media.actions import keeper
from zhiheng.bank.models import ImportRun, ImportState, Item, ItemVersion, Pool
from zhiheng.bank.queries import levels_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record

_AT_ONCE = 500


def silent(done: int, total: int) -> None:
    """Nobody is told."""


def look_at(
    *,
    by: Account,
    content: bytes,
    name: str,
    place: Place,
    form: str = "auto",
    defaults: Defaults | None = None,
    tell: Tell = silent,
) -> ImportRun:
    """Read a file and judge every question of it; nothing enters the bank yet.

    Raises: Refused for a file nobody can read, and for a place or default that does not exist.
    """
    require_place(place)
    reading = read(content, name=name, form=form)
    return judge_reading(by=by, reading=reading, name=name, place=place, defaults=defaults, tell=tell)


@transaction.atomic
def judge_reading(
    *,
    by: Account,
    reading: Reading,
    name: str,
    place: Place,
    defaults: Defaults | None = None,
    tell: Tell = silent,
) -> ImportRun:
    """The same for a file that was read already. Raises: Refused for a place or default that does not exist."""
    require_place(place)
    given = defaults or Defaults()
    for code in given.codes:
        CompetencyCode.parse(code, standard=place.standard, level=place.level)
    judged = judge(reading, place=place, defaults=given, tell=tell, keep=keeper(by=by))
    run = ImportRun.objects.create(
        file_name=name[:200],
        by=by,
        state=ImportState.WAITING,
        accepted=len(judged.kept),
        rejected=len(_rejected(reading, judged)),
        report=_report(reading, judged, place),
        incoming=[kept.as_facts() for kept in judged.kept],
    )
    _record(run, by, "items-looked-at")
    return run


def require_place(place: Place) -> None:
    """Raises: Refused for a pool, standard or level there is not."""
    if place.pool not in Pool.values:
        raise Refused(what=f"没有题库“{place.pool}”", remedy="请选择考试题或练习题", code="pool-unknown")
    if place.level not in levels_of(place.standard):
        raise Refused(
            what=f"标准 {place.standard} 没有等级“{place.level}”",
            remedy="请从列出的等级中选择",
            code="level-unknown",
        )


def _rejected(reading: Reading, judged: Judged) -> set[str]:
    faults = {fault.where for fault in (*reading.errors, *judged.faults)}
    return faults | {entry.where for entry in reading.unsupported}


def _report(reading: Reading, judged: Judged, place: Place) -> dict[str, Any]:
    """accepted, unsupported, faults, remarks: lists of {where, …}; place: where the questions belong."""
    faults: tuple[Fault, ...] = (*reading.errors, *judged.faults)
    return {
        "place": {"standard": place.standard, "level": place.level, "pool": place.pool},
        "accepted": [
            {
                "where": kept.where,
                "name": kept.item.id,
                "type": TYPE_NAMES[kept.item.type],
                "stem": kept.item.stem[:80],
                "key": "".join(kept.item.key),
                "options": len(kept.item.options),
                "media": len(kept.item.media),
                "missing": list(kept.missing),
            }
            for kept in judged.kept
        ],
        "unsupported": [asdict(entry) for entry in reading.unsupported],
        "faults": [asdict(fault) for fault in faults],
        "remarks": [asdict(remark) for remark in reading.remarks],
    }


def _record(run: ImportRun, by: Account, act: str) -> None:
    detail = {"file": run.file_name, "accepted": run.accepted, "rejected": run.rejected}
    record(by=str(by.id), act=act, subject=f"import:{run.id}", detail=detail)


@transaction.atomic
def bring_in(*, by: Account, run: ImportRun, tell: Tell = silent) -> ImportRun:
    """Make drafts of the questions that wait. Raises: Refused when they do not wait any more."""
    current = _waiting(run)
    entries = [kept_from(facts) for facts in current.incoming or ()]
    _require_free({entry.item.id for entry in entries})
    total = len(entries)
    for start in range(0, total, _AT_ONCE):
        drafts = [new_draft(entry.item, by=by) for entry in entries[start : start + _AT_ONCE]]
        try:
            with transaction.atomic():
                Item.objects.bulk_create([draft.item for draft in drafts])
                ItemVersion.objects.bulk_create(drafts)
        except IntegrityError:
            raise _taken("其中有题号") from None
        tell(min(start + _AT_ONCE, total), total)
    current.state, current.incoming = ImportState.DONE, None
    current.save(update_fields=["state", "incoming"])
    _record(current, by, "items-imported")
    return current


def _require_free(names: set[str]) -> None:
    taken = sorted(names & set(Item.objects.values_list("name", flat=True)))
    if taken:
        raise _taken(f"题号 {'、'.join(taken[:5])}{'等' if len(taken) > 5 else ''} ")


def _taken(what: str) -> Refused:
    return Refused(
        what=f"{what}在核对之后已有人写入题库",
        remedy="请放弃这一次，重新上传同一个文件再核对",
        code="item-taken",
    )


def _waiting(run: ImportRun) -> ImportRun:
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.state != ImportState.WAITING:
        raise Refused(
            what=f"这次导入{current.get_state_display()}", remedy="请重新上传文件", code="import-state"
        )
    return current


@transaction.atomic
def drop(*, by: Account, run: ImportRun) -> ImportRun:
    """Let the questions go. Raises: Refused when they do not wait any more."""
    current = _waiting(run)
    current.state, current.incoming = ImportState.DROPPED, None
    current.save(update_fields=["state", "incoming"])
    _record(current, by, "import-dropped")
    return current
