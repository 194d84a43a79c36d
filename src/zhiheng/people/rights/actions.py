"""Agreeing and withdrawing; a copy of one's own data."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.people.core.consents import consent_texts, purposes
from zhiheng.people.models import Account, ConsentDecision, DataExport, Institution, Person
from zhiheng.people.rights.copies import zip_of
from zhiheng.people.rights.queries import consent_states, last_export
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish

SHORTEST_EVIDENCE = 4
COPY_LASTS = timedelta(hours=24)


@transaction.atomic
def answer_consents(*, by: Account, person: Person, granted: Iterable[str]) -> list[ConsentDecision]:
    """The person's own word on every purpose; what is not granted is refused, what did not change is not repeated.

    Raises: Refused when it is somebody else's word, or a purpose nobody asks for.
    """
    _require_own(by, person)
    wanted = _known(granted)
    changed = [
        state.text for state in consent_states(person)
        if state.decision is None or state.granted != (state.text.purpose in wanted)
    ]  # fmt: skip
    return [
        _decide(by=by, person=person, purpose=text.purpose, granted=text.purpose in wanted)
        for text in changed
    ]


@transaction.atomic
def withdraw_consent(*, by: Account, person: Person, purpose: str) -> ConsentDecision:
    """Take a yes back; what was done before stays lawful. Raises: Refused when there is no yes."""
    _require_own(by, person)
    _known([purpose])
    if not any(state.granted for state in consent_states(person) if state.text.purpose == purpose):
        raise Refused(
            what="这一项目前没有同意，不需要撤回", remedy="请刷新页面后再看", code="consent-not-given"
        )
    return _decide(by=by, person=person, purpose=purpose, granted=False)


@transaction.atomic
def record_consents(
    *, by: Account, institution: Institution, person: Person, granted: Iterable[str], evidence: str
) -> list[ConsentDecision]:
    """An institution writes down what a candidate agreed to on paper. The candidate's own later word outdoes it.

    Raises: Refused without evidence, for an unknown purpose, or when the candidate has already answered themselves.
    """
    wanted = _known(granted)
    if len(evidence.strip()) < SHORTEST_EVIDENCE:
        raise Refused(
            what="没有写明考生同意的凭据",
            rule="机构代录的同意须有考生本人的签字或其他凭据",
            remedy="请写明凭据，例如“签字原件第 12 号，存于本机构”",
            code="evidence-missing",
        )
    if not wanted:
        raise Refused(what="没有勾选任何一项", remedy="请勾选考生在纸上同意的各项", code="consent-empty")
    own = [
        state
        for state in consent_states(person)
        if state.text.purpose in wanted and _own_word(state.decision)
    ]
    if own:
        raise Refused(
            what=f"{person.name}已亲自答复“{own[0].text.titles['zh']}”",
            rule="本人的答复优先于机构代录",
            remedy="请由考生登录后自行更改",
            code="consent-answered",
        )
    return [
        _decide(
            by=by,
            person=person,
            purpose=purpose,
            granted=True,
            institution=institution,
            evidence=evidence.strip(),
        )
        for purpose in sorted(wanted)
    ]


@transaction.atomic
def record_many_consents(
    *, by: Account, institution: Institution, people: Sequence[Person], granted: Iterable[str], evidence: str
) -> int:
    """One signed list for many candidates, all or nobody; whoever answered a purpose themselves keeps their word.

    Raises: Refused like `record_consents`, and when nobody is named.
    """
    if not people:
        raise Refused(what="没有勾选任何一位考生", remedy="请勾选已签字的考生", code="nobody-ticked")
    wanted = _known(granted)
    for person in dict.fromkeys(people):
        own = {state.text.purpose for state in consent_states(person) if _own_word(state.decision)}
        if wanted and not wanted - own:
            continue
        record_consents(
            by=by, institution=institution, person=person, granted=wanted - own, evidence=evidence
        )
    return len(people)


def _own_word(decision: ConsentDecision | None) -> bool:
    return decision is not None and decision.institution_id is None


def _decide(
    *,
    by: Account,
    person: Person,
    purpose: str,
    granted: bool,
    institution: Institution | None = None,
    evidence: str = "",
) -> ConsentDecision:
    (text,) = (text for text in consent_texts() if text.purpose == purpose)
    decision = ConsentDecision.objects.create(
        person=person,
        purpose=purpose,
        version=text.version,
        text_hash=text.hash,
        granted=granted,
        by=by,
        institution=institution,
        evidence=evidence[:200],
    )
    record(
        by=str(by.id),
        act="consent-given" if granted else "consent-refused",
        subject=f"person:{person.id}",
        detail={"purpose": purpose, "version": text.version, "evidence": evidence[:200]},
    )
    return decision


def _known(wanted: Iterable[str]) -> frozenset[str]:
    found = frozenset(wanted)
    if found - purposes():
        raise Refused(what="没有这一项用途", remedy="请刷新页面后重新选择", code="purpose-unknown")
    return found


def _require_own(by: Account, person: Person) -> None:
    if person.account_id != by.id:
        raise Refused(
            what="这不是您本人的数据",
            rule="同意与撤回只能由本人作出",
            remedy="请用本人账号登录",
            code="not-own",
        )


@transaction.atomic
def ask_for_copy(*, by: Account, person: Person) -> DataExport:
    """Have the person's own copy made in the background.

    Raises: Refused when it is somebody else's data, or a copy is being made or can still be fetched.
    """
    _require_own(by, person)
    lock_named(f"copy:{person.id}")
    last = last_export(person)
    if last is not None and (last.expires_at is None or last.expires_at > clock.now()):
        raise Refused(
            what="已有一份副本正在准备或可以下载",
            rule="一份副本 24 小时内有效，过期后可以再要",
            remedy="请在“我的数据”里下载，或稍后刷新",
            code="copy-exists",
        )
    export = DataExport.objects.create(person=person)
    record(by=str(by.id), act="data-copy-asked", subject=f"person:{person.id}")
    publish("data-copy-asked", export_id=str(export.id))
    return export


@transaction.atomic
def make_copy(*, by: str, export_id: str) -> None:
    """Gather, seal and keep the copy; the day of grace begins now. Copies that have expired are destroyed."""
    export = DataExport.objects.select_for_update().select_related("person").get(pk=export_id)
    if export.file_id is not None:
        return
    export.file = vault.keep(
        zip_of(export.person), kind="export", name="my-data.zip", by=by, media_type="application/zip"
    )
    export.ready_at = clock.now()
    export.expires_at = export.ready_at + COPY_LASTS
    export.save(update_fields=["file", "ready_at", "expires_at"])
    record(by=by, act="data-copy-made", subject=f"person:{export.person_id}")
    publish("data-copy-made", export_id=str(export.id))


@transaction.atomic
def destroy_expired_copies(*, by: str) -> int:
    """Take the files of copies whose day is over away for good; returns how many."""
    expired = DataExport.objects.filter(expires_at__lte=clock.now()).exclude(file=None).select_related("file")
    files = [export.file for export in expired if export.file is not None]
    for file in files:
        transaction.on_commit(partial(vault.destroy, file.id))
        file.delete()
    if files:
        record(by=by, act="data-copies-destroyed", subject="retention:export", detail={"count": len(files)})
    return len(files)


@transaction.atomic
def note_copy_fetched(*, by: Account, export: DataExport) -> None:
    record(by=str(by.id), act="data-copy-fetched", subject=f"person:{export.person_id}")
