"""The list of questions."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.bank.core.terms import AREA_TITLES, TYPE_NAMES
from zhiheng.bank.forms import LEVEL_NAMES
from zhiheng.bank.lists.checks import findings
from zhiheng.bank.lists.forms import ItemFilter
from zhiheng.bank.lists.queries import found_by
from zhiheng.bank.models import Item, ItemStatus
from zhiheng.bank.queries import awaiting_review, newest_bodies
from zhiheng.bank.usage import UNUSED, Usage, usage_of
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role

PAGE = 30
STATES = {
    ItemStatus.DRAFT: "ahead",
    ItemStatus.REVIEW: "pending",
    ItemStatus.APPROVED: "valid",
    ItemStatus.RETIRED: "revoked",
}


@allow(Role.ITEM_WRITER)
def items(request: HttpRequest) -> HttpResponse:
    """What is in the bank, and which of it needs somebody?"""
    account = cast(SignedInRequest, request).user
    form = ItemFilter(request.GET or None)
    valid = not form.is_bound or form.is_valid()
    found = (
        found_by(form.cleaned_data if form.is_bound else {}, account=account)
        if valid
        else Item.objects.none()
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    bodies = newest_bodies(page.object_list)
    used = usage_of([item.name for item in page.object_list])
    kept = [(name, value) for name, value in request.GET.items() if value and name not in ("page", "pick")]
    context = {
        "form": form,
        "page": page,
        "rows": [_row(item, bodies[item.id], used.get(item.name, UNUSED)) for item in page.object_list],
        "total": page.paginator.count,
        "kept": kept,
        "waiting": awaiting_review(account).count(),
    }
    return render(request, "bank/items.html", context, status=200 if valid else 422)


def _row(item: Item, body: dict[str, Any], usage: Usage) -> dict[str, Any]:
    return {
        "item": item,
        "stem": body["stem"],
        "area": AREA_TITLES.get(item.area, item.area),
        "type": TYPE_NAMES.get(item.type, item.type),  # type: ignore[call-overload]  # a stored word
        "level": LEVEL_NAMES.get(item.level, item.level),
        "state": STATES[ItemStatus(item.status)],
        "usage": usage,
    }


@allow(Role.ITEM_WRITER)
def writing_checks(request: HttpRequest) -> HttpResponse:
    """What should be looked at once more in the questions that keep the filters of the list?"""
    account = cast(SignedInRequest, request).user
    form = ItemFilter(request.GET)
    if not form.is_valid():
        return redirect("items")
    found = findings(found_by(form.cleaned_data, account=account))
    page = Paginator(found.advised, PAGE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "page": page,
        "rows": page.object_list,
        "filtered": any(form.cleaned_data.values()),
    }
    return render(request, "bank/checks.html", context)
