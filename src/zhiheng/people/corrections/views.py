"""Corrections for candidates, for institutions, and for the two who decide."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.core.casework import casework_rules, correction_due
from zhiheng.people.corrections import actions, queries
from zhiheng.people.corrections.actions import Evidence
from zhiheng.people.corrections.forms import CorrectionForm, NoteForm
from zhiheng.people.corrections.registry import is_own_candidate, meanings_of
from zhiheng.people.files import sealed_file
from zhiheng.people.models import Correction, CorrectionState, Institution, Person, Role
from zhiheng.people.queries import institution_of, person_by_id, person_of
from zhiheng.plumbing import clock

ROWS = 50
SHAPES = {
    CorrectionState.WAITING: "pending",
    CorrectionState.APPLIED: "valid",
    CorrectionState.REFUSED: "returned",
    CorrectionState.WITHDRAWN: "note",
}
FILE_CODES = (
    "file_empty",
    "file_too_large",
    "file_type",
    "file_disguised",
    "picture_unreadable",
    "picture_too_large",
    "pdf_unreadable",
    "pdf_encrypted",
    "pdf_active",
    "pdf_too_long",
)
FIELDS = dict.fromkeys(FILE_CODES, "evidence") | {
    "id_number": "id_number",
    "id_number_taken": "id_number",
    "name_missing": "name",
    "name_too_long": "name",
    "name_control": "name",
    "reason_missing": "reason",
}


# Those who ask


@allow(Role.CANDIDATE)
def my_corrections(request: SignedInRequest) -> HttpResponse:
    """What is on file, what was asked, and what became of it."""
    person = person_of(request.user)
    found = list(queries.corrections_of(person)) if person else []
    applied = any(row.state == CorrectionState.APPLIED for row in found)
    context = {
        "person": person,
        "rows": _rows(found),
        "rules": casework_rules(),
        "meanings": meanings_of(person) if person and applied else [],
    }
    return render(request, "people/corrections/mine.html", context)


@allow(Role.CANDIDATE)
def ask_correction(request: SignedInRequest) -> HttpResponse:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return _ask(request, person, institution=None, back="my_corrections")


@allow(Role.INSTITUTION)
def institution_corrections(request: SignedInRequest) -> HttpResponse:
    page = Paginator(queries.corrections_by(_institution(request)), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _rows(list(page.object_list)), "rules": casework_rules()}
    return render(request, "people/corrections/institution.html", context)


@allow(Role.INSTITUTION)
def ask_correction_for(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    institution, person = _institution(request), person_by_id(person_id)
    if person is None or not is_own_candidate(institution, person):
        raise Http404
    return _ask(request, person, institution=institution, back="institution_corrections")


def _ask(
    request: SignedInRequest, person: Person, *, institution: Institution | None, back: str
) -> HttpResponse:
    form = CorrectionForm(request.POST or None, request.FILES or None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given.pop("evidence")
        try:
            made = actions.request_correction(
                by=request.user,
                person=person,
                institution=institution,
                evidence=Evidence(name=file.name, content=file.read()),
                **given,
            )
        except Refused as refused:
            form.refuse(refused, **FIELDS)
        else:
            told = _("更正申请 %(number)s 已收到，两位工作人员分别核对后生效。") % {"number": made.number}
            messages.success(request, told)
            return redirect(back)
    context = {"form": form, "person": person, "back": back, "meanings": meanings_of(person)}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/corrections/ask.html", context, status=status)


@allow(Role.CANDIDATE, Role.INSTITUTION)
@require_POST
def withdraw(request: SignedInRequest, correction_id: UUID) -> HttpResponse:
    found = _own(request, correction_id)
    actions.withdraw_correction(by=request.user, correction=found)
    messages.success(request, _("已撤回，登记的信息没有改动。"))
    return redirect("institution_corrections" if found.institution else "my_corrections")


def _own(request: SignedInRequest, correction_id: UUID) -> Correction:
    """A correction of the reader's own or of the reader's institution."""
    found = queries.correction_by_id(correction_id)
    institution = institution_of(request.user)
    ours = found is not None and institution is not None and found.institution_id == institution.id
    if found is None or not (ours or found.person.account_id == request.user.id):
        raise Http404
    return found


def _institution(request: SignedInRequest) -> Institution:
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    return institution


def _rows(found: list[Correction]) -> list[dict[str, Any]]:
    """Each with its state in words, the reason of a no, and when it is due."""
    voices = queries.voices_of(found)
    return [
        {
            "correction": correction,
            "number": mask_id(correction.id_number),
            "shape": SHAPES[CorrectionState(correction.state)],
            "word": _(str(correction.get_state_display())),
            "note": next((voice.note for voice in voices[correction.id] if not voice.approved), ""),
            "agreed": sum(voice.approved for voice in voices[correction.id]),
            "due": correction_due(correction.created_at),
        }
        for correction in found
    ]


# Those who decide


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
def corrections(request: HttpRequest) -> HttpResponse:
    """Corrections of one state, ?state=; ?q= finds people by a whole name or number they had before."""
    wanted = request.GET.get("state", "")
    state = CorrectionState(wanted) if wanted in CorrectionState.values else CorrectionState.WAITING
    page = Paginator(queries.corrections_in(state), ROWS).get_page(request.GET.get("page"))
    counts = queries.correction_counts()
    tabs = [
        {
            "url": f"?state={entry.value}",
            "label": entry.label,
            "current": entry == state,
            "count": counts.get(entry.value, 0),
        }
        for entry in CorrectionState
    ]
    words = request.GET.get("q", "").strip()
    context = {
        "page": page,
        "rows": _rows(list(page.object_list)),
        "tabs": tabs,
        "words": words,
        "changes": queries.changes_under(words),
        "now": clock.now(),
        "waiting": state == CorrectionState.WAITING,
    }
    return render(request, "people/corrections/corrections.html", context)


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
@never_cache
def correction(request: SignedInRequest, correction_id: UUID) -> HttpResponse:
    found = _found(correction_id)
    actions.note_correction_seen(by=request.user, correction=found, what="page")
    return _page(request, found, NoteForm())


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
@require_POST
def decide(request: SignedInRequest, correction_id: UUID) -> HttpResponse:
    """verdict=approve or refuse."""
    found = _found(correction_id)
    form = NoteForm(request.POST)
    try:
        if request.POST.get("verdict") == "approve":
            form = NoteForm()
            settled = actions.approve_correction(by=request.user, correction=found)
            done = settled.state == CorrectionState.APPLIED
            told = "已更正，申请人会收到通知。" if done else "已记下您的同意，等另一位同意后生效。"
        elif form.is_valid():
            actions.refuse_correction(by=request.user, correction=found, note=form.cleaned_data["note"])
            told = "已记为不同意，登记的信息没有改动。"
        else:
            return _page(request, found, form, status=422)
    except Refused as refused:
        return _page(request, found, form, refused=refused, status=422)
    messages.success(request, told)
    return redirect("correction", found.id)


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
def evidence(request: SignedInRequest, correction_id: UUID) -> HttpResponse:
    found = _found(correction_id)
    actions.note_correction_seen(by=request.user, correction=found, what="evidence")
    return sealed_file(found.evidence, reader=request.user)


def _found(correction_id: UUID) -> Correction:
    found = queries.correction_by_id(correction_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: SignedInRequest,
    found: Correction,
    form: NoteForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    voices = queries.voices_of([found])[found.id]
    applied = found.state == CorrectionState.APPLIED
    change = next(
        (row for row in queries.change_history(found.person) if row.correction_id == found.id), None
    )
    (row,) = _rows([found])
    context = {
        "row": row,
        "correction": found,
        "old_name": change.old_name if change else found.person.name,
        "old_number": change.old_id_number if change else found.person.id_number,
        "voices": voices,
        "form": form,
        "refused": refused,
        "open": queries.waiting_for_voice(request.user).filter(pk=found.pk).exists(),
        "waiting": found.state == CorrectionState.WAITING,
        "applied": applied,
        "meanings": meanings_of(found.person),
        "now": clock.now(),
        "may_see_trail": Role.ADMINISTRATOR in request.roles,
    }
    return render(request, "people/corrections/correction.html", context, status=status)
