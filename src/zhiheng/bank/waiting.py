"""What waits for an item writer: other people's questions to check, own drafts to finish."""

from django.urls import reverse

from zhiheng.bank.lists.queries import returned_to
from zhiheng.bank.queries import awaiting_review, own_drafts
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting

RULE = "命题规范：命题与审题不得为同一人"


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role != Role.ITEM_WRITER:
        return []
    lines = []
    to_check = awaiting_review(account).count()
    if to_check:
        url = f"{reverse('items')}?desk=review"
        lines.append(Waiting(title=f"{to_check} 道题等您审定", url=url, count=to_check, rule=RULE))
    returned = returned_to(account).count()
    if returned:
        url = f"{reverse('items')}?desk=returned"
        lines.append(Waiting(title=f"{returned} 道题退回给您修改", url=url, count=returned))
    drafts = own_drafts(account).count() - returned
    if drafts:
        url = f"{reverse('items')}?desk=drafts"
        lines.append(Waiting(title=f"您有 {drafts} 道草稿还没有送审", url=url, count=drafts))
    return lines
