"""Questions by their words, their place, their writer and what became of them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from zhiheng.bank.core.listing import words_of
from zhiheng.bank.models import Item, ItemStatus, Remark, RemarkKind, RemarkSettled
from zhiheng.bank.queries import awaiting_review, own_drafts
from zhiheng.bank.usage import usage_of
from zhiheng.people.models import Account

EXACT = ("standard", "level", "area", "type", "status", "pool", "language")


def found_by(filters: Mapping[str, Any], *, account: Account) -> QuerySet[Item]:
    """The questions that keep every filter given, by name; filters as `ItemFilter.cleaned_data`.

    The words are looked for in number, stem, options, answers, explanation and laws, all of them; the text column
    holds them as `bank.core.listing.plain` writes them, so that one `LIKE` a word serves both databases.
    """
    found = _desk(filters.get("desk", ""), account)
    found = found.filter(**{name: filters[name] for name in EXACT if filters.get(name)})
    for word in words_of(filters.get("words") or ""):
        found = found.filter(text__contains=word)
    if code := filters.get("code"):
        found = found.filter(codes__contains=f" {code} ")
    if trade := filters.get("trade"):
        found = found.filter(Q(trades="") | Q(trades__contains=trade))
    if shown := filters.get("shown"):
        found = _showing(found, shown)
    if (low := filters.get("low")) is not None:
        found = found.filter(difficulty__gte=low)
    if (high := filters.get("high")) is not None:
        found = found.filter(difficulty__lte=high)
    if writer := filters.get("writer"):
        found = found.filter(writer=None if writer == "shipped" else writer)
    if used := filters.get("used"):
        found = _used(found, used)
    return found.order_by("name")


def _desk(desk: str, account: Account) -> QuerySet[Item]:
    if desk == "review":
        return awaiting_review(account)
    if desk == "drafts":
        return own_drafts(account)
    if desk == "returned":
        return returned_to(account)
    if desk == "remarks":
        return with_open_remarks()
    return Item.objects.all()


def _showing(found: QuerySet[Item], shown: str) -> QuerySet[Item]:
    if shown == "none":
        return found.filter(media="")
    return found.exclude(media="") if shown == "any" else found.filter(media__contains=shown)


def _used(found: QuerySet[Item], used: str) -> QuerySet[Item]:
    names = list(usage_of())
    return found.filter(name__in=names) if used == "yes" else found.exclude(name__in=names)


def open_remarks() -> QuerySet[Remark]:
    settled = RemarkSettled.objects.values("remark_id")
    return Remark.objects.exclude(id__in=settled)


def with_open_remarks() -> QuerySet[Item]:
    return Item.objects.filter(id__in=open_remarks().values("version__item_id"))


def returned_to(account: Account) -> QuerySet[Item]:
    """This account's drafts that somebody sent back and that still wait to be mended."""
    sent_back = open_remarks().filter(kind=RemarkKind.RETURN).values("version__item_id")
    return Item.objects.filter(status=ItemStatus.DRAFT, writer=account, id__in=sent_back)


def writers() -> list[Account]:
    """Everybody who wrote the newest version of a question."""
    held = Item.objects.exclude(writer=None).values("writer_id")
    return list(Account.objects.filter(id__in=held).order_by("display_name"))
