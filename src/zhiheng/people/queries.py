"""Who somebody is and what they may do."""

from dataclasses import dataclass

from zhiheng.people.models import Account, Institution, Person, Role, RoleGrant
from zhiheng.plumbing.crypto import keyed_hash


def roles_of(account: Account) -> frozenset[Role]:
    live = RoleGrant.objects.filter(account=account, revoked_at=None)
    return frozenset(Role(role) for role in live.values_list("role", flat=True))


def institution_of(account: Account) -> Institution | None:
    """The institution this account acts for, if it has the institution role."""
    grant = (
        RoleGrant.objects.filter(account=account, role=Role.INSTITUTION, revoked_at=None)
        .select_related("institution")
        .first()
    )
    return grant.institution if grant else None


def person_of(account: Account) -> Person | None:
    return Person.objects.filter(account=account).first()


def accounts_in(role: Role) -> list[Account]:
    """Active accounts holding a role, in a stable order."""
    holders = RoleGrant.objects.filter(role=role, revoked_at=None).values("account_id")
    return list(Account.objects.filter(id__in=holders, is_active=True).order_by("username"))


def id_number_hash(number: str) -> str:
    """The search index of an identity number; the number is brought into its one form first."""
    return keyed_hash("".join(number.split()).upper(), purpose="id-number")


def find_person(id_number: str) -> Person | None:
    return Person.objects.filter(id_hash=id_number_hash(id_number)).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    username: str
    display_name: str
    role: str


def demo_accounts() -> list[DemoAccount]:
    """The first account of each role, for the sign-in page of a demonstration."""
    shown: list[DemoAccount] = []
    for role in Role:
        holders = accounts_in(role)
        if holders:
            first = holders[0]
            shown.append(
                DemoAccount(username=first.username, display_name=first.display_name, role=str(role.label))
            )
    return shown
