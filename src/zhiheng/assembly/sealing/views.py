"""Approving and giving up papers, one by one or as a pool; taking a sealed one out of use by two."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.assembly.forms import RetractForm
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, Retraction
from zhiheng.assembly.queries import (
    paper_with_everything,
    retraction_with_paper,
    run_with_offering,
    successors_of,
)
from zhiheng.assembly.sealing.actions import (
    approve_paper,
    approve_pool,
    confirm_retraction,
    discard_paper,
    discard_pool,
    drop_retraction,
    propose_retraction,
)
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.surface.forms import as_validation_error

STAFF = (Role.ADMINISTRATOR, Role.ITEM_WRITER)


def _account(request: HttpRequest) -> Account:
    return cast(SignedInRequest, request).user


def _paper(paper_id: UUID) -> Paper:
    paper = paper_with_everything(paper_id)
    if paper is None:
        raise Http404
    return paper


def _run(run_id: UUID) -> AssemblyRun:
    run = run_with_offering(run_id)
    if run is None:
        raise Http404
    return run


def _retraction(retraction_id: UUID) -> Retraction:
    retraction = retraction_with_paper(retraction_id)
    if retraction is None:
        raise Http404
    return retraction


@allow(*STAFF)
@require_POST
def approve(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    approve_paper(by=_account(request), paper=found)
    found.refresh_from_db()
    sealed = found.status == PaperStatus.SEALED
    messages.success(
        request, "两人审定完毕，试卷已封存。" if sealed else "已审定，还需另一位同事审定后封存。"
    )
    return redirect("paper", paper_id)


@allow(*STAFF)
@require_POST
def discard(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    discard_paper(by=_account(request), paper=_paper(paper_id))
    messages.success(request, "已弃用，这份试卷不会用于考试。")
    return redirect("paper", paper_id)


@allow(*STAFF)
@require_POST
def approve_all(request: HttpRequest, run_id: UUID) -> HttpResponse:
    count = approve_pool(by=_account(request), run=_run(run_id))
    messages.success(request, f"已审定 {count} 份；两人都审定的试卷已封存。")
    return redirect("run", run_id)


@allow(*STAFF)
@require_POST
def discard_all(request: HttpRequest, run_id: UUID) -> HttpResponse:
    count = discard_pool(by=_account(request), run=_run(run_id))
    messages.success(request, f"已弃用 {count} 份，不会用于考试。")
    return redirect("run", run_id)


@allow(*STAFF)
def retract(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Why is this sealed paper no longer to be used, and what takes its place?"""
    found = _paper(paper_id)
    form = RetractForm(request.POST or None, successors=successors_of(found))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            propose_retraction(
                by=_account(request), paper=found, reason=data["reason"], successor=data["successor"]
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, "已提出，等另一位同事确认后生效。")
            return redirect("paper", paper_id)
    status = 422 if form.errors else 200
    return render(request, "assembly/retract.html", {"paper": found, "form": form}, status=status)


@allow(*STAFF)
@require_POST
def confirm_retract(request: HttpRequest, retraction_id: UUID) -> HttpResponse:
    found = _retraction(retraction_id)
    paper = confirm_retraction(by=_account(request), retraction=found)
    messages.success(request, f"{paper.label}卷{paper.get_status_display()}，不再用于考试。")
    return redirect("paper", found.paper_id)


@allow(*STAFF)
@require_POST
def drop_retract(request: HttpRequest, retraction_id: UUID) -> HttpResponse:
    found = _retraction(retraction_id)
    drop_retraction(by=_account(request), retraction=found)
    messages.success(request, "已放弃这次提议，试卷照常使用。")
    return redirect("paper", found.paper_id)
