"""Skill assessment: a task with a rubric, a panel of examiners, their independent sheets, the chair's sign-off."""

from django.db import models

from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering


class SkillTask(Record):
    """A task as it stood; marks follow table 4.2 of the standard."""

    name = models.CharField(max_length=64)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True)


class Panel(Record):
    """Three or more examiners, an odd number, one of them in the chair."""

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(SkillTask, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    place = models.CharField(max_length=100)


class PanelMember(Record):
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    examiner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    chair = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "examiner"], name="once_per_panel"),
            models.UniqueConstraint(
                fields=["panel"], condition=models.Q(chair=True), name="one_chair_per_panel"
            ),
        ]


class PanelCandidate(Record):
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="+")
    absent = models.BooleanField(default=False)


class AbsenceStep(models.TextChoices):
    RECORDED = "recorded", "记为缺考"
    ASKED = "asked", "提出撤销"
    TAKEN_BACK = "taken-back", "同意撤销"
    REFUSED = "refused", "不撤销"


class AbsenceWord(Record):
    """What somebody said about a candidate's absence; what counts now is the candidate's row. Appended."""

    candidate = models.ForeignKey(PanelCandidate, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=16, choices=AbsenceStep)
    reason = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class ScoreSheet(Record):
    """One examiner's marks for one candidate; a corrected sheet is a new row before sign-off."""

    candidate = models.ForeignKey(PanelCandidate, on_delete=models.PROTECT, related_name="+")
    examiner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    scores = models.JSONField()  # criterion id -> marks as decimal string
    total = models.DecimalField(max_digits=5, decimal_places=1)
    comment = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["created_at"]


class SignOff(Record):
    """The chair's confirmation of a candidate's skill mark."""

    candidate = models.OneToOneField(PanelCandidate, on_delete=models.PROTECT, related_name="+")
    marks = models.DecimalField(max_digits=5, decimal_places=2)
    reckoning = models.JSONField()  # how the examiners' totals became the mark
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
