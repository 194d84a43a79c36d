"""Tables every stage leans on; people appear here only as ids."""

import uuid

from django.db import models

from zhiheng.plumbing import clock
from zhiheng.plumbing.fields import EncryptedTextField


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
    destroyed_at = models.DateTimeField(
        null=True
    )  # the content is gone for good; the row says what there was


class MessageChannel(models.TextChoices):
    IN_APP = "in-app", "站内"
    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"


class MessageState(models.TextChoices):
    QUEUED = "queued", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class OutgoingMessage(Record):
    """One message on one channel to one addressee, who is told by id; the address itself is sealed."""

    person_id = models.UUIDField(null=True, db_index=True)
    institution_id = models.UUIDField(null=True, db_index=True)
    letter = models.CharField(
        max_length=200, db_index=True
    )  # the same on every channel: what about and to whom
    key = models.CharField(max_length=250, unique=True)  # the letter on one channel: nobody is told twice
    kind = models.CharField(max_length=48)
    language = models.CharField(max_length=8)
    channel = models.CharField(max_length=8, choices=MessageChannel)
    address = EncryptedTextField(blank=True, default="")  # empty on the channel in-app
    address_masked = models.CharField(max_length=80, blank=True, default="")
    subject = models.CharField(max_length=200)
    text = EncryptedTextField()
    facts = EncryptedTextField(
        blank=True, default=""
    )  # JSON: what filled the text, for senders with texts of their own
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.QUEUED, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-created_at"]


class MessageEvent(models.Model):
    """What happened to a message, appended: queued, an attempt that failed, sent, given up."""

    message = models.ForeignKey(OutgoingMessage, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=MessageState)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["id"]


class NoticeAddress(models.Model):
    """Where and in which language an account wants to be told, beside its page of messages."""

    account_id = models.UUIDField(primary_key=True)
    email = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=8, default="zh-hans")
