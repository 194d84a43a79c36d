"""Depth is found before anything is built."""

import pytest
import yaml

from zhiheng.foundation.nesting import Spot, too_deep


@pytest.mark.parametrize(
    ("text", "deepest", "spot"),
    [
        ("a: [1, {b: [2]}]", 4, None),
        ("a: [1, {b: [2]}]", 3, Spot(line=1, column=12)),
        ("[1]\n", 1, None),
        ("- a\n- b:\n    c: 1\n", 2, Spot(line=3, column=5)),
        ("[" * 300_000, 20, Spot(line=1, column=21)),
        ("", 0, None),
    ],
)
def test_the_first_place_beyond_the_depth(text: str, deepest: int, spot: Spot | None) -> None:
    assert too_deep(text, deepest=deepest) == spot


def test_what_is_no_yaml_is_the_readers_fault() -> None:
    with pytest.raises(yaml.YAMLError):
        too_deep("a: [", deepest=5)
