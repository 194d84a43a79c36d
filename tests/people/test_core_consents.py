"""The texts of consent: what is asked, in which order, and that a changed word is another text."""

import re

import yaml

from zhiheng.foundation.canonical import digest
from zhiheng.people.core.consents import FILE, consent_texts, purposes


def test_everything_is_asked_once_and_only_the_first_is_needed() -> None:
    texts = consent_texts()

    assert [(text.purpose, text.needed) for text in texts] == [
        ("enrol", True),
        ("recording", False),
        ("public-query", False),
        ("employers", False),
    ]
    assert purposes() == {text.purpose for text in texts}


def test_each_is_told_in_both_languages() -> None:
    first = consent_texts()[0]

    assert (first.title(english=False), first.title(english=True)) == (
        "办理报名、考试与证书",
        "Enrolment, exam and certificate",
    )
    assert (first.text(english=False), first.text(english=True)) == (first.texts["zh"], first.texts["en"])
    assert [
        text.purpose for text in consent_texts() if re.search("[，。；：、] ", text.text(english=False))
    ] == []


def test_the_hash_is_of_the_text_as_filed() -> None:
    filed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert [text.hash for text in consent_texts()] == [
        digest([entry["purpose"], entry["version"], entry["title"], entry["text"]]) for entry in filed
    ]
