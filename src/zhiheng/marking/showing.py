"""What the question of a written answer shows beside its words."""

from zhiheng.bank.core.terms import Medium
from zhiheng.bank.media.queries import listed_in
from zhiheng.bank.models import ItemVersion
from zhiheng.marking.models import MarkingTask
from zhiheng.marking.queries import line_of


def media_of(task: MarkingTask) -> tuple[Medium, ...]:
    """The pictures and recordings the candidate had."""
    version = line_of(task.attempt.paper, task.item)["version"]
    return listed_in(ItemVersion.objects.only("body").get(id=version).body)
