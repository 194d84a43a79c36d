"""What the back office knows of the exam: who got which paper, and what the hall's log came to."""

from django.db import models

from zhiheng.assembly.models import Paper
from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering


class PublishedPack(Record):
    """A sitting pack handed to the hall."""

    offering = models.OneToOneField(Offering, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField()
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")


class Attempt(Record):
    """One candidate's sitting of one paper; its id is the one in the hall's log."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="+")
    order = models.JSONField()  # items and options in this candidate's order


class LateAdmission(Record):
    """A person's decision on one answer that arrived after the deadline."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    entry = models.BigIntegerField()  # id in the hall's log
    admitted = models.BooleanField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "entry"], name="one_decision_per_late_answer")
        ]


class Collection(Record):
    """The final answers of an attempt as folded from the log; a later collection replaces it for marking."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()  # item id -> value
    answers_hash = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(null=True)
    entries = models.PositiveIntegerField()
    late = models.JSONField(default=list)  # log ids kept but not counted
    receipt = models.JSONField(null=True)

    class Meta:
        ordering = ["created_at"]
