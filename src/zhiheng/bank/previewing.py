"""A question on the exam page, with the exam page's own markup and style, as wide as a phone and as a desk."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from zhiheng.bank.core.terms import TYPE_NAMES
from zhiheng.bank.models import Item
from zhiheng.bank.queries import item_named, newest_version, question_of
from zhiheng.people.access import allow
from zhiheng.people.models import Role

# Framed by our own page only; nothing in it runs and nothing can be sent.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def _item(name: str) -> Item:
    found = item_named(name)
    if found is None:
        raise Http404
    return found


@allow(Role.ITEM_WRITER)
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """How will candidates see it?"""
    return render(request, "bank/preview.html", {"item": _item(name)})


@xframe_options_sameorigin
@allow(Role.ITEM_WRITER)
def exam_page(request: HttpRequest, name: str) -> HttpResponse:
    """The exam page with this one question; the newest version, without its key."""
    question = question_of(newest_version(_item(name)))
    context = {"question": question, "type": TYPE_NAMES[question.type], "many": question.type == "multiple"}
    response = render(request, "bank/preview_page.html", context)
    response.headers["Content-Security-Policy"] = POLICY
    return response
