"""Tables every stage leans on; people appear here only as ids."""

import uuid

from django.db import models

from zhiheng.plumbing import clock


class Record(models.Model):
    """A row with an unguessable id and the platform's moment of its making."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


class AuditLine(models.Model):
    """Who did what to which thing, when, and why it was allowed. Appended only; each line seals the one before."""

    at = models.DateTimeField()
    by = models.CharField(max_length=64)  # account id, or the name of a service
    act = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)  # "application:<uuid>"
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject"])]


class Event(models.Model):
    """Something that happened, told to later stages through background jobs."""

    at = models.DateTimeField()
    name = models.CharField(max_length=64, db_index=True)
    payload = models.JSONField()


class Lock(models.Model):
    """A named row to hold while something scarce is taken."""

    name = models.CharField(max_length=128, primary_key=True)
    counter = models.BigIntegerField(default=0)


class VaultFile(Record):
    """An encrypted file on disk; the row says what it is and whose act put it there."""

    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_by = models.CharField(max_length=64)
