"""The item writers' pages: the list, one question, writing, importing, and how the standard is covered."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from zhiheng.bank.actions import (
    approve_item,
    retire_item,
    return_item,
    submit_item,
    write_item,
)
from zhiheng.bank.core.advice import advice
from zhiheng.bank.core.terms import AREA_TITLES, LANGUAGES, TYPE_NAMES
from zhiheng.bank.forms import (
    LEVEL_NAMES,
    ItemForm,
    ReasonForm,
    initial_of,
)
from zhiheng.bank.importing.queries import lacks
from zhiheng.bank.lists.views import STATES
from zhiheng.bank.media.actions import keep_medium
from zhiheng.bank.media.forms import MediaPart
from zhiheng.bank.models import Item, ItemStatus
from zhiheng.bank.queries import (
    item_named,
    newest_version,
    question_of,
    versions_of,
    written_since_approval,
)
from zhiheng.bank.reviewing.queries import remarks_of
from zhiheng.bank.usage import UNUSED, usage_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.surface.forms import as_validation_error


def _item(name: str) -> Item:
    item = item_named(name)
    if item is None:
        raise Http404
    return item


@allow(Role.ITEM_WRITER)
def item(request: HttpRequest, name: str) -> HttpResponse:
    """One question as the candidate meets it, what is right and why, and what was said before."""
    found = _item(name)
    return render(request, "bank/item.html", _item_context(request, found, ReasonForm()))


def _item_context(request: HttpRequest, found: Item, reason_form: ReasonForm) -> dict[str, object]:
    account = cast(SignedInRequest, request).user
    versions = versions_of(found)
    question = question_of(versions[0])
    own = written_since_approval(account).filter(item=found).exists()
    remarks = remarks_of(found)
    # A draft that came from a file may lack what a written one never does.
    lacking = lacks(question) if found.status == ItemStatus.DRAFT else ()
    return {
        "usage": usage_of([found.name]).get(found.name, UNUSED),
        "remarks": remarks,
        "open_remarks": sum(said.settled is None for said in remarks),
        "item": found,
        "state": STATES[ItemStatus(found.status)],
        "question": question,
        "type": TYPE_NAMES[question.type],
        "area": AREA_TITLES.get(question.area, question.area),
        "level": LEVEL_NAMES.get(question.level, question.level),
        "language": LANGUAGES[question.language],
        "versions": versions,
        "advice": advice(question),
        "reason_form": reason_form,
        "lacking": lacking,
        "may_submit": found.status == ItemStatus.DRAFT and not lacking,
        "may_approve": found.status == ItemStatus.REVIEW and not own,
        "own_waiting": found.status == ItemStatus.REVIEW and own,
        "may_edit": found.status in (ItemStatus.DRAFT, ItemStatus.APPROVED),
        "may_retire": found.status != ItemStatus.RETIRED,
        "usage_url": _usage_url(found),
    }


def _usage_url(found: Item) -> str:
    try:
        return reverse("item_usage", args=[found.name])  # a page of the stage that makes papers
    except NoReverseMatch:
        return ""


@allow(Role.ITEM_WRITER)
def new_item(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@allow(Role.ITEM_WRITER)
def edit_item(request: HttpRequest, name: str) -> HttpResponse:
    return _edit(request, _item(name))


def _edit(request: HttpRequest, found: Item | None) -> HttpResponse:
    account = cast(SignedInRequest, request).user
    question = question_of(newest_version(found)) if found else None
    initial = initial_of(question) if question else {}
    posted = request.method == "POST"
    part = MediaPart(
        shown=question.media if question else (),
        data=request.POST if posted else None,
        files=request.FILES if posted else None,
    )
    kept = _keep_new(account, part) if posted else True
    if posted and kept and request.POST.get("act") == "upload":
        form = ItemForm(initial=request.POST.dict())
    else:
        form = ItemForm(request.POST if posted else None, initial=initial)
        if posted and form.is_valid() and kept and part.sound:
            try:
                version = write_item(by=account, body={**form.body, "media": part.body()}, item=found)
            except Refused as refused:
                form.add_error(None, as_validation_error(refused))
            else:
                messages.success(request, f"已保存为草稿（第 {version.number} 版）。请核对预览，再送审。")
                return redirect("item", version.item.name)
    told = advice(question) if question else ()
    context = {"form": form, "item": found, "advice": told, "part": part, "rows": part.rows()}
    failed = posted and (form.errors or not kept or not part.sound)
    return render(request, "bank/edit.html", context, status=422 if failed else 200)


def _keep_new(account: Account, part: MediaPart) -> bool:
    """Keep the file that came along, if one did; what is wrong with it is said beside it."""
    file = part.new_file
    if file is None:
        return part.upload.is_valid()
    try:
        part.add(keep_medium(by=account, content=file.read(), name=file.name or "文件"))
    except Refused as refused:
        part.upload.add_error("new_file", as_validation_error(refused))
        return False
    return True


@allow(Role.ITEM_WRITER)
@require_POST
def submit(request: HttpRequest, name: str) -> HttpResponse:
    submit_item(by=cast(SignedInRequest, request).user, item=_item(name))
    messages.success(request, "已送审，等另一位命题员审定。")
    return redirect("item", name)


@allow(Role.ITEM_WRITER)
@require_POST
def approve(request: HttpRequest, name: str) -> HttpResponse:
    approve_item(by=cast(SignedInRequest, request).user, item=_item(name))
    messages.success(request, "已通过，这一版从现在起可用。")
    return redirect("item", name)


@allow(Role.ITEM_WRITER)
@require_POST
def send_back(request: HttpRequest, name: str) -> HttpResponse:
    found = _item(name)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return render(request, "bank/item.html", _item_context(request, found, form), status=422)
    reason = form.cleaned_data["reason"]
    return_item(by=cast(SignedInRequest, request).user, item=found, reason=reason)
    messages.success(request, f"已退回修改：{reason}")
    return redirect("item", name)


@allow(Role.ITEM_WRITER)
@require_POST
def retire(request: HttpRequest, name: str) -> HttpResponse:
    retire_item(by=cast(SignedInRequest, request).user, item=_item(name))
    messages.success(request, "已停用，今后组卷与练习都不再用它。")
    return redirect("item", name)
