"""One change to many questions, in one piece."""

from collections.abc import Sequence

from django.db import transaction

from zhiheng.bank.actions import approve_item, retire_item, revise_item, submit_item
from zhiheng.bank.core.together import Change
from zhiheng.bank.models import Item
from zhiheng.bank.together.queries import Prospect, prospects, stamp_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def change_together(
    *, by: Account, names: Sequence[str], change: Change, stamp: str, reason: str = ""
) -> list[Item]:
    """Do to every question what was shown, or nothing at all. stamp: of what was shown.

    Returns the questions that were changed.
    Raises: Refused when a question is no longer as it was shown, when nothing is left to do, or by a rule of one.
    """
    lock_named("bank-together")
    items = list(Item.objects.select_for_update().filter(name__in=names).order_by("name"))
    found = prospects(items, change, account=by)
    if stamp != stamp_of(found):
        raise Refused(
            what="预览之后有题目又被改过，没有做任何修改",
            remedy="请重新预览，再确认",
            code="items-moved-on",
        )
    chosen = [prospect for prospect in found if not prospect.why]
    if not chosen:
        raise Refused(
            what="所选的题都不需要或不能这样修改", remedy="请看预览里的原因", code="nothing-to-change"
        )
    for prospect in chosen:
        _apply(by, prospect, change, reason)
    return [prospect.item for prospect in chosen]


def _apply(by: Account, prospect: Prospect, change: Change, reason: str) -> None:
    if prospect.after is not None:
        revise_item(by=by, item=prospect.item, question=prospect.after)
    elif change.kind == "submit":
        submit_item(by=by, item=prospect.item)
    elif change.kind == "approve":
        approve_item(by=by, item=prospect.item)
    else:
        retire_item(by=by, item=prospect.item, reason=reason)
