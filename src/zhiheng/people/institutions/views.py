"""One institution: its authorisation and its accounts, for the administrator and for itself."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.core.authorisation import renewal_begins
from zhiheng.people.institutions import actions, presenting, queries
from zhiheng.people.institutions.forms import ChangeForm, EndForm, RenewForm
from zhiheng.people.institutions.staffing.once import take_link
from zhiheng.people.models import Account, Institution, InstitutionKind, Role
from zhiheng.people.queries import institution_by_id, institution_of
from zhiheng.plumbing import clock

YEAR = timedelta(days=365)


@allow(Role.ADMINISTRATOR)
def institution(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    """Everything about one institution."""
    found = _institution(institution_id)
    context = institution_facts(found, manager=request.user) | {"link": take_link(request, found)}
    return render(request, "people/institutions/institution.html", context)


@allow(Role.INSTITUTION)
def my_institution(request: SignedInRequest) -> HttpResponse:
    """The reader's own institution."""
    own = institution_of(request.user)
    if own is None:
        raise Http404
    manager = request.user if queries.is_head(request.user, own) else None
    context = institution_facts(own, manager=manager) | {
        "link": take_link(request, own),
        "suspended_for": queries.suspension_reason(own) if own.suspended_at else "",
    }
    return render(request, "people/institutions/my_institution.html", context)


def institution_facts(found: Institution, *, manager: Account | None) -> dict[str, Any]:
    """manager: who looks after its accounts on this page; nobody when the reader may not."""
    today = clock.today()
    history = queries.history_of(found)
    line = next(
        (entry.row for entry in history if queries.line_of(entry.row).holds(today=today)),
        None,
    )
    return {
        "institution": found,
        "kind": InstitutionKind(found.kind).label,
        "standing": presenting.standing(found, today=today),
        "seat": presenting.seat_words(found.province, found.city),
        "period": presenting.period_words(found.authorised_from, found.authorised_until),
        "regions": presenting.regions_words(line),
        "programmes": presenting.programmes_words(line),
        "history": presenting.history_rows(history, today=today),
        "members": queries.members_of(found),
        "manager": manager,
        "running": found.authorised_until >= today,
    }


@allow(Role.ADMINISTRATOR)
def renew(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    """Let an institution go on after its last day."""
    found = _institution(institution_id)
    lines = [queries.line_of(row) for row in queries.open_lines(found)]
    begins = renewal_begins(lines, today=clock.today())
    last = lines[-1] if lines else None
    initial = {
        "until": begins + YEAR - timedelta(days=1),
        "programmes": last.programmes if last else (),
        "regions": last.regions if last else (),
    }
    form = RenewForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.renew_authorisation(by=request.user, institution=found, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused, authorisation_dates="until", region_misses_seat="regions")
        else:
            messages.success(request, f"{found.name}已续期，机构已收到通知。")
            return redirect("institution", found.id)
    context = {"form": form, "institution": found, "begins": begins}
    return render(request, "people/institutions/renew.html", context, status=_status(request))


@allow(Role.ADMINISTRATOR)
def change(request: SignedInRequest, institution_id: UUID, line_id: UUID) -> HttpResponse:
    """Other regions or programmes until the same day."""
    found = _institution(institution_id)
    line = queries.line_by_id(found, line_id)
    if line is None:
        raise Http404
    form = ChangeForm(request.POST or None, initial={"regions": line.regions, "programmes": line.programmes})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_scope(by=request.user, institution=found, line=line, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused, region_misses_seat="regions")
        else:
            messages.success(request, "授权地区与项目已变更，机构已收到通知。")
            return redirect("institution", found.id)
    context = {"form": form, "institution": found, "line": line}
    return render(request, "people/institutions/change.html", context, status=_status(request))


@allow(Role.ADMINISTRATOR)
def end(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    """Asks for the reason, then ends the authorisation."""
    found = _institution(institution_id)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_authorisation(by=request.user, institution=found, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{found.name}的授权已终止；已交的报名继续办理。")
            return redirect("institution", found.id)
    context = {"form": form, "institution": found}
    return render(request, "people/institutions/end.html", context, status=_status(request))


def _institution(institution_id: UUID) -> Institution:
    found = institution_by_id(institution_id)
    if found is None:
        raise Http404
    return found


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200
