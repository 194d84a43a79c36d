"""How far the preparation of a pack is."""

from datetime import timedelta

from zhiheng.delivery.models import Preparation, PreparationState
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering

OPEN = (PreparationState.WAITING, PreparationState.RUNNING)
STUCK_AFTER = timedelta(minutes=10)


def latest_preparation(offering: Offering) -> Preparation | None:
    return Preparation.objects.filter(offering=offering).order_by("-created_at").first()


def is_open(preparation: Preparation) -> bool:
    return preparation.state in OPEN


def is_stuck(preparation: Preparation) -> bool:
    """Whether nothing was heard of open work for ten minutes."""
    return is_open(preparation) and clock.now() - preparation.touched_at > STUCK_AFTER
