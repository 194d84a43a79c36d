"""Links to a candidate's document: signed for one account, good for five minutes."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.urls import reverse

from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock

GOOD_FOR = timedelta(minutes=5)
_SIGNER = signing.Signer(salt="zhiheng.enrolment.document")


def document_link(account: Account, document_id: UUID) -> str:
    """The address under which this account may fetch the document until it runs out."""
    until, key = _signed(account, document_id)
    return reverse("document_file", args=[document_id, until, key])


def page_link(account: Account, document_id: UUID, page: int) -> str:
    """The same for one page of a PDF as a picture."""
    until, key = _signed(account, document_id)
    return reverse("document_page_file", args=[document_id, until, key, page])


def _signed(account: Account, document_id: UUID) -> tuple[int, str]:
    until = round((clock.now() + GOOD_FOR).timestamp())
    return until, _SIGNER.signature(_words(account, document_id, until))


def link_holds(account: Account, document_id: UUID, until: int, key: str) -> bool:
    """Whether the link was made for this account and this document. Raises: Refused when it has run out."""
    try:
        _SIGNER.unsign(f"{_words(account, document_id, until)}:{key}")
    except signing.BadSignature:
        return False
    if clock.now().timestamp() > until:
        raise Refused(
            what="这个材料链接已过期",
            rule=f"材料链接只在 {GOOD_FOR.seconds // 60} 分钟内、只对本人账号有效",
            remedy="请回到原页面重新打开材料",
            code="link-expired",
        )
    return True


def _words(account: Account, document_id: UUID, until: int) -> str:
    return f"{document_id}/{account.pk}/{until}"
