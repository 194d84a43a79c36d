"""Large files at rest: the same bytes come back from any place, and nothing altered opens."""

import io
import random
from pathlib import Path

import pytest

from zhiheng.plumbing.sealed_files import PIECE, Altered, SealedFile, seal_file


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_every_byte_comes_back_from_any_place(tmp_path: Path, size: int) -> None:
    plain = random.Random(size).randbytes(size)
    pieces = [plain[start : start + 70_001] for start in range(0, size, 70_001)]
    key = seal_file(pieces, tmp_path / "f")

    with io.BufferedReader(SealedFile(tmp_path / "f", key)) as opened:
        assert opened.read() == plain
        for place in (0, size // 2, max(size - 5, 0), size + 10):
            opened.seek(place)
            assert opened.read(PIECE + 3) == plain[place : place + PIECE + 3]
        assert opened.seek(-size, io.SEEK_END) == 0
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0


def test_nothing_altered_moved_or_cut_off_opens(tmp_path: Path) -> None:
    plain = random.Random(1).randbytes(3 * PIECE)
    key = seal_file([plain], tmp_path / "f")
    sealed = (tmp_path / "f").read_bytes()
    assert plain[:100] not in sealed
    whole = PIECE + 16
    flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
    moved = sealed[whole : 2 * whole] + sealed[:whole] + sealed[2 * whole :]
    cut = sealed[: 2 * whole]
    for place, content in enumerate((flipped, moved, cut)):
        path = tmp_path / str(place)
        path.write_bytes(content)
        with pytest.raises(Altered):
            SealedFile(path, key).readall()
    with pytest.raises(Altered):
        SealedFile(tmp_path / "f", seal_file([b"x"], tmp_path / "other")).readall()
    with pytest.raises(FileExistsError):
        seal_file([b"x"], tmp_path / "f")
