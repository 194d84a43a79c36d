"""Asking for a correction, deciding it, and putting the person right."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id, normal_name, parse_resident_id
from zhiheng.people.corrections.registry import is_own_candidate
from zhiheng.people.models import (
    Account,
    Correction,
    CorrectionDecision,
    CorrectionState,
    Institution,
    Person,
    PersonChange,
    Role,
)
from zhiheng.people.queries import find_person, id_number_hash, institution_of, roles_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.crypto import keyed_hash
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish

VOICES = 2  # two agree before anything changes
DECIDERS = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A paper as handed in: the new identity card, a page of the household register."""

    name: str
    content: bytes


@transaction.atomic
def request_correction(
    *,
    by: Account,
    person: Person,
    name: str,
    id_number: str,
    reason: str,
    evidence: Evidence,
    institution: Institution | None = None,
) -> Correction:
    """Ask that a name or a number be put right. id_number: empty when it is right. Works at any time.

    Raises: Refused when the account may not speak for the person, nothing would change, the number is impossible or
    another person's, no reason is given, another request waits, or the file is not what it claims.
    """
    _require_standing(by, person, institution)
    lock_named(f"person:{person.id}")
    wanted_name = normal_name(name)
    wanted_number = person.id_number
    if id_number.strip():
        wanted_number = parse_resident_id(id_number, today=clock.today()).number
    if (wanted_name, wanted_number) == (person.name, person.id_number):
        raise Refused(
            what=_("姓名和身份证号码都与登记的一样"),
            remedy=_("请填写更正后的姓名或号码"),
            code="nothing-to-correct",
        )
    if not reason.strip():
        raise Refused(what=_("没有写更正的原因"), remedy=_("请写明原因"), code="reason-missing")
    _require_free(person, wanted_number)
    if Correction.objects.filter(person=person, state=CorrectionState.WAITING).exists():
        raise Refused(
            what=_("已有一份更正申请在等待审核"),
            rule=_("同一人同时只办理一份更正"),
            remedy=_("请等它办完，或先撤回"),
            code="correction-waiting",
        )
    file = vault.store(evidence.content, kind="correction", name=evidence.name, by=str(by.id))
    correction = Correction.objects.create(
        number=_number(),
        person=person,
        institution=institution,
        requested_by=by,
        name=wanted_name,
        id_number=wanted_number,
        reason=reason.strip()[:500],
        evidence=file,
    )
    _note(by, correction, "correction-asked", evidence=file.sha256)
    return correction


@transaction.atomic
def withdraw_correction(*, by: Account, correction: Correction) -> None:
    """Take a request back. Raises: Refused for somebody else's, or one settled already."""
    held = _held(correction)
    if held.requested_by_id != by.id and held.person.account_id != by.id:
        raise Refused(what=_("这份更正不是您提出的"), remedy=_("请由提出的人撤回"), code="correction-not-own")
    _settle(held, CorrectionState.WITHDRAWN)
    _note(by, held, "correction-withdrawn")


@transaction.atomic
def approve_correction(*, by: Account, correction: Correction) -> Correction:
    """One yes; the second one changes the person. Raises: Refused for a voice that does not count, or a number taken."""
    held = _held(correction)
    _require_voice(by, held)
    _require_free(held.person, held.id_number)
    CorrectionDecision.objects.create(correction=held, approved=True, by=by)
    _note(by, held, "correction-approved")
    if CorrectionDecision.objects.filter(correction=held, approved=True).count() >= VOICES:
        _apply(by, held)
    return held


@transaction.atomic
def refuse_correction(*, by: Account, correction: Correction, note: str) -> Correction:
    """One no ends it, with a reason the requester reads. Raises: Refused without one, or for a voice that does not count."""
    held = _held(correction)
    _require_voice(by, held)
    if not note.strip():
        raise Refused(
            what="没有写不同意的原因", remedy="请写明原因，提出更正的人会看到", code="reason-missing"
        )
    CorrectionDecision.objects.create(correction=held, approved=False, note=note.strip()[:300], by=by)
    _settle(held, CorrectionState.REFUSED)
    _note(by, held, "correction-refused", note=note.strip()[:300])
    publish("correction-refused", correction_id=str(held.id))
    return held


@transaction.atomic
def note_correction_seen(*, by: Account, correction: Correction, what: str) -> None:
    """Somebody of the staff opened the page with the full numbers, or the evidence."""
    _note(by, correction, "correction-seen", what=what)


