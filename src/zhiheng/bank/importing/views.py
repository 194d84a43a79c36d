"""Bringing a file of questions: choose, look at every question, confirm or drop."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.bank.documents import MEDIA_TYPE, template_sheet
from zhiheng.bank.forms import LEVEL_NAMES, standard_words
from zhiheng.bank.importing.actions import bring_in, drop, look_at
from zhiheng.bank.importing.forms import ImportForm
from zhiheng.bank.importing.queries import lines_of
from zhiheng.bank.models import ImportRun, ImportState, Pool
from zhiheng.bank.queries import import_run, import_runs
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.surface.forms import as_validation_error

PAGE = 100


def _own(request: HttpRequest, run_id: UUID) -> ImportRun:
    run = import_run(cast(SignedInRequest, request).user, run_id)
    if run is None:
        raise Http404
    return run


@allow(Role.ITEM_WRITER)
def import_items(request: HttpRequest) -> HttpResponse:
    """Which file, and where do its questions belong?"""
    account = cast(SignedInRequest, request).user
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        try:
            run = look_at(
                by=account,
                content=sheet.read(),
                name=sheet.name,
                place=form.chosen(),
                form=form.cleaned_data["form"] or "auto",
                defaults=form.defaults(),
            )
        except Refused as refused:
            form.add_error("sheet", as_validation_error(refused))
        else:
            return redirect("import_report", run.id)
    context = {"form": form, "runs": import_runs(account)}
    return render(request, "bank/import.html", context, status=422 if form.errors else 200)


@allow(Role.ITEM_WRITER)
def import_report(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What every question of the file becomes, and what is wrong with the others."""
    run = _own(request, run_id)
    lines = lines_of(run)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    place = run.report.get("place", {})
    context = {
        "run": run,
        "page": page,
        "waiting": run.state == ImportState.WAITING,
        "done": run.state == ImportState.DONE,
        "incomplete": sum(1 for line in lines if line.fate == "accepted" and line.facts.get("missing")),
        "standard": standard_words(place["standard"]) if place else "",
        "level": LEVEL_NAMES.get(place.get("level", ""), place.get("level", "")),
        "pool": Pool(place["pool"]).label if place else "",
    }
    return render(request, "bank/import_report.html", context)


@allow(Role.ITEM_WRITER)
@require_POST
def import_confirm(request: HttpRequest, run_id: UUID) -> HttpResponse:
    run = bring_in(by=cast(SignedInRequest, request).user, run=_own(request, run_id))
    messages.success(request, f"{run.accepted} 道题已存为草稿。补齐、核对后再送审。")
    return redirect("import_report", run.id)


@allow(Role.ITEM_WRITER)
@require_POST
def import_drop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    drop(by=cast(SignedInRequest, request).user, run=_own(request, run_id))
    messages.success(request, "已放弃，题库没有变化。")
    return redirect("import_items")


@allow(Role.ITEM_WRITER)
def import_template(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(template_sheet(), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="items.xlsx"'
    return response
