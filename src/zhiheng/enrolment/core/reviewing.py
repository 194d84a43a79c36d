"""The working rules of reviewing, read from data/review.yaml, and which approvals are looked at twice."""

import hashlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec

from zhiheng.standards.core.loader import decode

DATA = Path(__file__).resolve().parent.parent / "data" / "review.yaml"


class ReviewRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """hold_minutes: how long an open file is kept for its reviewer. second_look_percent: 0 to 100 of the approvals.

    second_look_by_rule_set: another share for files under these rule sets, by their ids.
    """

    hold_minutes: int
    second_look_percent: int
    second_look_by_rule_set: dict[str, int]
    reasons: tuple[str, ...]

    @property
    def hold(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)


@cache
def review_rules() -> ReviewRules:
    return decode(DATA, ReviewRules)


def second_look_percent(rule_set: str) -> int:
    rules = review_rules()
    return rules.second_look_by_rule_set.get(rule_set, rules.second_look_percent)


def drawn(application_id: UUID, *, percent: int) -> bool:
    """Whether an approved file is drawn for a second look: by its number alone, so nobody can choose."""
    return int.from_bytes(hashlib.sha256(application_id.bytes).digest()[:8]) % 100 < percent
