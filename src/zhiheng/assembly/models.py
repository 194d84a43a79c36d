"""Papers with their proof."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Offering


class RunStatus(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "组卷中"
    DONE = "done", "已完成"
    INFEASIBLE = "infeasible", "无法组卷"
    FAILED = "failed", "出错"


class AssemblyRun(Record):
    """One request for K parallel papers."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    forms = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=RunStatus, default=RunStatus.QUEUED)
    conflict = models.JSONField(default=list)  # the short cells of an infeasible request
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class PaperStatus(models.TextChoices):
    DRAFT = "draft", "待审定"
    SEALED = "sealed", "已封存"
    DISCARDED = "discarded", "已弃用"


class Paper(Record):
    """One form of an offering's theory paper."""

    run = models.ForeignKey(AssemblyRun, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    form_id = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=8)  # 甲, 乙
    status = models.CharField(max_length=16, choices=PaperStatus, default=PaperStatus.DRAFT)
    total = models.DecimalField(max_digits=5, decimal_places=1)
    lines = models.JSONField()  # [{item, version, hash, area, type, marks}] in printed order, no wording
    proof = models.JSONField()
    deviation = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["offering", "label"]


class PaperApproval(Record):
    """One of the two people who checked a paper."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "by"], name="one_approval_per_person")]
