"""The standard as a framework of IMS CASE: whole, a tree, and the same for ever."""

import json
import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from zhiheng.standards.core.case import case_package, label_of_identifier, point_identifier
from zhiheng.standards.core.loader import load_occupation, occupation_codes

STANDARD = "4-01-02-07-2021"
BASE = "https://example.org/zhiheng"
HOME = f"{BASE}/standards/{STANDARD}/case.json"


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    return case_package(load_occupation(STANDARD), base=BASE + "/")


def test_every_point_is_there_exactly_once(package: dict[str, Any]) -> None:
    names = {
        "五级/初级工": "5",
        "四级/中级工": "4",
        "三级/高级工": "3",
        "二级/技师": "2",
        "一级/高级技师": "1",
    }
    found = Counter(
        (
            "" if item["alternativeLabel"].startswith("basics:") else names[item["educationLevel"][0]],
            item["alternativeLabel"],
            item["fullStatement"],
        )
        for item in package["CFItems"]
        if "alternativeLabel" in item
    )
    assert found == Counter((code.level, code.ref, code.text) for code in occupation_codes(STANDARD))
    kinds = Counter(item["CFItemType"] for item in package["CFItems"])
    assert (kinds["技能要求"], kinds["相关知识要求"], kinds["基本要求条目"], kinds["技能级别"]) == (
        173,
        164,
        43,
        5,
    )


def test_levels_functions_and_contents_stand_above_them(package: dict[str, Any]) -> None:
    occupation = load_occupation(STANDARD)
    kinds = Counter(item["CFItemType"] for item in package["CFItems"])
    functions = [function for level in occupation.levels for function in level.functions]
    assert kinds["职业功能"] == len(functions)
    assert kinds["工作内容"] == sum(len(function.contents) for function in functions)


def test_the_tree_is_connected_and_has_no_circle(package: dict[str, Any]) -> None:
    root = package["CFDocument"]["identifier"]
    items = [item["identifier"] for item in package["CFItems"]]
    links = package["CFAssociations"]
    assert {link["associationType"] for link in links} == {"isChildOf"}
    assert Counter(link["originNodeURI"]["identifier"] for link in links) == Counter(items)
    parent = {link["originNodeURI"]["identifier"]: link["destinationNodeURI"]["identifier"] for link in links}
    for item in items:
        above = item
        for _ in range(6):
            above = parent.get(above, above)
        assert above == root
    places = Counter((link["destinationNodeURI"]["identifier"], link["sequenceNumber"]) for link in links)
    assert max(places.values()) == 1


def test_titles_of_both_ends_are_their_statements(package: dict[str, Any]) -> None:
    said = {item["identifier"]: item["fullStatement"] for item in package["CFItems"]}
    said[package["CFDocument"]["identifier"]] = package["CFDocument"]["title"]
    for link in package["CFAssociations"]:
        for end in (link["originNodeURI"], link["destinationNodeURI"]):
            assert end["title"] == said[end["identifier"]]


def everything(value: Any) -> list[dict[str, Any]]:
    """Every object of the package that has an identity of its own."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [entry for part in inside for entry in everything(part)]
    return [value, *found] if isinstance(value, dict) and "lastChangeDateTime" in value else found


def test_identities_are_unique_and_dated_by_the_edition(package: dict[str, Any]) -> None:
    found = everything(package)
    assert len({entry["identifier"] for entry in found}) == len(found)
    assert len({entry["uri"] for entry in found}) == len(found)
    assert {UUID(entry["identifier"]).version for entry in found} == {5}
    assert {entry["lastChangeDateTime"] for entry in found} == {"2021-11-18T00:00:00+08:00"}
    assert all(re.fullmatch(rf"{re.escape(HOME)}(#[0-9a-f-]{{36}})?", entry["uri"]) for entry in found)


def test_it_is_the_same_on_every_day_and_its_names_under_every_address(package: dict[str, Any]) -> None:
    again = case_package(load_occupation(STANDARD), base=BASE)
    assert json.dumps(again) == json.dumps(package)
    elsewhere = case_package(load_occupation(STANDARD), base="http://127.0.0.1:8700")
    names = [[entry["identifier"] for entry in everything(one)] for one in (package, elsewhere)]
    assert names[0] == names[1]


def test_identifiers_already_published_never_change(package: dict[str, Any]) -> None:
    assert package["CFDocument"]["identifier"] == "ba11516f-f519-5ddd-92e8-2fa71e3cb18b"
    assert point_identifier(STANDARD, "5", "skill", "1.1.1") == "776d87ad-6b47-579c-a451-f3f6546d7ca7"
    assert point_identifier(STANDARD, "", "basics", "2.2.6.5") == "de8bdb5f-3ef7-5ae0-94bf-3d1fd908369b"


def test_an_item_says_its_kind_code_level_trades_and_law_in_force(package: dict[str, Any]) -> None:
    items = {item["identifier"]: item for item in package["CFItems"]}
    skill = items[point_identifier(STANDARD, "5", "skill", "1.1.1")]
    link = skill.pop("CFItemTypeURI")
    assert (link["title"], skill) == (
        "技能要求",
        {
            "identifier": point_identifier(STANDARD, "5", "skill", "1.1.1"),
            "uri": f"{HOME}#{point_identifier(STANDARD, '5', 'skill', '1.1.1')}",
            "lastChangeDateTime": "2021-11-18T00:00:00+08:00",
            "fullStatement": "能搜集产品图文素材",
            "humanCodingScheme": "1.1.1",
            "alternativeLabel": "skill:1.1.1",
            "CFItemType": "技能要求",
            "conceptKeywords": ["选品员", "直播销售员", "视频创推员"],
            "educationLevel": ["五级/初级工"],
            "language": "zh-Hans",
        },
    )
    kinds = {entry["identifier"]: entry["title"] for entry in package["CFDefinitions"]["CFItemTypes"]}
    assert kinds[link["identifier"]] == "技能要求"
    law = items[point_identifier(STANDARD, "", "basics", "2.2.6.21")]
    assert law["notes"] == "《网络直播营销管理办法（试行）》"
    assert len(law["educationLevel"]) == 5


def test_an_identifier_leads_back_to_its_code() -> None:
    assert (
        label_of_identifier(point_identifier(STANDARD, "4", "knowledge", "2.1.1").upper())
        == "knowledge:2.1.1"
    )
    assert label_of_identifier("6ba7b810-9dad-11d1-80b4-00c04fd430c8") == ""
