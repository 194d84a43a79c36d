"""The console's line to the running hall."""

from zhiheng.delivery.console.line import Line
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering


def open_line(by: Account, offering: Offering, rooms: tuple[str, ...]) -> Line:
    """rooms: as the pack names them; empty for all."""
    raise Refused(what="考场服务没有应答", remedy="请稍后再试", code="hall-silent")
