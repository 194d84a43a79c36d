"""Papers with their proof."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.fields import EncryptedTextField
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Offering


class RunStatus(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "组卷中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    INFEASIBLE = "infeasible", "无法组卷"
    FAILED = "failed", "出错"


class RunKind(models.TextChoices):
    PARALLEL = "parallel", "平行卷"
    POOL = "pool", "一人一卷"


class AssemblyRun(Record):
    """One request: K parallel papers, or a pool with a paper for every candidate."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=RunKind, default=RunKind.PARALLEL)
    forms = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    required = models.JSONField(default=list)  # item names that every paper must have
    forbidden = models.JSONField(default=list)  # item names that no paper may have
    shared = models.PositiveSmallIntegerField(default=0)  # items any two papers may have in common
    avoid_sittings = models.PositiveSmallIntegerField(
        default=0
    )  # items of so many sittings before are avoided
    lower_share = models.DecimalField(max_digits=4, decimal_places=3, default=0)  # of the marks, 0 to 1
    request_digest = models.CharField(max_length=64, blank=True, default="")
    made = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    nearness = models.JSONField(default=dict)  # how near each other the papers found so far are
    summary = models.JSONField(default=dict)  # of a pool: proof over all its papers, exposure, spread
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
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
    SUPERSEDED = "superseded", "已被取代"
    WITHDRAWN = "withdrawn", "已撤回"


class SealedContent(Record):
    """The wording and keys of sealed papers as they were sealed; nothing in the bank reaches them any more."""

    content = EncryptedTextField()  # {version id: body}, packed


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
    revision = models.PositiveSmallIntegerField(default=1)  # one more with every question replaced by hand
    sealed_at = models.DateTimeField(null=True)
    sealed_content = models.ForeignKey(SealedContent, on_delete=models.PROTECT, null=True, related_name="+")
    handed_over_at = models.DateTimeField(null=True)  # to the hall

    class Meta:
        ordering = ["offering", "label"]


class PaperApproval(Record):
    """One of the two people who checked a paper; it counts for the revision that was looked at."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "by", "revision"], name="one_approval_per_person")
        ]


class Replacement(Record):
    """One question of a draft replaced by hand. revision: the one it led to."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    removed = models.CharField(max_length=64)
    added = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    hash_before = models.CharField(max_length=64)
    hash_after = models.CharField(max_length=64)

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "revision"], name="one_replacement_per_revision")
        ]


class Retraction(Record):
    """A sealed paper taken out of use by two people. successor: the sealed paper in its place, if there is one."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper"], condition=models.Q(dropped_at=None), name="one_retraction_per_paper"
            )
        ]
