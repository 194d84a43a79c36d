"""What a person agreed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from zhiheng.people.core.consents import ConsentText, consent_texts
from zhiheng.people.models import ConsentDecision, DataExport, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """A purpose and the last word on it. decision: None when the present text was never answered."""

    text: ConsentText
    decision: ConsentDecision | None
    earlier: ConsentDecision | None  # the last word on an older text

    @property
    def granted(self) -> bool:
        return self.decision is not None and self.decision.granted


def consent_states(person: Person) -> list[ConsentState]:
    """Every purpose with the person's last word, in one query."""
    last: dict[tuple[str, str], ConsentDecision] = {}
    earlier: dict[str, ConsentDecision] = {}
    rows = ConsentDecision.objects.filter(person=person).select_related("institution", "by")
    for row in rows.order_by("created_at"):
        last[row.purpose, row.version] = row
        earlier[row.purpose] = row
    found = []
    for text in consent_texts():
        decision = last.get((text.purpose, text.version))
        before = earlier.get(text.purpose) if decision is None else None
        found.append(ConsentState(text=text, decision=decision, earlier=before))
    return found


def consented(person: Person, purpose: str) -> bool:
    """Whether the person's last word on the present text of a purpose is yes."""
    return any(state.granted for state in consent_states(person) if state.text.purpose == purpose)


def unanswered(person: Person) -> list[ConsentText]:
    """The purposes whose present text the person has not answered yet."""
    return [state.text for state in consent_states(person) if state.decision is None]


def missing_consents(person: Person) -> list[ConsentText]:
    """The purposes without which enrolment cannot go on and to whose present text there is no yes."""
    return [state.text for state in consent_states(person) if state.text.needed and not state.granted]


def people_who_agreed(people: Iterable[Person], purpose: str) -> frozenset[UUID]:
    """Whose last word on the present text of a purpose is yes, in one query."""
    (version,) = (text.version for text in consent_texts() if text.purpose == purpose)
    rows = ConsentDecision.objects.filter(
        person__in=[person.id for person in people], purpose=purpose, version=version
    )
    last = dict(rows.order_by("created_at").values_list("person_id", "granted"))
    return frozenset(person_id for person_id, granted in last.items() if granted)


def people_who_declined(people: "QuerySet[Any, Any]", purpose: str) -> frozenset[UUID]:
    """Of the people a query names, those whose last word on a purpose, on whichever text, is no; in one query."""
    said = ConsentDecision.objects.filter(purpose=purpose)
    once = said.filter(person__in=people, granted=False).values("person_id")
    rows = said.filter(person__in=once)
    last = dict(rows.order_by("created_at").values_list("person_id", "granted"))
    return frozenset(person_id for person_id, granted in last.items() if not granted)


def consent_history(person: Person) -> list[ConsentDecision]:
    """Every yes and no in order."""
    return list(ConsentDecision.objects.filter(person=person).order_by("created_at"))


def last_export(person: Person) -> DataExport | None:
    """The newest copy a person asked for, made or not."""
    return DataExport.objects.filter(person=person).select_related("file").order_by("-created_at").first()


def export_of(person: Person, export_id: UUID, *, moment: datetime) -> DataExport | None:
    """A person's own copy as long as it may be fetched."""
    found = DataExport.objects.filter(pk=export_id, person=person, expires_at__gt=moment).select_related(
        "file"
    )
    return found.exclude(file=None).first()
