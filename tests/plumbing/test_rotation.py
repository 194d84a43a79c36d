"""A change of the data key: everything opens before, during and after, and is found by its new hash."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings as live
from django.db import connection

from tests.cli.answers import run
from tests.factories.pictures import picture
from tests.factories.world import World, id_number
from zhiheng.enrolment.batches.known import on_file
from zhiheng.enrolment.queries import Known, known_people
from zhiheng.people.actions import register_person
from zhiheng.people.models import Person
from zhiheng.people.queries import find_person
from zhiheng.plumbing import rotation, vault
from zhiheng.plumbing.crypto import CannotOpen, current_text_header, key_id, keyed_hash, seal, unseal
from zhiheng.plumbing.models import AuditLine

OLD, NEW, OTHER = b"o" * 32, b"n" * 32, b"x" * 32


@pytest.fixture(autouse=True)
def _own_ring(settings: Any, tmp_path: Path) -> None:
    settings.VAULT = tmp_path / "vault"
    settings.DATA_KEY, settings.OLD_DATA_KEYS, settings.KEYS_FILE = OLD, (), None


def change_keys(settings: Any) -> None:
    settings.DATA_KEY, settings.OLD_DATA_KEYS = NEW, (OLD,)


def registered(count: int) -> list[Person]:
    return [
        register_person(
            by="test",
            name=f"测甲{'一二三'[serial]}",
            id_number=id_number(serial),
            phone=f"1390000000{serial}",
        )
        for serial in range(count)
    ]


def stored(person: Person) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone FROM people_person WHERE id_hash = %s", [person.id_hash])
        return list(cursor.fetchone())


def test_a_value_names_its_key_and_opens_with_any_key_of_the_ring(settings: Any) -> None:
    sealed = seal(b"secret", purpose="a")
    assert sealed[1:6] == key_id(OLD)
    change_keys(settings)
    assert unseal(sealed, purpose="a") == b"secret"
    settings.OLD_DATA_KEYS = (OTHER,)
    with pytest.raises(CannotOpen):
        unseal(sealed, purpose="a")


def test_the_first_format_without_a_key_id_still_opens(settings: Any) -> None:
    sealed = b"\x01" + b"n" * 12 + AESGCM(OLD).encrypt(b"n" * 12, b"secret", b"a")
    change_keys(settings)
    assert unseal(sealed, purpose="a") == b"secret"
    with pytest.raises(CannotOpen):
        unseal(sealed[:5], purpose="a")


@pytest.mark.django_db
def test_everything_is_sealed_anew_and_found_by_the_new_hash(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    people = registered(3)
    file = vault.store(picture(1), kind="photo", name="a.jpg", by="test")
    content = vault.read(file)
    change_keys(settings)
    told: list[rotation.Count] = []

    done = rotation.rotate(by="test", progress=told.append)

    assert {name: count for name, count in done.items() if count} == {
        "people.person.id_number": 3,
        "people.person.phone": 3,
        "vault": 1,
    }
    assert [(at.name, at.done, at.total) for at in told] == [
        ("people.person.id_number", 2, 3),
        ("people.person.id_number", 3, 3),
        ("people.person.phone", 2, 3),
        ("people.person.phone", 3, 3),
        ("vault", 1, 1),
    ]
    assert AuditLine.objects.latest("id").detail == {"key": key_id(NEW).hex(), **done}

    settings.OLD_DATA_KEYS = ()
    for person, again in zip(people, (Person.objects.get(pk=person.pk) for person in people), strict=True):
        assert (again.id_number, again.phone) == (person.id_number, person.phone)
        assert again.id_hash == keyed_hash(person.id_number, purpose="id-number") != person.id_hash
        assert again.phone_hash == keyed_hash(person.phone, purpose="phone") != person.phone_hash
        assert all(text.startswith(current_text_header()) for text in stored(again))
    assert vault.read(file) == content
    assert [path.name for path in live.VAULT.iterdir()] == [str(file.id)]


@pytest.mark.django_db
def test_while_keys_change_a_person_is_found_and_not_written_down_twice(settings: Any) -> None:
    (person,) = registered(1)
    change_keys(settings)
    assert find_person(person.id_number) == person
    assert registered(1) == [person]
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_a_run_cut_short_is_taken_up_and_a_finished_one_has_nothing_to_do(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    people = registered(3)
    change_keys(settings)

    def pull_the_plug(at: rotation.Count) -> None:
        if at.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(by="test", progress=pull_the_plug)
    assert rotation.waiting()["people.person.id_number"] == 1
    assert {Person.objects.get(pk=person.pk).id_number for person in people} == {
        id_number(serial) for serial in range(3)
    }
    assert rotation.rotate(by="test", progress=lambda at: None)["people.person.id_number"] == 1
    lines = AuditLine.objects.count()
    assert not any(rotation.rotate(by="test", progress=lambda at: None).values())
    assert AuditLine.objects.count() == lines


@pytest.mark.django_db
def test_the_command_makes_a_key_keeps_the_old_one_and_reseals(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (person,) = registered(1)
    settings.KEYS_FILE = tmp_path / "keys.json"
    first = base64.b64encode(OLD).decode()
    settings.KEYS_FILE.write_text(json.dumps({"data_key": first, "secret_key": "kept"}))

    answer = run(capsys, "keys", "rotate", "--json")

    kept = json.loads(settings.KEYS_FILE.read_text())
    assert (kept["old_data_keys"], kept["secret_key"]) == ([first], "kept")
    assert settings.KEYS_FILE.stat().st_mode & 0o777 == 0o600
    made = base64.b64decode(kept["data_key"])
    assert (answer.code, answer.data["new_key"], answer.data["key"]) == (0, True, key_id(made).hex())
    assert answer.data["resealed"]["people.person.id_number"] == 1
    settings.DATA_KEY, settings.OLD_DATA_KEYS = made, ()
    assert Person.objects.get(pk=person.pk).id_number == person.id_number


@pytest.mark.django_db
def test_the_command_finishes_an_earlier_change_before_it_makes_a_key(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registered(1)
    change_keys(settings)
    settings.KEYS_FILE = tmp_path / "keys.json"  # absent: writing a new key would fail

    answer = run(capsys, "keys", "rotate")

    assert (answer.code, answer.err) == (0, "people.person.id_number：1 / 1\npeople.person.phone：1 / 1\n")
    assert answer.out == "已在当前密钥之下重新加密 2 项（其中文件 0 个）。请重新启动各项服务。\n"


@pytest.mark.django_db
def test_with_keys_of_the_environment_nothing_is_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    registered(1)
    assert run(capsys, "keys", "rotate").out == "全部数据都已在当前密钥之下，没有要办的。\n"


@pytest.mark.django_db
def test_a_value_under_a_lost_key_is_refused(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    registered(1)
    settings.DATA_KEY, settings.OLD_DATA_KEYS = NEW, (OTHER,)
    answer = run(capsys, "keys", "rotate")
    assert (answer.code, "ZHIHENG_OLD_DATA_KEYS" in answer.err) == (2, True)


def test_whoever_is_in_a_sheet_is_found_while_the_key_is_changed(world: World, settings: Any) -> None:
    first = world.enter(name="测轮换")
    change_keys(settings)
    second = world.enter(name="测新钥")
    numbers = [first.person.id_number, second.person.id_number, id_number(900)]
    assert known_people(world.association, numbers) == {
        numbers[0]: Known(name="测轮换", status="草稿"),
        numbers[1]: Known(name="测新钥", status="草稿"),
    }
    assert on_file([(world.association, number) for number in numbers]).names == {
        numbers[0]: "测轮换",
        numbers[1]: "测新钥",
    }
