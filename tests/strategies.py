"""Hypothesis strategies for what candidates bring."""

from datetime import date, timedelta
from typing import get_args

from hypothesis import strategies as st

from zhiheng.enrolment.core.terms import (
    Apprenticeship,
    Employment,
    HeldCertificate,
    Profile,
    Schooling,
    TrainingCourse,
)
from zhiheng.standards.core.conditions import EducationLevel, Relation, SchoolType

REFERENCE_DAY = date(2026, 11, 21)
_RELATIONS = st.sampled_from([*get_args(Relation), None])
_RELATED = st.sampled_from([True, False, None])
_LEVELS = st.sampled_from(["初级", "中级", "高级", "五级", "四级", "三级", "二级", "一级", 5, 4, 3, 2, 1])
_PROGRAMMES = st.sampled_from(["互联网营销师", "全媒体运营师", "数字化管理师"])


def days_before(day: date, *, years: int = 12) -> st.SearchStrategy[date]:
    """Days up to the given one, often right on a corresponding day of an earlier year or beside it."""
    anniversaries = [day.replace(year=day.year - count) for count in range(years)]
    near = st.builds(
        lambda near, off: near + timedelta(days=off), st.sampled_from(anniversaries), st.integers(-2, 2)
    )
    anywhere = st.dates(day.replace(year=day.year - years), day)
    return st.one_of(near, anywhere).map(lambda found: min(found, day))


def schooling() -> st.SearchStrategy[Schooling]:
    return st.builds(
        Schooling,
        level=st.sampled_from(get_args(EducationLevel)),
        status=st.sampled_from(["毕业", "在读"]),
        major_related=_RELATED,
        school_type=st.sampled_from([*get_args(SchoolType), None]),
        final_year=_RELATED,
        assessed_skill_target=st.sampled_from(["中级", "高级", None]),
    )


@st.composite
def employment(draw: st.DrawFn, as_of: date = REFERENCE_DAY) -> Employment:
    start = draw(days_before(as_of))
    length = st.integers(0, 2000).map(lambda days: start + timedelta(days=days))
    return Employment(
        start=start,
        end=draw(st.one_of(st.none(), length)),
        related_field=draw(_RELATED),
        relation=draw(_RELATIONS),
    )


def certificates(as_of: date = REFERENCE_DAY) -> st.SearchStrategy[HeldCertificate]:
    ordinary = st.builds(
        HeldCertificate,
        kind=st.sampled_from(["own", "other", "title", "national", "none"]),
        level=_LEVELS,
        issued=st.one_of(st.none(), days_before(as_of)),
        programme=st.one_of(st.none(), _PROGRAMMES),
        relation=_RELATIONS,
    )
    preparatory = st.builds(
        HeldCertificate,
        kind=st.just("prep_technician"),
        level=st.just("预备技师"),
        issued=days_before(as_of),
        relation=_RELATIONS,
    )
    return st.one_of(ordinary, preparatory)


def training() -> st.SearchStrategy[TrainingCourse]:
    return st.builds(
        TrainingCourse,
        level=st.sampled_from([5, 4, 3, 2, 1, "五级", "4"]),
        hours=st.sampled_from([0, 71, 72, 87, 88, 103, 104, 119, 120, 200]),
        completion_certificate=st.booleans(),
        relation=_RELATIONS,
    )


def apprenticeships() -> st.SearchStrategy[Apprenticeship]:
    return st.builds(Apprenticeship, completed=st.booleans(), relation=_RELATIONS)


def profiles(as_of: date = REFERENCE_DAY) -> st.SearchStrategy[Profile]:
    """Whole profiles that are possible on the given day."""

    def some(records: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
        return st.lists(records, max_size=3).map(tuple)

    return st.builds(
        Profile,
        education=some(schooling()),
        employment=some(employment(as_of)),
        certificates=some(certificates(as_of)),
        training=some(training()),
        apprenticeship=st.one_of(st.none(), apprenticeships()),
    )
