"""The candidate's own data: what they agreed to, and a copy of everything."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.core.retention import rule_of
from zhiheng.people.erasure.queries import last_request
from zhiheng.people.models import ConsentDecision, DataExport, ErasureRequest, Person, Role
from zhiheng.people.queries import person_of
from zhiheng.people.rights import actions, queries
from zhiheng.plumbing import clock, vault
from zhiheng.surface.wording import english


def own_person(request: SignedInRequest) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person


@allow(Role.CANDIDATE)
def my_consent(request: SignedInRequest) -> HttpResponse:
    """One page that asks for every purpose not answered yet; nothing is ticked beforehand."""
    person = own_person(request)
    if request.method == "POST":
        actions.answer_consents(by=request.user, person=person, granted=request.POST.getlist("purpose"))
        messages.success(request, _("已记下您的选择。随时可以在“我的数据”里更改。"))
        return redirect("my_data")
    rows = [_row(state) for state in queries.consent_states(person)]
    return render(request, "people/my_consent.html", {"rows": rows})


@allow(Role.CANDIDATE)
def my_data(request: SignedInRequest) -> HttpResponse:
    """What is kept about the reader, and what they agreed to."""
    person = person_of(request.user)
    rows = [_row(state) for state in queries.consent_states(person)] if person else []
    export = queries.last_export(person) if person else None
    erasure = last_request(person) if person else None
    context = {
        "person": person,
        "rows": rows,
        "export": export,
        "copy": _copy_state(export),
        "erasure": erasure,
        "kept": kept_rows(erasure) if erasure else [],
    }
    return render(request, "people/my_data.html", context)


def kept_rows(erasure: ErasureRequest) -> list[dict[str, Any]]:
    """What a decision on a request for erasure kept, in the reader's words."""
    rules = ((entry, rule_of(entry["kind"])) for entry in erasure.kept)
    return [
        {
            "title": rule.title(english=english()),
            "until": date.fromisoformat(entry["until"]) if entry["until"] else None,
            "rule": rule.rule(english=english()),
        }
        for entry, rule in rules
    ]


def _copy_state(export: DataExport | None) -> str:
    """none, preparing, ready or over."""
    if export is None:
        return "none"
    if export.expires_at is None:
        return "preparing"
    return "ready" if export.expires_at > clock.now() else "over"


@allow(Role.CANDIDATE)
@require_POST
def ask_copy(request: SignedInRequest) -> HttpResponse:
    actions.ask_for_copy(by=request.user, person=own_person(request))
    messages.success(request, _("正在准备您的数据副本，几分钟后回到本页下载。"))
    return redirect("my_data")


@allow(Role.CANDIDATE)
def copy_file(request: SignedInRequest, export_id: UUID) -> HttpResponse:
    """The ZIP, for the person themselves and for one day."""
    export = queries.export_of(own_person(request), export_id, moment=clock.now())
    if export is None or export.file is None:
        raise Http404
    actions.note_copy_fetched(by=request.user, export=export)
    headers = {
        "Content-Disposition": 'attachment; filename="my-data.zip"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(vault.read(export.file), content_type="application/zip", headers=headers)


@allow(Role.CANDIDATE)
@require_POST
def withdraw(request: SignedInRequest, purpose: str) -> HttpResponse:
    actions.withdraw_consent(by=request.user, person=own_person(request), purpose=purpose)
    messages.success(request, _("已撤回。撤回以前办的事不受影响。"))
    return redirect("my_data")


def _row(state: queries.ConsentState) -> dict[str, Any]:
    key, word = _standing(state)
    return {
        "purpose": state.text.purpose,
        "title": state.text.title(english=english()),
        "text": state.text.text(english=english()),
        "version": state.text.version,
        "needed": state.text.needed,
        "granted": state.granted,
        "key": key,
        "word": word,
        "decision": state.decision,
        "by_institution": _institution_behind(state.decision),
    }


def _institution_behind(decision: ConsentDecision | None) -> str:
    """Who wrote the decision down on the person's behalf; nothing when it is their own word."""
    return decision.institution.name if decision and decision.institution else ""


def _standing(state: queries.ConsentState) -> tuple[str, str]:
    if state.decision is None:
        return "pending", _("文本已更新，请重新确认") if state.earlier else _("尚未答复")
    return ("valid", _("同意")) if state.granted else ("note", _("不同意"))
