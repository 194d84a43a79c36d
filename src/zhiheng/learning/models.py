"""Courses opened by approval, practice answers, attended hours."""

from django.db import models

from zhiheng.bank.models import ItemVersion
from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record


class StudyPermit(Record):
    """The learning platform is open for this application from this moment on."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")


class PracticeAnswer(Record):
    """One attempt at one practice question."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=32)
    value = models.JSONField()
    correct = models.BooleanField()


class Attendance(Record):
    """Attended standard hours of one day, entered by the institution."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)  # standard hours of 45 minutes
    topic = models.CharField(max_length=100)
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["day", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "day", "topic"], name="attended_once_per_topic_and_day"
            )
        ]
