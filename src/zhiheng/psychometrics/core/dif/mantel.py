"""Whether an item is harder for one group than for another of equal total: Mantel-Haenszel and its kin."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from zhiheng.psychometrics.core.dif.groups import SIGNIFICANT, Compared, Flags, Size
from zhiheng.psychometrics.core.responses import Reals

_ONE_SIDED = 1.645
_DELTA = -2.35
_ROUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """delta: on the ETS scale, negative = harder for the focal group; error: its standard error; of items with more than two
    scores both are None. smd: standardised mean difference in points, focal minus reference. size: A negligible, B moderate, C large.

    chi_square: with one degree of freedom; chance: of one as large without any difference. None: nobody to compare.
    """

    item: str
    delta: float | None
    error: float | None
    smd: float | None
    chi_square: float | None
    chance: float | None
    size: Size | None


def mantel_differences(given: Compared, *, purify: bool = True) -> tuple[Difference, ...]:
    """One line per item, matched on the total of all items, the item itself among them.

    purify: items of size C no longer count for matching others, until the set of them stands still or has been before.
    Sources: Holland & Thayer (1988), in Wainer & Braun (eds.), Test Validity, 129-145; more than two scores: Mantel (1963), Journal of the American
    Statistical Association 58, 690-700, and Dorans & Schmitt (1991), ETS Research Report 91-47; sizes: Zieky (1993), in
    Holland & Wainer (eds.), Differential Item Functioning, 337-347, and Zwick, Thayer & Mazzeo (1997) for several scores.
    """
    counted = np.ones(len(given.responses.items), dtype=np.bool_)
    seen: set[bytes] = set()
    lines = _lines(given, counted)
    for _ in range(_ROUNDS if purify else 0):
        seen.add(counted.tobytes())
        counted = np.array([line.size != "C" for line in lines])
        if counted.tobytes() in seen or not counted.any():
            break
        lines = _lines(given, counted)
    return lines


def _lines(given: Compared, counted: Flags) -> tuple[Difference, ...]:
    totals = given.totals(counted)
    lines = []
    for place, name in enumerate(given.responses.items):
        own = given.responses.scores[:, place]
        matching = totals if counted[place] else totals + own
        lines.append(_difference(name, own, given.focal, matching, float(given.responses.maxima[place])))
    return tuple(lines)


def _difference(name: str, own: Reals, focal: Flags, matching: Reals, maximum: float) -> Difference:
    strata = _strata(own, focal, matching)
    spread = math.fsum(stratum.variance for stratum in strata)
    if spread <= 0:
        return Difference(
            item=name, delta=None, error=None, smd=None, chi_square=None, chance=None, size=None
        )
    away = math.fsum(stratum.sum_focal - stratum.expected for stratum in strata)
    smd = math.fsum(s.focal * s.gap for s in strata) / math.fsum(s.focal for s in strata)
    if set(np.unique(own)) <= {0.0, maximum}:
        # Yates' half is half a right answer, whatever it is worth.
        chi_square = max(abs(away) - maximum / 2, 0.0) ** 2 / spread
        delta, error = _delta(strata, maximum)
        chance = float(chdtrc(1, chi_square))
        size = _size_of_delta(delta, error, chance)
    else:
        chi_square = away**2 / spread
        delta, error, chance = None, None, float(chdtrc(1, chi_square))
        size = _size_of_effect(smd / float(own.std(ddof=1)), chance)
    return Difference(
        item=name, delta=delta, error=error, smd=smd, chi_square=chi_square, chance=chance, size=size
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stratum:
    """Persons of one total. sum_focal: points of the focal group; expected, variance: of it, were groups alike.

    gap: mean of the focal group minus that of the reference.
    """

    focal: int
    reference: int
    sum_focal: float
    sum_reference: float
    expected: float
    variance: float

    @property
    def gap(self) -> float:
        return self.sum_focal / self.focal - self.sum_reference / self.reference


def _strata(own: Reals, focal: Flags, matching: Reals) -> list[_Stratum]:
    """Of totals that both groups have."""
    places = np.unique(np.round(matching, 6), return_inverse=True)[1].reshape(-1)
    strata = []
    for place in range(int(places.max()) + 1):
        here = places == place
        some, others = own[here & focal], own[here & ~focal]
        if not len(some) or not len(others):
            continue
        every = own[here]
        persons = len(every)
        strata.append(
            _Stratum(
                focal=len(some),
                reference=len(others),
                sum_focal=float(some.sum()),
                sum_reference=float(others.sum()),
                expected=len(some) * float(every.mean()),
                variance=len(some) * len(others) * float(every.var()) / (persons - 1),
            )
        )
    return strata


def _delta(strata: list[_Stratum], maximum: float) -> tuple[float | None, float | None]:
    """-2.35 log of the common odds ratio, and its error; None where one group has everything right or wrong at every total.

    Error of the log: Robins, Breslow & Greenland (1986), Biometrics 42, 311-323.
    """
    table = np.array(
        [
            (
                s.sum_reference / maximum,
                s.reference - s.sum_reference / maximum,
                s.sum_focal / maximum,
                s.focal,
            )
            for s in strata
        ]
    )
    a, b, c, focal = table.T
    d = focal - c
    persons = a + b + c + d
    r, s = a * d / persons, b * c / persons
    if r.sum() <= 0 or s.sum() <= 0:
        return None, None
    p, q = (a + d) / persons, (b + c) / persons
    variance = (p * r).sum() / (2 * r.sum() ** 2) + (q * s).sum() / (2 * s.sum() ** 2)
    variance += (p * s + q * r).sum() / (2 * r.sum() * s.sum())
    return _DELTA * math.log(r.sum() / s.sum()), abs(_DELTA) * math.sqrt(variance)


def _size_of_delta(delta: float | None, error: float | None, chance: float) -> Size | None:
    if delta is None or error is None:
        return None
    if chance >= SIGNIFICANT or abs(delta) < 1:
        return "A"
    return "C" if abs(delta) >= 1.5 and abs(delta) - _ONE_SIDED * error > 1 else "B"


def _size_of_effect(effect: float, chance: float) -> Size:
    if chance >= SIGNIFICANT or abs(effect) <= 0.17:
        return "A"
    return "C" if abs(effect) > 0.25 else "B"
