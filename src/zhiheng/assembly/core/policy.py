"""What a request for papers asks unless somebody says otherwise; read from data."""

from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).parents[1] / "data" / "policy.yaml"


class Default(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole number and where it comes from."""

    value: int
    source: str


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """avoid_sittings: items of so many sittings before are avoided; shared: items two papers may have in common."""

    avoid_sittings: Default
    shared: Default


@cache
def policy() -> Policy:
    return msgspec.yaml.decode(FILE.read_bytes(), type=Policy)
