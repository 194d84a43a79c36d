"""What a calibration says of the paper as a whole: chances of every score, and the ability that is expected to reach a cut."""

from collections.abc import Sequence

import numpy as np

from zhiheng.psychometrics.core.irt.calibrating import Calibration
from zhiheng.psychometrics.core.irt.maximisation import table
from zhiheng.psychometrics.core.responses import Reals

_HALVINGS = 60


def chances_of(found: Calibration, nodes: Reals) -> list[Reals]:
    """Of each item, in the order of the answers, (scores, nodes)."""
    logs = table(found.groups, nodes)
    chances = {
        int(item): np.exp(logs[rows])
        for group in found.groups
        for item, rows in zip(group.items, group.rows, strict=True)
    }
    return [chances[item] for item in sorted(chances)]


def expected_total(found: Calibration, points: Sequence[Reals], nodes: Reals) -> Reals:
    """(nodes,) points expected on the whole paper. points: of each item (scores,)."""
    parts = [values @ chance for values, chance in zip(points, chances_of(found, nodes), strict=True)]
    total: Reals = np.sum(parts, axis=0)
    return total


def ability_at(found: Calibration, points: Sequence[Reals], cut: float) -> float | None:
    """The ability whose expected total is the cut, by halving; None where it lies outside the nodes."""
    low, high = -found.settings.bound, found.settings.bound
    ends = expected_total(found, points, np.array([low, high]))
    if not ends[0] <= cut <= ends[1]:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = expected_total(found, points, np.array([middle]))[0] < cut
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2
