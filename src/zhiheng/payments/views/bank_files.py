"""The bank's statement: uploaded, looked at, confirmed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.payments.bank_files import actions, queries
from zhiheng.payments.core.matching import GOOD, WORDS, Outcome
from zhiheng.payments.forms import BankFileForm
from zhiheng.payments.models import BankFile
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_SHAPES = {
    Outcome.MATCHED: "valid",
    Outcome.PART: "pending",
    Outcome.OVERPAID: "returned",
    Outcome.SETTLED: "note",
    Outcome.UNMATCHED: "returned",
    Outcome.DUPLICATE: "note",
    Outcome.OUTGOING: "note",
    Outcome.UNREADABLE: "overdue",
}


@allow(Role.FINANCE)
def bank_files(request: SignedInRequest) -> HttpResponse:
    """Upload a statement, and those uploaded before."""
    form = BankFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            file = actions.upload_bank_file(by=request.user, name=sent.name, content=sent.read())
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            return redirect("bank_file", file.id)
    page = Paginator(queries.bank_files(), PER_PAGE).get_page(request.GET.get("page"))
    counts = queries.row_counts(page)
    rows = [{"file": file, "rows": counts[file.id][0], "settled": counts[file.id][1]} for file in page]
    return render(
        request,
        "payments/bank_files.html",
        {"form": form, "page": page, "rows": rows},
        status=422 if form.errors else 200,
    )


@allow(Role.FINANCE)
def bank_file(request: SignedInRequest, file_id: UUID) -> HttpResponse:
    """Before confirming: what would become of each row. Afterwards: what became of it."""
    file = _file(file_id)
    stored = queries.rows_of(file)
    judged = queries.preview(stored) if file.confirmed_at is None else None
    rows: list[dict[str, Any]] = []
    for place, row in enumerate(stored):
        outcome = Outcome(row.outcome) if judged is None else judged[place].outcome
        reason = row.reason if judged is None else judged[place].reason
        rows.append(
            {
                "row": row,
                "good": outcome in GOOD,
                "outcome": outcome,
                "shape": _SHAPES[outcome],
                "word": WORDS[outcome],
                "reason": reason,
            }
        )
    good = [entry["row"].amount_fen or 0 for entry in rows if entry["good"]]
    return render(
        request,
        "payments/bank_file.html",
        {
            "file": file,
            "rows": rows,
            "good": len(good),
            "bad": len(rows) - len(good),
            "good_fen": sum(good),
        },
    )


@allow(Role.FINANCE)
@require_POST
def confirm_bank_file(request: SignedInRequest, file_id: UUID) -> HttpResponse:
    """Settle the good rows."""
    file = actions.confirm_bank_file(by=request.user, file=_file(file_id))
    settled = queries.row_counts([file])[file.id][1]
    messages.success(request, f"已确认 {settled} 笔到账，其余各行的原因留在下面。")
    return redirect("bank_file", file.id)


def _file(file_id: UUID) -> BankFile:
    file = queries.bank_file(file_id)
    if file is None:
        raise Http404
    return file
