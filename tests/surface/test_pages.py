"""The base pages and the gallery, whole: in both languages, without a request, and under the security policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from zhiheng.surface.gallery import gallery_context

SURFACE = Path(__file__).parents[2] / "src/zhiheng/surface"
TEMPLATES = sorted((SURFACE / "templates").rglob("*.html"))
VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "circle", "path"}


class Outline(HTMLParser):
    """Open elements, identities and headings, so that a page can be checked as a whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.identities: list[str] = []
        self.headings: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "id" in values:
            self.identities.append(str(values["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        self.wrong += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def assert_sound(html: str) -> Outline:
    outline = Outline(html)
    assert outline.wrong == []
    assert outline.open == []
    assert sorted(set(outline.identities)) == sorted(outline.identities)
    assert outline.headings.count("h1") == 1
    return outline


def catalogue() -> dict[str, str]:
    with (SURFACE / "locale/en/LC_MESSAGES/django.po").open("rb") as source:
        entries = read_po(source, locale="en", abort_invalid=True)
    return {
        (entry.id if isinstance(entry.id, str) else entry.id[0]): "".join(entry.string)
        for entry in entries
        if entry.id
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_is_sound_html_in_both_languages(language: str) -> None:
    with translation.override(language):
        html = render_to_string(
            "surface/gallery.html", gallery_context(), request=RequestFactory().get("/gallery/")
        )
    assert_sound(html)
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_no_request_and_says_what_and_what_to_do(name: str) -> None:
    html = render_to_string(name)
    assert_sound(html)
    content = html.split('<div class="page-content">')[1].split("<aside")[0]
    assert [len(sentence) > 10 for sentence in re.findall(r"<p>([^<]+)</p>", content)] == [True, True]


def test_a_refusal_page_carries_the_three_parts() -> None:
    html = render_to_string("surface/refused.html", {"refusal": gallery_context()["refused"]})
    assert_sound(html)
    assert html.count("报名材料在截止后送到，没有收下") == 1
    assert html.count("ccia-000 第五条：考前 7 日截止报名") == 1
    assert html.count("请报名 12 月 26 日的考期，已交的材料会带过去") == 1


def test_a_printed_page_has_no_navigation() -> None:
    html = render_to_string("surface/base_print.html", gallery_context())
    assert_sound(html)
    assert "<nav" not in html
    assert "<button" not in html
    assert html.count("职衡评价中心（演练机构）") == 1


def test_a_stranger_sees_no_account_menu_and_no_empty_ribbon() -> None:
    html = render_to_string("surface/base.html", {"sign_in_url": "/sign-in/"})
    assert html.count('<a class="tool" href="/sign-in/">登录</a>') == 1
    assert "<details" not in html
    assert "ribbon" not in html


def test_the_account_menu_signs_out_by_post() -> None:
    request = RequestFactory().get("/home/")
    html = render_to_string("surface/base.html", gallery_context(), request=request)
    menu = html.split('<details class="menu">')[1].split("</details>")[0]
    assert menu.count('<form method="post" action="/sign-out/">') == 1
    assert menu.count("csrfmiddlewaretoken") == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    source = path.read_text()
    assert re.findall(r'\sstyle=|\son[a-z]+="|<style|javascript:|\|safe\b|autoescape off', source) == []
    assert re.findall(r"<script(?! src=)", source) == []
    assert re.findall(r'(?:src|href)="https?:', source) == []


def test_every_sentence_has_english_and_no_english_is_left_over() -> None:
    used: set[str] = set()
    for path in TEMPLATES:
        source = path.read_text()
        used |= set(re.findall(r'{% translate "([^"]+)" %}', source))
        for block in re.findall(
            r"{% blocktranslate[^%]*%}(.*?)(?:{% plural %}.*?)?{% endblocktranslate %}", source
        ):
            used.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", block))
    for path in SURFACE.rglob("*.py"):
        used |= set(re.findall(r'\b_\("([^"]+)"\)', path.read_text()))
    english = catalogue()
    assert set(english) == used
    assert [text for text in english.values() if not text or re.search(r"[一-鿿]", text)] == []
