"""The components, as template tags and filters. docs/design.md shows each with a snippet to copy."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id
from zhiheng.surface import wording
from zhiheng.surface.forms import errors_of, field_errors
from zhiheng.surface.icicle import WIDTH, Branch, slabs
from zhiheng.surface.seal import SIDE, seal_strokes
from zhiheng.surface.shapes import shape_of

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    return wording.day_words(value)


@register.filter
def iso_day(value: str) -> str:
    """Of a day that is kept as text: 2026-11-28."""
    return wording.day_words(date.fromisoformat(value))


@register.filter
def short_day(value: date | datetime | None) -> str:
    return wording.short_day_words(value)


@register.filter
def plain_day(value: date | datetime | None) -> str:
    return wording.plain_day_words(value)


@register.filter
def clock(value: datetime | time | None) -> str:
    return wording.clock_words(value)


@register.filter
def moment(value: datetime | None) -> str:
    return wording.moment_words(value)


@register.filter
def until(value: datetime | None) -> str:
    return wording.until_words(value)


@register.filter
def money(fen: int | None) -> str:
    return wording.money_words(fen)


@register.filter
def marks(value: Decimal | int | None) -> str:
    return wording.mark_words(value)


@register.filter
def id_mask(number: str) -> str:
    return mask_id(number)


@register.simple_tag
def shape(key: str) -> SafeString:
    """The shape of a state alone, for places that say the word themselves."""
    drawing = mark_safe(shape_of(key)[1].drawing)
    return format_html(
        '<svg class="shape" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{}</svg>',
        drawing,
    )


@register.simple_tag
def state(key: str, label: str = "") -> SafeString:
    """Shape and word. A key that is no state of the list is shown as a plain note and needs its label."""
    own, known = shape_of(key)
    return format_html(
        '<span class="state state-{}">{}{}</span>', own, shape(key), label or known.label or key
    )


@register.filter
def tongue(text: object) -> SafeString:
    """The attribute that says a text is Chinese, on a page in English; nothing else needs one."""
    return mark_safe(' lang="zh-Hans"' if wording.english() and wording.is_chinese(str(text)) else "")


@register.inclusion_tag("surface/components/reckoning.html")
def reckoning(decision: Decision | Iterable[Reason], granted: str = "", refused: str = "") -> dict[str, Any]:
    """The lines of a decision; a whole Decision also gets its sum, in the words given for yes and no."""
    if isinstance(decision, Decision):
        return {"reasons": decision.reasons, "decision": decision, "granted": granted, "refused": refused}
    return {"reasons": decision, "decision": None}


@register.inclusion_tag("surface/components/timeline.html")
def timeline(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("surface/components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    widget = bound.field.widget
    return {
        "field": bound,
        "errors": field_errors(bound),
        "check": getattr(widget, "input_type", "") == "checkbox" and not widget.use_fieldset,
        "optional": not bound.field.required,
    }


@register.inclusion_tag("surface/components/form_errors.html")
def form_errors(form: BaseForm, rows: Iterable[BaseForm] = ()) -> dict[str, Any]:
    """What is wrong with the form as a whole, and where its fields, and those of its rows, need another look."""
    return {
        "errors": errors_of(form.non_field_errors().as_data()),
        "fields": [bound for part in (form, *rows) for bound in part.visible_fields() if bound.errors],
        "hidden_errors": [(bound, field_errors(bound)) for bound in form.hidden_fields() if bound.errors],
    }


@register.simple_block_tag(end_name="endwrap")
def wrap(content: SafeString, label: str | Promise = "") -> SafeString:
    """Around a table that may scroll sideways: reachable and named for those who use the keyboard."""
    return format_html(
        '<div class="table-wrap" role="group" tabindex="0" aria-label="{}">{}</div>',
        label or _("表格"),
        content,
    )


@register.inclusion_tag("surface/components/empty.html")
def empty(what: str, how: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    return {"what": what, "how": how, "url": url, "label": label}


@register.inclusion_tag("surface/components/progress.html")
def progress(done: int, total: int, label: str, unit: str = "") -> dict[str, Any]:
    return {"done": done, "total": total, "label": label, "unit": unit}


@register.inclusion_tag("surface/components/steps.html")
def steps(items: Iterable[Any]) -> dict[str, Any]:
    return {"items": items}


@register.inclusion_tag("surface/components/refusal.html")
def refusal(what: str | Refused, rule: str = "", remedy: str = "", rule_url: str = "") -> dict[str, Any]:
    if isinstance(what, Refused):
        return {"what": what.what, "rule": what.rule, "remedy": what.remedy, "rule_url": rule_url}
    return {"what": what, "rule": rule, "remedy": remedy, "rule_url": rule_url}


@register.inclusion_tag("surface/components/next_step.html")
def next_step(what: str, url: str = "", label: str = "", due: str = "", rule: str = "") -> dict[str, Any]:
    return {"what": what, "url": url, "label": label, "due": due, "rule": rule}


@register.inclusion_tag("surface/components/confirm.html", takes_context=True)
def confirm(context: Context, what: str, label: str, **options: str) -> dict[str, Any]:
    """A POST that cannot be taken back. options: url, how, back_url, name, value, danger (any word)."""
    return {"what": what, "label": label, "csrf_token": context.get("csrf_token"), **options}


@register.simple_tag
def seal(hash_hex: str, size: str = "", label: str = "") -> SafeString:
    """The certificate's seal. size: "", "small" or "large". Without a label it is decoration."""
    return format_html(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}" {}>{}</svg>',
        f"seal {size}".strip(),
        SIDE,
        SIDE,
        SIDE,
        SIDE,
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(seal_strokes(hash_hex)),
    )


@register.inclusion_tag("surface/components/icicle.html")
def icicle(root: Branch, label: str) -> dict[str, Any]:
    pieces, height = slabs(root)
    return {"root": root, "slabs": pieces, "height": height, "width": WIDTH, "label": label}


@register.inclusion_tag("surface/components/tabs.html")
def tabs(items: Iterable[Any], label: str) -> dict[str, Any]:
    return {"items": items, "label": label}


@register.inclusion_tag("surface/components/fact.html")
def fact(label: str, value: Any) -> dict[str, Any]:
    return {"label": label, "value": wording.NOTHING if value is None or value == "" else value}


@register.inclusion_tag("surface/components/pagination.html", takes_context=True)
def pagination(context: Context, page: "Page[Any]", parameter: str = "page") -> dict[str, Any]:
    """Links that keep the rest of the query; nothing at all for a single page."""
    request = context.get("request")
    kept = request.GET.copy() if request else None

    def url(number: int | str) -> str:
        if kept is None:
            return f"?{parameter}={number}"
        kept[parameter] = str(number)
        return f"?{kept.urlencode()}"

    numbers = [
        {
            "number": number,
            "url": url(number) if isinstance(number, int) else "",
            "current": number == page.number,
        }
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers if page.paginator.num_pages > 1 else [],
        "previous": url(page.previous_page_number()) if page.has_previous() else "",
        "next": url(page.next_page_number()) if page.has_next() else "",
    }
