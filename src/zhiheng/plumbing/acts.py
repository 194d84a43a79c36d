"""What an audit line's act is called on a page."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

TABLE = Path(__file__).parent / "data/acts.yaml"


@lru_cache
def act_names() -> Mapping[str, str]:
    return msgspec.yaml.decode(TABLE.read_bytes(), type=dict[str, str])


def act_words(act: str) -> str:
    """The name of an act; one the table does not know stands for itself."""
    return act_names().get(act, act)
