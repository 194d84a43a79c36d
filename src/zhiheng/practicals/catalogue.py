"""The skill tasks there are, and who may read them."""

from uuid import UUID

from zhiheng.people.models import Account
from zhiheng.practicals.core.task import SkillTask, load_tasks
from zhiheng.practicals.models import PanelMember
from zhiheng.practicals.models import SkillTask as TaskRow
from zhiheng.practicals.queries import fits
from zhiheng.sittings.models import Offering


def shipped_tasks(offering: Offering) -> list[SkillTask]:
    """The tasks that come with the platform for the offering's rules, level and trade."""
    return [task for task in load_tasks() if fits(task, offering)]


def task_by_id(task_id: UUID) -> TaskRow | None:
    return TaskRow.objects.filter(id=task_id).first()


def task_seen_by(examiner: Account, task_id: UUID) -> TaskRow | None:
    """A task, for the members of a panel that uses it only."""
    mine = PanelMember.objects.filter(examiner=examiner, panel__task=task_id)
    return task_by_id(task_id) if mine.exists() else None
