"""Errors of a form in three parts: what, which rule, what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField, CharField, Field, Form
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.wording import require_plain


class PublicText(CharField):
    """Text that candidates or the public will read: a word barred from public text is refused by name.

    For what somebody words freely. Names and addresses that are facts (中国计量大学, 中华路) are not wording.
    """

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        try:
            return require_plain(cleaned, field=f"“{self.label}”")
        except Refused as refused:
            raise as_validation_error(refused) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    what: str
    rule: str = ""
    remedy: str = ""


def as_validation_error(refused: Refused) -> ValidationError:
    """For `clean_<field>`: a refusal of a core function as a form error that keeps its three parts."""
    return ValidationError(
        "%(what)s",
        code=refused.code,
        params={"what": refused.what, "rule": refused.rule, "remedy": refused.remedy},
    )


def done(form: Form, act: Callable[[], object]) -> bool:
    """Whether a good form's act was done; a refusal is shown on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        form.add_error(None, as_validation_error(refused))
        return False
    return True


def errors_of(errors: list[ValidationError]) -> list[FieldError]:
    """Errors from `ErrorList.as_data()`, each split into its parts."""
    return [_parts(error) for error in errors]


def field_errors(bound: BoundField) -> list[FieldError]:
    return errors_of(bound.errors.as_data())


def _parts(error: ValidationError) -> FieldError:
    if error.code == "required" and error.message == Field.default_error_messages["required"]:
        return FieldError(what=str(_("这一项还没有填写")))
    params = error.params or {}
    return FieldError(
        what="".join(error.messages), rule=str(params.get("rule", "")), remedy=str(params.get("remedy", ""))
    )
