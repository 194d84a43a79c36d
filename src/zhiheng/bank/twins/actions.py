"""Judging that two questions which look alike are two."""

from django.db import transaction

from zhiheng.bank.models import Item, KeptApart
from zhiheng.bank.twins.queries import texts_in_use, wording_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record


@transaction.atomic
def keep_apart(*, by: Account, first: Item, second: Item) -> KeptApart:
    """Remember that both stay; whoever rewords one is asked again.

    Raises: Refused for one question twice, or one that is retired.
    """
    first, second = sorted((first, second), key=lambda item: item.name)
    texts = texts_in_use()
    if first == second or first.name not in texts or second.name not in texts:
        raise Refused(
            what=f"题目 {first.name} 与 {second.name} 不是两道在用的题",
            remedy="可能已有同事停用其中一道，请刷新后再看",
            code="pair-unknown",
        )
    wording = wording_of(texts[first.name], texts[second.name])
    row, fresh = KeptApart.objects.get_or_create(
        first=first, second=second, wording=wording, defaults={"by": by}
    )
    if fresh:
        record(
            by=str(by.id),
            act="items-kept-apart",
            subject=f"item:{first.id}",
            detail={"first": first.name, "second": second.name, "wording": wording},
        )
    return row
