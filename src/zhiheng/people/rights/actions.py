"""Agreeing and withdrawing."""

from collections.abc import Iterable

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.people.core.consents import consent_texts, purposes
from zhiheng.people.models import Account, ConsentDecision, Institution, Person
from zhiheng.people.rights.queries import consent_states
from zhiheng.plumbing.audit import record

SHORTEST_EVIDENCE = 4


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
