"""How an exam is called on a page."""

from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.surface.wording import english


def exam_words(offering: Offering) -> str:
    """What is sat, in the language of the page: 互联网营销师（初级）; Internet Marketer, Junior."""
    if not english():
        return offering.title
    rules = rules_for(offering)
    parts = [rules.programme(offering.programme).name_en, rules.level(offering.level).name_en]
    if offering.trade:
        parts.insert(1, rules.trade(offering.trade, offering.level).name_en)
    return ", ".join(parts)
