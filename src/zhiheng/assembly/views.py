"""Asking for papers, seeing why there are none, checking and sealing them."""

from collections import Counter
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.assembly.actions import cancel_run, request_papers
from zhiheng.assembly.documents import answer_sheet_pdf, marking_guide_pdf, paper_pdf, proof_pdf
from zhiheng.assembly.forms import RequestForm
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, RunKind, RunStatus
from zhiheng.assembly.plot import curve_rows, envelope_plots, plots_of
from zhiheng.assembly.queries import (
    approvals_of,
    is_stuck,
    paper_content,
    paper_with_everything,
    papers_of,
    papers_using,
    plan_of,
    pool_counts,
    pool_papers,
    pools_awaiting,
    replaced_by,
    replacements_of,
    retractions_of,
    run_with_offering,
    runs,
)
from zhiheng.assembly.sealing.actions import APPROVALS
from zhiheng.assembly.tables import (
    area_titles,
    between_rows,
    cell_rows,
    conflict_rows,
    elapsed_words,
    exposure_columns,
    likenesses,
    pool_words,
    proof_rows,
    total_of,
    type_titles,
    wish_words,
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
    RunStatus.CANCELLED: "revoked",
    RunStatus.INFEASIBLE: "overdue",
    RunStatus.FAILED: "overdue",
}
PAPER_STATES = {
    PaperStatus.DRAFT: "pending",
    PaperStatus.SEALED: "valid",
    PaperStatus.DISCARDED: "revoked",
    PaperStatus.SUPERSEDED: "revoked",
    PaperStatus.WITHDRAWN: "revoked",
}
POOL_PAGE = 50


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
    pools = pool_counts(page.object_list)
    rows = [
        {
            "run": run,
            "pool": pool_words(pools.get(run.id, Counter())),
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
                by=_account(request),
                offering=data["offering"],
                forms=data["forms_wanted"],
                seed=data["seed"],
                kind=form.kind_chosen,
                wishes=form.wishes,
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            return redirect("run", run.id)
    return render(request, "assembly/new_run.html", {"form": form}, status=422 if form.errors else 200)


@allow(*STAFF)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Are the papers there, how far are they, and if there are none, why?"""
    found = _run(run_id)
    rows = conflict_rows(found.conflict, found.offering)
    working = found.status in (RunStatus.QUEUED, RunStatus.RUNNING)
    context = {
        "run": found,
        "state": RUN_STATES[RunStatus(found.status)],
        "working": working,
        "stuck": is_stuck(found),
        "cancelled": found.status == RunStatus.CANCELLED,
        "failed": found.status in (RunStatus.INFEASIBLE, RunStatus.FAILED),
        "elapsed": elapsed_words(found),
        "cells": rows,
        "missing": sum(row["missing"] for row in rows),
        "sentences": [entry["sentence"] for entry in found.conflict if not entry.get("area")],
        "wishes": wish_words(found),
        "may_write": Role.ITEM_WRITER in cast(SignedInRequest, request).roles,
        "between": [],
    }
    if found.kind == RunKind.POOL:
        return render(request, "assembly/pool.html", context | _pool(request, found))
    papers = papers_of([found]).get(found.id, [])
    context["papers"] = [
        {"paper": paper, "state": PAPER_STATES[PaperStatus(paper.status)]} for paper in papers
    ]
    if papers:
        context["between"] = between_rows(papers[0].deviation, found.nearness)
    return render(request, "assembly/run.html", context)


def _pool(request: HttpRequest, found: AssemblyRun) -> dict[str, Any]:
    """What a pool shows beside what every run does."""
    counts = pool_counts([found]).get(found.id, Counter())
    page = Paginator(pool_papers(found), POOL_PAGE).get_page(request.GET.get("page"))
    mine = pools_awaiting(_account(request)).filter(pk=found.pk).exists()
    summary = found.summary
    return {
        "counts": pool_words(counts),
        "total": counts.total(),
        "drafts": counts[PaperStatus.DRAFT],
        "may_approve": mine,
        "waits_for_other": bool(counts[PaperStatus.DRAFT]) and not mine,
        "page": page,
        "rows": [{"paper": paper, "state": PAPER_STATES[PaperStatus(paper.status)]} for paper in page],
        "lines": proof_rows(summary.get("lines", [])),
        "plots": envelope_plots(summary.get("curve", []), total_of(found)) if summary else [],
        "summary": summary,
        "columns": exposure_columns(summary),
    }


@allow(*STAFF)
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    cancel_run(by=_account(request), run=_run(run_id))
    messages.success(request, "已取消，这次组卷不留下试卷。")
    return redirect("run", run_id)


@allow(*STAFF)
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Does this paper keep its blueprint, and may it be sat?"""
    found = _paper(paper_id)
    account = _account(request)
    approvals = approvals_of(found)
    own = any(entry.by_id == account.id for entry in approvals)
    draft = found.status == PaperStatus.DRAFT
    titles = area_titles(found)
    siblings = papers_of([found.run]).get(found.run_id, [found])
    context = {
        "paper": found,
        "state": PAPER_STATES[PaperStatus(found.status)],
        "proof": proof_rows(found.proof, plan_of(found.offering)),
        "between": between_rows(found.deviation, found.run.nearness),
        "plots": plots_of(found, siblings),
        "curve": curve_rows(found),
        "replaceable": draft and found.run.kind == RunKind.PARALLEL,
        "replacements": replacements_of(found),
        "retractions": retractions_of(found),
        "takes_place_of": replaced_by(found),
        "viewer": account,
        "sealed": found.status == PaperStatus.SEALED,
        "pool": found.run.kind == RunKind.POOL,
        "types": type_titles(),
        "cells": cell_rows(found),
        "likenesses": likenesses(found, siblings),
        "items": [{"item": item, "area": titles[item.area]} for item in paper_content(found)],
        "approvals": approvals,
        "needed": APPROVALS,
        "draft": draft,
        "may_approve": draft and not own and found.run.kind == RunKind.PARALLEL,
        "waits_for_other": draft and own,
    }
    return render(request, "assembly/paper.html", context)


@allow(*STAFF)
def paper_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(paper_pdf(found), f"{found.form_id}.pdf")


@allow(*STAFF)
def proof_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(proof_pdf(found), f"{found.form_id}-proof.pdf")


@allow(*STAFF)
def answer_sheet_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(answer_sheet_pdf(found), f"{found.form_id}-sheet.pdf")


@allow(*STAFF)
def marking_guide_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    found = _paper(paper_id)
    return _pdf(marking_guide_pdf(found), f"{found.form_id}-guide.pdf")


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
