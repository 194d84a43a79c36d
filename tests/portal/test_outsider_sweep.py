"""Everything about one candidate, tried by everybody it does not concern: no page may answer, none may tell.

The addresses come from the resolver, so a page added tomorrow is tried tomorrow, with the ids of this candidate.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from tests.factories.world import PASSWORD, World
from tests.results.outcomes import on_panel, released
from zhiheng.certificates.actions import issue
from zhiheng.certificates.models import Certificate
from zhiheng.config import notices
from zhiheng.delivery.models import Attempt
from zhiheng.enrolment.links import document_link
from zhiheng.enrolment.models import (
    Application,
    Document,
    ReviewDecision,
    SecondLook,
)
from zhiheng.payments.models import Order
from zhiheng.people.actions import create_account, open_candidate_account
from zhiheng.people.models import Account, Institution, Person, Role
from zhiheng.plumbing.models import AuditLine, OutgoingMessage, VaultFile
from zhiheng.practicals.models import Panel, PanelCandidate
from zhiheng.results.models import Result
from zhiheng.seating.models import Room, Ticket
from zhiheng.sittings.models import Offering, Sitting

pytestmark = [pytest.mark.django_db, pytest.mark.either_database]

NAME = "欧阳测沁"
CLOSED = {302, 403, 404, 405}
# Whose ids a part of an address takes; one not named here is tried with all of them, several such with the same one.
MODELS: dict[str, tuple[type[Model], ...]] = {
    "application_id": (Application,),
    "document_id": (Document,),
    "order_id": (Order,),
    "result_id": (Result,),
    "candidate_id": (PanelCandidate,),
    "panel_id": (Panel,),
    "look_id": (SecondLook,),
    "message_id": (OutgoingMessage,),
    "account_id": (Account,),
    "institution_id": (Institution,),
    "offering_id": (Offering,),
    "room_id": (Room,),
    "sitting_id": (Sitting,),
    "file_id": (VaultFile,),
}
EVERYTHING = (Person, Application, Document, Order, Ticket, Result, Certificate, Attempt, PanelCandidate)
# What names an exam, a place or the candidate's institution: such a page may open for others, and tell nothing.
SHARED = {"offering_id", "sitting_id", "institution_id"}
BY_TOKEN = {
    "set_password",
    "complete",
    "complete_details",
    "complete_document",
    "own_complaint_file",
}  # answers everybody with the same refusal unless the token in the address is right
TEXTS = {"kind": ["photo"], "purpose": ["identity"], "act": ["withdraw"], "area": ["ethics"]}
TEXTS |= {"page": ["1"], "entry": ["1"], "token": ["x"], "level": ["5"], "method": ["wechat"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    path: str
    private: bool  # it carries an id of the candidate, so that nothing but a refusal is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One candidate who has everything a candidate can have, and who must not see it."""

    application: Application
    secrets: tuple[str, ...]
    addresses: tuple[Address, ...]


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def values_of(name: str, kind: str) -> list[object]:
    if kind == "UUIDConverter":
        models = MODELS.get(name, EVERYTHING)
        return [pk for model in models for pk in model._default_manager.values_list("pk", flat=True)]
    if name == "number":
        return [
            *Ticket.objects.values_list("number", flat=True),
            *Certificate.objects.values_list("number", flat=True),
        ]
    if name == "day":
        return list(Sitting.objects.values_list("day", flat=True))
    return list(TEXTS.get(name, ["x"]))


def fillings(kinds: dict[str, str]) -> Iterator[dict[str, object]]:
    unnamed = [name for name, kind in kinds.items() if kind == "UUIDConverter" and name not in MODELS]
    named = [name for name in kinds if name not in unnamed]
    for values in product(*(values_of(name, kinds[name]) for name in named)):
        for one in values_of(unnamed[0], "UUIDConverter") if unnamed else [None]:
            yield dict(zip(named, values, strict=True)) | dict.fromkeys(unnamed, one)


def addresses(reviewer: Account) -> tuple[Address, ...]:
    found: set[Address] = set()
    for _, entry in patterns(get_resolver()):
        kinds = {name: type(value).__name__ for name, value in entry.pattern.converters.items()}
        if not entry.name or not kinds or "until" in kinds or entry.name in ("rule_set",):
            continue
        private = entry.name not in BY_TOKEN and any(
            kind == "UUIDConverter" and name not in SHARED for name, kind in kinds.items()
        )
        for filled in fillings(kinds):
            found.add(Address(path=_reversed(entry.name, filled), private=private))
    for document in Document.objects.all():  # a link made for somebody else is worth nothing
        link = document_link(reviewer, document.pk)
        found |= {Address(path=path, private=True) for path in (link, f"{link}pages/1/")}
    return tuple(sorted((one for one in found if one.path), key=lambda one: one.path))


