"""The hall's key file: made once, extended in place, and every receipt key ever used stays known."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from zhiheng.delivery.core.receipt import key_id_of
from zhiheng.delivery.hall.keys import (
    KEY_FILE,
    RECEIPT_KEYS_FILE,
    ensure_keys,
    public_key,
    receipt_keys,
    rescue_public,
)
from zhiheng.foundation.errors import Refused


def without_rescue_key(data: Path) -> dict[str, str]:
    """Make the file what it was before there were rescue files."""
    path = data / KEY_FILE
    file: dict[str, str] = msgspec.json.decode(path.read_bytes())
    del file["rescue"]
    path.write_bytes(msgspec.json.encode(file))
    return file


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ensure_keys(tmp_path), range(8)))

    assert len({(keys.key_id, keys.hmac, rescue_public(keys)) for keys in made}) == 1
    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in (KEY_FILE, RECEIPT_KEYS_FILE)] == [
        "0o600",
        "0o600",
    ]
    assert made[0].key_id == key_id_of(public_key(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {KEY_FILE, RECEIPT_KEYS_FILE, f".{KEY_FILE}.lock"}


def test_an_older_file_gets_its_rescue_key_and_keeps_the_rest(tmp_path: Path) -> None:
    before = ensure_keys(tmp_path)
    old = without_rescue_key(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        after = list(pool.map(lambda _: ensure_keys(tmp_path), range(8)))
    file = msgspec.json.decode((tmp_path / KEY_FILE).read_bytes())

    assert len({rescue_public(keys) for keys in after}) == 1
    assert rescue_public(after[0]) != rescue_public(before)
    assert {name: file[name] for name in old} == old
    assert oct((tmp_path / KEY_FILE).stat().st_mode & 0o777) == "0o600"


def test_the_rescue_key_is_a_point_browsers_know(tmp_path: Path) -> None:
    point = rescue_public(ensure_keys(tmp_path))

    assert (len(point), point[0]) == (65, 4)
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_a_replaced_receipt_key_stays_known(tmp_path: Path) -> None:
    assert receipt_keys(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []

    first = public_key(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    second = public_key(tmp_path)

    assert receipt_keys(tmp_path) == {key_id_of(first): first, key_id_of(second): second}


def test_keys_of_a_directory_that_published_none_yet_are_known(tmp_path: Path) -> None:
    public = public_key(tmp_path)
    (tmp_path / RECEIPT_KEYS_FILE).unlink()

    assert receipt_keys(tmp_path) == {key_id_of(public): public}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        (KEY_FILE, b"{", "hall-key"),
        (KEY_FILE, b'{"key_id":"k","hmac":"","ed25519":"AA==","public":"","rescue":"AA=="}', "hall-key"),
        (RECEIPT_KEYS_FILE, b"[]", "hall-key"),
    ],
)
def test_damaged_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    ensure_keys(tmp_path)
    (tmp_path / name).write_bytes(content)

    with pytest.raises(Refused) as refused:
        (ensure_keys if name == KEY_FILE else receipt_keys)(tmp_path)
    assert (refused.value.code, str(tmp_path / name) in refused.value.what) == (code, True)


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)

    with pytest.raises(Refused) as refused:
        ensure_keys(tmp_path)
    assert refused.value.code == "hall-key-mode"
