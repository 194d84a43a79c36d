"""Replacing a question of a draft by one the solver offers."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.assembly.forms import ReplaceForm
from zhiheng.assembly.models import PaperStatus, RunKind
from zhiheng.assembly.queries import paper_content, paper_with_everything
from zhiheng.assembly.replacing.actions import replace_item
from zhiheng.assembly.replacing.queries import best_offers, room_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.surface.forms import as_validation_error


@allow(Role.ADMINISTRATOR, Role.ITEM_WRITER)
def replace(request: HttpRequest, paper_id: UUID, item: str) -> HttpResponse:
    """Which question could stand here instead, and what would that change?"""
    found = paper_with_everything(paper_id)
    if found is None or found.status != PaperStatus.DRAFT or found.run.kind != RunKind.PARALLEL:
        raise Http404
    old = next((one for one in paper_content(found) if one.item == item), None)
    if old is None:
        raise Http404
    form = ReplaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        account = cast(SignedInRequest, request).user
        try:
            replace_item(by=account, paper=found, removed=item, added=data["added"], reason=data["reason"])
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, "已换题并重新核对；之前的审定作废，请两人重新审定。")
            return redirect("paper", paper_id)
    room = room_of(found)
    rows = [
        {"offer": offer, "question": room.stock.entries[offer.item.id].item}
        for offer in best_offers(room, item)
    ]
    context = {"paper": found, "old": old, "form": form, "rows": rows, "deviation": found.deviation}
    return render(request, "assembly/replace.html", context, status=422 if form.errors else 200)
