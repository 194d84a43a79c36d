"""Certificate numbers: our own form, never to be taken for a national number."""

import re
from dataclasses import dataclass

from zhiheng.foundation.check_digit import mod11_2, mod11_2_holds

_FORM = re.compile(
    r"(?P<body>[A-Z]{2,8})-(?P<programme>\d\d)-(?P<level>\d)-(?P<year>\d{4})-(?P<serial>\d{6})-(?P<check>[\dX])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNumber:
    """body: the awarding body's prefix; programme, level: ticket digits of the rule set; serial: per year."""

    body: str
    programme: str
    level: str
    year: int
    serial: int

    def __str__(self) -> str:
        digits = f"{self.programme}{self.level}{self.year:04d}{self.serial:06d}"
        return (
            f"{self.body}-{self.programme}-{self.level}-{self.year:04d}-{self.serial:06d}-{mod11_2(digits)}"
        )


def looks_like_number(text: str) -> bool:
    """Whether a text has the form of a number, its check character right or wrong."""
    return _FORM.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def parse_number(text: str) -> CertificateNumber | None:
    """The number a text stands for, tolerant of spaces and small letters; None when it cannot be one."""
    match = _FORM.fullmatch(_plain(text))
    if match is None:
        return None
    digits = match["programme"] + match["level"] + match["year"] + match["serial"] + match["check"]
    if not mod11_2_holds(digits):
        return None
    return CertificateNumber(
        body=match["body"],
        programme=match["programme"],
        level=match["level"],
        year=int(match["year"]),
        serial=int(match["serial"]),
    )
