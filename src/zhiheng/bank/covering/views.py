"""The page of the map."""

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhiheng.bank.core.terms import TYPE_NAMES
from zhiheng.bank.covering.drawing import CELL_HEIGHT, CELL_WIDTH, WIDTH, drawn, in_figures
from zhiheng.bank.covering.queries import Held, content_titles, held_by_points
from zhiheng.bank.forms import EVERY, LEVEL_NAMES, standard_words
from zhiheng.bank.models import Pool
from zhiheng.bank.queries import levels_of, standards
from zhiheng.people.access import allow
from zhiheng.people.models import Role


class CoverageForm(forms.Form):
    level = forms.ChoiceField(label="等级")
    trade = forms.ChoiceField(label="工种", required=False, choices=[EVERY, *((m, m) for m in "ABCD")])
    type = forms.ChoiceField(label="题型", required=False, choices=[EVERY, *TYPE_NAMES.items()])
    pool = forms.ChoiceField(label="题库", choices=Pool.choices)
    standard = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(self, data: dict[str, str], *, levels: tuple[str, ...]) -> None:
        super().__init__(data)
        for name, choices in (
            ("level", [(level, LEVEL_NAMES.get(level, level)) for level in levels]),
            ("standard", [(name, name) for name in standards()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


@allow(Role.ITEM_WRITER)
def coverage_map(request: HttpRequest) -> HttpResponse:
    """Which points of the standard have how many questions?"""
    standard = request.GET.get("standard", "")
    if standard not in standards():
        standard = next(iter(sorted(standards())))
    levels = levels_of(standard)
    level = request.GET.get("level", "")
    asked = {name: request.GET.get(name, "") for name in ("trade", "type")}
    pool = request.GET.get("pool", "")
    form = CoverageForm(
        {
            **asked,
            "pool": pool if pool in Pool.values else Pool.LIVE,
            "level": level if level in levels else levels[0],
            "standard": standard,
        },
        levels=levels,
    )
    valid = form.is_valid()
    chosen = form.cleaned_data
    points = held_by_points(
        standard,
        level=chosen["level"],
        trade=chosen.get("trade", ""),
        type_=chosen.get("type", ""),
        pool=chosen["pool"],
    )
    picture = drawn(points, content_titles(standard))
    context = {
        "form": form,
        "standard": standard_words(standard),
        "level_name": LEVEL_NAMES.get(chosen["level"], chosen["level"]),
        "standards": [
            {"url": f"?standard={name}", "label": standard_words(name), "current": name == standard}
            for name in sorted(standards())
        ],
        "map": picture,
        "cells": [(cell, _list_of(cell.held, chosen)) for cell in picture.cells],
        "lines": in_figures(points),
        "type_names": list(TYPE_NAMES.values()),
        "points": len(points),
        "reached": sum(1 for held in points if held.count),
        "width": WIDTH,
        "cell_width": CELL_WIDTH,
        "cell_height": CELL_HEIGHT,
    }
    return render(request, "bank/coverage.html", context, status=200 if valid else 422)


def _list_of(held: Held, chosen: dict[str, str]) -> str:
    """The list of the questions at a point, drafts among them."""
    kept = {
        "standard": held.code.standard,
        "code": held.code.ref,
        "level": held.code.level,
        **{name: chosen.get(name, "") for name in ("trade", "type", "pool")},
    }
    return f"{reverse('items')}?{urlencode({name: value for name, value in kept.items() if value})}"
