"""The national standard, for anybody to read."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import public
from zhiheng.standards.core.case import case_package
from zhiheng.standards.core.competency import Occupation, StandardLevel, WeightTable
from zhiheng.standards.core.loader import load_occupation

LEVELS = {
    "5": gettext_lazy("五级"),
    "4": gettext_lazy("四级"),
    "3": gettext_lazy("三级"),
    "2": gettext_lazy("二级"),
    "1": gettext_lazy("一级"),
}


@public
def standard(request: HttpRequest, standard: str) -> HttpResponse:
    """Its facts, basics and both weight tables, and the way to each level."""
    occupation = _occupation(standard)
    tables = (
        {"title": _("理论知识权重表"), "table": _weights(occupation, occupation.theory_weights)},
        {"title": _("技能要求权重表"), "table": _weights(occupation, occupation.skill_weights)},
    )
    context = {"occupation": occupation, "tables": tables, "tabs": _tabs(occupation, "")}
    return render(request, "standards/standard.html", context)


@public
def standard_level(request: HttpRequest, standard: str, level: str) -> HttpResponse:
    """Everything one level asks: functions, contents, skills with their trades, knowledge."""
    occupation = _occupation(standard)
    try:
        rung = occupation.level(level)
    except Refused:
        raise Http404 from None
    functions = [
        {"function": function, "trades": "、".join(rung.trades_of(function))} for function in rung.functions
    ]
    context = {
        "occupation": occupation,
        "level": rung,
        "short": LEVELS[rung.id],
        "functions": functions,
        "tabs": _tabs(occupation, rung.id),
        "components": [entry for entry in occupation.components if rung.id in entry.levels],
    }
    return render(request, "standards/level.html", context)


@public
def standard_case(request: HttpRequest, standard: str) -> HttpResponse:
    """The standard as a framework of IMS CASE 1.0, for other systems."""
    package = case_package(_occupation(standard), base=settings.PUBLIC_URL)
    response = JsonResponse(package, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="case-{standard}.json"'
    return response


def _occupation(standard: str) -> Occupation:
    try:
        occupation = load_occupation(standard)
    except Refused:
        raise Http404 from None
    if occupation.id != standard:
        raise Http404
    return occupation


def _tabs(occupation: Occupation, current: str) -> list[dict[str, Any]]:
    overview = {"url": reverse("standard", args=[occupation.id]), "label": _("总览"), "current": not current}
    levels = [
        {
            "url": reverse("standard_level", args=[occupation.id, level.id]),
            "label": LEVELS[level.id],
            "current": level.id == current,
        }
        for level in occupation.levels
    ]
    return [overview, *levels]


def _weights(occupation: Occupation, weights: WeightTable) -> dict[str, Any]:
    """Columns per level and trade, a row per area; None where a trade is not assessed on it."""
    columns = [
        (level, [trade.mark for trade in occupation.trades if level.id in trade.levels])
        for level in occupation.levels
    ]
    rows = [
        {"title": occupation.area_title(slug), "cells": _cells(levels, columns)}
        for slug, levels in weights.rows.items()
    ]
    return {"source": weights.source, "columns": columns, "rows": rows, "totals": _totals(weights, columns)}


def _cells(
    levels: dict[str, dict[str, int]], columns: list[tuple[StandardLevel, list[str]]]
) -> list[int | None]:
    return [levels.get(level.id, {}).get(mark) for level, marks in columns for mark in marks]


def _totals(weights: WeightTable, columns: list[tuple[StandardLevel, list[str]]]) -> list[int]:
    return [
        sum(levels.get(level.id, {}).get(mark, 0) for levels in weights.rows.values())
        for level, marks in columns
        for mark in marks
    ]
