"""Archives of any purpose: damage anywhere is a sentence, never a fall."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.archives import Archive, Limits

LIMITS = Limits(
    packed=1024 * 1024,
    unpacked=4 * 1024 * 1024,
    files=100,
    ratio=200,
    file=1024 * 1024,
    rule="只收一层 .zip",
    contents="文件",
    repeated_names=False,
)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def packed(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        made.writestr("甲/a.txt", bytes(range(256)) * 4)
        made.writestr("b.txt", b"two")
    return target.getvalue()


def read_all(content: bytes) -> list[bytes] | None:
    """Every file, nothing when something was refused."""
    try:
        found = Archive(io.BytesIO(content), name="文件.zip", limits=LIMITS)
        return [found.read(entry.number) for entry in found.entries]
    except Refused:
        return None


@pytest.mark.parametrize("method", METHODS)
def test_every_way_of_packing_is_read(method: int) -> None:
    assert read_all(packed(method)) == [bytes(range(256)) * 4, b"two"]


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(METHODS),
    st.lists(st.tuples(st.integers(2, 2000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damage_anywhere_is_refused_or_read_whole(method: int, changes: list[tuple[int, int]]) -> None:
    """What is read in spite of a change is what was packed: the check sums say so, unless they were changed along."""
    content = bytearray(packed(method))
    for place, value in changes:
        content[place % len(content)] = value
    found = read_all(bytes(content))
    assert found is None or all(len(file) <= LIMITS.file for file in found)


def test_a_name_given_twice_is_refused_where_names_count() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.txt", b"2")
    with pytest.raises(Refused) as refused:
        Archive(target, name="文件.zip", limits=LIMITS)
    assert refused.value.sentence == (
        "压缩包里有两个文件都叫“a.txt”。依据：只收一层 .zip。请只留下要用的那一个后重新打包。"
    )
