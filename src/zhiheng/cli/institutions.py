"""The institution a command is about."""

from typing import TYPE_CHECKING

from zhiheng.foundation.errors import Refused

if TYPE_CHECKING:
    from zhiheng.people.models import Institution


def institution_named(text: str) -> "Institution":
    """By its code or its id. Raises: Refused when there is none."""
    from zhiheng.people.queries import all_institutions  # noqa: PLC0415 - models exist only after start_backend

    for entry in all_institutions():
        if text in (entry.code, str(entry.id)):
            return entry
    raise Refused(
        what=f"没有代码或编号为“{text}”的机构", remedy="请核对机构代码，例如 101", code="institution"
    )
