"""Marks by key, and blind marks by people."""

from django.db import models

from zhiheng.delivery.models import Attempt
from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record


class KeyMark(Record):
    """An objective item marked by its key."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=64)
    marks = models.DecimalField(max_digits=4, decimal_places=1)
    possible = models.DecimalField(max_digits=4, decimal_places=1)
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "item"], name="one_key_mark_per_item")]


class Remarking(Record):
    """The answers of an attempt changed after they had been marked: what stood before. Appended.

    why: which decision changed them. items: of each changed answer {"item", "type", "marks", "how"} as marked before,
    marks None where that was not settled yet. theory: the settled mark that went with them, {"marks", "breakdown"}.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300)
    items = models.JSONField()
    theory = models.JSONField(null=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class MarkingTask(Record):
    """One written answer waiting for one person; the payload names nobody.

    set_aside: the answer changed after this was asked, so that neither task nor mark counts any more.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=64)
    round = models.PositiveSmallIntegerField()  # 1 and 2 blind, 3 the arbiter
    marker = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside = models.ForeignKey(Remarking, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "item", "round"],
                condition=models.Q(set_aside=None),
                name="one_task_per_round",
            ),
            models.UniqueConstraint(
                fields=["attempt", "item", "marker"],
                condition=models.Q(set_aside=None),
                name="never_the_same_marker_twice",
            ),
        ]


class WrittenMark(Record):
    """A marker's judgement by the marking points."""

    task = models.OneToOneField(MarkingTask, on_delete=models.PROTECT, related_name="+")
    points = models.JSONField()  # marks per marking point, decimal strings
    marks = models.DecimalField(max_digits=4, decimal_places=1)
    comment = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class TheoryMark(Record):
    """The theory mark of an attempt once every item is settled."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="+")
    marks = models.DecimalField(max_digits=5, decimal_places=2)
    breakdown = models.JSONField()  # per item: marks, possible, how it was settled
