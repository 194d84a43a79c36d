"""Questions: an identity, and immutable versions of what it says."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record


class Pool(models.TextChoices):
    LIVE = "live", "考试题"
    PRACTICE = "practice", "练习题"


class ItemStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "待审"
    APPROVED = "approved", "可用"
    RETIRED = "retired", "停用"


class Item(Record):
    """A question's identity and place in the standard."""

    name = models.CharField(max_length=64, unique=True)  # L5-LIV-S01
    pool = models.CharField(max_length=16, choices=Pool)
    standard = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    area = models.CharField(max_length=32)
    type = models.CharField(max_length=16)
    status = models.CharField(max_length=16, choices=ItemStatus, default=ItemStatus.DRAFT)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["standard", "level", "pool", "status"])]


class ItemVersion(Record):
    """What the question said from one moment on; never changed afterwards."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    body = models.JSONField()  # the file form of bank.core.terms.Item
    content_hash = models.CharField(max_length=64)
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="version_number_per_item")]


class ImportRun(Record):
    """One uploaded sheet and its row-by-row report."""

    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    accepted = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    report = models.JSONField()
