"""Changing many questions: choose, look, confirm."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.bank.core.together import KIND_NAMES
from zhiheng.bank.lists.forms import ItemFilter
from zhiheng.bank.lists.queries import found_by
from zhiheng.bank.models import Item
from zhiheng.bank.together.actions import change_together
from zhiheng.bank.together.forms import ChangeForm
from zhiheng.bank.together.queries import MOST, prospects, stamp_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.surface.forms import as_validation_error

SHOWN = 60


@allow(Role.ITEM_WRITER)
def together(request: HttpRequest) -> HttpResponse:
    """What would one change do to the questions chosen?"""
    account = cast(SignedInRequest, request).user
    if request.method == "POST":
        return _confirmed(request, account)
    chosen = _chosen(request, account)
    form = ChangeForm(request.GET if "kind" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        try:
            found = prospects(chosen, form.change(), account=account)
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
    context = {
        "form": form,
        "chosen": chosen[:SHOWN],
        "count": len(chosen),
        "names": "\n".join(item.name for item in chosen),
        "picked": [item.name for item in chosen] if request.GET.getlist("pick") else [],
        "kept": [
            (key, value) for key, value in request.GET.items() if key in ItemFilter.base_fields and value
        ],
        "found": found,
        "doing": [prospect for prospect in found or () if not prospect.why],
        "leaving": [prospect for prospect in found or () if prospect.why],
        "stamp": stamp_of(found) if found is not None else "",
        "what": KIND_NAMES[form.change().kind] if found is not None else "",
        "trades": form.cleaned_data["trades"] if found is not None else [],
    }
    return render(request, "bank/together.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, account: Account) -> list[Item]:
    """The questions ticked, or all that keep the filters of the list."""
    picked = request.GET.getlist("pick")
    if picked:
        return list(Item.objects.filter(name__in=picked[: MOST + 1]).order_by("name"))
    filters = ItemFilter(request.GET)
    return list(found_by(filters.cleaned_data, account=account)[: MOST + 1]) if filters.is_valid() else []


def _confirmed(request: HttpRequest, account: Account) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Refused(what="没有说明要做什么修改", remedy="请回到题库重新选择", code="change-unreadable")
    done = change_together(
        by=account,
        names=request.POST.get("names", "").split("\n")[: MOST + 1],
        change=form.change(),
        stamp=request.POST.get("stamp", ""),
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, f"{KIND_NAMES[form.change().kind]}：{len(done)} 道题已完成。")
    return redirect("items")
