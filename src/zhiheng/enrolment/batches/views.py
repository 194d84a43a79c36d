"""An institution's batches: upload, columns, progress, preview, confirmation, what stayed out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from zhiheng.enrolment.batches import actions, queries
from zhiheng.enrolment.batches.corrections import corrections
from zhiheng.enrolment.batches.forms import BatchForm, ColumnsForm
from zhiheng.enrolment.batches.rows import Row, row_of, strays_of
from zhiheng.enrolment.core.archive import LIMIT_PACKED
from zhiheng.enrolment.core.delimited import open_any_sheet
from zhiheng.enrolment.core.headings import Headings, find_headings, text_of
from zhiheng.enrolment.core.workbook import LIMIT_BYTES, Cell
from zhiheng.enrolment.models import Batch, BatchRow, BatchState, RowState
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Institution, Role
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.sittings.queries import open_offerings
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    BatchState.UPLOADED: "pending",
    BatchState.CHECKING: "pending",
    BatchState.CHECKED: "pending",
    BatchState.ENTERING: "pending",
    BatchState.CONFIRMED: "valid",
    BatchState.CANCELLED: "revoked",
    BatchState.FAILED: "overdue",
}
ROW_STATES = {
    RowState.NEW: "valid",
    RowState.CHANGED: "pending",
    RowState.THERE: "note",
    RowState.BAD: "returned",
    RowState.ENTERED: "valid",
    RowState.UPDATED: "valid",
}


def _institution(request: SignedInRequest) -> Institution:
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    return institution


def own_batch(request: SignedInRequest, batch_id: UUID) -> Batch:
    found = queries.batch_for(_institution(request), batch_id)
    if found is None:
        raise Http404
    return found


@allow(Role.INSTITUTION)
def batches(request: SignedInRequest) -> HttpResponse:
    """The institution's batches, the latest first."""
    page = Paginator(queries.batches_of(_institution(request)), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"batch": batch, "shape": STATES[BatchState(batch.state)]} for batch in page]
    return render(request, "enrolment/batches.html", {"page": page, "rows": rows})


