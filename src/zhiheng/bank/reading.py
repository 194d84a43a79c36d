"""Where a question belongs, told by its codes."""

from collections.abc import Mapping

from zhiheng.bank.core.terms import CompetencyCode
from zhiheng.bank.core.terms import Item as Question


def area_from_codes(item: Question, area_of: Mapping[CompetencyCode, str]) -> str:
    """A sheet names no area: it is the one of the first point the standard knows; "" when it knows none."""
    found = (area_of.get(code) or area_of.get(code.of_every_level) for code in item.codes)
    return next((area for area in found if area), "")
