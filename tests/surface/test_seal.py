import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.surface.seal import SIDE, seal_path, seal_strokes

HASH = digest({"certificate": 1})
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_the_seal_of_a_known_hash_never_changes() -> None:
    """The paper in somebody's drawer must match the page for ever: a new value here is a breaking change."""
    assert (
        digest(seal_strokes("0" * 64)) == "34974bae9aa3545927e540fa0eb4ee4b3bad380e5a8d273e134325c4b8915336"
    )


@given(hashes)
def test_same_hash_same_seal(hash_hex: str) -> None:
    assert seal_path(hash_hex) == seal_path(hash_hex)


@given(hashes, hashes)
def test_different_hashes_differ_to_the_eye(one: str, other: str) -> None:
    assert (seal_strokes(one) == seal_strokes(other)) == (one == other)


@given(hashes)
def test_strokes_stay_inside_the_inner_ring(hash_hex: str) -> None:
    glyphs = re.findall(r'd="([^"]+)"', seal_strokes(hash_hex))[2]
    numbers = [float(number) for number in re.findall(r"[\d.]+", glyphs)]
    assert min(numbers) >= 12
    assert max(numbers) <= SIDE - 12


@given(hashes)
def test_every_glyph_is_mirrored_about_its_axis(hash_hex: str) -> None:
    glyphs = re.findall(r'd="([^"]+)"', seal_strokes(hash_hex))[2]
    strokes = {
        frozenset({(float(a), float(b)), (float(c), float(d))})
        for a, b, c, d in re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", glyphs)
    }

    def mirrored(x: float) -> float:
        return 60 - x if x < 48 else 136 - x

    assert {frozenset((mirrored(x), y) for x, y in stroke) for stroke in strokes} == strokes


def test_the_document_is_well_formed_and_escapes_its_label() -> None:
    picture = ElementTree.fromstring(seal_path(HASH, colour='"/><script>', label='<b>"印"</b>'))
    assert picture.get("aria-label") == '<b>"印"</b>'
    assert picture.get("stroke") == '"/><script>'
    assert [child.tag for child in picture] == ["{http://www.w3.org/2000/svg}path"] * 3


@pytest.mark.parametrize("wrong", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "<" * 64])
def test_what_is_no_hash_is_refused(wrong: str) -> None:
    with pytest.raises(Refused) as refusal:
        seal_path(wrong)
    assert refusal.value.code == "seal-hash"
    assert refusal.value.sentence == "印纹需要 64 位小写十六进制的摘要。请传入证书凭证的 SHA-256 摘要。"
