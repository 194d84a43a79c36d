"""The closed list of states and the shape and word each one has on every page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """drawing: SVG inside a 12 × 12 box. label: the word when a page gives none (empty: the page must)."""

    drawing: str
    label: str | Promise


STATES = {
    "valid": Shape(drawing='<circle class="solid" cx="6" cy="6" r="5"/>', label=_("有效")),
    "pending": Shape(
        drawing='<circle cx="6" cy="6" r="5"/><path class="solid" d="M6 1a5 5 0 0 0 0 10z"/>', label=_("待补")
    ),
    "returned": Shape(drawing='<path d="M6 .8 11.2 6 6 11.2.8 6z"/>', label=_("退回")),
    "overdue": Shape(drawing='<path class="solid" d="M6 1.5 11 10.5H1z"/>', label=_("逾期")),
    "paused": Shape(drawing='<path d="M3.5 1v10M8.5 1v10"/>', label=_("暂停")),
    "revoked": Shape(drawing='<path d="M1.5 1.5l9 9M10.5 1.5l-9 9"/>', label=_("撤销")),
    "ahead": Shape(drawing='<circle cx="6" cy="6" r="5"/>', label=_("未开始")),
    "note": Shape(drawing='<path d="M1 6h10"/>', label=""),
}

# Words of Django's messages and of steps and timelines, told by the same shapes.
ALIASES = {
    "success": "valid",
    "done": "valid",
    "past": "valid",
    "current": "pending",
    "today": "pending",
    "warning": "pending",
    "error": "overdue",
    "stopped": "overdue",
    "not-started": "ahead",
    "info": "note",
    "debug": "note",
}


def shape_of(key: str) -> tuple[str, Shape]:
    """The state's own key and its shape; a word of some stage's own that is not a state is a plain note."""
    own = ALIASES.get(key, key)
    own = own if own in STATES else "note"
    return own, STATES[own]
