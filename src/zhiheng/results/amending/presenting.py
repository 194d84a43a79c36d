"""What was put right, in words, in the language of the page."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiheng.results.amending.queries import Amended
from zhiheng.results.core.amending import Difference
from zhiheng.results.models import Outcome
from zhiheng.standards.templatetags.standards import COMPONENTS
from zhiheng.surface.wording import english, mark_words

OUTCOMES = {
    Outcome.PASSED: gettext_lazy("合格"),
    Outcome.FAILED: gettext_lazy("不合格"),
    Outcome.ABSENT: gettext_lazy("缺考"),
}


def component_words(difference: Difference) -> str:
    return str(COMPONENTS[difference.key]) if english() else difference.name


def marks_words(marks: Decimal | None) -> str:
    return _("缺考") if marks is None else mark_words(marks)


def change_words(differences: Sequence[Difference], before: Outcome, after: Outcome) -> str:
    """机考 0 → 10；不合格 → 合格: what stood, what stands."""
    parts = [
        f"{component_words(one)} {marks_words(one.before)} → {marks_words(one.after)}" for one in differences
    ]
    if before != after:
        parts.append(f"{OUTCOMES[before]} → {OUTCOMES[after]}")
    return ("; " if english() else "；").join(parts)


def amended_words(amended: Amended) -> str:
    return change_words(amended.differences, amended.before, amended.after)


def follows_words(amended: Amended) -> str:
    """What it means for certificate and make-up, "" where the outcome stayed."""
    if amended.before == amended.after:
        return ""
    if amended.after == Outcome.PASSED:
        return _("证书将按规定颁发；已报名补考的，不再需要补考，补考费由报名机构申请退回。")
    if amended.before == Outcome.PASSED:
        return _("已颁发的证书现已暂停，核实后撤销；可以报名补考。")
    return _("仍可以报名补考。")
