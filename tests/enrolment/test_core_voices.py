"""The same reckoning in English: the verdict is the same, and no word of it is Chinese."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.enrolment.profiles import DAY, ago, cert, edu, job
from tests.strategies import REFERENCE_DAY, profiles
from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.terms import Apprenticeship, Profile, TrainingCourse
from zhiheng.enrolment.core.voices import CHINESE, ENGLISH, Voice
from zhiheng.foundation.moment import english_day
from zhiheng.standards.core.conditions import load_conditions, rule_sets

HAN = re.compile(r"[\u3400-\u9fff]")
LEVELS = st.sampled_from(
    [(conditions, level.id) for conditions in rule_sets().values() for level in conditions.levels]
)


def judged(profile: Profile, conditions: object, level: str, voice: Voice = ENGLISH) -> Assessment:
    return assess(
        profile=profile,
        conditions=conditions,  # type: ignore[arg-type]
        programme=conditions.programmes[0].id,  # type: ignore[attr-defined]
        level=level,
        as_of=REFERENCE_DAY,
        voice=voice,
    )


@given(profiles(), LEVELS)
def test_the_language_never_changes_the_verdict(profile: Profile, where: tuple[object, str]) -> None:
    english, chinese = judged(profile, *where), judged(profile, *where, voice=CHINESE)

    assert english.satisfied == chinese.satisfied
    assert [line.earliest for line in english.lines] == [line.earliest for line in chinese.lines]
    said = [text for line in english.lines for text in (line.text, line.remedy)]
    assert HAN.findall("".join(said)) == []


def test_the_arithmetic_in_english() -> None:
    profile = Profile(
        education=(edu("大专", major_related=False),),
        employment=(job(ago(2, 1)),),
    )
    lines = judged(profile, load_conditions("000"), "中级").lines
    assert lines[1].text == (
        "junior college (graduated, unrelated major); Unbroken work: 1 year 364 days < 2 years"
    )
    assert lines[1].remedy == (
        f"Met from {english_day(lines[1].earliest)} on if nothing else changes; have ready: "
        "a copy of the graduation certificate, proof of work"
    )


@pytest.mark.parametrize(
    ("course", "said"),
    [
        (
            TrainingCourse(level=4, hours=104, completion_certificate=True, relation="本职业"),
            "Training for level 4: 104 class hours ≥ 104, with its certificate",
        ),
        (
            TrainingCourse(level=4, hours=103, completion_certificate=True, relation="本职业"),
            "Training for level 4: 103 class hours < 104, with its certificate",
        ),
        (
            TrainingCourse(level=4, hours=104, completion_certificate=False, relation="本职业"),
            "Training for level 4: 104 class hours without its certificate (104 needed)",
        ),
        (None, "No regular training for level 4 in this occupation (104 class hours needed)"),
    ],
)
def test_training_in_english(course: TrainingCourse | None, said: str) -> None:
    profile = Profile(training=(course,) if course else ())
    assert judged(profile, load_conditions("004"), "4").lines[2].parts[1].text == said


def test_certificates_in_english() -> None:
    conditions = load_conditions("004")
    dated = Profile(certificates=(cert("national", "五级", date(2020, 1, 1), relation="本职业"),))
    assert judged(dated, conditions, "4").lines[0].parts[0].text == (
        "certificate, level 5 (obtained 1 Jan 2020)"
    )
    assert judged(Profile(), conditions, "4").lines[0].parts[0].text.endswith("(you have none)")
    assert judged(Profile(), conditions, "4").lines[0].parts[1].text == (
        "Work after that certificate: no certificate to count from (3 years needed)"
    )
    future = Profile(certificates=(cert("other", "初级", date(2026, 12, 1)),))
    line = judged(future, load_conditions("000"), "初级").lines[-1]
    assert line.text == "certificate, junior (obtained 1 Dec 2026): not yet obtained on 21 Nov 2026"


def test_a_trade_without_the_level_in_english() -> None:
    found = assess(
        profile=Profile(apprenticeship=Apprenticeship(completed=True, relation="本职业")),
        conditions=load_conditions("004"),
        programme="internet-marketer",
        level="2",
        trade="D",
        as_of=DAY,
        voice=ENGLISH,
    )
    assert found.obstacle is not None
    assert found.obstacle.text == "Trade D has no level 2, only level 5, level 4, level 3"
    assert (
        judged(
            Profile(apprenticeship=Apprenticeship(completed=True, relation="本职业")),
            load_conditions("004"),
            "5",
        )
        .lines[2]
        .text
        == "Apprenticeship completed"
    )


def test_a_certificate_without_its_date_in_english() -> None:
    held = Profile(certificates=(cert("national", "五级", None, relation="本职业"),))
    line = judged(held, load_conditions("004"), "4").lines[0]
    assert not line.met
    assert line.parts[0].text == (
        "Needed: a vocational qualification or skill-level certificate in this occupation or a related occupation, "
        "level 5 or higher (certificate, level 5: without its date it cannot be checked)"
    )


def test_a_certificate_not_enough_in_english_is_named() -> None:
    held = Profile(certificates=(cert("other", "初级", ago(3)),))
    assert (
        judged(held, load_conditions("004"), "4")
        .lines[0]
        .parts[0]
        .text.endswith("level 5 or higher (you have: certificate, junior)")
    )


def test_one_certificate_that_is_dated_and_not_yet_obtained_in_english() -> None:
    future = Profile(certificates=(cert("national", "五级", date(2026, 12, 1), relation="本职业"),))
    assert judged(future, load_conditions("004"), "4").lines[0].parts[0].text == (
        "certificate, level 5 (obtained 1 Dec 2026): not yet obtained on 21 Nov 2026"
    )


@pytest.mark.parametrize(
    ("issued", "said"),
    [(date(2025, 11, 21), "1 year 0 days ≥ 1 year"), (date(2025, 11, 22), "0 years 364 days < 1 year")],
)
def test_how_long_a_certificate_was_held_in_english(issued: date, said: str) -> None:
    held = Profile(certificates=(cert("other", "高级", issued),))
    texts = [part.text for line in judged(held, load_conditions("000"), "高级").lines for part in line.parts]
    assert [text for text in texts if "held for" in text] == [
        f"certificate, senior (obtained {english_day(issued)}), held for {said}"
    ]
