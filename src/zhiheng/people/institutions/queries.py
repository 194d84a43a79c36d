"""Authorisations as they stand, and who acts for an institution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from zhiheng.people.core.authorisation import Authority, Line
from zhiheng.people.models import Account, Institution, InstitutionAuthorisation, Role, RoleGrant
from zhiheng.people.queries import names_of
from zhiheng.plumbing.queries import audit_lines


def line_of(row: InstitutionAuthorisation) -> Line:
    return Line(
        begins=row.begins,
        until=row.until,
        regions=tuple(row.regions),
        programmes=tuple(row.programmes),
        ended=row.ended_at is not None,
    )


def lines_in_force(*, on: date) -> QuerySet[InstitutionAuthorisation]:
    return InstitutionAuthorisation.objects.filter(ended_at=None, begins__lte=on, until__gte=on)


def line_in_force(institution: Institution, *, on: date) -> InstitutionAuthorisation | None:
    return lines_in_force(on=on).filter(institution=institution).last()


def open_lines(institution: Institution) -> QuerySet[InstitutionAuthorisation]:
    """Lines nobody has ended: the one in force, a renewal ahead, those that ran out."""
    return InstitutionAuthorisation.objects.filter(institution=institution, ended_at=None)


def authority_of(institution: Institution, *, on: date) -> Authority:
    """What the institution may do on a day, as facts for a decision; one query."""
    row = line_in_force(institution, on=on)
    return Authority(
        institution=institution.name,
        province=institution.province,
        suspended=institution.suspended_at is not None,
        begins=institution.authorised_from,
        until=institution.authorised_until,
        line=line_of(row) if row else None,
    )


def listed_lines(*, on: date) -> list[InstitutionAuthorisation]:
    """The lines under which somebody may enrol on a day, by place: for the institution's own seat, not suspended."""
    rows = (
        lines_in_force(on=on)
        .filter(institution__suspended_at=None)
        .select_related("institution")
        .order_by("institution__province", "institution__city", "institution__name")
    )
    return [row for row in rows if not row.regions or row.institution.province in row.regions]


def institutions_in_force(*, on: date) -> list[Institution]:
    """Institutions somebody may enrol through on a day, by place."""
    return [row.institution for row in listed_lines(on=on)]


def ending_within(days: int, *, on: date) -> QuerySet[Institution]:
    """Institutions whose whole authorisation ends in so many days from a day on, the nearest first."""
    last = on + timedelta(days=days)
    return Institution.objects.filter(authorised_until__gte=on, authorised_until__lte=last).order_by(
        "authorised_until"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One line with the names of those who granted and ended it."""

    row: InstitutionAuthorisation
    granted_by: str
    ended_by: str


def history_of(institution: Institution) -> list[History]:
    """Every line ever granted, the newest first; two queries."""
    rows = list(
        InstitutionAuthorisation.objects.filter(institution=institution).order_by("-begins", "-created_at")
    )
    names = names_of({row.granted_by for row in rows} | {row.ended_by for row in rows})
    return [
        History(
            row=row,
            granted_by=names.get(row.granted_by, "平台登记"),
            ended_by=names.get(row.ended_by, ""),
        )
        for row in rows
    ]


def line_by_id(institution: Institution, line_id: UUID) -> InstitutionAuthorisation | None:
    return InstitutionAuthorisation.objects.filter(institution=institution, pk=line_id).first()


def suspension_reason(institution: Institution) -> str:
    """Why the institution is suspended, as the administrator wrote it."""
    lines = audit_lines(f"institution:{institution.id}").filter(act="institution-suspended")
    last = lines.order_by("-id").first()
    return str(last.detail.get("reason", "")) if last else ""


# Who acts for an institution


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account of an institution. ended: when it stopped acting for it. invited: has not set a password yet."""

    account: Account
    head: bool
    since: datetime
    ended: datetime | None

    @property
    def invited(self) -> bool:
        return not self.account.has_usable_password()


def members_of(institution: Institution) -> list[Member]:
    """Everybody who acts or acted for it: heads first, those who left last; one query."""
    grants = RoleGrant.objects.filter(institution=institution, role=Role.INSTITUTION)
    latest = {grant.account_id: grant for grant in grants.select_related("account").order_by("created_at")}
    return sorted((_member(grant) for grant in latest.values()), key=_place)


def _member(grant: RoleGrant) -> Member:
    return Member(account=grant.account, head=grant.head, since=grant.created_at, ended=grant.revoked_at)


def _place(member: Member) -> tuple[bool, bool, str]:
    return (member.ended is not None, not member.head, member.account.username)


def member_of(institution: Institution, account_id: UUID) -> Member | None:
    return next((member for member in members_of(institution) if member.account.id == account_id), None)


def is_head(account: Account, institution: Institution) -> bool:
    return RoleGrant.objects.filter(
        account=account, institution=institution, role=Role.INSTITUTION, revoked_at=None, head=True
    ).exists()


def other_roles(account: Account) -> Sequence[str]:
    """Roles in force beside that of an institution, in words."""
    live = RoleGrant.objects.filter(account=account, revoked_at=None).exclude(role=Role.INSTITUTION)
    return [str(Role(role).label) for role in _roles(live)]


def _roles(grants: QuerySet[RoleGrant]) -> Iterable[str]:
    return grants.order_by("created_at").values_list("role", flat=True)
