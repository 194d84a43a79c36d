"""What a change of answers or of skill marks means to the stages that made marks and results of them."""

from zhiheng.delivery.relying import Change, rely_on_answers
from zhiheng.foundation.decision import Decision
from zhiheng.marking.remarking.actions import mark_again
from zhiheng.practicals.relying import rely_on_marks
from zhiheng.results.core.changing import decide_change, decide_mark_change
from zhiheng.results.queries import release_of
from zhiheng.sittings.models import Offering


def connect() -> None:
    """Called once at start."""
    rely_on_answers(may=_may)
    rely_on_answers(follow=_follow)
    rely_on_marks(_marks_may)


def _may(offering: Offering) -> Decision:
    release = release_of(offering)
    return decide_change(
        title=offering.title,
        proposed=release is not None,
        released_at=release.released_at if release else None,
    )


def _marks_may(offering: Offering) -> Decision:
    release = release_of(offering)
    return decide_mark_change(
        title=offering.title,
        proposed=release is not None,
        released_at=release.released_at if release else None,
    )


def _follow(change: Change) -> str:
    return mark_again(
        by=change.by, attempt=change.attempt, before=change.before, after=change.after, why=change.why
    )
