"""Who somebody is and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from zhiheng.people.models import Account, Institution, Person, Role, RoleGrant
from zhiheng.plumbing.crypto import keyed_hash, keyed_hashes


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


def has_head(institution: Institution) -> bool:
    """Whether an active account looks after the institution's others."""
    live = RoleGrant.objects.filter(institution=institution, revoked_at=None, head=True)
    return live.filter(account__is_active=True).exists()


def person_by_id(person_id: UUID) -> Person | None:
    return Person.objects.filter(pk=person_id).first()


def person_of(account: Account) -> Person | None:
    return Person.objects.filter(account=account).first()


def accounts_in(role: Role) -> list[Account]:
    """Active accounts holding a role, in a stable order."""
    holders = RoleGrant.objects.filter(role=role, revoked_at=None).values("account_id")
    return list(Account.objects.filter(id__in=holders, is_active=True).order_by("username"))


def accounts_matching(words: str) -> QuerySet[Account]:
    """Accounts whose name or display name holds the words, all of them for no words."""
    return Account.objects.filter(Q(username__icontains=words) | Q(display_name__icontains=words)).order_by(
        "username"
    )


def live_grants(accounts: Iterable[Account]) -> dict[UUID, list[RoleGrant]]:
    """The roles in force of each account, in one query."""
    held: dict[UUID, list[RoleGrant]] = {account.id: [] for account in accounts}
    found = RoleGrant.objects.filter(account_id__in=list(held), revoked_at=None).select_related("institution")
    for grant in found.order_by("created_at"):
        held[grant.account_id].append(grant)
    return held


def account_by_id(account_id: UUID) -> Account | None:
    return Account.objects.filter(pk=account_id).first()


def all_institutions() -> list[Institution]:
    return list(Institution.objects.all())


def institution_by_id(institution_id: UUID) -> Institution | None:
    return Institution.objects.filter(pk=institution_id).first()


def names_of(account_ids: Iterable[str]) -> dict[str, str]:
    """Display names by account id as text; service names are simply absent."""
    ids = [text for text in account_ids if _is_uuid(text)]
    return {str(found.id): found.display_name for found in Account.objects.filter(id__in=ids)}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def id_number_hash(number: str) -> str:
    """The search index of an identity number; the number is brought into its one form first."""
    return keyed_hash("".join(number.split()).upper(), purpose="id-number")


def id_number_hashes(number: str) -> tuple[str, ...]:
    """What an identity number may be found by while the data key is being changed, the current index first."""
    return keyed_hashes("".join(number.split()).upper(), purpose="id-number")


def find_person(id_number: str) -> Person | None:
    """The person with this identity number, also while the data key is being changed."""
    return Person.objects.filter(id_hash__in=id_number_hashes(id_number)).first()


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


def accounts_of_institution(institution: Institution) -> list[Account]:
    """Active accounts that act for an institution, in a stable order."""
    holders = RoleGrant.objects.filter(institution=institution, revoked_at=None).values("account_id")
    return list(Account.objects.filter(id__in=holders, is_active=True).order_by("username"))
