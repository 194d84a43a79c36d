"""An application, its documents, what was computed about it and what was decided."""

from django.db import models

from zhiheng.people.models import Account, Institution, Person
from zhiheng.plumbing.fields import EncryptedTextField
from zhiheng.plumbing.models import Record, VaultFile
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.standards.models import RuleSetRevision


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "不予通过"
    WITHDRAWN = "withdrawn", "已撤回"


class DocumentKind(models.TextChoices):
    REVIEW_FORM = "review_form", "报名审核表"
    ID_FRONT = "id_front", "身份证人像面"
    ID_BACK = "id_back", "身份证国徽面"
    EDUCATION = "education", "学历证复印件"
    PHOTO = "photo", "一寸免冠白底彩色照片"
    PROOF = "proof", "工作证明及其他证明材料"


class Application(Record):
    """One person applying for one offering through one institution."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    programme = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=ApplicationStatus, default=ApplicationStatus.DRAFT)
    profile = models.JSONField()  # education, employment, certificates, training, apprenticeship as claimed
    claimed_condition = models.CharField(max_length=8, blank=True, default="")
    address = EncryptedTextField(blank=True, default="")
    resit_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    review_due = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(
        null=True
    )  # what was claimed and handed in is gone by a rule of retention

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sitting", "programme"],
                condition=~models.Q(status__in=["withdrawn", "rejected"]),
                name="one_application_per_programme_and_sitting",
            )
        ]
        indexes = [models.Index(fields=["status", "review_due"])]


class Document(Record):
    """A file handed in; a newer one of the same kind supersedes it, nothing is deleted."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=DocumentKind)
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)
    source_sha256 = models.CharField(max_length=64, default="")  # of the bytes as handed in, before cleaning


class EligibilityDecision(Record):
    """What the conditions said about the claimed facts; replaying it gives the same verdict."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(RuleSetRevision, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    facts = models.JSONField()
    outcome = models.JSONField()
    eligible = models.BooleanField()


class Verdict(models.TextChoices):
    APPROVE = "approve", "通过"
    RETURN = "return", "退回补正"
    REJECT = "reject", "不予通过"


class ReviewDecision(Record):
    """What a reviewer decided, with reasons."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16, choices=Verdict)
    reasons = models.JSONField(default=list)  # sentences shown to the institution
    eligibility = models.ForeignKey(EligibilityDecision, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class ReviewHold(Record):
    """A reviewer has this file open; until then nobody else decides it. One per file, taken over when it ends."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()


class SecondLook(Record):
    """An approval drawn for another reviewer's eyes. agreed: None while nobody has looked."""

    first = models.OneToOneField(ReviewDecision, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField(null=True)
    reasons = models.JSONField(default=list)  # what the second reviewer found
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agreed", "created_at"])]


class Finding(Record):
    """What a machine saw on a document: a hint for people, never a decision."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="+")
    engine = models.CharField(max_length=60)
    content = EncryptedTextField()  # JSON: lines of text, or faces as shares of the picture


class Reading(Record):
    """A reviewer has looked through a waiting file and found nothing; it waits to be approved with others."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "by"], name="one_reading_per_reviewer")]


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", "等待核对"
    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待确认"
    ENTERING = "entering", "正在写入"
    CONFIRMED = "confirmed", "已写入"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "没有完成"


class Batch(Record):
    """One sheet, with or without an archive of papers, entered for many people at once.

    offering: what every row applies for; without it each row says so itself, among the offerings of the sitting if
    one is named. sheet and archive go when the batch ends; the archive lies sealed under a key of its own.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, null=True, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, null=True, related_name="+")
    sheet = models.ForeignKey(VaultFile, on_delete=models.SET_NULL, null=True, related_name="+")
    sheet_name = models.CharField(max_length=200)
    archive_name = models.CharField(max_length=200, blank=True, default="")
    archive_key = EncryptedTextField(blank=True, default="")
    unfinished_too = models.BooleanField(
        default=False
    )  # rows without all papers or conditions become drafts, too
    columns = models.JSONField(default=dict)  # place -> key, as somebody chose; "" for nothing
    state = models.CharField(max_length=16, choices=BatchState, default=BatchState.UPLOADED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    headings = models.JSONField(default=list)  # the texts of the sheet's headings
    strays = EncryptedTextField(
        blank=True, default=""
    )  # JSON: files of the archive that were not used, and why
    trouble = models.CharField(max_length=500, blank=True, default="")  # why nothing came of it
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    touched_at = models.DateTimeField(null=True)  # when the worker last said how far it is
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["institution", "-created_at"])]


class RowState(models.TextChoices):
    NEW = "new", "可以写入"
    CHANGED = "changed", "将更新草稿"
    THERE = "there", "已经在了"
    BAD = "bad", "需要修改"
    ENTERED = "entered", "已写入"
    UPDATED = "updated", "已更新"


class BatchRow(models.Model):
    """A row of a batch's sheet: what it says, what is wrong with it, what became of it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()  # as the spreadsheet counts
    state = models.CharField(max_length=16, choices=RowState)
    content = EncryptedTextField(blank=True, default="")  # JSON of batches.rows.Row; empty once it is written
    application = models.ForeignKey(Application, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_per_number")]


class CompletionLink(Record):
    """Lets a candidate without an account complete their own file: found by its hash, good until it expires."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    token = EncryptedTextField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    misses = models.PositiveSmallIntegerField(default=0)  # wrong answers in a row
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(revoked_at=None),
                name="one_live_completion_link_per_application",
            )
        ]