def _reversed(name: str, filled: dict[str, object]) -> str:
    for space in ("", "api-v1:"):
        try:
            return reverse(space + name, kwargs=filled)
        except NoReverseMatch:  # a name of the machine interface, or a value the address does not take
            continue
    return ""


@pytest.fixture
def case(world: World) -> Case:
    """Approved, paid, seated, sat, marked, certified, told: every thing there can be about a candidate."""
    released(world, ["85"])
    Person.objects.update(name=NAME)
    application = Application.objects.select_related("person", "offering").get()
    issue(by=world[Role.CERTIFICATE_OFFICER], offering=application.offering)
    ticket = Ticket.objects.get(application=application)
    on_panel(ticket)
    SecondLook.objects.all().delete()
    SecondLook.objects.create(
        first=ReviewDecision.objects.get(application=application), application=application
    )
    notices.tell_approval.call(application_id=str(application.pk))
    open_candidate_account(by="test", person=application.person, username="own", password=None)
    person = application.person
    return Case(
        application=application,
        secrets=(NAME, person.id_number, person.phone),
        addresses=addresses(world[Role.REVIEWER]),
    )


def outsider_candidate(world: World) -> Account:
    """Somebody with an application of their own, at another institution."""
    account = create_account(
        by="test", username="other", password=PASSWORD, display_name="别的考生", roles=[Role.CANDIDATE]
    )
    Person.objects.create(
        name="别人", id_number="999999199001010013", id_hash="o" * 64, phone="13800000000",
        born="1990-01-01", male=True, account=account,
    )  # fmt: skip
    return account


def text_of(content: bytes, media_type: str) -> str:
    if media_type.startswith("application/pdf"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return content.decode("utf-8", "replace")


def fingerprint(case: Case) -> list[object]:
    """What the outsiders could have changed."""
    return [
        list(Application.objects.order_by("pk").values_list("pk", "status", "claimed_condition", "profile")),
        list(Order.objects.order_by("pk").values_list("pk", "paid_at", "total_fen")),
        Document.objects.count(),
        Result.objects.count(),
        list(Certificate.objects.order_by("pk").values_list("pk", "number")),
        list(
            Person.objects.filter(pk=case.application.person_id).values_list("name", "id_hash", "account_id")
        ),
        AuditLine.objects.filter(act="document-seen").count(),
    ]


@pytest.mark.parametrize("who", ["nobody", "institution", "candidate"])
def test_no_address_of_a_candidate_opens_or_tells(world: World, case: Case, who: str) -> None:
    client = Client(raise_request_exception=True)
    if who != "nobody":
        client.force_login(world.outsider if who == "institution" else outsider_candidate(world))
    before = fingerprint(case)
    faults = []
    for address in case.addresses:
        for method in ("get", "post"):
            answer = getattr(client, method)(address.path)
            media_type = answer.headers.get("Content-Type", "")
            text = text_of(answer.content if not answer.streaming else b"".join(answer), media_type)
            told = [secret for secret in case.secrets if secret in text + answer.headers.get("Location", "")]
            if told or (address.private and answer.status_code not in CLOSED):
                faults.append(f"{who} {method} {address.path}: {answer.status_code} {told}")

    assert faults == []
    assert fingerprint(case) == before


def test_the_sweep_covers_what_it_should(case: Case) -> None:
    pk = case.application.pk
    paths = {address.path for address in case.addresses}
    certificate = Certificate.objects.get()
    expected = {
        reverse("application", args=[pk]),
        reverse("my_application", args=[pk]),
        reverse("review_file", args=[pk]),
        reverse("review_form", args=[pk]),
        reverse("order", args=[Order.objects.get().pk]),
        reverse("ticket", args=[Ticket.objects.get().number]),
        reverse("my_result", args=[Result.objects.get().pk]),
        reverse("certificate", args=[certificate.number]),
        *(reverse("document_page", args=[pk_, 1]) for pk_ in Document.objects.values_list("pk", flat=True)),
    }
    assert expected <= paths
    assert len([path for path in paths if str(pk) in path]) > 20


def test_the_own_institution_would_be_told(world: World, case: Case) -> None:
    """The same look at the same pages finds the name for those it is for, so the sweep can fail."""
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    page = client.get(reverse("application", args=[case.application.pk]))
    assert (page.status_code, NAME in page.content.decode()) == (200, True)