def _apply(by: Account, correction: Correction) -> None:
    """The person under the new name and number, with what they were called before kept in the history."""
    person = correction.person
    resident = parse_resident_id(correction.id_number, today=clock.today())
    change = PersonChange(
        person=person,
        correction=correction,
        old_name=person.name,
        old_name_hash=keyed_hash(person.name, purpose="old-name"),
        old_id_number=person.id_number,
        old_id_hash=person.id_hash,
        new_name=correction.name,
        new_id_number=resident.number,
    )
    _rename_account(person, correction.name)
    person.name, person.id_number = correction.name, resident.number
    person.id_hash, person.id_masked = id_number_hash(resident.number), mask_id(resident.number)
    person.born, person.male = resident.born, resident.male
    try:
        with transaction.atomic():
            person.save(update_fields=["name", "id_number", "id_hash", "id_masked", "born", "male"])
    except IntegrityError:  # somebody was registered under the number between the look and the change
        raise _taken() from None
    change.save(force_insert=True)
    _settle(correction, CorrectionState.APPLIED)
    _note(by, correction, "person-corrected", person=str(person.id))
    publish("person-corrected", person_id=str(person.id), correction_id=str(correction.id))


def _rename_account(person: Person, name: str) -> None:
    """The account is called what its owner is called, unless it was given another name."""
    account = person.account
    if account is not None and account.display_name == person.name:
        account.display_name = name
        account.save(update_fields=["display_name"])


def _held(correction: Correction) -> Correction:
    """The request and its person, held, while it still waits."""
    lock_named(f"person:{correction.person_id}")
    held = Correction.objects.select_related("person__account").get(pk=correction.pk)
    if held.state != CorrectionState.WAITING:
        raise Refused(what=_("这份更正已经办结"), remedy=_("请刷新页面查看结果"), code="correction-settled")
    return held


def _settle(correction: Correction, state: CorrectionState) -> None:
    correction.state, correction.settled_at = state, clock.now()
    correction.save(update_fields=["state", "settled_at"])


def _require_standing(by: Account, person: Person, institution: Institution | None) -> None:
    """The person themselves, or an institution for somebody it entered."""
    own = institution is None and person.account_id == by.id
    ours = institution is not None and institution_of(by) == institution
    if person.erased_at is None and (own or (ours and institution and is_own_candidate(institution, person))):
        return
    raise Refused(
        what=_("您不能为这位考生申请更正"),
        rule=_("更正由本人或为其报名的机构提出"),
        remedy=_("请由考生本人登录后提出"),
        code="correction-standing",
    )


def _require_voice(by: Account, correction: Correction) -> None:
    if not roles_of(by) & DECIDERS:
        raise Refused(what="更正只由管理员或资格审核员决定", remedy="请交给他们办理", code="correction-voice")
    concerned = {correction.requested_by_id, correction.person.account_id}
    institution = institution_of(by)
    if by.id in concerned or (institution is not None and institution.id == correction.institution_id):
        raise Refused(
            what="提出更正的一方不能参与决定",
            rule="更正须由两位与申请无关的人员分别同意",
            remedy="请由另一位管理员或审核员办理",
            code="correction-own",
        )
    if CorrectionDecision.objects.filter(correction=correction, by=by).exists():
        raise Refused(
            what="您已经同意过这份更正",
            rule="须由两位不同的人员分别同意",
            remedy="请等另一位管理员或审核员",
            code="correction-voiced",
        )


def _require_free(person: Person, number: str) -> None:
    known = find_person(number)
    if known is not None and known.id != person.id:
        raise _taken()


def _taken() -> Refused:
    return Refused(
        what=_("这个身份证号码已登记在另一份考生档案上"),
        rule=_("一人一号；两份档案不能用同一个号码"),
        remedy=_("同一个人有两份档案的，要由专委会管理员核实后合并，不能用更正办理，请联系专委会"),
        code="id-number-taken",
    )


def _number() -> str:
    year = clock.today().year
    return f"GZ{year}{next_number(f'correction:{year}'):06d}"


def _note(by: Account, correction: Correction, act: str, **detail: str) -> None:
    """Neither name nor number goes into the trail: it is never altered."""
    record(
        by=str(by.id),
        act=act,
        subject=f"correction:{correction.id}",
        detail={"number": correction.number, **detail},
    )
