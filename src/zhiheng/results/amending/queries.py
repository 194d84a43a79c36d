"""Which released results the marks no longer bear out, and what was put right already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiheng.delivery import models as delivery
from zhiheng.delivery.rescue.queries import rescues_undecided
from zhiheng.foundation.decision import Decision
from zhiheng.marking.models import Remarking, TheoryMark
from zhiheng.marking.queries import undecided_attempts
from zhiheng.practicals.models import SignOff
from zhiheng.results.core.amending import (
    Case,
    Difference,
    consequences,
    decide_agreement,
    decide_proposal,
    differences,
)
from zhiheng.results.models import Amendment, AmendmentDecision, MakeUp, Outcome, Result
from zhiheng.results.queries import makeup_sentence, released_results
from zhiheng.results.sheets import CandidateSheet, sheets_of
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, kw_only=True)  # no slots: properties are remembered
class Change:
    """A released result beside what the marks come to now. waiting: an amendment nobody has decided."""

    result: Result
    sheet: CandidateSheet
    waiting: Amendment | None

    @property
    def components(self) -> list[dict[str, Any]]:
        return [line.as_json() for line in self.sheet.lines]

    @property
    def missing(self) -> tuple[str, ...]:
        return self.sheet.missing

    @property
    def differences(self) -> tuple[Difference, ...]:
        return differences(self.result.components, self.components)

    @cached_property
    def after(self) -> dict[str, Any]:
        """What the result would say: components, outcome, reckoning."""
        standing = self.sheet.standing(makeup_sentence(self.sheet.ticket.offering))
        return {
            "components": self.components,
            "outcome": standing.outcome,
            "reckoning": standing.reckoning,
        }

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.after["outcome"])

    @property
    def consequences(self) -> tuple[str, ...]:
        return consequences(
            before=self.result.outcome,
            after=self.after["outcome"],
            makeup=MakeUp.objects.filter(result=self.result).exists(),
        )


def standing_of(result: Result) -> dict[str, Any]:
    """What a result says, in the form an amendment keeps."""
    return {"components": result.components, "outcome": result.outcome, "reckoning": result.reckoning}


def changes(offering: Offering | None = None) -> list[Change]:
    """Released results that no longer say what the marks do, or whose amendment waits; a fixed number of queries."""
    found = released_results().filter(_moved() | Exists(_waiting().filter(result=OuterRef("pk"))))
    if offering is not None:
        found = found.filter(release__offering=offering)
    beside = changes_of(found.order_by("release__released_at", "id"))
    return [change for change in beside if change.waiting or change.missing or change.differences]


def changes_of(found: Iterable[Result]) -> list[Change]:
    results = list(found)
    sheets = {
        sheet.ticket.application_id: sheet
        for sheets in sheets_of({result.release.offering for result in results}).values()
        for sheet in sheets
    }
    waiting = {row.result_id: row for row in _waiting().filter(result__in=results)}
    return [
        Change(result=result, sheet=sheets[result.application_id], waiting=waiting.get(result.id))
        for result in results
    ]


def _moved() -> Q:
    """Something under the result was written after its release."""
    later = {"created_at__gte": OuterRef("release__released_at")}
    own = OuterRef("application")
    earlier = OuterRef("application__resit_of")
    return (
        Q(Exists(delivery.Collection.objects.filter(attempt__ticket__application=own, **later)))
        | Q(Exists(TheoryMark.objects.filter(attempt__ticket__application=own, **later)))
        | Q(Exists(SignOff.objects.filter(candidate__ticket__application=own, **later)))
        | Q(Exists(_agreed().filter(amendment__result__application=earlier, **later)))
    )


def _waiting() -> QuerySet[Amendment]:
    decided = AmendmentDecision.objects.filter(amendment=OuterRef("pk"))
    return Amendment.objects.filter(~Exists(decided)).select_related("by")


def _agreed() -> QuerySet[AmendmentDecision]:
    return AmendmentDecision.objects.filter(agreed=True)


def proposal_decision(change: Change) -> Decision:
    result = change.result
    return decide_proposal(
        Case(
            name=result.application.person.name,
            released=result.release.released_at is not None,
            missing=change.missing,
            undecided=_undecided(result),
            changed=bool(change.differences),
            waiting=change.waiting is not None,
        )
    )


def _undecided(result: Result) -> list[str]:
    """What somebody has still to decide about this candidate's answers."""
    attempt = delivery.Attempt.objects.filter(ticket__application=result.application_id).first()
    if attempt is None:
        return []
    offering = result.application.offering
    late = undecided_attempts(offering, only=attempt)
    rescues = rescues_undecided(offering, only=attempt)
    return ["迟到的作答没有决定"] * bool(late) + ["救援文件没有决定"] * bool(rescues)


def agreement_decision(change: Change, amendment: Amendment, *, account_id: UUID) -> Decision:
    same = not change.missing and not differences(amendment.after["components"], change.components)
    return decide_agreement(own=amendment.by_id == account_id, same=same)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """An amendment with the word on it."""

    amendment: Amendment
    decision: AmendmentDecision

    @property
    def differences(self) -> tuple[Difference, ...]:
        return differences(self.amendment.before["components"], self.amendment.after["components"])

    @property
    def before(self) -> Outcome:
        return Outcome(self.amendment.before["outcome"])

    @property
    def after(self) -> Outcome:
        return Outcome(self.amendment.after["outcome"])


def amended(results: Collection[Result]) -> dict[UUID, list[Amended]]:
    """What was put right of each result, the oldest first; one query."""
    found: dict[UUID, list[Amended]] = {result.id: [] for result in results}
    for row in _decided().filter(amendment__result__in=results, agreed=True):
        found[row.amendment.result_id].append(Amended(amendment=row.amendment, decision=row))
    return found


def decided_on(result: Result) -> list[Amended]:
    """Every amendment of a result that was decided, agreed or not, the oldest first."""
    rows = _decided().filter(amendment__result=result)
    return [Amended(amendment=row.amendment, decision=row) for row in rows]


def why_moved(result: Result) -> list[Remarking]:
    """What changed answers and marks after the release, the oldest first."""
    rows = Remarking.objects.filter(
        attempt__ticket__application=result.application_id, created_at__gte=result.release.released_at
    )
    return list(rows.select_related("by"))


def _decided() -> QuerySet[AmendmentDecision]:
    return AmendmentDecision.objects.select_related(
        "by",
        "amendment__by",
        "amendment__result__application__person",
        "amendment__result__application__institution",
        "amendment__result__application__offering__sitting",
        "amendment__result__application__offering__revision",
    ).order_by("created_at")


def amended_by_id(amendment_id: UUID) -> Amended | None:
    row = _decided().filter(amendment=amendment_id).first()
    return None if row is None else Amended(amendment=row.amendment, decision=row)


def decided_at(results: Iterable[Result]) -> dict[UUID, datetime]:
    """When each released result came to its present outcome: on release, or when it was put right; one query."""
    found = {result.id: result.release.released_at for result in results if result.release.released_at}
    for row in _decided().filter(amendment__result__in=list(found), agreed=True):
        if row.amendment.before["outcome"] != row.amendment.after["outcome"]:
            found[row.amendment.result_id] = row.created_at
    return found
