"""The administrator's page of conditions, and what a candidate needs for Safe Exam Browser."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from zhiheng.delivery.conditions import actions, queries
from zhiheng.delivery.conditions.forms import ConditionsForm, SebFileForm
from zhiheng.delivery.core.conditions import EVENTS
from zhiheng.delivery.core.seb import DOWNLOAD_SITE, FILE_TYPE, config_key, launch_url
from zhiheng.delivery.models import HallConditions
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.plumbing import vault
from zhiheng.sittings.models import Offering
from zhiheng.sittings.wording import exam_words
from zhiheng.surface.forms import as_validation_error


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.ADMINISTRATOR)
def conditions(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    """What holds, the form while it can still be changed, and every earlier setting."""
    found = _offering(offering_id)
    row = queries.latest(found)
    form = ConditionsForm(request.POST or None, rooms=queries.rooms_of_offering(found), row=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_conditions(
                by=request.user, offering=found, wanted=form.wanted(), reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "实施条件已保存，发布考场数据时写进数据包。")
            return redirect("delivery_conditions", offering_id=found.id)
    status = 422 if request.method == "POST" else 200
    return _page(request, found, row, form, SebFileForm(), status=status)


@allow(Role.ADMINISTRATOR)
@require_POST
def add_file(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    row = queries.latest(found)
    form = SebFileForm(request.POST, request.FILES)
    if form.is_valid():
        name = form.cleaned_data["file"].name
        try:
            actions.add_seb_file(by=request.user, offering=found, name=name, content=form.content())
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            messages.success(request, "已加入，用这份配置打开的 SEB 也能登录。")
            return redirect("delivery_conditions", offering_id=found.id)
    plain = ConditionsForm(rooms=queries.rooms_of_offering(found), row=row)
    return _page(request, found, row, plain, form, status=422)


@allow(Role.ADMINISTRATOR)
@require_POST
def remove_file(request: SignedInRequest, offering_id: UUID, file_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    actions.remove_seb_file(by=request.user, offering=found, file_id=file_id)
    messages.success(request, "已移除，用那份配置打开的 SEB 不能再登录本场。")
    return redirect("delivery_conditions", offering_id=found.id)


@allow(Role.ADMINISTRATOR)
def own_file(request: SignedInRequest, offering_id: UUID, file_id: UUID) -> HttpResponse:
    found = queries.own_file(_offering(offering_id), file_id)
    if found is None:
        raise Http404
    return _seb(vault.read(found), found.name)


@public
def seb_page(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """What a candidate does before the day: install, open the configuration, try it."""
    found = queries.seb_offering(offering_id)
    if found is None:
        raise Http404
    offering, _row = found
    file_path = reverse("seb_file", args=[offering.id])
    context = {
        "exam": exam_words(offering),
        "offering": offering,
        "file_url": file_path,
        "launch_url": launch_url(f"{settings.PUBLIC_URL}{file_path}"),
        "download_site": DOWNLOAD_SITE,
    }
    return render(request, "delivery/conditions/seb.html", context)


@public
def seb_file(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """The configuration made here. The browser itself fetches it, without signing in: it holds no secret."""
    found = queries.seb_offering(offering_id)
    if found is None:
        raise Http404
    offering, row = found
    return _seb(queries.seb_file_of(row), f"{offering.sitting.day:%Y%m%d}.seb")


def _seb(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=FILE_TYPE)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(
    request: HttpRequest,
    found: Offering,
    row: HallConditions | None,
    form: ConditionsForm,
    file_form: SebFileForm,
    *,
    status: int,
) -> HttpResponse:
    locked = _locked(found)
    now = queries.conditions_of(found)
    context = {
        "offering": found,
        "row": row,
        "now": now,
        "events": [EVENTS[kind] for kind in now.events],
        "networks": [(room, "、".join(networks)) for room, networks in now.networks.items()],
        "key": config_key(queries.configuration_of(row)) if row and now.needs_seb else "",
        "files": queries.own_files(row),
        "form": form,
        "file_form": file_form,
        "locked": locked,
        "history": _history(found),
    }
    return render(request, "delivery/conditions/conditions.html", context, status=status)


def _history(found: Offering) -> list[dict[str, Any]]:
    return [
        {"row": row, "events": len(row.events), "rooms": len(row.networks), "files": len(row.seb_files)}
        for row in queries.history_of(found)
    ]


def _locked(found: Offering) -> Refused | None:
    """Why nothing can be changed, if so."""
    try:
        actions.require_open(found)
    except Refused as refused:
        return refused
    return None
