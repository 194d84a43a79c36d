"""ISO 7064 MOD 11-2, the check character of ID numbers, tickets and certificates."""

_ALPHABET = "0123456789X"


def mod11_2(digits: str) -> str:
    """The check character for a string of decimal digits ("0".."9", "X" for ten).

    Source: ISO/IEC 7064 pure system MOD 11-2; GB 11643-1999 writes the same sum with weights.
    Raises: ValueError when the text holds anything but ASCII digits.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"MOD 11-2 takes decimal digits, not {digits!r}.")
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    return _ALPHABET[(12 - total) % 11]


def mod11_2_holds(text: str) -> bool:
    """Whether the last character is the right check character for the digits before it."""
    body, check = text[:-1], text[-1:]
    return body.isascii() and body.isdigit() and check == mod11_2(body)
