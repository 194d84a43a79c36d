"""What classifying at a cut amounts to, once it is known how likely each true score is to pass."""

from dataclasses import dataclass

import numpy as np

from zhiheng.psychometrics.core.responses import Reals

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """passing: expected share of passes.

    consistency: share judged alike by two parallel papers; chance: as much would be alike were they unrelated; kappa: beyond chance,
    None where chance is all. accuracy: share judged as their true score is; false_pass, false_fail: the others, of all.
    """

    passing: float
    consistency: float
    chance: float
    kappa: float | None
    accuracy: float
    false_pass: float
    false_fail: float


def classified(passing: Reals, shares: Reals, deserve: Flags) -> Classification:
    """Of true scores: (n,) chance to pass on one paper, share of persons (sum 1), and whether they deserve to.

    Sources: consistency, Hambleton & Novick (1973), Journal of Educational Measurement 10, 159-170; kappa, Swaminathan,
    Hambleton & Algina (1974), Journal of Educational Measurement 11, 263-267.
    """
    rate = float(shares @ passing)
    consistency = float(shares @ (passing**2 + (1 - passing) ** 2))
    chance = rate**2 + (1 - rate) ** 2
    false_pass = float(shares @ np.where(deserve, 0.0, passing))
    false_fail = float(shares @ np.where(deserve, 1 - passing, 0.0))
    return Classification(
        passing=rate,
        consistency=consistency,
        chance=chance,
        kappa=(consistency - chance) / (1 - chance) if 1 - chance > 1e-12 else None,
        accuracy=1 - false_pass - false_fail,
        false_pass=false_pass,
        false_fail=false_fail,
    )
