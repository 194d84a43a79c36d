"""A dated sitting and what is offered on it."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.fields import EncryptedTextField
from zhiheng.plumbing.models import Record
from zhiheng.standards.models import RuleSetRevision


class Sitting(Record):
    """One exam day."""

    day = models.DateField(unique=True)
    title = models.CharField(max_length=100)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return self.title


class Offering(Record):
    """A programme, level and trade that can be sat on a sitting, under one pinned rule set."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(RuleSetRevision, on_delete=models.PROTECT, related_name="+")
    programme = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    trade = models.CharField(max_length=4, blank=True, default="")
    title = models.CharField(max_length=100)  # 互联网营销师（初级）
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    fee_fen = models.PositiveIntegerField()
    makeup_fee_fen = models.PositiveIntegerField()
    plan = (
        models.JSONField()
    )  # every derived date, as sittings.core.plan wrote it when the sitting was opened

    class Meta:
        ordering = ["sitting__day", "programme", "level", "trade"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "revision", "programme", "level", "trade"], name="offered_once_per_sitting"
            )
        ]

    def __str__(self) -> str:
        return self.title


class HolidayNotice(Record):
    """A year's official calendar as imported; a later row for the same year takes its place, none is deleted."""

    year = models.PositiveSmallIntegerField(db_index=True)
    number = models.CharField(max_length=60)  # 国办发明电〔2026〕1号
    off_days = models.JSONField()
    makeup = models.JSONField()
    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.number


class PlanChange(Record):
    """What a notice makes of one date of an offering. A settled date waits for a person: until then nothing moves."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(HolidayNotice, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=32)
    before = models.CharField(max_length=32)
    after = models.CharField(max_length=32)
    was_provisional = models.BooleanField()
    applied_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "name"]


class CalendarFeed(Record):
    """A private address of one account's dates; a new one takes the place of the old."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    token = EncryptedTextField()
    token_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(revoked_at=None), name="one_live_feed_per_account"
            )
        ]
