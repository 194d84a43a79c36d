"""The platform's clock. A demonstration moves it by one persisted offset that web, worker and hall all read."""

import json
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from zhiheng.foundation.moment import SHANGHAI


def offset() -> timedelta:
    try:
        return timedelta(seconds=json.loads(settings.CLOCK_FILE.read_text())["offset_seconds"])
    except FileNotFoundError:
        return timedelta(0)


def now() -> datetime:
    """The moment everything is judged by, aware, in Shanghai."""
    real = datetime.now(UTC)  # noqa: TID251 - the one place that reads the machine's clock
    return (real + offset()).astimezone(SHANGHAI)


def today() -> date:
    return now().date()


def move_to(moment: datetime) -> None:
    """Set the demo clock so that it is `moment` now."""
    real = datetime.now(UTC)  # noqa: TID251 - the one place that reads the machine's clock
    seconds = (moment - real).total_seconds()
    settings.CLOCK_FILE.parent.mkdir(parents=True, exist_ok=True)
    draft = settings.CLOCK_FILE.with_name(".clock.json")
    draft.write_text(json.dumps({"offset_seconds": seconds}))
    draft.replace(settings.CLOCK_FILE)


def is_moved() -> bool:
    return abs(offset()) > timedelta(minutes=1)
