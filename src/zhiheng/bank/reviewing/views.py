"""Remarks on a question, and two versions side by side."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.bank.core.differing import compare_items
from zhiheng.bank.models import Item, Remark
from zhiheng.bank.queries import item_named, newest_version, question_of, versions_of
from zhiheng.bank.reviewing.actions import remark, settle
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role


class VersionsForm(forms.Form):
    """Which two versions; `start` is shown on the left."""

    start = forms.TypedChoiceField(label="左边", coerce=int)
    end = forms.TypedChoiceField(label="右边", coerce=int)

    def __init__(self, data: object, *, numbers: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        for name in ("start", "end"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [(number, f"第 {number} 版") for number in numbers]


def _item(name: str) -> Item:
    found = item_named(name)
    if found is None:
        raise Http404
    return found


@allow(Role.ITEM_WRITER)
def compare(request: HttpRequest, name: str) -> HttpResponse:
    """What did a later version change?"""
    found = _item(name)
    versions = {version.number: version for version in versions_of(found)}
    newest = max(versions)
    form = VersionsForm(request.GET or {"start": max(newest - 1, 1), "end": newest}, numbers=list(versions))
    lines = None
    if form.is_valid():
        start, end = (versions[form.cleaned_data[end]] for end in ("start", "end"))
        lines = compare_items(question_of(start), question_of(end))
    context = {
        "item": found,
        "form": form,
        "lines": lines,
        "changes": sum(line.changed for line in lines or ()),
    }
    return render(request, "bank/compare.html", context, status=200 if lines is not None else 422)


@allow(Role.ITEM_WRITER)
@require_POST
def say(request: HttpRequest, name: str) -> HttpResponse:
    """A remark on the newest version."""
    found = _item(name)
    remark(
        by=cast(SignedInRequest, request).user,
        version=newest_version(found),
        words=request.POST.get("words", ""),
    )
    messages.success(request, "意见已记在这一版旁边。")
    return redirect("item", name)


@allow(Role.ITEM_WRITER)
@require_POST
def settle_remark(request: HttpRequest, name: str, remark_id: UUID) -> HttpResponse:
    said = Remark.objects.filter(pk=remark_id, version__item__name=name).select_related("version").first()
    if said is None:
        raise Http404
    settle(by=cast(SignedInRequest, request).user, said=said, words=request.POST.get("words", ""))
    messages.success(request, "已记下这条意见怎样处理。")
    return redirect("item", name)
