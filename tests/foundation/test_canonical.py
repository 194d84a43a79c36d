import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.canonical import canonical_json, digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [True, None, "甲"]}, '{"a":[true,null,"甲"],"b":1}'),
        (("甲", "乙"), '["甲","乙"]'),
        ({"a": {"d": "", "c": -1}}, '{"a":{"c":-1,"d":""}}'),
        ('"\\/\b\f\n\r\t\x01', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0001"'),
    ],
)
def test_written_form(value: object, written: str) -> None:
    assert canonical_json(value) == written.encode()


def test_keys_are_ordered_by_utf_16_units() -> None:
    # The sorting example of RFC 8785 section 3.2.3: U+1F600 (a surrogate pair) comes before U+FB33.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    ordered = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys, 0)))) == ordered


@pytest.mark.parametrize("value", [1.5, [0.0], {"a": {"b": 2.5}}])
def test_floats_have_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError, match="decimal string"):
        canonical_json(value)


def test_digest_of_an_empty_list_is_the_hash_of_its_two_bytes() -> None:
    assert digest([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


@given(VALUES)
def test_reading_back_gives_the_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_insertion_does_not_matter(value: dict[str, int]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)
