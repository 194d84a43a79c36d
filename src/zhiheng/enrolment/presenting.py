"""How an application is told on pages: its state's shape, its steps."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.enrolment.core.voices import CHINESE, ENGLISH, Voice
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.surface.wording import english, moment_words, until_words

SHAPES = {
    ApplicationStatus.DRAFT: "ahead",
    ApplicationStatus.SUBMITTED: "pending",
    ApplicationStatus.RETURNED: "returned",
    ApplicationStatus.APPROVED: "valid",
    ApplicationStatus.REJECTED: "overdue",
    ApplicationStatus.WITHDRAWN: "revoked",
}
WORDS: dict[str, str | Promise] = {
    ApplicationStatus.DRAFT: _("草稿"),
    ApplicationStatus.SUBMITTED: _("待审核"),
    ApplicationStatus.RETURNED: _("已退回"),
    ApplicationStatus.APPROVED: _("已通过"),
    ApplicationStatus.REJECTED: _("不予通过"),
    ApplicationStatus.WITHDRAWN: _("已撤回"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One application in a list."""

    application: Application
    shape: str
    words: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: str | Promise
    state: str
    at: str = ""
    note: str | Promise = ""


def voice_of_page() -> Voice:
    """Who says a reckoning on a page of this language."""
    return ENGLISH if english() else CHINESE


def standing(application: Application) -> Standing:
    status = ApplicationStatus(application.status)
    return Standing(application=application, shape=SHAPES[status], words=WORDS[status])


def steps(application: Application) -> list[Step]:
    """Written down, handed in, reviewed: where the application stands."""
    status = ApplicationStatus(application.status)
    stopped = status in (ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN)
    handed_in = application.submitted_at is not None and status != ApplicationStatus.DRAFT
    return [
        Step(label=_("机构填写"), state="done", at=moment_words(application.created_at)),
        Step(
            label=_("提交审核"),
            state="done" if handed_in and status != ApplicationStatus.RETURNED else _open(stopped),
            at=_at(application.submitted_at),
        ),
        Step(
            label=_("资格审核"),
            state=_review_state(status),
            note=_review_note(application),
        ),
    ]


def _at(moment: datetime | None) -> str:
    return moment_words(moment) if moment else ""


def _open(stopped: bool) -> str:
    return "stopped" if stopped else "current"


def _review_state(status: ApplicationStatus) -> str:
    return {
        ApplicationStatus.SUBMITTED: "current",
        ApplicationStatus.APPROVED: "done",
        ApplicationStatus.REJECTED: "stopped",
        ApplicationStatus.WITHDRAWN: "stopped",
    }.get(status, "ahead")


def _review_note(application: Application) -> str | Promise:
    if application.status == ApplicationStatus.SUBMITTED and application.review_due:
        return _("最迟 %(due)s 审核完") % {"due": until_words(application.review_due)}
    return WORDS[application.status] if application.status != ApplicationStatus.DRAFT else ""
