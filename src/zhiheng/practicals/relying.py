"""Who relies on skill marks: later stages say whether they may still change. Wired in config only."""

from collections.abc import Callable

from zhiheng.foundation.decision import Decision
from zhiheng.sittings.models import Offering

May = Callable[[Offering], Decision]
_may: list[May] = []


def rely_on_marks(may: May) -> None:
    if may not in _may:
        _may.append(may)


def may_change(offering: Offering) -> Decision:
    """Whether skill marks of an offering may still change, as everybody who relies on them says."""
    return Decision.all_of(*(reason for may in _may for reason in may(offering).reasons))
