"""What must hold for every candidate: more never hurts, order never matters, and a replay says the same."""

import json
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import REFERENCE_DAY, certificates, employment, profiles, schooling, training
from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.terms import Profile, Schooling
from zhiheng.standards.core.conditions import rule_sets

LEVELS = st.sampled_from(
    [(conditions, level.id) for conditions in rule_sets().values() for level in conditions.levels]
)
LADDER = ("大专", "本科", "硕士", "博士")


def judged(profile: Profile, where: object, as_of: date = REFERENCE_DAY) -> Assessment:
    conditions, level = where  # type: ignore[misc]
    return assess(
        profile=profile,
        conditions=conditions,
        programme=conditions.programmes[0].id,
        level=level,
        as_of=as_of,
    )


def met(assessment: Assessment) -> set[str]:
    return {line.number for line in assessment.lines if line.met}


@given(profiles(), LEVELS, schooling(), employment(), certificates(), training())
def test_another_record_never_loses_a_condition(
    profile: Profile, where: object, degree: object, job: object, paper: object, course: object
) -> None:
    before = met(judged(profile, where))
    for field, record in (
        ("education", degree),
        ("employment", job),
        ("certificates", paper),
        ("training", course),
    ):
        richer = msgspec.structs.replace(profile, **{field: (*getattr(profile, field), record)})
        assert before - met(judged(richer, where)) == set()


@given(profiles(), LEVELS, st.integers(0, 3000))
def test_waiting_never_loses_a_condition(profile: Profile, where: object, days: int) -> None:
    later = judged(profile, where, REFERENCE_DAY + timedelta(days=days))
    assert met(judged(profile, where)) - met(later) == set()


@given(profiles(), LEVELS)
def test_earliest_is_the_first_day(profile: Profile, where: object) -> None:
    for line in judged(profile, where).lines:
        if line.met or line.earliest is None:
            continue
        day = line.earliest
        assert line.number in met(judged(profile, where, day))
        assert line.number not in met(judged(profile, where, day - timedelta(days=1)))


@given(profiles(), LEVELS, st.integers(0, 3), st.integers(0, 3))
def test_a_higher_degree_never_loses_a_condition(
    profile: Profile, where: object, first: int, second: int
) -> None:
    low, high = sorted((first, second))

    def holder(rung: int) -> Profile:
        degree = Schooling(level=LADDER[rung], status="毕业", major_related=True, school_type="普通高校")  # type: ignore[arg-type]
        return msgspec.structs.replace(profile, education=(*profile.education, degree))

    assert met(judged(holder(low), where)) - met(judged(holder(high), where)) == set()


@given(profiles(), LEVELS)
def test_any_one_condition_is_enough(profile: Profile, where: object) -> None:
    assessment = judged(profile, where)
    assert assessment.eligible is any(line.met for line in assessment.lines)
    assert assessment.satisfied == tuple(line.number for line in assessment.lines if line.met)
    assert assessment.decision().granted is assessment.eligible
    assert all(line.met == all(part.met for part in line.parts) for line in assessment.lines)


@given(profiles(), LEVELS, st.randoms())
def test_the_order_of_records_never_matters(profile: Profile, where: object, random: object) -> None:
    def shuffled(records: tuple[object, ...]) -> tuple[object, ...]:
        listed = list(records)
        random.shuffle(listed)  # type: ignore[attr-defined]
        return tuple(listed)

    other = msgspec.structs.replace(
        profile,
        education=shuffled(profile.education),
        employment=shuffled(profile.employment),
        certificates=shuffled(profile.certificates),
        training=shuffled(profile.training),
    )
    assert judged(other, where) == judged(profile, where)


@given(profiles(), LEVELS)
def test_a_stored_profile_is_judged_the_same_again(profile: Profile, where: object) -> None:
    stored = json.loads(json.dumps(profile.as_facts(), ensure_ascii=False))
    replayed = profile_from_facts(stored, as_of=REFERENCE_DAY)
    assert replayed == profile
    assert judged(replayed, where).as_facts() == judged(profile, where).as_facts()
