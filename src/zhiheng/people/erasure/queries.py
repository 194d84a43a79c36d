"""Requests for erasure, and what would become of everything about a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiheng.foundation.moment import day_of
from zhiheng.people.core.retention import Fate, RetentionRule, kept_until, retention_rules
from zhiheng.people.models import ErasureRequest, Person
from zhiheng.people.retention.registry import Hold, Share, holds_now, keeper_of, named_by_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a granted request would do to one kind. until: None when a kept kind has no end."""

    rule: RetentionRule
    share: Share
    until: datetime | None

    @property
    def kept(self) -> bool:
        return self.rule.on_request == Fate.KEEP

    def as_kept(self) -> dict[str, Any]:
        """The line a decision keeps: kind, until as a day or empty, and the rule."""
        return {
            "kind": self.rule.kind,
            "count": self.share.count,
            "until": day_of(self.until).isoformat() if self.until else "",
            "rule": self.rule.rule(english=False),
        }


def prospects(person: Person) -> list[Prospect]:
    """Every kind there is something of, in the order of the table."""
    found = []
    for rule in retention_rules():
        share = keeper_of(rule.kind).share
        held = share(person) if share is not None else Share(count=0)
        if held.count:
            found.append(Prospect(rule=rule, share=held, until=_until(rule, held)))
    return found


def _until(rule: RetentionRule, share: Share) -> datetime | None:
    return kept_until(rule.span, share.since) if share.since else None


def name_stays(person: Person) -> bool:
    """Whether a kept record needs the name and the number."""
    return bool(named_by_records([person.id]))


def open_matters(person: Person) -> list[Hold]:
    return holds_now().of_person(person)


def open_request(person: Person) -> ErasureRequest | None:
    return ErasureRequest.objects.filter(person=person, decided_at=None).first()


def last_request(person: Person) -> ErasureRequest | None:
    """The newest request of a person, decided or not."""
    return ErasureRequest.objects.filter(person=person).order_by("-created_at").first()


def requests_waiting() -> list[ErasureRequest]:
    return list(ErasureRequest.objects.filter(decided_at=None).select_related("person"))


def requests_decided(limit: int) -> list[ErasureRequest]:
    found = ErasureRequest.objects.exclude(decided_at=None).select_related("person", "decided_by")
    return list(found.order_by("-decided_at")[:limit])


def request_by_id(request_id: UUID) -> ErasureRequest | None:
    return ErasureRequest.objects.filter(pk=request_id).select_related("person", "decided_by").first()
