"""Ending practice answers."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhiheng.learning.models import PracticeAnswer
from zhiheng.people.models import Person


@transaction.atomic
def clear_answers(ids: Sequence[Any], by: str) -> int:
    return PracticeAnswer.objects.filter(pk__in=ids).delete()[0]


@transaction.atomic
def erase_answers(person: Person, by: str) -> int:
    return PracticeAnswer.objects.filter(application__person=person).delete()[0]
