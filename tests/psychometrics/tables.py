"""Small tables for tests of measurement."""

import numpy as np

from zhiheng.psychometrics.core.responses import Reals, Responses, read_key, read_responses
from zhiheng.psychometrics.core.tables import read_table


def responses(text: str, key: str = "") -> Responses:
    """Of CSV text; key: CSV text too."""
    keys = read_key(read_table(key, source="答案")) if key else None
    return read_responses(read_table(text, source="作答"), key=keys)


def matrix(rows: list[list[float]] | Reals, *, maximum: float = 1.0) -> Responses:
    """Scored answers, NaN = missing."""
    scores = np.array(rows, dtype=float)
    persons, items = scores.shape
    return Responses(
        persons=tuple(map(str, range(persons))),
        items=tuple(f"q{place}" for place in range(items)),
        scores=scores,
        maxima=np.full(items, maximum),
        choices={},
    )
