"""One profile held against every programme and level at once; nothing of it is kept."""

from dataclasses import dataclass
from datetime import date

from zhiheng.enrolment.core.eligibility import Assessment, ConditionLine, assess_levels
from zhiheng.enrolment.core.terms import Profile
from zhiheng.enrolment.core.voices import CHINESE, Voice
from zhiheng.portal.catalogue import Choice, choices
from zhiheng.standards.core.conditions import Conditions, load_conditions
from zhiheng.standards.core.plain import plain_words
from zhiheng.standards.core.terms import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """One condition. plain: what it asks for, in the language of the voice; papers: what would prove it."""

    line: ConditionLine
    plain: tuple[str, ...]
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAnswer:
    level: Level
    assessment: Assessment
    lines: tuple[LineAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One programme under one rule set, level by level."""

    choice: Choice
    levels: tuple[LevelAnswer, ...]

    @property
    def eligible(self) -> tuple[LevelAnswer, ...]:
        return tuple(answer for answer in self.levels if answer.assessment.eligible)

    @property
    def later(self) -> tuple[LevelAnswer, ...]:
        """Levels that only time keeps closed."""
        return tuple(answer for answer in self.levels if answer.assessment.earliest)


def answers_for(profile: Profile, *, as_of: date, voice: Voice = CHINESE) -> tuple[Answer, ...]:
    found = []
    for choice in choices():
        conditions = load_conditions(choice.rules.id)
        assessments = assess_levels(
            profile=profile,
            conditions=conditions,
            programme=choice.programme.id,
            as_of=as_of,
            voice=voice,
        )
        levels = tuple(_level(choice, assessment, conditions, voice) for assessment in assessments)
        found.append(Answer(choice=choice, levels=levels))
    return tuple(found)


def _level(choice: Choice, assessment: Assessment, conditions: Conditions, voice: Voice) -> LevelAnswer:
    printed = conditions.for_level(assessment.level).conditions
    return LevelAnswer(
        level=choice.rules.level(assessment.level),
        assessment=assessment,
        lines=tuple(
            LineAnswer(
                line=line,
                plain=plain_words(condition.requires, conditions, voice.language),
                papers=tuple(voice.paper(proof, conditions) for proof in line.proofs),
            )
            for line, condition in zip(assessment.lines, printed, strict=True)
        ),
    )


def reachable(answers: tuple[Answer, ...]) -> int:
    """How many programmes and levels are open."""
    return sum(len(answer.eligible) for answer in answers)
