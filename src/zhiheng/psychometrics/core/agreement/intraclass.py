"""Intraclass correlations: how far marks of several markers measure the thing marked rather than the marker."""

from dataclasses import dataclass

from scipy.special import fdtri

from zhiheng.psychometrics.core.responses import Reals

_UPPER = 0.975  # of a 95 % interval
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """interval: 95 %, None where the marks leave no error to reckon it from.

    value: None where errors of the mean leave nothing to be divided by.
    """

    value: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraclass:
    """The six forms of Shrout & Fleiss. one_way: each thing by other markers; random: markers drawn from many, their severity
    counts as error; fixed: these markers alone, severity does not count. single: one marker's mark; mean: that of all.
    """

    things: int
    markers: int
    one_way_single: Correlation
    random_single: Correlation
    fixed_single: Correlation
    one_way_mean: Correlation
    random_mean: Correlation
    fixed_mean: Correlation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Squares:
    """Mean squares between things, within things, between markers, of what is left."""

    things: int
    markers: int
    between: float
    within: float
    judges: float
    left: float


def intraclass(marks: Reals) -> Intraclass | None:
    """ICC(1,1), (2,1), (3,1), (1,k), (2,k), (3,k) with 95 % intervals.

    marks: (things, markers), none missing. None for fewer than two things or markers, or where all things got the
    same mean.
    Source: Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428: with mean squares between things B,
    within W, left E, between markers J: (B - W) / (B + (k-1) W), (B - E) / (B + (k-1) E + k (J - E) / n), (B - E) / (B + (k-1) E), and for the mean of
    k (B - W) / B, (B - E) / (B + (J - E) / n), (B - E) / B.
    """
    if min(marks.shape) < 2:
        return None
    squares = _squares(marks)
    if squares.between <= _NOTHING * float((marks**2).max()):
        return None
    k, between = squares.markers, squares.between
    one, fixed = squares.within, squares.left
    severity = (squares.judges - fixed) / squares.things
    within = squares.things * (k - 1)
    rest = (squares.things - 1) * (k - 1)
    random = (between - fixed) / (between + (k - 1) * fixed + k * severity)
    interval = _random_interval(squares, random)
    return Intraclass(
        things=squares.things,
        markers=k,
        one_way_single=Correlation(
            value=(between - one) / (between + (k - 1) * one), interval=_single(squares, one, within)
        ),
        random_single=Correlation(value=random, interval=interval),
        fixed_single=Correlation(
            value=(between - fixed) / (between + (k - 1) * fixed), interval=_single(squares, fixed, rest)
        ),
        one_way_mean=Correlation(value=(between - one) / between, interval=_mean(squares, one, within)),
        random_mean=_stepped(Correlation(value=random, interval=interval), k),
        fixed_mean=Correlation(value=(between - fixed) / between, interval=_mean(squares, fixed, rest)),
    )


def _squares(marks: Reals) -> _Squares:
    things, markers = marks.shape
    away = marks - marks.mean()
    rows, columns = away.mean(axis=1), away.mean(axis=0)
    inside = away - rows[:, None]
    left = inside - columns
    return _Squares(
        things=things,
        markers=markers,
        between=markers * float(rows @ rows) / (things - 1),
        within=float((inside**2).sum()) / (things * (markers - 1)),
        judges=things * float(columns @ columns) / (markers - 1),
        left=float((left**2).sum()) / ((things - 1) * (markers - 1)),
    )


def _bounds(squares: _Squares, error: float, freedom: int) -> tuple[float, float] | None:
    """Lower and upper bound of the ratio of the true mean squares. freedom: degrees of the error."""
    if error <= _NOTHING * squares.between:
        return None
    ratio, own = squares.between / error, squares.things - 1
    return ratio / float(fdtri(own, freedom, _UPPER)), ratio * float(fdtri(freedom, own, _UPPER))


def _single(squares: _Squares, error: float, freedom: int) -> tuple[float, float] | None:
    bounds = _bounds(squares, error, freedom)
    if bounds is None:
        return None
    low, high = bounds
    return (low - 1) / (low + squares.markers - 1), (high - 1) / (high + squares.markers - 1)


def _mean(squares: _Squares, error: float, freedom: int) -> tuple[float, float] | None:
    bounds = _bounds(squares, error, freedom)
    return None if bounds is None else (1 - 1 / bounds[0], 1 - 1 / bounds[1])


def _random_interval(squares: _Squares, value: float) -> tuple[float, float] | None:
    """Of ICC(2,1), with Satterthwaite's degrees of freedom: Shrout & Fleiss (1979)."""
    n, k, left = squares.things, squares.markers, squares.left
    if left <= _NOTHING * squares.between:
        return None
    ratio = squares.judges / left
    own = n * (1 + (k - 1) * value) - k * value
    freedom = (k - 1) * (n - 1) * (k * value * ratio + own) ** 2
    freedom /= (n - 1) * (k * value * ratio) ** 2 + own**2
    high = float(fdtri(n - 1, freedom, _UPPER))
    low = float(fdtri(freedom, n - 1, _UPPER))
    judged = k * squares.judges + (k * n - k - n) * left
    return (
        n * (squares.between - high * left) / (high * judged + n * squares.between),
        n * (low * squares.between - left) / (judged + n * low * squares.between),
    )


def _stepped(single: Correlation, markers: int) -> Correlation:
    """Of the mean of all markers, by Spearman and Brown."""

    def up(value: float) -> float | None:
        below = 1 + (markers - 1) * value
        return markers * value / below if below > _NOTHING else None

    low, high = map(up, single.interval or (-1.0, -1.0))
    interval = None if low is None or high is None else (low, high)
    return Correlation(value=None if single.value is None else up(single.value), interval=interval)
