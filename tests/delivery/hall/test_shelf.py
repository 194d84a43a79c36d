"""The shelf of packs: read beside the loop, taken in one step, never an older look over a newer one."""

import os
from datetime import datetime
from pathlib import Path

from tests.delivery.packs import candidate, small_pack
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import PACK_FOLDER, PackShelf, write_pack
from zhiheng.foundation.moment import SHANGHAI

START = datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI)


def shelf_in(folder: Path) -> PackShelf:
    return PackShelf(folder / PACK_FOLDER, key_id=ensure_keys(folder).key_id, say=lambda words: None)


def put(folder: Path, sitting: str, *numbers: int) -> Path:
    keys = ensure_keys(folder)
    people = [candidate(number, keys.hmac, starts=START) for number in numbers]
    return write_pack(folder, small_pack(keys.key_id, *people, sitting=sitting))


def held(shelf: PackShelf) -> tuple[set[str], int, int]:
    found = {ticket[-4:] for ticket in shelf.by_ticket}
    return found, len(shelf.by_attempt), sum(map(len, shelf.by_start.values()))


def test_what_was_looked_at_holds_only_when_it_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "one", 1, 2)
    shelf = shelf_in(tmp_path)
    found = shelf.look()

    assert held(shelf) == (set(), 0, 0)
    assert shelf.take(found)
    assert held(shelf) == ({"0001", "0002"}, 2, 2)
    assert (shelf.look(), shelf.rescan()) == (None, False)


def test_an_older_look_is_not_taken_over_a_newer_one(tmp_path: Path) -> None:
    put(tmp_path, "one", 1)
    shelf = shelf_in(tmp_path)
    older = shelf.look()
    put(tmp_path, "two", 2)

    assert shelf.rescan()
    assert not shelf.take(older)
    assert held(shelf) == ({"0001", "0002"}, 2, 2)


def test_a_pack_put_in_the_place_of_one_as_old_is_another(tmp_path: Path) -> None:
    """Two packs may lie ready at the same moment, as far as the kernel tells moments apart."""
    path = put(tmp_path, "one", 1)
    shelf = shelf_in(tmp_path)
    shelf.rescan()
    laid = path.stat()
    path.rename(tmp_path / "first.json")  # whose number on the disk stays taken
    put(tmp_path, "one", 2)
    os.utime(path, ns=(laid.st_atime_ns, laid.st_mtime_ns))

    assert shelf.rescan()
    assert held(shelf) == ({"0002"}, 1, 1)


def test_a_pack_that_is_taken_away_or_spoilt(tmp_path: Path) -> None:
    first, second = put(tmp_path, "one", 1), put(tmp_path, "two", 2)
    shelf = shelf_in(tmp_path)
    shelf.rescan()
    second.write_bytes(b"{")
    first.unlink()

    assert shelf.rescan()
    assert held(shelf) == ({"0002"}, 1, 1)
    assert shelf.refused == 1
