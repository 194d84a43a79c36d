"""Pairs that look alike, one beside the other."""

from decimal import Decimal
from typing import cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhiheng.bank.core.near import THRESHOLD
from zhiheng.bank.queries import item_named
from zhiheng.bank.twins.actions import keep_apart
from zhiheng.bank.twins.queries import pairs_in_bank, side_by_side
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role

PAGE = 10


class LikenessForm(forms.Form):
    threshold = forms.TypedChoiceField(
        label="相似度至少",
        coerce=Decimal,
        choices=[(f"0.{tenth}0", f"{tenth}0%") for tenth in (9, 8, 7, 6, 5, 4)],
        help_text="题干与选项里相同的两字片段占全部片段的比例。",
    )


@allow(Role.ITEM_WRITER)
def twins(request: HttpRequest) -> HttpResponse:
    """Which questions say nearly the same?"""
    form = LikenessForm(request.GET if "threshold" in request.GET else {"threshold": str(THRESHOLD)})
    threshold = form.cleaned_data["threshold"] if form.is_valid() else THRESHOLD
    pairs = pairs_in_bank(threshold=threshold)
    page = Paginator(pairs, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": side_by_side(list(page.object_list)),
        "total": len(pairs),
        "threshold": round(threshold * 100),
    }
    return render(request, "bank/twins.html", context)


@allow(Role.ITEM_WRITER)
@require_POST
def keep_both(request: HttpRequest, first: str, second: str) -> HttpResponse:
    found = [item_named(name) for name in (first, second)]
    if None in found:
        raise Http404
    one, other = found
    assert one is not None
    assert other is not None
    keep_apart(by=cast(SignedInRequest, request).user, first=one, second=other)
    messages.success(request, f"已记下：{first} 与 {second} 是两道题。其中一道改写后会再问一次。")
    return redirect(reverse("twins"))
