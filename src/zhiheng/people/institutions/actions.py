"""The lines of an institution's authorisation: renewed, changed, ended; none is ever altered or taken away."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.foundation.errors import Refused
from zhiheng.people.core.authorisation import check_period, check_scope, renewal_begins
from zhiheng.people.core.places import check_regions
from zhiheng.people.institutions.links import page
from zhiheng.people.institutions.programmes import check_programmes
from zhiheng.people.institutions.queries import line_of, open_lines
from zhiheng.people.models import Account, Institution, InstitutionAuthorisation
from zhiheng.people.notices import notify_institution
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.surface.wording import day_words


@transaction.atomic
def renew_authorisation(
    *,
    by: Account,
    institution: Institution,
    until: date,
    regions: Sequence[str] = (),
    programmes: Sequence[str] = (),
) -> InstitutionAuthorisation:
    """Go on after the last line, or from today when it has run out.

    regions, programmes: none for all of them. Raises: Refused for a last day before the first, or an impossible scope.
    """
    held = _held(institution)
    lines = [line_of(row) for row in open_lines(held)]
    begins = renewal_begins(lines, today=clock.today())
    check_period(begins, until)
    _check(held, regions, programmes)
    row = _append(by, held, begins=begins, until=until, regions=regions, programmes=programmes)
    if begins == clock.today():
        held.authorised_from = begins
    _keep_until(held, until)
    _say(
        by,
        held,
        row,
        act="institution-renewed",
        what=lambda: _("已续期至 %(day)s") % {"day": day_words(until)},
    )
    return row


@transaction.atomic
def change_scope(
    *,
    by: Account,
    institution: Institution,
    line: InstitutionAuthorisation,
    regions: Sequence[str],
    programmes: Sequence[str],
    reason: str,
) -> InstitutionAuthorisation:
    """From today on other regions or programmes until the same day; the line as it was ends and stays on record.

    Raises: Refused without a reason, for a line that is over, or when nothing would change.
    """
    held = _held(institution)
    why = _reason(reason)
    row = open_lines(held).filter(pk=line.pk, until__gte=clock.today()).first()
    if row is None:
        raise Refused(
            what="这一段授权已经结束", remedy="请刷新页面；要恢复报名请办理续期", code="authorisation-over"
        )
    _check(held, regions, programmes)
    if (set(row.regions), set(row.programmes)) == (set(regions), set(programmes)):
        raise Refused(
            what="授权地区与项目都没有变化", remedy="请改动后再保存，或返回", code="authorisation-same"
        )
    _end(by, [row], why)
    begins = max(row.begins, clock.today())
    made = _append(by, held, begins=begins, until=row.until, regions=regions, programmes=programmes)
    _say(by, held, made, act="institution-rescoped", what=lambda: _("授权地区或授权项目有变更"))
    return made


@transaction.atomic
def end_authorisation(*, by: Account, institution: Institution, reason: str) -> None:
    """End everything that is in force or ahead, at once. Raises: Refused without a reason or with nothing to end."""
    held = _held(institution)
    why = _reason(reason)
    rows = list(open_lines(held).filter(until__gte=clock.today()))
    if not rows:
        raise Refused(
            what=f"{held.name}没有在授权期内或待开始的授权", remedy="不需要终止", code="authorisation-over"
        )
    _end(by, rows, why)
    last = clock.today() - timedelta(days=1)
    held.authorised_from = min(held.authorised_from, last)
    _keep_until(held, last)
    _say(
        by,
        held,
        rows[-1],
        act="institution-ended",
        what=lambda: _("授权已终止：%(reason)s") % {"reason": why},
        reason=why,
    )


def _held(institution: Institution) -> Institution:
    """The institution's row, held so that two renewals do not begin on the same day."""
    return Institution.objects.select_for_update().get(pk=institution.pk)


def _check(institution: Institution, regions: Sequence[str], programmes: Sequence[str]) -> None:
    check_regions(tuple(regions))
    check_programmes(programmes)
    check_scope(province=institution.province, regions=regions)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(what="没有写原因", remedy="请写明原因，机构会看到它", code="reason-missing")
    return reason.strip()


def _append(
    by: Account,
    institution: Institution,
    *,
    begins: date,
    until: date,
    regions: Sequence[str],
    programmes: Sequence[str],
) -> InstitutionAuthorisation:
    return InstitutionAuthorisation.objects.create(
        institution=institution,
        begins=begins,
        until=until,
        regions=list(regions),
        programmes=list(programmes),
        granted_by=str(by.id),
    )


def _end(by: Account, rows: list[InstitutionAuthorisation], reason: str) -> None:
    for row in rows:
        row.ended_at, row.ended_by, row.end_reason = clock.now(), str(by.id), reason[:200]
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _keep_until(institution: Institution, until: date) -> None:
    institution.authorised_until = until
    institution.save(update_fields=["authorised_from", "authorised_until"])


def _say(
    by: Account,
    institution: Institution,
    row: InstitutionAuthorisation,
    *,
    act: str,
    what: Callable[[], str],
    reason: str = "",
) -> None:
    """The audit line, and a message to the institution."""
    record(
        by=str(by.id),
        act=act,
        subject=f"institution:{institution.id}",
        detail={
            "from": row.begins.isoformat(),
            "until": row.until.isoformat(),
            "regions": row.regions,
            "programmes": row.programmes,
            "reason": reason,
        },
    )
    notify_institution(
        institution=institution,
        kind="authorisation-changed",
        about=f"authorisation:{row.id}:{act}",
        facts=lambda: {
            "institution": institution.name,
            "what": what(),
            "link": page(reverse("my_institution")),
        },
    )
