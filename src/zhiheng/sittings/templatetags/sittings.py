"""What is sat, on pages."""

from django import template

from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import is_provisional
from zhiheng.sittings.wording import exam_words

register = template.Library()
register.filter("exam_name", exam_words)


@register.filter
def provisional(offering: Offering, name: str) -> str:
    """（暂定） behind a date that still waits for its year's calendar."""
    return "（暂定）" if is_provisional(offering, name) else ""
