"""May this person sit this level? One satisfied condition is enough; all satisfied ones are listed.

Pure and total: every profile gets an answer with its arithmetic, and more time, work or documents never
turn a yes into a no.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiheng.enrolment.core.needs import Finding, Part, Question, find
from zhiheng.enrolment.core.terms import Profile
from zhiheng.enrolment.core.voices import CHINESE, Voice
from zhiheng.foundation.decision import Decision, Reason
from zhiheng.standards.core.conditions import Condition, Conditions, LevelConditions, Proof, TradeLevels


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """One printed condition held against a profile.

    parts: each requirement with its arithmetic; text: all of them. proofs: the documents that would prove it.
    earliest: the first day on which it will be met if only time is missing, else None.
    remedy: what to do when it is not met; "" when it is.
    """

    number: str
    met: bool
    parts: tuple[Part, ...]
    earliest: date | None
    proofs: tuple[Proof, ...]
    printed: str
    source: str
    text: str
    remedy: str

    @property
    def documents(self) -> tuple[str, ...]:
        """The keys of the materials under which the proofs are handed in, each once."""
        return tuple(dict.fromkeys(proof.material for proof in self.proofs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The verdict for one level. obstacle: why the level cannot be sat at all, whatever the conditions say."""

    rule_set: str
    level: str
    as_of: date
    lines: tuple[ConditionLine, ...]
    obstacle: Reason | None = None

    @property
    def eligible(self) -> bool:
        return self.obstacle is None and any(line.met for line in self.lines)

    @property
    def satisfied(self) -> tuple[str, ...]:
        """The printed numbers of the satisfied conditions, in printed order; none if not eligible."""
        return tuple(line.number for line in self.lines if line.met) if self.eligible else ()

    @property
    def earliest(self) -> date | None:
        """The first day on which some condition will be met if only time is missing; None if eligible."""
        if self.eligible:
            return None
        return min((line.earliest for line in self.lines if line.earliest), default=None)

    def decision(self) -> Decision:
        reasons = tuple(self._reason(line) for line in self.lines)
        if self.obstacle is not None:
            return Decision.no(self.obstacle, *reasons)
        return Decision(granted=self.eligible, reasons=reasons)

    def _reason(self, line: ConditionLine) -> Reason:
        return Reason(
            code=f"condition-{line.number}",
            text=line.text,
            met=line.met,
            rule=line.source,
            remedy=line.remedy,
        )

    def as_facts(self) -> dict[str, Any]:
        """The JSON-safe form kept with a review and shown by the command."""
        return {
            "rule_set": self.rule_set,
            "level": self.level,
            "as_of": self.as_of.isoformat(),
            "eligible": self.eligible,
            "conditions": list(self.satisfied),
            "explanation": [_line_facts(line) for line in self.lines],
        } | ({"reason": self.obstacle.text} if self.obstacle else {})


def assess(
    *,
    profile: Profile,
    conditions: Conditions,
    programme: str,
    level: str,
    as_of: date,
    trade: str | None = None,
    voice: Voice = CHINESE,
) -> Assessment:
    """Hold a profile against every condition of a level.

    programme, level and trade by id or name. voice: who says the arithmetic, in Chinese or in English.
    Raises: Refused for one the rule set does not know.
    """
    wanted = conditions.for_level(level)
    question = Question(
        profile=profile,
        conditions=conditions,
        programme=conditions.programme(programme),
        as_of=as_of,
        voice=voice,
    )
    chosen = conditions.trade(trade) if trade is not None else None
    obstacle = _no_such_level(question, chosen, wanted) if chosen else None
    lines = tuple(
        _line(question, condition, find(question, condition.requires), obstacle)
        for condition in wanted.conditions
    )
    return Assessment(
        rule_set=conditions.rule_set, level=wanted.id, as_of=as_of, lines=lines, obstacle=obstacle
    )


def assess_levels(
    *,
    profile: Profile,
    conditions: Conditions,
    programme: str,
    as_of: date,
    trade: str | None = None,
    voice: Voice = CHINESE,
) -> tuple[Assessment, ...]:
    """Every level in printed order: a graduate may miss the lowest level and yet meet the next one."""
    return tuple(
        assess(
            profile=profile,
            conditions=conditions,
            programme=programme,
            level=level.id,
            as_of=as_of,
            trade=trade,
            voice=voice,
        )
        for level in conditions.levels
    )


def _no_such_level(question: Question, trade: TradeLevels, wanted: LevelConditions) -> Reason | None:
    if wanted.id in trade.levels:
        return None
    return Reason(
        code="trade-level",
        text=question.voice.no_such_level(trade, wanted.id, question.conditions),
        met=False,
        rule=question.conditions.title,
        remedy=question.voice.another_level,
    )


def _line(
    question: Question, condition: Condition, finding: Finding, obstacle: Reason | None
) -> ConditionLine:
    met = finding.since is not None and finding.since <= question.as_of and obstacle is None
    parts = finding.parts
    if obstacle is not None:
        parts = (Part(text=obstacle.text, met=False), *parts)
    earliest = None if met or obstacle is not None else finding.since
    papers = [question.voice.paper(proof, question.conditions) for proof in finding.proofs]
    return ConditionLine(
        number=condition.number,
        met=met,
        parts=parts,
        earliest=earliest,
        proofs=finding.proofs,
        printed=condition.text,
        source=condition.source,
        text=question.voice.semicolon.join(part.text for part in parts),
        remedy="" if met else question.voice.remedy(papers, earliest),
    )


def _line_facts(line: ConditionLine) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "condition": line.number,
        "met": line.met,
        "text": line.text,
        "parts": [{"text": part.text, "met": part.met} for part in line.parts],
        "printed": line.printed,
        "source": line.source,
        "documents": [{"material": proof.material, "name": proof.name} for proof in line.proofs],
    }
    return facts | ({"earliest": line.earliest.isoformat()} if line.earliest else {})
