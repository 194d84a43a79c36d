"""Asking for papers, seeing why there are none, checking and sealing them."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.assembly.actions import request_papers
from zhiheng.assembly.documents import paper_pdf, proof_pdf
from zhiheng.assembly.forms import RequestForm
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, RunStatus
from zhiheng.assembly.queries import (
    approvals_of,
    is_stuck,
    paper_content,
    paper_with_everything,
    papers_of,
    papers_using,
    run_with_offering,
    runs,
)
from zhiheng.assembly.sealing.actions import APPROVALS, approve_paper, discard_paper
from zhiheng.assembly.tables import (
    area_titles,
    cell_rows,
    conflict_rows,
    likenesses,
    proof_reasons,
    type_titles,
)
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.surface.forms import as_validation_error

PAGE = 20
STAFF = (Role.ADMINISTRATOR, Role.ITEM_WRITER)
RUN_STATES = {
    RunStatus.QUEUED: "ahead",
    RunStatus.RUNNING: "pending",
    RunStatus.DONE: "valid",
    RunStatus.INFEASIBLE: "overdue",
    RunStatus.FAILED: "overdue",
}
PAPER_STATES = {PaperStatus.DRAFT: "pending", PaperStatus.SEALED: "valid", PaperStatus.DISCARDED: "revoked"}


def _account(request: HttpRequest) -> Account:
    return cast(SignedInRequest, request).user


def _run(run_id: UUID) -> AssemblyRun:
    run = run_with_offering(run_id)
    if run is None:
        raise Http404
    return run


def _paper(paper_id: UUID) -> Paper:
    paper = paper_with_everything(paper_id)
    if paper is None:
        raise Http404
    return paper


@allow(*STAFF)
def blueprints(request: HttpRequest) -> HttpResponse:
    """Which papers are there, and which requests came to nothing?"""
    page = Paginator(runs(), PAGE).get_page(request.GET.get("page"))
    papers = papers_of(page.object_list)
    rows = [
        {
            "run": run,
            "state": RUN_STATES[RunStatus(run.status)],
            "papers": [
                {"paper": paper, "state": PAPER_STATES[PaperStatus(paper.status)]}
                for paper in papers.get(run.id, [])
            ],
        }
        for run in page.object_list
    ]
    return render(request, "assembly/runs.html", {"page": page, "rows": rows})


@allow(*STAFF)
def new_run(request: HttpRequest) -> HttpResponse:
    """Ask for papers."""
    form = RequestForm(request.POST or None, initial={"offering": request.GET.get("offering", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = request_papers(
                by=_account(request), offering=data["offering"], forms=data["forms_wanted"], seed=data["seed"]
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            return redirect("run", run.id)
    return render(request, "assembly/new_run.html", {"form": form}, status=422 if form.errors else 200)


@allow(*STAFF)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Are the papers there, and if not, why?"""
    found = _run(run_id)
    papers = papers_of([found]).get(found.id, [])
    rows = conflict_rows(found.conflict)
    context = {
        "run": found,
        "state": RUN_STATES[RunStatus(found.status)],
        "working": found.status in (RunStatus.QUEUED, RunStatus.RUNNING),
        "stuck": is_stuck(found),
        "failed": found.status in (RunStatus.INFEASIBLE, RunStatus.FAILED),
        "cells": rows,
        "missing": sum(row["missing"] for row in rows),
        "sentences": [entry["sentence"] for entry in found.conflict if not entry.get("area")],
        "papers": [{"paper": paper, "state": PAPER_STATES[PaperStatus(paper.status)]} for paper in papers],
        "spread": papers[0].deviation["expected_spread"] if papers else "",
    }
    return render(request, "assembly/run.html", context)


@allow(*STAFF)
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Does this paper keep its blueprint, and may it be sat?"""
    found = _paper(paper_id)
    account = _account(request)
    approvals = approvals_of(found)
    own = any(entry.by_id == account.id for entry in approvals)
    draft = found.status == PaperStatus.DRAFT
    titles = area_titles(found)
    context = {
        "paper": found,
        "state": PAPER_STATES[PaperStatus(found.status)],
        "reasons": proof_reasons(found),
        "types": type_titles(),
        "cells": cell_rows(found),
        "likenesses": likenesses(found, papers_of([found.run]).get(found.run_id, [])),
        "items": [{"item": item, "area": titles[item.area]} for item in paper_content(found)],
        "approvals": approvals,
        "needed": APPROVALS,
        "draft": draft,
        "may_approve": draft and not own,
        "waits_for_other": draft and own,
    }
    return render(request, "assembly/paper.html", context)


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
def paper_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(paper_pdf(found), f"{found.form_id}.pdf")


@allow(*STAFF)
def proof_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(proof_pdf(found), f"{found.form_id}-proof.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"  # an exam paper stays in no cache
    return response


@allow(*STAFF)
def item_usage(request: HttpRequest, name: str) -> HttpResponse:
    """In which papers does a question stand?"""
    found = [
        {"paper": entry, "state": PAPER_STATES[PaperStatus(entry.status)]} for entry in papers_using(name)
    ]
    return render(request, "assembly/usage.html", {"name": name, "papers": found})
