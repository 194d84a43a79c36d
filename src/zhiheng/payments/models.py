"""Orders in fen and the ledger behind them."""

from django.db import models

from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing.models import Record
from zhiheng.sittings.models import Sitting


class OrderKind(models.TextChoices):
    REGISTRATION = "registration", "报名费"
    MAKEUP = "makeup", "补考费"


class PaymentMethod(models.TextChoices):
    """How money arrives: over the bank, or through a payment channel."""

    BANK_TRANSFER = "bank_transfer", "银行转账"
    WECHAT = "wechat", "微信支付"
    ALIPAY = "alipay", "支付宝"


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
    """One row of the fee table, for registrations or make-ups; an empty programme, level or institution means every one.

    It counts once another finance person has approved it. Rows are appended: a newer one outdoes an older.
    """

    kind = models.CharField(max_length=16, choices=OrderKind, default=OrderKind.REGISTRATION)
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
    released = models.BooleanField(default=False)  # refunded in full: the candidate may be ordered for again

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(released=False),
                name="one_live_fee_per_application",
            )
        ]


class Payment(Record):
    """An amount asked for through a payment channel; `number` is our name for it at the provider."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16, choices=PaymentMethod)
    number = models.CharField(max_length=32, unique=True)
    amount_fen = models.PositiveIntegerField()
    code = models.CharField(
        max_length=500, blank=True, default=""
    )  # what the QR code says, once the provider gave it
    expires_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]


class PaymentNotice(Record):
    """A notification whose signature held, and what became of it. A nonce is taken once."""

    channel = models.CharField(max_length=16, choices=PaymentMethod)
    notice_id = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64)  # SHA-256 of the body
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=16)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "nonce"], condition=~models.Q(nonce=""), name="one_notice_per_nonce"
            )
        ]


class Settlement(Record):
    """Money that arrived, as the bank's record or a payment channel's signed word says."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=16, choices=PaymentMethod, default=PaymentMethod.BANK_TRANSFER)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="+")
    suspense = models.BooleanField(default=False)  # more than was owed: held in suspense until it goes back
    bank_reference = models.CharField(max_length=64, unique=True)  # or the provider's transaction
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
    With a settlement, the money goes back through the channel it came by; without one over the bank.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, related_name="+")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, null=True, related_name="+")
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


class RefundState(models.TextChoices):
    ASKED = "asked", "已提交"
    ACCEPTED = "accepted", "渠道已受理"
    DONE = "done", "已退回"
    FAILED = "failed", "退款失败"


class ChannelRefund(Record):
    """A refund handed to a payment channel by the second finance person; a failed one may be followed by another."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)  # our name for it at the provider
    state = models.CharField(max_length=16, choices=RefundState, default=RefundState.ASKED)
    reference = models.CharField(max_length=64, blank=True, default="")  # the provider's name for it
    note = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["refund"], condition=~models.Q(state="failed"), name="one_live_channel_refund"
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


class RedInvoice(Record):
    """The red invoice that takes an issued one back; money can be refunded only after it."""

    answer = models.OneToOneField(InvoiceAnswer, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    issued_on = models.DateField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")


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
