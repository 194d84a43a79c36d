"""A dated sitting and what is offered on it."""

from django.db import models

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
