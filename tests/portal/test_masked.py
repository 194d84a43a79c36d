"""No page of the staff shows a whole identity number, telephone number or address that nobody gave a reason for."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.factories.world import PASSWORD, World
from tests.results.outcomes import released
from zhiheng.certificates.actions import issue
from zhiheng.enrolment.models import Application
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.erasure.actions import ask_for_erasure
from zhiheng.people.models import Person, Role
from zhiheng.plumbing.models import AuditLine

pytestmark = [pytest.mark.django_db, pytest.mark.either_database]
ADDRESS = "示例市暗巷 77 号"
STAFF = [role for role in Role if role not in (Role.CANDIDATE, Role.INSTITUTION)]
MOST_PAGES = 50


@pytest.fixture
def crowd(world: World) -> World:
    """Somebody at every place of the way."""
    released(world, ["80", "40"])
    issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    return world


@pytest.fixture
def applicants(world: World) -> World:
    world.enter()
    world.approved()
    waiting = world.submitted()
    account = open_candidate_account(by="test", person=waiting.person, username="jia", password=PASSWORD)
    ask_for_erasure(by=account, person=waiting.person, reason="", close=False)
    world.paid(1, world.national)
    return world


def told(pages: dict[str, str], *, phones: bool) -> list[tuple[str, str]]:
    """Where something shows that ought not to."""
    secrets = {person.id_number for person in Person.objects.all()}
    if phones:
        secrets |= {person.phone for person in Person.objects.all()} | {ADDRESS}
    return [(path, secret) for path, text in pages.items() for secret in secrets if secret and secret in text]


def crawl(client: Client, start: str = "/home/") -> dict[str, str]:
    """Every page a reader reaches by links, in the order they are met.

    The papers of this small world are empty shells whose pages do not open; that pages open is tried elsewhere.
    """
    client.raise_request_exception = False
    waiting, seen = [start], {}
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = client.get(path)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        seen[path] = answer.content.decode()
        for link in re.findall(r'href="([^"#]+)', seen[path]):
            target = urlsplit(urljoin(path, link))
            if not target.netloc and not target.path.startswith(("/static/", "/language/", "/sign-out/")):
                waiting.append(target.path)
    return seen


@pytest.mark.parametrize("people", ["crowd", "applicants"])
def test_the_staff_read_masked_numbers_only(people: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(people)
    for application in Application.objects.all():
        application.address = ADDRESS
        application.save(update_fields=["address"])
    reached, masked = 0, 0
    for role in STAFF:
        client = Client()
        client.force_login(world[role])
        pages = crawl(client)
        reached += len(pages)
        masked += sum("***********" in page for page in pages.values())
        assert (role, told(pages, phones=True)) == (role, [])
    assert reached > 60
    assert masked > 0


def test_an_institution_reads_the_numbers_of_its_own_masked_and_nothing_of_others(applicants: World) -> None:
    client = Client()
    client.force_login(applicants[Role.INSTITUTION])
    assert told(crawl(client), phones=False) == []
    client.force_login(applicants.outsider)
    assert told(crawl(client), phones=True) == []


def test_the_whole_number_shows_once_for_a_reason_that_stays(applicants: World) -> None:
    waiting = Application.objects.get(status="submitted")
    number = waiting.person.id_number
    client = Client()
    client.force_login(applicants[Role.REVIEWER])
    path = f"/review/{waiting.id}/id-number/"
    assert number not in client.post(path, {"reason": ""}).content.decode()
    assert number in client.post(path, {"reason": "与证件照片核对"}).content.decode()
    assert number not in client.get(f"/review/{waiting.id}/").content.decode()
    (line,) = AuditLine.objects.filter(act="id-number-revealed")
    assert (line.by, line.detail["reason"]) == (str(applicants[Role.REVIEWER].id), "与证件照片核对")
