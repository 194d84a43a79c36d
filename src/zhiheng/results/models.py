"""Component marks come to a decision; two officers release it; a failed candidate may sit again."""

from django.db import models

from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Offering
from zhiheng.standards.models import RuleSetRevision


class Outcome(models.TextChoices):
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"
    ABSENT = "absent", "缺考"


class Release(Record):
    """The results of an offering: proposed by one officer, released by another."""

    offering = models.OneToOneField(Offering, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)


class Result(Record):
    """What a candidate's component marks came to under the pinned rules; its amendments keep what it said before."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(RuleSetRevision, on_delete=models.PROTECT, related_name="+")
    components = models.JSONField()  # [{key, name, marks, pass_mark, max_mark, passed, absent, kept, sat_on, rule}]; marks as decimal strings
    outcome = models.CharField(max_length=16, choices=Outcome)
    reckoning = models.JSONField()


class MakeUp(Record):
    """A failed candidate's application to sit again, and what it is owed for."""

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    components = models.JSONField()  # keys of the components to sit again


class MakeUpRequest(Record):
    """A candidate asks the institution to order a make-up on a later sitting."""

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class Amendment(Record):
    """A released result no longer said what the marks do: what it said, and what it is to say. Appended.

    reason: as the candidate reads it. before, after: {"components", "outcome", "reckoning"} as in the result.
    """

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class AmendmentDecision(Record):
    """The word of a second officer; with a yes the result says what was proposed."""

    amendment = models.OneToOneField(Amendment, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
