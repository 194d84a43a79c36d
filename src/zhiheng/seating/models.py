"""Where everybody sits, who watches, and the ticket that says so."""

from django.db import models

from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Offering, Sitting


class Centre(Record):
    """A test centre. The code is the three digits in a ticket number."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=100)
    province = models.CharField(max_length=20)
    city = models.CharField(max_length=20)
    address = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]


class Room(Record):
    """A room with numbered seats."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    seats = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["centre", "name"]
        constraints = [models.UniqueConstraint(fields=["centre", "name"], name="room_name_per_centre")]


class Ticket(Record):
    """An admission ticket; its number never changes once issued."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=15, unique=True)

    class Meta:
        ordering = ["number"]


class Placement(Record):
    """The room and seat of a ticket; a later placement supersedes an earlier one."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    seat = models.PositiveSmallIntegerField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "room", "seat"],
                condition=models.Q(superseded_at=None),
                name="one_person_per_seat",
            ),
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(superseded_at=None), name="one_seat_per_ticket"
            ),
        ]


class Invigilation(Record):
    """An invigilator watches a room on a sitting. ended_at: since then somebody else does, or nobody."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    invigilator = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    ended_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "invigilator"],
                condition=models.Q(ended_at=None),
                name="one_room_per_invigilator_and_sitting",
            )
        ]


class CheckIn(Record):
    """The person at the door was the person on the ticket, or was not there."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="+")
    present = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class Incident(Record):
    """Something that happened in a room during a sitting, as the invigilator wrote it down. Appended only."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
