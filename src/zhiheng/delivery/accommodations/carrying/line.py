"""What carrying a grant into the hall needs of it."""

from collections.abc import Callable
from typing import Protocol

from zhiheng.delivery.console.line import Acted
from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering


class AdjustLine(Protocol):
    def adjust(self, attempt: str, *, key: str, minutes: int, reason: str, zh: str, en: str) -> Acted:
        """Give minutes, if any, and say what is to be done from now on; under one key it is done once.

        Raises: Refused, code hall-silent, when the hall does not answer; asking again is safe.
        """
        ...


OpenAdjustLine = Callable[[Account, Offering], AdjustLine]
