"""Anybody checks a receipt; a candidate fetches receipt and answers once the sitting is over."""

from datetime import datetime
from typing import cast
from urllib.parse import quote

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from zhiheng.delivery.core.receipt import Check, Point, Receipt, check_receipt
from zhiheng.delivery.queries import ends_at
from zhiheng.delivery.receipts.forms import ReceiptForm
from zhiheng.delivery.receipts.queries import Handed, answers_file, handed_in, known_keys, published_keys
from zhiheng.people.access import allow, public
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import person_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit

LIMIT = 30  # receipts a minute from one address
WORDS = {
    (Point.KEY, True): gettext_lazy("签名密钥是考场公布的密钥"),
    (Point.KEY, False): gettext_lazy("签名密钥不是考场公布的密钥：不是本平台的回执，或密钥编号被改动"),
    (Point.SIGNATURE, True): gettext_lazy("签名与回执的全部内容相符"),
    (Point.SIGNATURE, False): gettext_lazy("签名与内容不符：回执被改动过，或不是考场签发的"),
    (Point.ANSWERS, True): gettext_lazy("答案文件的摘要和题数与回执相符"),
    (Point.ANSWERS, False): gettext_lazy("答案文件的摘要或题数与回执不符：不是交卷时的那些答案"),
}


@public
def receipts(request: HttpRequest) -> HttpResponse:
    """Nothing that is handed in here is kept."""
    if request.method != "POST":
        return render(request, "delivery/receipts.html", {"form": ReceiptForm()})
    admit(request, name="receipt", limit=LIMIT)
    form = ReceiptForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "delivery/receipts.html", {"form": form}, status=422)
    receipt: Receipt = form.cleaned_data["receipt"]
    checks = check_receipt(receipt, known_keys(), form.cleaned_data["answers"])
    context = {
        "receipt": receipt,
        "signed_at": _moment(receipt.signed_at),
        "valid": all(check.ok for check in checks),
        "checks": [(check.ok, _words(check)) for check in checks],
        "compared": form.cleaned_data["answers"] is not None,
    }
    return render(request, "delivery/receipt_checked.html", context)


def _moment(text: str) -> datetime | None:
    """A receipt nobody of ours signed may say anything here."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _words(check: Check) -> str:
    return str(WORDS[(check.point, check.ok)])


@public
def keys(request: HttpRequest) -> HttpResponse:
    """For whoever checks receipts with a program, also long after."""
    response = HttpResponse(msgspec.json.encode(published_keys()), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


def _own(request: HttpRequest, number: str) -> Handed:
    person = person_of(cast(Account, request.user))
    found = handed_in(person, number) if person is not None else None
    if found is None or clock.now() < ends_at(found.ticket.offering):
        raise Http404
    return found


@allow(Role.CANDIDATE)
def my_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What the candidate can take away after the sitting: the receipt and their own answers."""
    found = _own(request, number)
    context = {"handed": found, "receipt": found.receipt, "offering": found.ticket.offering}
    return render(request, "delivery/my_receipt.html", context)


@allow(Role.CANDIDATE)
def my_receipt_file(request: HttpRequest, number: str) -> HttpResponse:
    receipt = _own(request, number).receipt
    if receipt is None:
        raise Http404
    return _file(receipt, f"receipt-{number}.json")


@allow(Role.CANDIDATE)
def my_answers_file(request: HttpRequest, number: str) -> HttpResponse:
    """Their own choices, without keys and without marks."""
    found = _own(request, number)
    if found.collection is None:
        raise Http404
    made = answers_file(found.collection, ticket=found.ticket, receipt=found.receipt)
    return _file(made, f"answers-{number}.json")


def _file(content: msgspec.Struct, name: str) -> HttpResponse:
    response = HttpResponse(msgspec.json.encode(content), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{quote(name)}"'
    response["Cache-Control"] = "private, no-store"
    return response
