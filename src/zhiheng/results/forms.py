"""What is asked on the pages of this stage."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.results.queries import makeup_ends
from zhiheng.sittings.models import Offering
from zhiheng.surface.wording import day_words, until_words


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label="退回原因", max_length=200, help_text="写明哪位考生、哪一科需要更正；提交人会看到。"
    )


class MakeUpForm(forms.Form):
    """Which later sitting; there is always at least one when the form is shown."""

    offering = forms.ChoiceField(label=_("补考考期"), widget=forms.RadioSelect)

    def __init__(self, offerings: Sequence[Offering], data: object = None, *, wanted: str = "") -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        self._offerings = {str(offering.id): offering for offering in offerings}
        field = self.fields["offering"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (
                key,
                _("%(day)s，补考报名截止 %(ends)s")
                % {"day": day_words(offering.sitting.day), "ends": until_words(makeup_ends(offering))},
            )
            for key, offering in self._offerings.items()
        ]
        field.initial = wanted or next(iter(self._offerings), "")

    @property
    def chosen(self) -> Offering:
        return self._offerings[self.cleaned_data["offering"]]
