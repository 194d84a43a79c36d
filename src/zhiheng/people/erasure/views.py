"""The person asks; the administrator sees what would go and what a rule keeps, and decides."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.core.retention import Fate, retention_rules, rule_of
from zhiheng.people.erasure import actions, queries
from zhiheng.people.models import ErasureRequest, Role
from zhiheng.people.queries import person_of
from zhiheng.surface.wording import english

LATEST = 50
WORDS = {Fate.DELETE: "删除", Fate.ANONYMISE: "去掉姓名与号码", Fate.KEEP: "保留"}


@allow(Role.CANDIDATE)
@require_POST
def ask(request: SignedInRequest) -> HttpResponse:
    person = person_of(request.user)
    if person is None:
        raise Http404
    actions.ask_for_erasure(
        by=request.user,
        person=person,
        reason=request.POST.get("reason", ""),
        close=request.POST.get("close") == "yes",
    )
    messages.success(request, _("已收到您的删除申请，答复会发消息告诉您。"))
    return redirect("my_data")


@allow(Role.CANDIDATE)
@require_POST
def take_back(request: SignedInRequest) -> HttpResponse:
    person = person_of(request.user)
    found = queries.open_request(person) if person else None
    if found is None:
        raise Http404
    actions.take_back_erasure(by=request.user, request=found)
    messages.success(request, _("申请已收回，什么都没有删除。"))
    return redirect("my_data")


@allow(Role.CANDIDATE)
def my_retention(request: SignedInRequest) -> HttpResponse:
    """How long everything is kept, from what day on and why."""
    rows = [_rule_row(rule.kind, english=english()) for rule in retention_rules()]
    return render(request, "people/my_retention.html", {"rows": rows})


def _rule_row(kind: str, *, english: bool) -> dict[str, Any]:
    rule = rule_of(kind)
    ends = {
        Fate.DELETE: _("到期删除"),
        Fate.ANONYMISE: _("到期去掉姓名与号码"),
        Fate.KEEP: _("到期由专委会决定") if rule.span.ends else _("不到期"),
    }
    return {
        "title": rule.title(english=english),
        "span": rule.span.words(english=english),
        "since": rule.counted_from(english=english),
        "then": ends[rule.then],
        "rule": rule.rule(english=english),
    }


@allow(Role.ADMINISTRATOR)
def erasures(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer, the oldest on top, and what was decided."""
    context = {"waiting": queries.requests_waiting(), "decided": queries.requests_decided(LATEST)}
    return render(request, "people/erasures.html", context)


@allow(Role.ADMINISTRATOR)
def erasure(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    """One request: what would be erased, what must be kept, until when and by which rule."""
    found = _request(request_id)
    if request.method != "POST":
        return _page(request, found)
    answer = request.POST.get("answer", "")
    try:
        if request.POST.get("verdict") == "grant":
            actions.grant_erasure(by=request.user, request=found, answer=answer)
            messages.success(request, "已删除。保留的各类数据与依据记在这份申请里，申请人会收到消息。")
        else:
            actions.refuse_erasure(by=request.user, request=found, answer=answer)
            messages.success(request, "已答复不予删除，申请人会收到消息。")
    except Refused as refused:
        return _page(request, found, refusal=refused, answer=answer)
    return redirect("erasure", request_id=found.id)


def _page(
    request: SignedInRequest, found: ErasureRequest, *, refusal: Refused | None = None, answer: str = ""
) -> HttpResponse:
    open_still = found.decided_at is None
    person = found.person
    context = {
        "erasure": found,
        "person": person,
        "rows": [
            _prospect_row(entry, named=queries.name_stays(person)) for entry in queries.prospects(person)
        ]
        if open_still
        else [],
        "kept": [entry | {"title": rule_of(entry["kind"]).title(english=False)} for entry in found.kept],
        "matters": list(dict.fromkeys(hold.reason for hold in queries.open_matters(person)))
        if open_still
        else [],
        "refusal": refusal,
        "answer": answer,
    }
    return render(request, "people/erasure.html", context, status=422 if refusal else 200)


def _prospect_row(entry: queries.Prospect, *, named: bool) -> dict[str, Any]:
    anonymised = entry.rule.on_request == Fate.ANONYMISE
    kept = entry.kept or (anonymised and named)
    what = "姓名与号码保留，手机号删除" if anonymised and named else WORDS[entry.rule.on_request]
    return {
        "title": entry.rule.title(english=False),
        "count": entry.share.count,
        "kept": kept,
        "what": what,
        "until": entry.until,
        "rule": entry.rule.rule(english=False),
    }


def _request(request_id: UUID) -> ErasureRequest:
    found = queries.request_by_id(request_id)
    if found is None:
        raise Http404
    return found
