"""A receipt in strangers' hands, and a candidate's own receipt and answers after the sitting."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cli.answers import run
from tests.delivery.test_actions import START, answered, seal_small_paper, seated, write_log
from tests.factories.world import PASSWORD, World
from zhiheng.delivery.actions import collect, decide_late
from zhiheng.delivery.core.attempt import Entry, opened_entry, submitted_entry
from zhiheng.delivery.core.receipt import AnswersFile, Receipt, answers_hash, key_id_of
from zhiheng.delivery.hall.keys import public_key
from zhiheng.delivery.models import Attempt, Collection
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

AFTERWARDS = START + timedelta(minutes=120)
END = START + timedelta(minutes=30)


def milliseconds(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


@pytest.fixture
def attempt(world: World) -> Attempt:
    """Answered B, handed in after half an hour; collected two hours after the start."""
    seal_small_paper(world)
    seated(world, 2)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    found = Attempt.objects.select_related("ticket__application__person").order_by("ticket__number")[0]
    write_log(
        found,
        opened_entry(str(found.id), epoch=1, at=milliseconds(START)),
        answered(found, item="Q1", body='"B"', seq=1, at=START + timedelta(minutes=1)),
        submitted_entry(str(found.id), epoch=1, at=milliseconds(END)),
        answered(found, item="Q2", body='"晚"', seq=2, at=END + timedelta(seconds=5)),
    )
    clock.move_to(AFTERWARDS)
    return found


@pytest.fixture
def collected(world: World, attempt: Attempt) -> Collection:
    (found,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    return found


def owner(attempt: Attempt) -> Client:
    """Signed in as the person who sat, with an account of their own."""
    person, name = attempt.ticket.application.person, f"kaosheng-{attempt.ticket.number}"
    account = Account.objects.filter(username=name).first() or create_account(
        by="test", username=name, password=PASSWORD, display_name=person.name, roles=[Role.CANDIDATE]
    )
    person.account = account
    person.save(update_fields=["account"])
    client = Client()
    client.force_login(account)
    return client


def upload(content: bytes, name: str = "receipt.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/json")


def receipt_bytes(collection: Collection) -> bytes:
    return msgspec.json.encode(collection.receipt)


def test_anybody_checks_a_receipt_with_its_answers(collected: Collection, client: Client) -> None:
    good = client.post(reverse("receipts"), {"receipt": upload(receipt_bytes(collected))})
    both = client.post(
        reverse("receipts"),
        {"receipt": upload(receipt_bytes(collected)), "answers": upload(b'{"Q1": "B"}')},
    )
    other = client.post(
        reverse("receipts"),
        {"receipt": upload(receipt_bytes(collected)), "answers": upload(b'{"Q1": "A"}')},
    )
    forged = client.post(
        reverse("receipts"), {"receipt": upload(msgspec.json.encode(collected.receipt | {"answers": 2}))}
    )

    assert [page.context["valid"] for page in (good, both, other, forged)] == [True, True, False, False]
    assert [len(page.context["checks"]) for page in (good, both, other, forged)] == [2, 3, 3, 2]
    assert "这份回执有效" in good.content.decode()


def test_what_is_no_receipt_is_said_on_the_form(collected: Collection, client: Client) -> None:
    url, good = reverse("receipts"), receipt_bytes(collected)
    pages = [
        client.post(url, {}),
        client.post(url, {"receipt": upload(b"{}")}),
        client.post(url, {"receipt": upload(b" " * (64 * 1024 + 1))}),
        client.post(url, {"receipt": upload(good), "answers": upload(b"[]")}),
        client.post(url, {"receipt": upload(good), "answers": upload(b" " * (1024 * 1024 + 1))}),
    ]

    assert [page.status_code for page in pages] == [422] * 5
    assert [list(page.context["form"].errors) for page in pages] == [
        ["receipt"],
        ["receipt"],
        ["receipt"],
        ["answers"],
        ["answers"],
    ]


@pytest.mark.parametrize(
    "altered",
    [
        {"signed_at": "0001-01-01T00:00:00+14:00"},
        {"signed_at": "9999-12-31T23:59:59-12:00"},
        {"signed_at": "2026-11-28"},
        {"signed_at": "昨天"},
        {"signature": "签名"},
        {"answers": 10**30},
        {"ticket": "\x00\x1b[31m", "key_id": "签" * 40},
    ],
)
def test_whatever_a_strangers_receipt_says_the_page_answers(
    collected: Collection, client: Client, altered: dict[str, object]
) -> None:
    page = client.post(
        reverse("receipts"), {"receipt": upload(msgspec.json.encode(collected.receipt | altered))}
    )

    assert (page.status_code, page.context["valid"]) == (200, False)


def test_the_keys_are_published(settings: Any, collected: Collection, client: Client) -> None:
    key = public_key(settings.HALL_DATA)
    shown = client.get(reverse("receipt_keys"))
    listed = {one["key_id"]: one for one in shown.json()["keys"]}

    assert listed[key_id_of(key)] == {
        "key_id": key_id_of(key),
        "public_key": key.hex(),
        "algorithm": "Ed25519",
    }
    assert "private" not in shown.content.decode()


def test_a_candidate_takes_away_what_anybody_can_recompute(
    collected: Collection, attempt: Attempt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client, number = owner(attempt), attempt.ticket.number
    page = client.get(reverse("my_receipt", args=[number]))
    receipt = client.get(reverse("my_receipt_file", args=[number]))
    answers = client.get(reverse("my_answers_file", args=[number]))
    (tmp_path / "r").write_bytes(receipt.content)
    (tmp_path / "a").write_bytes(answers.content)
    checked = run(capsys, "receipt", "verify", str(tmp_path / "r"), "--answers", str(tmp_path / "a"))

    assert (page.status_code, checked.code) == (200, 0)
    assert answers.json() == {
        "format": "zhiheng-answers-1",
        "ticket": number,
        "attempt": str(attempt.id),
        "answers": {"Q1": "B"},
        "hash": collected.answers_hash,
        "later": None,
    }
    assert answers["Content-Disposition"] == f'attachment; filename="answers-{number}.json"'


def test_answers_admitted_later_stand_beside_those_of_the_receipt(
    world: World, collected: Collection, attempt: Attempt
) -> None:
    decide_late(
        by=world[Role.ADMINISTRATOR],
        attempt=attempt,
        entry=collected.late[0],
        admitted=True,
        reason="网络中断",
    )
    file = msgspec.json.decode(
        owner(attempt).get(reverse("my_answers_file", args=[attempt.ticket.number])).content, type=AnswersFile
    )
    receipt = msgspec.json.decode(
        owner(attempt).get(reverse("my_receipt_file", args=[attempt.ticket.number])).content, type=Receipt
    )

    assert (file.answers, file.later) == ({"Q1": "B"}, {"Q1": "B", "Q2": "晚"})
    assert receipt.hash == file.hash == answers_hash(str(attempt.id), {"Q1": "B"})


def test_before_the_end_and_before_collecting_there_is_nothing(world: World, attempt: Attempt) -> None:
    names = ("my_receipt", "my_receipt_file", "my_answers_file")
    urls = [reverse(name, args=[attempt.ticket.number]) for name in names]
    client = owner(attempt)
    uncollected = [client.get(url).status_code for url in urls]
    clock.move_to(START + timedelta(minutes=40))
    running = [client.get(url).status_code for url in urls]

    assert (uncollected, running) == ([200, 404, 404], [404, 404, 404])


def test_without_handing_in_there_are_answers_and_no_receipt(world: World, attempt: Attempt) -> None:
    second = Attempt.objects.select_related("ticket__application__person").order_by("ticket__number")[1]
    row: Entry = answered(second, item="Q1", body='"A"', seq=1, at=START + timedelta(minutes=1))
    write_log(second, opened_entry(str(second.id), epoch=1, at=milliseconds(START)), row)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    client, number = owner(second), second.ticket.number

    assert client.get(reverse("my_receipt_file", args=[number])).status_code == 404
    assert client.get(reverse("my_answers_file", args=[number])).json()["answers"] == {"Q1": "A"}
    assert "没有交卷，所以没有回执" in client.get(reverse("my_receipt", args=[number])).content.decode()


def test_nobody_else_gets_them(world: World, collected: Collection, attempt: Attempt) -> None:
    second = Attempt.objects.select_related("ticket__application__person").order_by("ticket__number")[1]
    names = ("my_receipt", "my_receipt_file", "my_answers_file")
    urls = [reverse(name, args=[attempt.ticket.number]) for name in names]
    neighbour = [owner(second).get(url).status_code for url in urls]
    anonymous = [Client().get(url).status_code for url in urls]
    roles = {}
    for role in Role:
        client = Client()
        client.force_login(world[role])
        roles[role] = {client.get(url).status_code for url in urls}

    assert (neighbour, anonymous) == ([404] * 3, [302] * 3)
    assert roles == {role: {404} if role == Role.CANDIDATE else {403} for role in Role}


def test_the_page_and_the_ticket_lead_to_each_other(collected: Collection, attempt: Attempt) -> None:
    link = reverse("my_receipt", args=[attempt.ticket.number])
    clock.move_to(AFTERWARDS + timedelta(days=1))
    ticket = owner(attempt).get(reverse("ticket", args=[attempt.ticket.number]))

    assert f'href="{link}"' in ticket.content.decode()
    assert f'href="{reverse("receipts")}"' in owner(attempt).get(link).content.decode()


def test_a_stranger_receipt_with_nonsense_for_a_time_is_answered(
    collected: Collection, client: Client
) -> None:
    forged = msgspec.json.encode(collected.receipt | {"signed_at": "昨天"})

    assert client.post(reverse("receipts"), {"receipt": upload(forged)}).context["valid"] is False
