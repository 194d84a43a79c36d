"""Everything that waits for somebody, gathered from every stage that has something to say."""

import importlib
import importlib.util
from collections.abc import Callable
from datetime import datetime

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting

STAGES = (
    "people.institutions",
    "people.erasure",
    "people.corrections",
    "people.complaints",
    "sittings",
    "enrolment",
    "payments",
    "bank",
    "learning",
    "assembly",
    "seating",
    "delivery",
    "delivery.accommodations",
    "practicals",
    "marking",
    "results",
    "certificates",
)
_LAST = datetime.max.replace(tzinfo=SHANGHAI)


def sources() -> list[Callable[[Account, Role], list[Waiting]]]:
    names = [f"zhiheng.{stage}.waiting" for stage in STAGES]
    return [
        importlib.import_module(name).waiting for name in names if importlib.util.find_spec(name) is not None
    ]


def waiting_for(account: Account, roles: frozenset[Role]) -> list[Waiting]:
    """What waits in any of the account's roles, the one due first on top, those without a date last."""
    lines = [line for role in Role if role in roles for source in sources() for line in source(account, role)]
    return sorted(lines, key=lambda line: line.due or _LAST)
