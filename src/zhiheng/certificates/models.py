"""Certificates: facts, a signature, and everything that happened to them since."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.results.models import Result
from zhiheng.standards.models import RuleSetRevision


class Certificate(Record):
    """Issued once per passed result, and again when its holder's name was put right; its facts never change."""

    number = models.CharField(max_length=40, unique=True)
    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.ForeignKey(RuleSetRevision, on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=50)
    facts = models.JSONField()
    credential = models.JSONField()
    status_index = models.PositiveIntegerField(unique=True)  # random bit of the status list
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["result"], condition=models.Q(replaces=None), name="one_first_certificate_per_result"
            )
        ]


class CertificateState(models.TextChoices):
    VALID = "valid", "有效"
    SUSPENDED = "suspended", "暂停"
    REVOKED = "revoked", "撤销"
    REPLACED = "replaced", "已换发"


class CertificateEvent(Record):
    """A change of state with its reason; the present state is the last one."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=CertificateState)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
