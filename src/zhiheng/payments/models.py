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


class FeeRow(Record):
    """One row of the fee table for registrations; an empty programme, level or institution means every one.

    It counts once another finance person has approved it. Rows are appended: a newer one outdoes an older.
    """

    rule_set = models.CharField(max_length=64)
    programme = models.CharField(max_length=64, blank=True, default="")
    level = models.CharField(max_length=16, blank=True, default="")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    amount_fen = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # the last day it counts
    reason = models.CharField(max_length=200)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class FeeDecision(Record):
    """What the second pair of eyes said about a fee."""

    row = models.OneToOneField(FeeRow, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class OrderLine(Record):
    """One candidate's fee."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.PositiveIntegerField()
    description = models.CharField(max_length=120)
    basis = models.CharField(max_length=200, blank=True, default="")  # which fee this is and why
    fee = models.ForeignKey(FeeRow, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application"], name="one_fee_per_application")]


class Settlement(Record):
    """Money that arrived, as the bank's record says."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=16, default="bank_transfer")
    bank_reference = models.CharField(max_length=64, unique=True)
    amount_fen = models.PositiveIntegerField()
    received_on = models.DateField()
    # None: a payment channel's signed notification confirmed it, no person did.
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")


class LedgerEntry(models.Model):
    """One side of a posting; the entries of one posting sum to zero. Appended only."""

    posting = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    account = models.CharField(max_length=64)  # "institution:<id>", "income:registration", "bank"
    amount_fen = models.IntegerField()  # positive = debit
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    memo = models.CharField(max_length=120)


class Refund(Record):
    """Money asked to be given back; paid only after another finance person has approved it.

    With a line, that candidate's fee is cancelled by the same amount; without one the fee stays owed.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, related_name="+")
    amount_fen = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class RefundDecision(Record):
    """What the second finance person decided, with the bank's reference of the payment."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.CharField(max_length=200, blank=True, default="")
    bank_reference = models.CharField(max_length=64, blank=True, default="")
    paid_on = models.DateField(null=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~models.Q(bank_reference=""),
                name="one_refund_per_payment",
            )
        ]


class InvoiceKind(models.TextChoices):
    PLAIN = "plain", "增值税普通发票"
    SPECIAL = "special", "增值税专用发票"


class InvoiceRequest(Record):
    """An institution asks for an invoice over what it has paid for an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=InvoiceKind)
    title = models.CharField(max_length=100)
    tax_number = models.CharField(max_length=18)
    amount_fen = models.PositiveIntegerField()
    requested_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


class InvoiceAnswer(Record):
    """The invoice as issued, or why there is none."""

    request = models.OneToOneField(InvoiceRequest, on_delete=models.PROTECT, related_name="+")
    issued = models.BooleanField()
    number = models.CharField(max_length=20, blank=True, default="")
    issued_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~models.Q(number=""), name="one_request_per_invoice"
            )
        ]


class BankFile(Record):
    """A bank's statement as uploaded; the same bytes are the same file."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]


class BankRow(Record):
    """One row of a bank's statement, and what became of it when the file was confirmed."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # the line in the file
    serial = models.CharField(max_length=64, blank=True, default="")
    day = models.DateField(null=True)
    amount_fen = models.BigIntegerField(null=True)  # negative = paid out
    remark = models.CharField(max_length=400, blank=True, default="")
    payer = models.CharField(max_length=200, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")  # why the row could not be read
    outcome = models.CharField(max_length=16, blank=True, default="")  # a matching.Outcome, once confirmed
    reason = models.CharField(max_length=300, blank=True, default="")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_row_per_line")]
