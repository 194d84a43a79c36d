"""What a question shows, on a page."""

from typing import Any

from django import template
from django.urls import reverse

from zhiheng.bank.core.media.placing import shown_at
from zhiheng.bank.core.terms import Medium

register = template.Library()


@register.filter
def media_at(question: Any, where: str) -> tuple[Medium, ...]:
    """Those of a question that stand at one place: "stem" or an option's letter."""
    return shown_at(question.media, where)


@register.simple_tag(takes_context=True)
def medium_url(context: template.Context, medium: Medium) -> str:
    """Where this page's reader gets the file. context: media_base "…/" where it is not the bank's own address."""
    base = context.get("media_base")
    return f"{base}{medium.sha256}/" if base else reverse("item_medium", args=[medium.sha256])
