"""Money is integer fen; this is the only place that writes it with a decimal point."""


def yuan(fen: int) -> str:
    """10000 -> "100.00"."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole}.{cents:02d}"
