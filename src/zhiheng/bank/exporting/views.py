"""Taking questions out: choose, download, and read what the format could not hold."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhiheng.bank.core.exchange.formats import WRITERS
from zhiheng.bank.exporting.actions import KEYS_FOR, take_out
from zhiheng.bank.exporting.forms import ExportForm
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error


@allow(Role.ITEM_WRITER, Role.ADMINISTRATOR)
def export_items(request: HttpRequest) -> HttpResponse:
    """Which questions, in which format? The answer is the file itself."""
    account = cast(SignedInRequest, request).user
    form = ExportForm(request.POST or None, keys_allowed=bool(roles_of(account) & KEYS_FOR))
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_out(by=account, **form.chosen())
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            target = WRITERS[form.cleaned_data["form"]]
            response = HttpResponse(taken.content, content_type=target.media_type)
            name = f"items-{clock.today():%Y%m%d}.{target.suffix}"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    losses = [(target.title, list(target.lost.values())) for target in WRITERS.values()]
    context = {"form": form, "losses": losses}
    return render(request, "bank/export.html", context, status=422 if form.errors else 200)
