"""Who may open a page: every role of the test world tried against it."""

from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.people.models import Account, Role


def signed_in(account: Account) -> Client:
    client = Client()
    assert client.login(username=account.username, password=PASSWORD)
    return client


def opened_by(world: World, url: str) -> set[Role]:
    """The roles that get the page itself; every other one must get 403, and a stranger the sign-in page."""
    stranger = Client().get(url)
    assert stranger.status_code == 302
    assert stranger["Location"].startswith("/sign-in/")
    found = set()
    for role in Role:
        status = signed_in(world[role]).get(url).status_code
        assert status in (200, 302, 403, 404, 405), (role, status)
        if status != 403:
            found.add(role)
    return found
