"""The public form, the complainant's page, and what an institution is asked."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.complaints import actions, queries
from zhiheng.people.complaints.actions import Paper
from zhiheng.people.complaints.forms import ComplaintForm, MoreForm, ReopenForm, StatementForm
from zhiheng.people.complaints.links import own_path
from zhiheng.people.core.casework import casework_rules, reopen_until
from zhiheng.people.files import sealed_file
from zhiheng.people.models import Account, Complaint, ComplaintAbout, ComplaintEntry, ComplaintState, Role
from zhiheng.people.queries import institution_of, roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit
from zhiheng.surface.wording import english

COMPLAINTS_A_MINUTE = 5
LOOKS_A_MINUTE = 30
FILE_FIELDS = dict.fromkeys(
    (
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
    ),
    "paper",
)
FIELDS = FILE_FIELDS | {"complaint_text": "text", "complaint_institution": "institution"}


def shape_of(complaint: Complaint) -> tuple[str, str]:
    """The shape and word of where a complaint stands."""
    if complaint.state == ComplaintState.CLOSED:
        return "valid", _("已答复")
    return "pending", _("处理中")


def _candidate(request: HttpRequest) -> Account | None:
    account = request.user
    return account if isinstance(account, Account) and Role.CANDIDATE in roles_of(account) else None


def paper_of(given: dict[str, Any]) -> Paper | None:
    """Taken out of what a form gave."""
    file = given.pop("paper", None)
    return Paper(name=file.name, content=file.read()) if file else None


@public
def new_complaint(request: HttpRequest) -> HttpResponse:
    """Anybody may complain; a candidate who is signed in need not say who they are."""
    if request.method == "POST":
        admit(request, name="complaint", limit=COMPLAINTS_A_MINUTE)
    account = _candidate(request)
    form = ComplaintForm(request.POST or None, request.FILES or None)
    if account is not None:
        form = form.known()
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = actions.complain(
                about=ComplaintAbout(given.pop("about")),
                account=account,
                language="en" if english() else "zh-hans",
                paper=paper_of(given),
                **given,
            )
        except Refused as refused:
            form.refuse(refused, **FIELDS)
        else:
            messages.success(request, _("投诉已收到，编号 %(number)s。") % {"number": made.number})
            return redirect(own_path(made))
    context = {"form": form, "account_known": account is not None, "rules": casework_rules()}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/complaints/new.html", context, status=status)


@public
@never_cache
def complaint_status(request: HttpRequest, number: str) -> HttpResponse:
    """A complaint's page for whoever complained: by its key (?key=), or signed in. POST says more or reopens."""
    admit(request, name="complaint-status", limit=LOOKS_A_MINUTE)
    found = _own(request, number)
    reopening = found.state == ComplaintState.CLOSED
    form = (ReopenForm if reopening else MoreForm)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by = found.account
        text = form.cleaned_data["text"]
        try:
            if reopening:
                actions.reopen_complaint(complaint=found, reason=text, by=by)
            else:
                paper = paper_of(form.cleaned_data)
                actions.add_to_complaint(complaint=found, text=text, by=by, paper=paper)
        except Refused as refused:
            form.refuse(refused, **(FIELDS if not reopening else {"complaint_text": "text"}))
        else:
            messages.success(request, _("已收到。"))
            return redirect(own_path(found))
    return _status_page(request, found, form)


def _status_page(request: HttpRequest, found: Complaint, form: MoreForm | ReopenForm) -> HttpResponse:
    shape, word = shape_of(found)
    until = reopen_until(found.closed_at) if found.closed_at else None
    context = {
        "complaint": found,
        "about": _(str(ComplaintAbout(found.about).label)),
        "shape": shape,
        "word": word,
        "entries": [
            {"entry": entry, "kind": _(str(entry.get_kind_display()))}
            for entry in queries.entries_of(found, inward=False)
        ],
        "form": form,
        "unattended": found in queries.unattended(),
        "key": "" if found.account_id else found.key,
        "may_reopen": until is not None and found.reopened_at is None and clock.now() < until,
        "until": until,
        "now": clock.now(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "people/complaints/status.html", context, status=status)


@public
def own_file(request: HttpRequest, number: str, entry_id: UUID) -> HttpResponse:
    """A file of the complainant's own."""
    admit(request, name="complaint-status", limit=LOOKS_A_MINUTE)
    entry = queries.entry_with_file(_own(request, number), entry_id, inward=False)
    if entry is None or entry.file is None:
        raise Http404
    return sealed_file(entry.file)


def _own(request: HttpRequest, number: str) -> Complaint:
    account = request.user if isinstance(request.user, Account) else None
    found = queries.complaints_of(account).filter(number=number).first() if account else None
    found = found or queries.complaint_by_key(number, request.GET.get("key", ""))
    if found is None:
        raise Http404
    return found


@allow(Role.CANDIDATE)
def my_complaints(request: SignedInRequest) -> HttpResponse:
    rows = [
        {
            "complaint": found,
            "about": _(str(ComplaintAbout(found.about).label)),
            "shape": shape_of(found),
        }
        for found in queries.complaints_of(request.user)
    ]
    return render(request, "people/complaints/mine.html", {"rows": rows, "rules": casework_rules()})


# The institution


@allow(Role.INSTITUTION)
def complaint_questions(request: SignedInRequest) -> HttpResponse:
    """What the reader's institution was asked."""
    institution = institution_of(request.user)
    asked = list(queries.questions_to(institution)) if institution else []
    stated = queries.statements_on(asked)
    rows = [{"question": question, "statement": stated.get(question.id)} for question in asked]
    return render(request, "people/complaints/questions.html", {"rows": rows})


@allow(Role.INSTITUTION)
def complaint_question(request: SignedInRequest, entry_id: UUID) -> HttpResponse:
    """One question, and the statement on it."""
    question = _question(request, entry_id)
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.state_position(
                by=request.user,
                question=question,
                text=form.cleaned_data["text"],
                paper=paper_of(form.cleaned_data),
            )
        except Refused as refused:
            form.refuse(refused, **(FILE_FIELDS | {"complaint_text": "text"}))
        else:
            messages.success(request, "说明已交给专委会。")
            return redirect("complaint_questions")
    statement = queries.statements_on([question]).get(question.id)
    closed = question.complaint.state == ComplaintState.CLOSED
    context = {"question": question, "statement": statement, "closed": closed, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/complaints/question.html", context, status=status)


def _question(request: SignedInRequest, entry_id: UUID) -> ComplaintEntry:
    institution = institution_of(request.user)
    found = (
        queries.questions_to(institution).select_related("complaint").filter(pk=entry_id).first()
        if institution
        else None
    )
    if found is None:
        raise Http404
    return found
