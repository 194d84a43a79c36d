"""Which facts the conditions of one level look at, so that a form can say why it asks and what it may leave out."""

from collections.abc import Iterator

from zhiheng.standards.core.conditions import Conditions, EducationNeed, Requires, WorkNeed

EVERY_FIELD = frozenset(
    {
        "education",
        "major",
        "major_related",
        "school_type",
        "final_year",
        "assessed_skill_target",
        "employment",
        "related_field",
        "relation",
        "certificates",
        "training",
        "apprenticeship",
    }
)


def asked_fields(conditions: Conditions, level: str) -> frozenset[str]:
    """The names of the facts some condition of the level reads. level: id or name. Raises: Refused."""
    found: set[str] = set()
    for condition in conditions.for_level(level).conditions:
        for requires in _every(condition.requires):
            found |= _fields(requires)
    return frozenset(found)


def _every(requires: Requires) -> Iterator[Requires]:
    yield requires
    for alternative in requires.any:
        yield from _every(alternative)


def _fields(requires: Requires) -> set[str]:
    found: set[str] = set()
    if requires.education:
        found |= _schooling(requires.education)
    if requires.work:
        found |= _work(requires.work)
    if requires.certificate:
        found.add("certificates")
    if requires.training:
        found.add("training")
    if requires.apprenticeship:
        found.add("apprenticeship")
    return found


def _schooling(need: EducationNeed) -> set[str]:
    found = {"education"}
    if need.major != "any":
        found |= {"major", "major_related"}
    if need.school_types:
        found.add("school_type")
    if need.completion == "graduated_or_final_year":
        found.add("final_year")
    if need.assessed_target:
        found.add("assessed_skill_target")
    return found


def _work(need: WorkNeed) -> set[str]:
    return {"employment", "relation" if need.relations else "related_field"}
