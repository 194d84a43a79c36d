"""The repeatable rows of a candidate's profile as one form, usable without JavaScript."""

from dataclasses import dataclass
from typing import Any, Self

from django.forms import BaseFormSet, Form, formset_factory
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.enrolment.core.words import level_word
from zhiheng.enrolment.forms import (
    ApprenticeshipForm,
    CertificateForm,
    EmploymentForm,
    FactForm,
    SchoolingForm,
    TrainingForm,
)

MOST_ROWS = 10


class Rows(BaseFormSet[FactForm]):
    """A row that was emptied is a row taken out, also when it held a stored record."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of record: key is its place in the profile and the prefix of its fields."""

    key: str
    title: str | Promise
    why: str | Promise
    form: type[FactForm]


SECTIONS = (
    Section(
        key="education", title=_("学历"), why=_("大多数条件都从学历说起，有几段写几段。"), form=SchoolingForm
    ),
    Section(
        key="employment", title=_("工作经历"), why=_("工作年限按起止日期逐日计算。"), form=EmploymentForm
    ),
    Section(
        key="certificates",
        title=_("已有证书"),
        why=_("持有较低级别的证书可以缩短年限。"),
        form=CertificateForm,
    ),
    Section(key="training", title=_("培训"), why=_("部分条件要求一定学时的正规培训。"), form=TrainingForm),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    section: Section
    rows: "BaseFormSet[FactForm]"
    asked: bool
    unasked: str  # what the conditions of the level do not read, in words

    @property
    def opened(self) -> bool:
        """Whether a section nobody is asked about must show its rows: something is in it."""
        return bool(self.rows.initial) or (self.rows.is_bound and self.rows.has_changed())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileForm:
    """Every section with its rows. asked: what the level's conditions read."""

    blocks: tuple[Block, ...]
    apprenticeship: ApprenticeshipForm
    apprenticeship_asked: bool

    @classmethod
    def blank(cls, asked: frozenset[str], facts: dict[str, Any] | None = None) -> Self:
        """Rows filled from a stored profile, one empty row more in every section."""
        known = facts or {}
        apprentice = known.get("apprenticeship")
        return cls._of(
            asked,
            {
                section.key: section_rows(section, asked, initial=_shown(known.get(section.key, [])))
                for section in SECTIONS
            },
            ApprenticeshipForm(
                prefix="apprenticeship", initial={"held": True, **apprentice} if apprentice else None
            ),
        )

    @classmethod
    def sent(cls, asked: frozenset[str], data: QueryDict) -> Self:
        return cls._of(
            asked,
            {section.key: section_rows(section, asked, data=data) for section in SECTIONS},
            ApprenticeshipForm(data, prefix="apprenticeship"),
        )

    @classmethod
    def with_room(cls, asked: frozenset[str], data: QueryDict) -> Self:
        """What was typed so far, unjudged, with one empty row more where it was asked for."""
        wanted = data.get("add", "")
        return cls._of(
            asked,
            {
                section.key: section_rows(
                    section, asked, initial=typed_rows(section, data), extra=1 if section.key == wanted else 0
                )
                for section in SECTIONS
            },
            ApprenticeshipForm(
                prefix="apprenticeship",
                initial={
                    name: data.get(f"apprenticeship-{name}") for name in ("held", "completed", "relation")
                },
            ),
        )

    @classmethod
    def _of(
        cls,
        asked: frozenset[str],
        rows: "dict[str, BaseFormSet[FactForm]]",
        apprenticeship: ApprenticeshipForm,
    ) -> Self:
        return cls(
            blocks=tuple(
                Block(
                    section=section,
                    rows=rows[section.key],
                    asked=section.key in asked,
                    unasked=_unasked(section, asked),
                )
                for section in SECTIONS
            ),
            apprenticeship=apprenticeship,
            apprenticeship_asked="apprenticeship" in asked,
        )

    @property
    def forms(self) -> list[Form]:
        """Every row of every section, in the order of the page."""
        return [*(form for block in self.blocks for form in block.rows), self.apprenticeship]

    def is_valid(self) -> bool:
        judged = [block.rows.is_valid() for block in self.blocks]
        return self.apprenticeship.is_valid() and all(judged)

    def facts(self) -> dict[str, Any]:
        """The profile as it is stored; rows nobody filled are not in it."""
        profile: dict[str, Any] = {}
        for block in self.blocks:
            records = [form.facts() for form in block.rows if form.has_changed()]
            if records:
                profile[block.section.key] = records
        apprenticeship = self.apprenticeship.facts()
        return profile | ({"apprenticeship": apprenticeship} if apprenticeship else {})


def section_rows(
    section: Section,
    asked: frozenset[str],
    *,
    data: QueryDict | None = None,
    initial: list[dict[str, Any]] | None = None,
    extra: int = 1,
) -> "BaseFormSet[FactForm]":
    """The rows of one section: sent ones from data, else those of initial and so many empty ones."""
    factory = formset_factory(
        section.form, formset=Rows, extra=extra, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    rows: BaseFormSet[FactForm] = factory(
        data, prefix=section.key, initial=initial, form_kwargs={"asked": asked}
    )
    return rows


def _unasked(section: Section, asked: frozenset[str]) -> str:
    return "".join(
        f"“{section.form.base_fields[name].label}”"
        for name, key in section.form.asked_by.items()
        if key not in asked
    )


def _shown(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored records with their level in the one form the choices have."""
    return [
        record | {"level": level_word(record["level"])} if record.get("level") else record
        for record in records
    ]


def typed_rows(section: Section, data: QueryDict) -> list[dict[str, Any]]:
    """What stands in the rows of a section, unjudged, as the initial values of new rows."""
    try:
        count = min(int(data.get(f"{section.key}-TOTAL_FORMS", "0")), MOST_ROWS)
    except ValueError:
        count = 0
    return [
        {name: data.get(f"{section.key}-{place}-{name}", "") for name in section.form.base_fields}
        for place in range(count)
    ]
