"""Asking the hall over the network whether it lives, and what time it has."""

from dataclasses import dataclass
from datetime import datetime

import httpx
from django.conf import settings

from zhiheng.delivery.hall_http import ask_hall
from zhiheng.plumbing import clock

TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """offset_seconds: the hall's clock minus ours; None when the hall did not say."""

    answers: bool
    offset_seconds: float | None = None


def hall_pulse() -> Pulse:
    """One look at the hall's health and time. A hall that cannot save answers is as good as silent."""
    try:
        health = ask_hall("GET", f"{settings.HALL_URL}/healthz", timeout=TIMEOUT_SECONDS)
        asked = clock.now()
        told = ask_hall("GET", f"{settings.HALL_URL}/hall/time", timeout=TIMEOUT_SECONDS)
        heard = clock.now()
        theirs = datetime.fromisoformat(told.raise_for_status().json()["server_time"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return Pulse(answers=False)
    middle = asked + (heard - asked) / 2
    return Pulse(answers=health.is_success, offset_seconds=(theirs - middle).total_seconds())
