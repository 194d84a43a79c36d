"""The administrator's register of complaints, and one complaint with everything said."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.complaints import actions, queries
from zhiheng.people.complaints.forms import AnswerForm, AskForm, LetterForm, RecuseForm
from zhiheng.people.complaints.views import shape_of
from zhiheng.people.core.casework import complaint_rule
from zhiheng.people.files import sealed_file
from zhiheng.people.forms import WithRefusals
from zhiheng.people.models import Complaint, ComplaintAbout, ComplaintState, Role
from zhiheng.people.queries import accounts_in
from zhiheng.plumbing import clock

ROWS = 50
ACTS = {"letter": LetterForm, "ask": AskForm, "answer": AnswerForm, "recuse": RecuseForm}
DONE = {
    "letter": "已写给投诉人。",
    "ask": "已向机构提问；机构只看到问题。",
    "answer": "已答复并结案，投诉人会收到通知。",
    "recuse": "已回避，这位管理员不再看到这份投诉。",
}


@allow(Role.ADMINISTRATOR)
def complaints(request: SignedInRequest) -> HttpResponse:
    """Open ones by due date, answered ones by the date of the answer: ?state=; counts of both, of late ones, by subject."""
    closed = request.GET.get("state") == ComplaintState.CLOSED
    found = (
        queries.handled_by(request.user).filter(state=ComplaintState.CLOSED).order_by("-closed_at")
        if closed
        else queries.open_for(request.user)
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    now = clock.now()
    counts = queries.counts_for(request.user, moment=now)
    by_subject = queries.counts_by_subject(request.user)
    tabs = [
        {"url": "?", "label": "处理中", "current": not closed, "count": counts["open"]},
        {"url": "?state=closed", "label": "已答复", "current": closed, "count": counts["closed"]},
    ]
    context = {
        "page": page,
        "rows": [
            {
                "complaint": row,
                "about": ComplaintAbout(row.about).label,
                "late": not closed and row.due <= now,
            }
            for row in page.object_list
        ],
        "tabs": tabs,
        "counts": counts,
        "by_subject": [(entry.label, by_subject.get(entry.value, 0)) for entry in ComplaintAbout],
        "closed": closed,
        "rule": complaint_rule(),
        "unattended": queries.unattended(),
        "now": now,
    }
    return render(request, "people/complaints/complaints.html", context)


@allow(Role.ADMINISTRATOR)
@never_cache
def complaint(request: SignedInRequest, complaint_id: UUID) -> HttpResponse:
    found = _found(request, complaint_id)
    actions.note_complaint_seen(by=request.user, complaint=found, what="page")
    return _page(request, found, {})


@allow(Role.ADMINISTRATOR)
@require_POST
def act(request: SignedInRequest, complaint_id: UUID, act: str) -> HttpResponse:
    """letter, ask, answer or recuse."""
    found = _found(request, complaint_id)
    if act not in ACTS:
        raise Http404
    form = ACTS[act](request.POST)
    if isinstance(form, RecuseForm):
        form = form.among(accounts_in(Role.ADMINISTRATOR))
    if form.is_valid():
        try:
            _do(request, found, act, form.cleaned_data)
        except Refused as refused:
            form.refuse(refused, complaint_text="text", complainant_named="text")
        else:
            messages.success(request, DONE[act])
            left = queries.complaint_for(request.user, found.id) is None
            return redirect("complaints") if left else redirect("complaint", found.id)
    return _page(request, found, {act: form}, status=422)


def _do(request: SignedInRequest, found: Complaint, act: str, given: dict[str, Any]) -> None:
    by = request.user
    if act == "letter":
        actions.write_to_complainant(by=by, complaint=found, text=given["text"])
    elif act == "ask":
        actions.ask_institution(by=by, complaint=found, institution=given["institution"], text=given["text"])
    elif act == "answer":
        actions.answer_complaint(by=by, complaint=found, text=given["text"])
    else:
        actions.recuse(by=by, complaint=found, account=given["account"])


@allow(Role.ADMINISTRATOR)
def complaint_file(request: SignedInRequest, complaint_id: UUID, entry_id: UUID) -> HttpResponse:
    found = _found(request, complaint_id)
    entry = queries.entry_with_file(found, entry_id, inward=True)
    if entry is None or entry.file is None:
        raise Http404
    actions.note_complaint_seen(by=request.user, complaint=found, what="file")
    return sealed_file(entry.file, reader=request.user)


def _found(request: SignedInRequest, complaint_id: UUID) -> Complaint:
    found = queries.complaint_for(request.user, complaint_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: SignedInRequest, found: Complaint, forms: dict[str, WithRefusals], *, status: int = 200
) -> HttpResponse:
    shape, word = shape_of(found)
    blank = {
        "letter": LetterForm(prefix=None),
        "ask": AskForm(initial={"institution": found.institution_id}),
        "answer": AnswerForm(),
        "recuse": RecuseForm().among(accounts_in(Role.ADMINISTRATOR)),
    }
    context = {
        "complaint": found,
        "about": ComplaintAbout(found.about).label,
        "shape": shape,
        "word": word,
        "entries": queries.entries_of(found, inward=True),
        "recused": queries.recused_of(found),
        "forms": blank | forms,
        "now": clock.now(),
        "open": found.state == ComplaintState.OPEN,
        "rule": complaint_rule(),
    }
    return render(request, "people/complaints/complaint.html", context, status=status)
