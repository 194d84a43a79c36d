"""Names and sources of rules on pages."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from zhiheng.standards.core.terms import AssessedComponent, Component
from zhiheng.surface.wording import english

register = template.Library()

BASES = {
    "printed": {"shape": "valid", "label": _("原文所印")},
    "borrowed": {"shape": "pending", "label": _("借用他处")},
    "default": {"shape": "ahead", "label": _("本平台默认")},
}
COMPONENTS = {"theory": _("理论知识考试"), "skill": _("技能考核"), "review": _("综合评审")}


@register.filter
def own_name(thing: Any) -> str:
    """A programme, level, trade or component in the language of the page."""
    if english() and isinstance(thing, Component | AssessedComponent):
        return str(COMPONENTS[thing.key])
    name: str = thing.name_en if english() else thing.name
    return name


@register.inclusion_tag("standards/basis.html")
def basis(stated: Any) -> dict[str, Any]:
    """Where a value stands: printed, borrowed or our default, and the words of its source."""
    return {**BASES[stated.basis], "source": stated.source}


@register.filter
def lookup(rows: dict[str, Any], key: str) -> Any:
    return rows.get(key)
