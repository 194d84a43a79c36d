"""Links point back: from a later stage to an earlier one, never the other way."""

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, Model, OneToOneField

from tests.architecture.house import stages


def links() -> list[tuple[type[Model], ForeignKey]]:  # type: ignore[type-arg]  # any target
    return [
        (model, field)
        for model in apps.get_models()
        if model.__module__.startswith("zhiheng.")
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | OneToOneField)
    ]


def test_every_link_goes_to_an_earlier_or_the_same_stage() -> None:
    order = {stage: place for place, stage in enumerate(stages())}
    forward = [
        f"{model.__name__}.{field.name}"
        for model, field in links()
        if order[field.related_model._meta.app_label] > order[model._meta.app_label]
    ]
    assert len(links()) > 20
    assert forward == []


def test_no_link_can_be_read_backwards() -> None:
    named = [
        f"{model.__name__}.{field.name}" for model, field in links() if field.remote_field.related_name != "+"
    ]
    assert named == []


def test_no_link_is_hidden_in_a_table_of_its_own() -> None:
    hidden = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("zhiheng.")
        for field in model._meta.get_fields()
        if isinstance(field, ManyToManyField)
    ]
    assert hidden == []
