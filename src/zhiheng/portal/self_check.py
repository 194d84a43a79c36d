"""One profile held against every programme and level at once; nothing of it is kept."""

from dataclasses import dataclass
from datetime import date

from zhiheng.enrolment.core.eligibility import Assessment, assess_levels
from zhiheng.enrolment.core.terms import Profile
from zhiheng.portal.catalogue import Choice, choices
from zhiheng.standards.core.conditions import load_conditions
from zhiheng.standards.core.terms import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAnswer:
    level: Level
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One programme under one rule set, level by level."""

    choice: Choice
    levels: tuple[LevelAnswer, ...]

    @property
    def eligible(self) -> tuple[LevelAnswer, ...]:
        return tuple(answer for answer in self.levels if answer.assessment.eligible)


def answers_for(profile: Profile, *, as_of: date) -> tuple[Answer, ...]:
    found = []
    for choice in choices():
        assessments = assess_levels(
            profile=profile,
            conditions=load_conditions(choice.rules.id),
            programme=choice.programme.id,
            as_of=as_of,
        )
        levels = tuple(
            LevelAnswer(level=choice.rules.level(assessment.level), assessment=assessment)
            for assessment in assessments
        )
        found.append(Answer(choice=choice, levels=levels))
    return tuple(found)


def reachable(answers: tuple[Answer, ...]) -> int:
    """How many programmes and levels are open."""
    return sum(len(answer.eligible) for answer in answers)
