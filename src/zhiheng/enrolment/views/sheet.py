"""Enrolling many candidates from one spreadsheet: look first, write afterwards."""

import base64
import zlib
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from zhiheng.enrolment import actions, queries
from zhiheng.enrolment.core.sheet import SheetRow, read_sheet
from zhiheng.enrolment.core.template import template
from zhiheng.enrolment.core.workbook import open_sheet
from zhiheng.enrolment.forms import SheetForm
from zhiheng.enrolment.views.institution import open_offering
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of
from zhiheng.plumbing.crypto import seal, unseal
from zhiheng.sittings.models import Offering
from zhiheng.surface.forms import as_validation_error

_KEPT = "enrolment-sheet"
_PURPOSE = "enrolment-sheet"
_SHOWN = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(Role.INSTITUTION)
def sheet_upload(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    """A filled sheet is read and shown row by row; nothing is written yet."""
    offering = open_offering(offering_id)
    if request.method != "POST":
        return _upload_page(request, offering, SheetForm())
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            cells = open_sheet(file.read(), name=file.name)
            found = queries.preview(offering, read_sheet(cells, wanted=queries.wanted_by(offering)))
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            _keep(request, offering, [line.row for line in found.rows])
            return render(
                request,
                "enrolment/sheet_preview.html",
                {"offering": offering, "found": found, "shown": found.rows[:_SHOWN], "limit": _SHOWN},
            )
    return _upload_page(request, offering, form, status=422)


def _upload_page(
    request: SignedInRequest, offering: Offering, form: SheetForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "enrolment/sheet_upload.html", {"offering": offering, "form": form}, status=status)


@allow(Role.INSTITUTION)
def sheet_template(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    offering = open_offering(offering_id)
    content = template(queries.wanted_by(offering), title=offering.title)
    name = f"报名模板 {offering.title.replace('/', '／')}.xlsx"
    response = HttpResponse(content, content_type=_XLSX)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


@allow(Role.INSTITUTION)
@require_POST
def sheet_confirm(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    """Write the rows that were previewed; each stands for itself."""
    offering = open_offering(offering_id)
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    rows = _kept(request, offering)
    if rows is None:
        messages.info(request, "没有等待写入的表格，可能已经写入。请重新上传后预览。")
        return redirect("sheet_upload", offering.id)
    faults = actions.enter_rows(by=request.user, institution=institution, offering=offering, rows=rows)
    del request.session[_KEPT]
    return render(
        request,
        "enrolment/sheet_done.html",
        {"offering": offering, "entered": len(rows) - len(faults), "faults": faults},
    )


def _keep(request: SignedInRequest, offering: Offering, rows: list[SheetRow]) -> None:
    """Between preview and confirmation the rows wait in the session, sealed: they hold identity numbers."""
    packed = seal(zlib.compress(msgspec.json.encode(rows)), purpose=_PURPOSE)
    request.session[_KEPT] = {"offering": str(offering.id), "rows": base64.b64encode(packed).decode()}


def _kept(request: SignedInRequest, offering: Offering) -> list[SheetRow] | None:
    kept = request.session.get(_KEPT)
    if kept is None or kept["offering"] != str(offering.id):
        return None
    packed = unseal(base64.b64decode(kept["rows"]), purpose=_PURPOSE)
    return msgspec.json.decode(zlib.decompress(packed), type=list[SheetRow])
