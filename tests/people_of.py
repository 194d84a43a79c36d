"""More accounts than the one per role of the test world."""

from tests.factories.world import PASSWORD, World
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Person, Role


def second(role: Role) -> Account:
    """Another account holding a role that needs no institution."""
    return create_account(
        by="test",
        username=f"second-{role}",
        password=PASSWORD,
        display_name=f"第二位{role.label}",
        roles=[role],
    )


def give_account(person: Person, account: Account) -> Account:
    """Let an account act as a person."""
    person.account = account
    person.save(update_fields=["account"])
    return account


def candidate(world: World) -> Account:
    return world[Role.CANDIDATE]
