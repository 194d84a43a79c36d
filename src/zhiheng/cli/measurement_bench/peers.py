"""The same answers given to others: expectation and maximisation as in the textbook, and libraries if they are there."""

import importlib
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from zhiheng.psychometrics.core.irt.arrays import Points, Reals

NODES = 41
BOUND = 6.0
TOLERANCE = 1e-4
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """seconds: of the processor. missing: why there is none."""

    name: str
    seconds: float = 0.0
    slopes: Reals | None = None
    intercepts: Reals | None = None
    missing: str = ""


def timed(name: str, act: Callable[[], tuple[Reals, Reals]]) -> Outcome:
    began = time.process_time()
    slopes, intercepts = act()
    return Outcome(name=name, seconds=time.process_time() - began, slopes=slopes, intercepts=intercepts)


def textbook(scores: Points) -> Outcome:
    """Bock & Aitkin (1981) written down with arrays: all persons at once, Newton item by item, no extrapolation."""
    return timed("plain EM", lambda: _textbook(scores.astype(np.float64)))


def _textbook(scores: Reals) -> tuple[Reals, Reals]:
    nodes = np.linspace(-BOUND, BOUND, NODES)
    prior = np.exp(-(nodes**2) / 2)
    prior /= prior.sum()
    items = scores.shape[1]
    slopes, intercepts = np.ones(items), np.zeros(items)
    for _ in range(MOST):
        right = expit(np.outer(slopes, nodes) + intercepts[:, None])
        logs = scores @ np.log(right) + (1 - scores) @ np.log(1 - right) + np.log(prior)
        posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        persons, solved = posterior.sum(axis=0), scores.T @ posterior
        before = np.stack((slopes, intercepts))
        for item in range(items):
            slopes[item], intercepts[item] = _newton(
                slopes[item], intercepts[item], persons, solved[item], nodes
            )
        if np.abs(before - np.stack((slopes, intercepts))).max() < TOLERANCE:
            break
    return slopes, intercepts


def _newton(
    slope: float, intercept: float, persons: Reals, solved: Reals, nodes: Reals
) -> tuple[float, float]:
    for _ in range(20):
        right = expit(slope * nodes + intercept)
        rest, weight = solved - persons * right, persons * right * (1 - right)
        gradient = np.array([rest @ nodes, rest.sum()])
        cross = weight @ nodes
        information = np.array([[weight @ nodes**2, cross], [cross, weight.sum()]])
        step = np.linalg.solve(information, gradient)
        slope, intercept = slope + float(step[0]), intercept + float(step[1])
        if np.abs(step).max() < 1e-6:
            break
    return slope, intercept


def library(name: str, scores: Points, folder: Path | None) -> Outcome:
    """girth (twopl_mml) or mirt (fit_mirt; "mirt squarem": accelerated), as their documentation calls them."""
    package = name.split()[0]
    try:
        with _on_path(folder), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module(package)
            return timed(name, lambda: CALLS[name](module, scores))
    except ImportError:
        return Outcome(name=name, missing=f"没有安装 {package}（--libraries）")


class _on_path:  # noqa: N801 - reads as a clause of `with`
    """A folder with installed packages, searched while it lasts."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder and str(folder)

    def __enter__(self) -> None:
        if self.folder:
            sys.path.append(self.folder)

    def __exit__(self, *unused: object) -> None:
        if self.folder:
            sys.path.remove(self.folder)


def _girth(module: Any, scores: Points) -> tuple[Reals, Reals]:
    found = module.twopl_mml(scores.T.astype(np.int64))
    return found["Discrimination"], -found["Discrimination"] * found["Difficulty"]


def _mirt(accelerate: str) -> Callable[[Any, Points], tuple[Reals, Reals]]:
    def call(module: Any, scores: Points) -> tuple[Reals, Reals]:
        model = module.fit_mirt(
            scores.astype(np.int64),
            model="2PL",
            n_quadpts=NODES,
            tol=TOLERANCE,
            compute_standard_errors=False,
            accelerate=accelerate,
        ).model
        slopes = np.asarray(model.discrimination, dtype=np.float64).reshape(-1)
        return slopes, -slopes * np.asarray(model.difficulty, dtype=np.float64).reshape(-1)

    return call


CALLS: dict[str, Callable[[Any, Points], tuple[Reals, Reals]]] = {
    "girth": _girth,
    "mirt": _mirt("none"),
    "mirt squarem": _mirt("squarem"),
}