@csrf_exempt  # the token is checked below, once the size is known: the check reads the whole upload
@allow(Role.INSTITUTION)
def new_batch(request: SignedInRequest) -> HttpResponse:
    """Upload a sheet and an archive."""
    _institution(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT_PACKED + LIMIT_BYTES:
        raise Refused(
            what="上传的文件合计超过 2 GB",
            rule="一批的压缩包不超过 2 GB",
            remedy="请把照片与材料分成几个压缩包，分几批导入",
            code="archive-size",
        )
    return _new_batch(request)


@csrf_protect
def _new_batch(request: SignedInRequest) -> HttpResponse:
    offerings = open_offerings(moment=clock.now())
    scope = f"offering:{request.GET['offering']}" if "offering" in request.GET else ""
    if request.method != "POST":
        form = BatchForm(offerings=offerings, initial={"scope": scope})
        return render(request, "enrolment/batch_new.html", {"form": form, "offerings": offerings})
    form = BatchForm(request.POST, request.FILES, offerings=offerings)
    if form.is_valid():
        batch = _uploaded(request, form)
        if batch is not None:
            return redirect("batch", batch.id)
    return render(request, "enrolment/batch_new.html", {"form": form, "offerings": offerings}, status=422)


def _uploaded(request: SignedInRequest, form: BatchForm) -> Batch | None:
    """The kept batch, its check begun unless somebody must say which column is which; None with errors on the form."""
    data = form.cleaned_data
    sheet, archive = data["sheet"], data["archive"]
    chosen: dict[str, Any] = form.chosen()
    try:
        if (sheet.size or 0) > LIMIT_BYTES:
            raise Refused(
                what=f"表格超过 {LIMIT_BYTES // 1048576} MB", remedy="请分成几个文件导入", code="sheet"
            )
        content = sheet.read()
        headings = find_headings(open_any_sheet(content, name=sheet.name or ""))
        if archive is not None and not (archive.name or "").lower().endswith(".zip"):
            form.add_error("archive", "只收 .zip 压缩包。请把照片与材料压缩为一个 .zip 再上传。")
            return None
        batch = actions.upload_batch(
            by=request.user,
            institution=_institution(request),
            sheet=content,
            sheet_name=sheet.name or "",
            archive=archive.chunks() if archive else None,
            archive_name=(archive.name or "") if archive else "",
            unfinished_too=data["unfinished_too"],
            **chosen,
        )
    except Refused as refused:
        form.add_error("sheet", as_validation_error(refused))
        return None
    if headings.clear:
        actions.start_check(by=request.user, batch=batch)
    return batch


@allow(Role.INSTITUTION)
def batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Where a batch stands: how far, what was found, what became of it."""
    found = own_batch(request, batch_id)
    if found.state == BatchState.UPLOADED and found.touched_at is None:
        return redirect("batch_columns", found.id)  # it waits for somebody to say which column is which
    counts = queries.counts_of(found)
    page = _page(request, found)
    headings = _headings(found) if found.state == BatchState.CHECKED else None
    context = {
        "batch": found,
        "shape": STATES[BatchState(found.state)],
        "counts": counts,
        "working": found.state in queries.WORKING,
        "stuck": queries.stuck(found),
        "page": page,
        "rows": [_shown(entry) for entry in page],
        "tabs": _tabs(request, counts),
        "strays": strays_of(found),
        "matched": _matched(headings) if headings else [],
        "ignored": [headings.texts[place] for place in headings.unknown] if headings else [],
        "cancellable": found.state in (BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED),
        "mendable": bool(counts.bad) and not queries.forgotten(found),
    }
    return render(request, "enrolment/batch.html", context)


def _page(request: SignedInRequest, found: Batch) -> Any:
    wanted = request.GET.get("state", "")
    rows = queries.rows_of(found, *([RowState(wanted)] if wanted in RowState.values else []))
    return Paginator(rows.select_related("application__person"), PER_PAGE).get_page(request.GET.get("page"))


def _shown(entry: BatchRow) -> dict[str, Any]:
    row = row_of(entry) if entry.content else Row(number=entry.number, cells=[], name="", id_number="")
    person = entry.application.person if entry.application else None
    return {
        "number": entry.number,
        "name": person.name if person else row.name,
        "id_masked": person.id_masked if person else "",
        "row": row,
        "application": entry.application,
        "shape": ROW_STATES[RowState(entry.state)],
        "words": entry.get_state_display(),
    }


def _tabs(request: SignedInRequest, counts: queries.Counts) -> list[dict[str, Any]]:
    wanted = request.GET.get("state", "")
    numbers = {state: getattr(counts, state.value) for state in RowState}
    tabs = [
        {
            "url": f"?state={state.value}",
            "label": state.label,
            "current": wanted == state.value,
            "count": number,
        }
        for state, number in numbers.items()
        if number
    ]
    whole = {"url": "?", "label": "全部", "current": not wanted, "count": counts.rows}
    return [whole, *tabs] if len(tabs) > 1 else []


def _headings(found: Batch) -> Headings:
    return find_headings(queries.cells_of(found), found.columns)


def _matched(headings: Headings) -> list[dict[str, str]]:
    return [
        {"text": headings.texts[place], "column": column.heading}
        for place, column in headings.columns.items()
    ]


@allow(Role.INSTITUTION)
def batch_columns(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Which column is which, where the headings leave it open or were taken wrongly."""
    found = own_batch(request, batch_id)
    if found.state not in (BatchState.UPLOADED, BatchState.CHECKED):
        return redirect("batch", found.id)
    cells = queries.cells_of(found)
    headings = find_headings(cells, found.columns)
    samples = _samples(cells, headings)
    form = ColumnsForm(request.POST or None, headings=headings, samples=samples)
    if request.method == "POST" and form.is_valid():
        actions.start_check(by=request.user, batch=found, columns=form.chosen())
        return redirect("batch", found.id)
    context = {"batch": found, "form": form, "headings": headings}
    return render(request, "enrolment/batch_columns.html", context, status=422 if form.errors else 200)


def _samples(cells: list[list[Cell]], headings: Headings) -> dict[int, str]:
    """The first thing written in each column."""
    found: dict[int, str] = {}
    for line in cells[headings.top + 1 : headings.top + 40]:
        for place, value in enumerate(line):
            if place not in found and text_of(value):
                found[place] = text_of(value)[:20]
    return found


@allow(Role.INSTITUTION)
@require_POST
def confirm_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    actions.confirm_batch(by=request.user, batch=own_batch(request, batch_id))
    return redirect("batch", batch_id)


@allow(Role.INSTITUTION)
@require_POST
def close_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    actions.close_batch(by=request.user, batch=own_batch(request, batch_id))
    return redirect("batch", batch_id)


@allow(Role.INSTITUTION)
@require_POST
def cancel_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    actions.cancel_batch(by=request.user, batch=own_batch(request, batch_id))
    messages.success(request, "已取消。表格和压缩包已删除，什么都没有写入。")
    return redirect("batch", batch_id)


@allow(Role.INSTITUTION)
@require_POST
def resume_batch(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    actions.resume_batch(by=request.user, batch=own_batch(request, batch_id))
    return redirect("batch", batch_id)


@allow(Role.INSTITUTION)
def batch_corrections(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """The rows that stayed out, as a sheet to mend."""
    found = own_batch(request, batch_id)
    response = HttpResponse(corrections(found), content_type=_XLSX)
    stem = found.sheet_name.rsplit(".", 1)[0]
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"需要修改 {stem}.xlsx") or "attachment"
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response
