"""A skill task and its rubric, read strictly from data."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from zhiheng.foundation.errors import ZhihengError

DATA = Path(__file__).resolve().parent.parent / "data"


class TaskFault(ZhihengError):
    """A task file that ships with the platform does not add up."""


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of a task file; a field nobody knows is an error."""


class Descriptors(_Data, frozen=True, kw_only=True):
    full: str
    partial: str
    none: str


class Criterion(_Data, frozen=True, kw_only=True):
    """marks: the most this criterion gives; codes: the skills it looks at."""

    id: str
    text: str
    marks: Decimal
    levels: Descriptors
    codes: tuple[str, ...] = ()


class Part(_Data, frozen=True, kw_only=True):
    """area: slug of the row of the skill weight table (4.2) whose weight the marks must equal."""

    area: str
    title: str
    marks: Decimal
    minutes: int
    codes: tuple[str, ...]
    do: tuple[str, ...]
    rubric: tuple[Criterion, ...]


class Stretch(_Data, frozen=True, kw_only=True):
    """Minutes of the task's time given to an area."""

    area: str
    minutes: int
    text: str


class Material(_Data, frozen=True, kw_only=True):
    """Something handed to the candidate: a text, or a table of columns and rows."""

    id: str
    title: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class SkillTask(_Data, frozen=True, kw_only=True):
    """examiner: answers and notes for the panel only; never shown to a candidate."""

    id: str
    ruleset: str
    standard: str
    level: str
    trade: str
    title: str
    minutes: int
    marks: Decimal
    mark_step: Decimal
    situation: str
    schedule: tuple[Stretch, ...]
    equipment: tuple[str, ...]
    materials: tuple[Material, ...]
    parts: tuple[Part, ...]
    examiner: dict[str, Any]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(criterion for part in self.parts for criterion in part.rubric)

    @property
    def total(self) -> Decimal:
        return sum((part.marks for part in self.parts), Decimal(0))


@cache
def load_tasks() -> tuple[SkillTask, ...]:
    """Every shipped task. Raises: TaskFault when a rubric does not sum to its part."""
    tasks = []
    for path in sorted(DATA.glob("*/*.yaml")):
        try:
            task = msgspec.yaml.decode(path.read_bytes(), type=SkillTask)
        except msgspec.MsgspecError as fault:
            raise TaskFault(f"{path.name}: {fault}") from fault
        check_sums(task)
        tasks.append(task)
    return tuple(tasks)


def check_sums(task: SkillTask) -> None:
    """Raises: TaskFault."""
    for part in task.parts:
        reached = sum((criterion.marks for criterion in part.rubric), Decimal(0))
        if reached != part.marks:
            raise TaskFault(f"{task.id} {part.area}: {reached} != {part.marks}")
    if task.total != task.marks:
        raise TaskFault(f"{task.id}: parts sum to {task.total}, not {task.marks}")
    if len({criterion.id for criterion in task.criteria}) != len(task.criteria):
        raise TaskFault(f"{task.id}: a criterion id occurs twice")
