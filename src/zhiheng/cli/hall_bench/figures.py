"""What is counted and how: percentiles, arrival times, processor time of a tree of processes, memory."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


def percentiles(values: NDArray[np.float64], wanted: Sequence[float]) -> list[float]:
    """The smallest values that so many per cent of the values do not exceed (nearest rank); 0 for no values."""
    if values.size == 0:
        return [0.0 for _ in wanted]
    ordered = np.sort(values)
    ranks = [max(1, int(np.ceil(per_cent / 100 * ordered.size - 1e-9))) for per_cent in wanted]
    return [round(float(ordered[rank - 1]), 3) for rank in ranks]


def due_times(*, rate: float, seconds: float, seed: int) -> NDArray[np.int64]:
    """Moments (ns after the start) of a Poisson process; none for rate 0, which is the closed loop."""
    if rate <= 0:
        return np.zeros(0, np.int64)
    rng = np.random.default_rng(seed)
    count = rng.poisson(rate * seconds)
    return np.sort((rng.random(count) * seconds * 1e9).astype(np.int64))


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values)) if values else 0.0


def tree(root: int) -> list[int]:
    """A process and all its descendants that live."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (facts := _stat(int(folder.name))):
            children.setdefault(int(facts[1]), []).append(int(folder.name))
    found = [root]
    for one in found:
        found.extend(children.get(one, ()))
    return found


def processor_seconds(roots: Sequence[int]) -> float:
    """User and system time of the trees so far, of children that have ended too."""
    ticks = 0
    for root in roots:
        for one in tree(root):
            facts = _stat(one)
            ticks += sum(int(word) for word in facts[11:15]) if facts else 0
    return ticks / TICK


def pss_mb(roots: Sequence[int]) -> float:
    """Proportional set size of the trees in MB: shared pages are counted once."""
    total = 0
    for root in roots:
        for one in tree(root):
            total += _pss_kb(one)
    return round(total / 1024, 1)


def load_average() -> float:
    return round(os.getloadavg()[0], 2)


def _stat(pid: int) -> list[str]:
    """The words of /proc/PID/stat from the state on; empty when the process has gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pss_kb(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
