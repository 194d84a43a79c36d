"""Amounts of money as people and banks write them."""

from decimal import Decimal, InvalidOperation

from zhiheng.foundation.errors import Refused

MOST_FEN = 2_000_000_000


def signed_fen(text: str) -> int | None:
    """Yuan -> fen: "1,280.00", "¥680", "+680.5" and "-3.00" are read; None for what is no amount of whole fen."""
    plain = text.strip().replace(",", "").replace("，", "").lstrip("¥￥").removesuffix("元").strip()
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        return None
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > MOST_FEN:
        return None
    return int(fen)


def fen_of(text: str) -> int:
    """Yuan -> fen, more than zero. Raises: Refused."""
    fen = signed_fen(text)
    if fen is None or fen <= 0:
        raise Refused(
            what=f"金额“{text}”读不懂",
            rule="以元为单位，大于零，最多两位小数",
            remedy="请按银行回单填写，例如 680.00",
            code="amount",
        )
    return fen
