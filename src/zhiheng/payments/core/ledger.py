"""Double entry in integer fen: every posting sums to zero.

What an institution owes is the sum of its account: ordered - cancelled - received + refunded.
"""

from dataclasses import dataclass

from zhiheng.foundation.errors import ZhihengError


class Unbalanced(ZhihengError):
    """The sides of a posting do not sum to zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """account: "bank", "channel:<method>" (what a payment channel holds for us), "institution:<id>", "income:<kind>",
    "suspense" (received, owed by nobody); amount_fen: positive = debit.
    """

    account: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    memo: str
    sides: tuple[Side, ...]

    def __post_init__(self) -> None:
        if sum(side.amount_fen for side in self.sides) != 0:
            raise Unbalanced(self.memo)


def order_placed(*, institution: str, kind: str, total_fen: int, reference: str) -> Posting:
    """The institution owes; the body has earned."""
    return Posting(
        memo=f"订单 {reference}",
        sides=(
            Side(account=f"institution:{institution}", amount_fen=total_fen),
            Side(account=f"income:{kind}", amount_fen=-total_fen),
        ),
    )


def transfer_received(
    *, institution: str, amount_fen: int, reference: str, bank_reference: str, place: str = "bank"
) -> Posting:
    """Money in the bank, or at the channel it came by; the institution owes that much less."""
    return Posting(
        memo=f"订单 {reference} 到账，流水 {bank_reference}",
        sides=(
            Side(account=place, amount_fen=amount_fen),
            Side(account=f"institution:{institution}", amount_fen=-amount_fen),
        ),
    )


def fee_cancelled(*, institution: str, kind: str, amount_fen: int, reference: str) -> Posting:
    """The body no longer earns a fee; the institution no longer owes it."""
    return Posting(
        memo=f"订单 {reference} 费用冲减",
        sides=(
            Side(account=f"income:{kind}", amount_fen=amount_fen),
            Side(account=f"institution:{institution}", amount_fen=-amount_fen),
        ),
    )


def surplus_received(*, amount_fen: int, reference: str, bank_reference: str, place: str) -> Posting:
    """Money nobody owed: it is held in suspense until it goes back."""
    return Posting(
        memo=f"订单 {reference} 暂收，流水 {bank_reference}",
        sides=(
            Side(account=place, amount_fen=amount_fen),
            Side(account="suspense", amount_fen=-amount_fen),
        ),
    )


def surplus_returned(*, amount_fen: int, reference: str, bank_reference: str, place: str) -> Posting:
    """Money held in suspense goes back where it came from."""
    return Posting(
        memo=f"订单 {reference} 暂收款退回，流水 {bank_reference}",
        sides=(
            Side(account="suspense", amount_fen=amount_fen),
            Side(account=place, amount_fen=-amount_fen),
        ),
    )


def refund_paid(
    *, institution: str, amount_fen: int, reference: str, bank_reference: str, place: str = "bank"
) -> Posting:
    """Money leaves the bank, or the channel it came by, for the institution."""
    return Posting(
        memo=f"订单 {reference} 退款，流水 {bank_reference}",
        sides=(
            Side(account=f"institution:{institution}", amount_fen=amount_fen),
            Side(account=place, amount_fen=-amount_fen),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Sums in fen of one order, or of one institution and sitting."""

    ordered_fen: int = 0
    cancelled_fen: int = 0  # fees taken back together with a refund
    received_fen: int = 0
    refunded_fen: int = 0

    @property
    def owed_fen(self) -> int:
        return self.ordered_fen - self.cancelled_fen - self.received_fen + self.refunded_fen

    @property
    def held_fen(self) -> int:
        """What has arrived and was not given back."""
        return self.received_fen - self.refunded_fen
