"""The panel's answers and notes of a task, as words in rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhiheng.practicals.core.task import SkillTask

TITLES = {
    "questions": "观众问题与参考回答",
    "mismatches": "材料中的不一致之处",
    "orders": "订单的判断与处理",
    "figures": "指标的算式与结果",
    "notes": "评分说明",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One heading with its rows; every row is a list of words, one for a plain sentence."""

    title: str
    rows: tuple[tuple[str, ...], ...]


def notes_of(task: SkillTask) -> tuple[Note, ...]:
    return tuple(
        Note(title=TITLES.get(name, name), rows=tuple(_words(entry) for entry in _entries(value)))
        for name, value in task.examiner.items()
    )


def _entries(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _words(entry: object) -> tuple[str, ...]:
    if isinstance(entry, Mapping):
        return tuple(_plain(value) for value in entry.values())
    return (_plain(entry),)


def _plain(value: object) -> str:
    return "、".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
