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
