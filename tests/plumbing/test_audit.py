"""The audit trail and the vault."""

import pytest
from django.conf import settings

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import audit, vault
from zhiheng.plumbing.crypto import CannotOpen, keyed_hash, seal, unseal
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.models import AuditLine

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.mark.django_db
def test_an_altered_line_is_found() -> None:
    audit.record(by="one", act="a", subject="thing:1")
    second = audit.record(by="two", act="b", subject="thing:2", detail={"n": 1})
    audit.record(by="three", act="c", subject="thing:3")

    assert audit.first_broken() is None

    AuditLine.objects.filter(id=second.id).update(detail={"n": 2})

    assert audit.first_broken() == second


@pytest.mark.django_db
def test_a_removed_line_is_found() -> None:
    first = audit.record(by="one", act="a", subject="thing:1")
    second = audit.record(by="two", act="b", subject="thing:2")
    AuditLine.objects.filter(id=first.id).delete()

    assert audit.first_broken() == second


@pytest.mark.django_db
def test_numbers_run_without_gaps_per_name() -> None:
    assert [next_number("x"), next_number("x"), next_number("y"), next_number("x")] == [1, 2, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        lock_named("x")


def test_sealed_bytes_open_only_for_their_purpose() -> None:
    sealed = seal(b"secret", purpose="a")

    assert unseal(sealed, purpose="a") == b"secret"
    with pytest.raises(CannotOpen):
        unseal(sealed, purpose="b")
    with pytest.raises(CannotOpen):
        unseal(b"\x03" + sealed[1:], purpose="a")


def test_keyed_hashes_differ_by_purpose() -> None:
    assert keyed_hash("1", purpose="a") != keyed_hash("1", purpose="b")
    assert keyed_hash("1", purpose="a") == keyed_hash("1", purpose="a")


@pytest.mark.django_db
def test_a_file_is_kept_encrypted_and_read_back() -> None:
    row = vault.keep(PNG, kind="photo", name="照片.png", by="tester", media_type="image/png")

    assert (row.media_type, row.size) == ("image/png", len(PNG))
    assert vault.read(row) == PNG
    assert PNG not in (settings.VAULT / str(row.id)).read_bytes()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.png", "file-empty"),
        (b"MZ\x90\x00 a program", "a.png", "file-type"),
        (PNG, "a.jpg", "file-disguised"),
        (PNG + b"\x00" * vault.LIMIT_BYTES, "a.png", "file-too-large"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        vault.checked_type(content, name=name, accept=("image/png", "image/jpeg"))

    assert refused.value.code == code
