"""Who relies on the answers of an attempt: later stages say whether they may still change, and follow a change.

Wired in config only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zhiheng.delivery.models import Attempt
from zhiheng.foundation.decision import Decision
from zhiheng.people.models import Account
from zhiheng.plumbing.locks import lock_named
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The answers that count, before and after: item -> value. why: the decision that changed them, in words."""

    by: Account
    attempt: Attempt
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    why: str


May = Callable[[Offering], Decision]
Follow = Callable[[Change], str]

_may: list[May] = []
_follow: list[Follow] = []


def rely_on_answers(*, may: May | None = None, follow: Follow | None = None) -> None:
    """may: whether answers of an offering may still change. follow: does what a change asks for, in the same
    transaction, and says what it did, "" when there was nothing to do; also told when nothing has changed."""
    if may is not None and may not in _may:
        _may.append(may)
    if follow is not None and follow not in _follow:
        _follow.append(follow)


def may_change(offering: Offering) -> Decision:
    """Whether the answers of an offering may still change, as everybody who relies on them says."""
    return Decision.all_of(*(reason for may in _may for reason in may(offering).reasons))


def hold_answers(offering: Offering) -> None:
    """Until the transaction is over nobody else changes the answers of this offering or makes results of them."""
    lock_named(f"answers:{offering.id}")


def follow(change: Change) -> str:
    """What those who rely on the answers did, as sentences."""
    return "".join(told(change) for told in _follow)
