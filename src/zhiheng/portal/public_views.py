"""Pages that answer before somebody applies: common questions, and where to apply."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhiheng.people.access import public
from zhiheng.people.institutions.presenting import listed_words
from zhiheng.people.institutions.programmes import names_of_programmes
from zhiheng.people.institutions.queries import listed_lines
from zhiheng.people.models import InstitutionAuthorisation, InstitutionKind
from zhiheng.plumbing import clock
from zhiheng.standards.core.questions import Question, load_questions
from zhiheng.surface.wording import english

KINDS = (gettext_noop("培训机构"), gettext_noop("院校"), gettext_noop("企业"))  # labels of InstitutionKind
LINKS = {
    "how": ("directory", gettext_noop("机构名录")),
    "issuer": ("about", gettext_noop("关于专委会与证书")),
    "levels": ("check", gettext_noop("报考自测")),
    "carbon": ("programmes", gettext_noop("全部项目")),
    "recognition": ("verify", gettext_noop("查验证书")),
}


@public
def faq(request: HttpRequest) -> HttpResponse:
    """The ten questions, in the language of the page."""
    return render(request, "portal/faq.html", {"questions": [_said(entry) for entry in load_questions()]})


def _said(entry: Question) -> dict[str, Any]:
    link = LINKS.get(entry.id)
    return {
        "id": entry.id,
        "title": entry.question_en if english() else entry.question,
        "paragraphs": entry.answer_en if english() else entry.answer,
        "source": entry.source,
        "link": {"url": reverse(link[0]), "label": _(link[1])} if link else None,
    }


@public
def directory(request: HttpRequest) -> HttpResponse:
    """Institutions somebody can apply through today, by province (?province=) and city (?city=)."""
    today = clock.today()
    known = listed_lines(on=today)
    province, city = request.GET.get("province", ""), request.GET.get("city", "")
    here = [entry for entry in known if province in ("", entry.institution.province)]
    shown = [entry for entry in here if city in ("", entry.institution.city)]
    context = {
        "province": province,
        "city": city,
        "provinces": _once(entry.institution.province for entry in known),
        "cities": _once(entry.institution.city for entry in here) if province else [],
        "places": [
            {"name": name, "rows": [_row(entry, today=today) for entry in found]}
            for name, found in groupby(shown, key=lambda entry: entry.institution.province)
        ],
    }
    return render(request, "portal/directory.html", context)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _row(line: InstitutionAuthorisation, *, today: date) -> dict[str, Any]:
    institution = line.institution
    return {
        "institution": institution,
        "kind": str(InstitutionKind(institution.kind).label),
        "programmes": listed_words(names_of_programmes(line.programmes)) or _("全部项目"),
        "days_left": (institution.authorised_until - today).days,
    }
