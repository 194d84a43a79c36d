"""Whom an act on the running exam means, as the hall is asked about them."""

from collections.abc import Mapping, Sequence

from zhiheng.delivery.console.line import Outage
from zhiheng.delivery.console.queries import not_published
from zhiheng.delivery.console.scope import Scope, attempt_ids
from zhiheng.delivery.models import HallActKind
from zhiheng.delivery.queries import is_collected
from zhiheng.foundation.errors import Refused
from zhiheng.seating.queries import TicketSheet
from zhiheng.sittings.models import Offering

AT_A_TIME = 1_000
"""Attempts named in one request to the hall, which takes 64 KB."""

Targets = Mapping[Offering, Sequence[str] | None]
"""By offering the attempts meant; None: everybody the line speaks of."""


def targets_of(scope: Scope, sheet: TicketSheet | None, kind: HallActKind) -> tuple[Targets, int]:
    """Whom the hall is asked about, and how many they are.

    Raises: Refused when nobody is in the hall's packs, or all for whom minutes are meant were collected.
    """
    meant = scope.sheets if sheet is None else (sheet,)
    known = attempt_ids([one.ticket for one in meant])
    if not known:
        raise not_published()
    handed_over = {one.ticket.offering for one in meant if one.ticket.id in known}
    if kind == HallActKind.GRANT:
        handed_over = {one for one in handed_over if not is_collected(one)}
        if not handed_over:
            raise collected()
    if sheet is not None:
        return {sheet.ticket.offering: [known[sheet.ticket.id]]}, 1
    return dict.fromkeys(one for one in scope.offerings if one in handed_over), len(known)


def parts(attempts: Sequence[str] | None) -> list[list[str] | None]:
    if attempts is None:
        return [None]
    return [list(attempts[at : at + AT_A_TIME]) for at in range(0, len(attempts), AT_A_TIME)]


def only_sheet(scope: Scope, outage: Outage) -> TicketSheet | None:
    """The one candidate a break concerns, when it is one."""
    if len(outage.attempts) != 1:
        return None
    known = attempt_ids([sheet.ticket for sheet in scope.sheets])
    return next((sheet for sheet in scope.sheets if known.get(sheet.ticket.id) == outage.attempts[0]), None)


def collected() -> Refused:
    return Refused(
        what="这一科已经收卷，不能再延长时间",
        rule="收卷以后答卷交给阅卷，没有人再作答",
        remedy="请记录考场情况；考生可以在成绩发布后申诉，或者补考",
        code="collected",
    )
