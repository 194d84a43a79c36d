"""English for the public and for candidates; pages for work come whole in Chinese, never in two languages."""

import re

import pytest
from django.test import Client

from tests.factories.world import World
from zhiheng.people.models import Role

ENGLISH = {"Accept-Language": "en"}
WORKING = [role for role in Role if role is not Role.CANDIDATE]


def language_of(page: str) -> tuple[str, str, bool]:
    """What the page says its language is, its first entry of navigation, whether it offers another language."""
    (declared,) = re.findall(r'<html lang="([^"]+)"', page)
    first = re.findall(r'<nav class="site-nav".*?<li><a [^>]*>([^<]+)</a>', page, re.DOTALL)[0]
    return declared, first, 'name="language"' in page


def test_strangers_and_candidates_have_the_choice(world: World, client: Client) -> None:
    assert language_of(client.get("/programmes/", headers=ENGLISH).text) == ("en", "Programmes", True)
    client.force_login(world[Role.CANDIDATE])
    assert language_of(client.get("/home/", headers=ENGLISH).text) == ("en", "Programmes", True)
    assert language_of(client.get("/home/").text) == ("zh-hans", "报考项目", True)


@pytest.mark.parametrize("role", WORKING)
def test_pages_for_work_are_chinese_as_a_whole(world: World, client: Client, role: Role) -> None:
    client.force_login(world[role])
    assert language_of(client.get("/home/", headers=ENGLISH).text) == ("zh-hans", "报考项目", False)
    assert language_of(client.get("/programmes/", headers=ENGLISH).text) == ("en", "Programmes", True)
