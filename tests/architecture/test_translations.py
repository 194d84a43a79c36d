"""Every sentence marked for translation has an English one, and no catalogue keeps a sentence nobody uses."""

import ast
import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.house import SOURCE, modules, place, templates, tree_of

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
CATALOGUES = sorted(SOURCE.rglob("locale/en/LC_MESSAGES/django.po"))
# Pages a candidate or the public sees: nothing Chinese on them may stand outside a mark.
PUBLIC = [
    "portal/templates",
    "standards/templates",
    "people/templates/people/sign_in.html",
    "enrolment/templates/enrolment/complete.html",
    "enrolment/templates/enrolment/complete_details.html",
    "enrolment/templates/enrolment/complete_gate.html",
    "enrolment/templates/enrolment/profile_rows.html",
    "enrolment/templates/enrolment/upload.html",
    "surface/templates/surface/components",
]
SAID_IN_CHINESE = {"standards/templates/standards/standard.html": ["合计"]}  # a row of the printed table
HAN = re.compile(r"[\u3400-\u9fff]+")


def sentences(tree: ast.AST) -> set[str]:
    """The literal first arguments of translation calls."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in MARKS and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def template_sentences(path: Path) -> set[str]:
    return sentences_of_template(path.read_text(), str(path))


def sentences_of_template(source: str, origin: str) -> set[str]:
    """Django turns a template into Python-like text for extraction: calls of _, gettext and ngettext."""
    calls = re.findall(
        r"""\b(?:_|gettext|ngettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""",
        templatize(source, origin=origin),
    )
    return {ast.literal_eval(call) for call in calls}


def choice_labels(tree: ast.Module) -> set[str]:
    """Labels of choices: kept in Chinese by their migrations, translated where a page shows them."""
    return {
        part.value
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases)
        for member in node.body
        if isinstance(member, ast.Assign) and isinstance(member.value, ast.Tuple)
        for part in member.value.elts[1:]
        if isinstance(part, ast.Constant)
    }


@cache
def labels() -> frozenset[str]:
    return frozenset(label for path in modules() for label in choice_labels(tree_of(path)))


@cache
def used() -> dict[str, list[str]]:
    """Every marked sentence with the files that use it."""
    found: dict[str, list[str]] = {}
    for path in modules():
        for sentence in sentences(tree_of(path)):
            found.setdefault(sentence, []).append(place(path))
    for path in templates():
        for sentence in template_sentences(path):
            found.setdefault(sentence, []).append(place(path))
    return found


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source)


def entries(path: Path) -> dict[str, str]:
    """Sentence and English; of a plural, the last form, and "" when any form is empty."""
    found = {}
    for message in catalogue(path):
        if not message.id:
            continue
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        found[str(key)] = str(forms[-1]) if all(forms) and not message.fuzzy else ""
    return found


def test_every_marked_sentence_has_english() -> None:
    known = {key for path in CATALOGUES for key, english in entries(path).items() if english}
    missing = {sentence: places for sentence, places in used().items() if sentence not in known}
    assert missing == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=place)
def test_no_catalogue_keeps_what_nobody_uses(path: Path) -> None:
    assert [key for key in entries(path) if key not in used() and key not in labels()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=place)
def test_no_entry_is_empty_and_every_catalogue_compiles(path: Path) -> None:
    assert [key for key, english in entries(path).items() if not english] == []
    target = io.BytesIO()
    write_mo(target, catalogue(path))
    assert target.getvalue()[:4] == b"\xde\x12\x04\x95"


@pytest.mark.parametrize("path", CATALOGUES, ids=place)
def test_the_english_keeps_every_blank_to_fill(path: Path) -> None:
    blanks = re.compile(r"%\([a-z_]+\)s|%s|%d")
    wrong = [
        key
        for key, english in entries(path).items()
        if sorted(set(blanks.findall(key))) != sorted(set(blanks.findall(english)))
    ]
    assert wrong == []


def test_a_sentence_has_one_english_wherever_it_stands() -> None:
    """Django merges the catalogues, so two translations of one sentence would depend on the order of the stages."""
    found: dict[str, set[str]] = {}
    for path in CATALOGUES:
        for key, english in entries(path).items():
            found.setdefault(key, set()).add(english)
    assert {key: english for key, english in found.items() if len(english) > 1} == {}


def test_public_pages_have_no_unmarked_chinese() -> None:
    shown = [path for path in templates() if any(place(path).startswith(part) for part in PUBLIC)]
    assert len(shown) > 10
    assert {place(path): found for path in shown if (found := unmarked(path))} == {}


def unmarked(path: Path) -> list[str]:
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r'_\("[^"]*"\)', "", text)
    text = re.sub(r'{% translate "[^"]*"(?: as \w+)? %}', "", text)
    text = re.sub(r'join:"、"', "", text)
    said = SAID_IN_CHINESE.get(place(path), [])
    return [words for words in HAN.findall(text) if words not in said]


def test_extraction_sees_every_form() -> None:
    template = (
        '{% translate "甲" %}{% x label=_("乙") %}'
        "{% blocktranslate count number=n %}{{ number }} 丙{% plural %}{{ number }} 丙{% endblocktranslate %}"
    )
    assert sentences_of_template(template, "x") == {"甲", "乙", "%(number)s 丙"}
    assert sentences(ast.parse('_("甲"); gettext_lazy("乙"); other("丙")')) == {"甲", "乙"}
