"""The console's line to the running hall."""

from zhiheng.delivery.console.line import Line
from zhiheng.delivery.hall_line import HallLine
from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering


def open_line(by: Account, offering: Offering, rooms: tuple[str, ...]) -> Line:
    """rooms: as the pack names them; empty for all."""
    return HallLine(by, offering, rooms)
