"""The standard as anybody reads it: every code, every weight, every level."""

import re
from typing import Any

import pytest
from django.test import Client

from zhiheng.standards.core.case import case_package
from zhiheng.standards.core.loader import load_occupation

pytestmark = pytest.mark.django_db
HOME = "/standards/4-01-02-07-2021/"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_overview_prints_both_weight_tables_with_their_sums(client: Client) -> None:
    tables = [entry["table"] for entry in client.get(HOME).context["tables"]]

    assert [len(table["totals"]) for table in tables] == [18, 18]
    assert [set(table["totals"]) for table in tables] == [{100}, {100}]
    assert tables[0]["rows"][0] == {"title": "职业道德", "cells": [5] * 18}
    assert "人社厅发〔2021〕79 号" in client.get(HOME).text


@pytest.mark.parametrize("level", ["5", "4", "3", "2", "1"])
def test_a_level_prints_every_point_of_its_functions(client: Client, level: str) -> None:
    page = client.get(f"{HOME}{level}/").text
    rung = load_occupation().level(level)
    points = [
        point
        for function in rung.functions
        for content in function.contents
        for point in (*content.skills, *content.knowledge)
    ]

    assert [point.text for point in points if point.text not in page] == []
    assert page.count('<th scope="row" class="number">') == len(points)


def test_printed_trades_stand_beside_their_skill(client: Client) -> None:
    page = words(client.get(f"{HOME}5/").text)
    assert "1.2.4 技能 能按照直播计划准备直播样品 A 1.2.5" in page


def test_basics_are_all_there(client: Client) -> None:
    page = client.get(HOME).text
    basics = load_occupation().basics
    points = [*basics.ethics, *(point for area in basics.areas for point in area.points)]
    assert len(points) == 43
    assert [point.text for point in points if point.text not in page] == []


@pytest.mark.parametrize("path", ["/standards/1-01/", "/standards/4-01-02-07/", f"{HOME}6/", f"{HOME}x/"])
def test_a_standard_or_level_that_does_not_exist_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_reading_needs_no_database(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's fixture
        client.get(HOME)


def test_other_systems_read_the_framework(client: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://zhiheng.example"
    assert f'href="{HOME}case.json"' in client.get(HOME).text
    answer = client.get(f"{HOME}case.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="case-4-01-02-07-2021.json"'
    assert answer.json() == case_package(load_occupation(), base="https://zhiheng.example")
    assert client.get("/standards/1-01/case.json").status_code == 404
