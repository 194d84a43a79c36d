"""What the import of a rescue file needs of the hall."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Taken(Protocol):
    """What the hall made of the rows, all durable. conflicts: {epoch, item, seq} it has with another answer."""

    @property
    def appended(self) -> int: ...

    @property
    def repeated(self) -> int: ...

    @property
    def conflicts(self) -> tuple[dict[str, Any], ...]: ...


class RescueLine(Protocol):
    def rescue(self, attempt: str, rows: Sequence[Mapping[str, Any]]) -> Taken:
        """Hand over rows {epoch, item, seq, value, client_time}; handing them over again changes nothing.

        Raises: Refused, code hall-silent, when the hall does not answer.
        """
