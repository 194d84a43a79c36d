"""Orders in fen and the ledger behind them."""

from django.db import models

from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Sitting


class OrderKind(models.TextChoices):
    REGISTRATION = "registration", "报名费"
    MAKEUP = "makeup", "补考费"


class Order(Record):
    """What an institution owes for a sitting; it is paid when its settlements reach the total."""

    reference = models.CharField(max_length=24, unique=True)  # the institution writes it on the transfer
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=OrderKind)
    total_fen = models.PositiveIntegerField()
    placed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class OrderLine(Record):
    """One candidate's fee."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.PositiveIntegerField()
    description = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application"], name="one_fee_per_application")]


class Settlement(Record):
    """Money that arrived, as the bank's record says."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=16, default="bank_transfer")
    bank_reference = models.CharField(max_length=64, unique=True)
    amount_fen = models.PositiveIntegerField()
    received_on = models.DateField()
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class LedgerEntry(models.Model):
    """One side of a posting; the entries of one posting sum to zero. Appended only."""

    posting = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    account = models.CharField(max_length=64)  # "institution:<id>", "income:registration", "bank"
    amount_fen = models.IntegerField()  # positive = debit
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    memo = models.CharField(max_length=120)
