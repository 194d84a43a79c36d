"""What is laid down from memory is what was built."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories.remembered import remembered
from tests.factories.shipped import stock
from tests.factories.world import ENROLLING, World, build_world
from zhiheng.bank.models import MediaFile
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import first_broken, record
from zhiheng.plumbing.models import AuditLine
from zhiheng.plumbing.vault import read

built: list[str] = []


@transaction.atomic
def _something() -> Account:
    built.append("once more")
    account = Account(username="somebody", display_name="某人（测试）")
    account.save(force_insert=True)
    record(by="test", act="made", subject="account:somebody")
    return account


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, the numbers the database gives itself left out."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            listed = ", ".join(connection.ops.quote_name(name) for name in names)
            cursor.execute(f"SELECT {listed} FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(
                tuple(
                    str(value)
                    for name, value in zip(names, row, strict=True)
                    if name != "id" or not isinstance(value, int)
                )
                for row in cursor.fetchall()
            )
        return found


@pytest.fixture
def rolled_back(db: None) -> Callable[[], dict[str, list[tuple[object, ...]]]]:
    """Builds the world, looks at every row and takes it back."""

    def look() -> dict[str, list[tuple[object, ...]]]:
        with transaction.atomic():
            build_world()
            rows = everything()
            transaction.set_rollback(True)
        return rows

    return look


def test_every_row_is_the_same_again(
    rolled_back: Callable[[], dict[str, list[tuple[object, ...]]]],
) -> None:
    first = rolled_back()
    assert len(first["people_account"]) == len(Role) + 1
    assert rolled_back() == first


def test_what_is_handed_out_is_nobody_elses(db: None) -> None:
    with transaction.atomic():
        build_world()[Role.FINANCE].display_name = "改了名"
        transaction.set_rollback(True)
    assert build_world()[Role.FINANCE].display_name == f"测试{Role.FINANCE.label}"


def test_no_row_lies_in_the_future_and_the_trail_holds(world: World) -> None:
    assert clock.now() >= ENROLLING
    assert max(AuditLine.objects.values_list("at", flat=True)) < ENROLLING
    assert first_broken() is None


@pytest.mark.django_db
def test_it_is_built_again_where_the_trail_ends_otherwise() -> None:

    built.clear()
    for _ in range(2):
        with transaction.atomic():
            assert remembered(_something, earlier=timedelta(minutes=1)).username == "somebody"
            assert Account.objects.get().username == "somebody"
            transaction.set_rollback(True)
    assert len(built) == 1
    record(by="test", act="before", subject="x:1")
    remembered(_something, earlier=timedelta(minutes=1))
    assert len(built) == 2
    assert first_broken() is None


@pytest.mark.django_db
def test_it_is_built_again_under_another_key(settings: Any) -> None:
    built.clear()
    for key in (b"a" * 32, b"b" * 32):
        settings.DATA_KEY = key
        with transaction.atomic():
            remembered(_something, earlier=timedelta(minutes=1))
            transaction.set_rollback(True)
    assert len(built) == 2


@pytest.mark.django_db
def test_a_file_that_is_gone_is_there_again(settings: Any, tmp_path: Path) -> None:
    for place in ("first", "second"):
        settings.VAULT = tmp_path / place
        with transaction.atomic():
            stock()
            kept = MediaFile.objects.select_related("file")
            assert [sha256(read(medium.file)).hexdigest() for medium in kept] == [
                medium.sha256 for medium in kept
            ]
            assert len(kept) > 0
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_builds_for_itself() -> None:
    built.clear()
    remembered(_something, earlier=timedelta(minutes=1))
    assert (len(built), Account.objects.count()) == (1, 1)
