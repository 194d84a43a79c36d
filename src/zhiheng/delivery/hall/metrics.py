"""The hall's figures in Prometheus' text format (version 0.0.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zhiheng.delivery.hall.committer import SECONDS, SIZES, CommitFigures
from zhiheng.delivery.hall.desk import Desk

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted elsewhere. waiting: rows accepted and not yet handed to the writer."""

    commits: CommitFigures
    waiting: int
    connections: int
    consoles: int


def metrics(desk: Desk, figures: Figures) -> str:
    commits = figures.commits
    lots = [
        _plain("saves_total", "counter", "Answers taken into the log.", desk.saves),
        _plain("rows_total", "counter", "Rows given to storage, of every kind.", commits.rows),
        _histogram(
            "commit_seconds",
            "Seconds inside storage for one batch, until it is durable.",
            _Counted(SECONDS, commits.by_seconds, total=round(commits.seconds, 6)),
        ),
        _histogram(
            "batch_rows",
            "Rows made durable together.",
            _Counted(SIZES, commits.by_size, total=commits.rows),
        ),
        _plain("largest_batch", "gauge", "Most rows made durable together.", commits.largest),
        _plain("waiting_rows", "gauge", "Rows accepted and not yet handed to the writer.", figures.waiting),
        _plain("open_attempts", "gauge", "Attempts opened and not handed in.", desk.opened),
        _plain("silent_attempts", "gauge", "Open attempts whose machine is not heard from.", desk.silent),
        _plain("connections", "gauge", "Open connections of every kind.", figures.connections),
        _plain("consoles", "gauge", "Consoles that listen to the seats.", figures.consoles),
        _plain("packs", "gauge", "Sitting packs in use.", len(desk.shelf.packs)),
        _plain("packs_refused_total", "counter", "Pack files that could not be used.", desk.shelf.refused),
        _by_code("refused_total", "Requests refused, by the code of the refusal.", desk.refused),
    ]
    return "".join(f"{line}\n" for lot in lots for line in lot)


@dataclass(frozen=True, slots=True)
class _Counted:
    """bounds: upper bounds, inclusive. counts: one more than the bounds, not cumulative. total: the sum."""

    bounds: Sequence[float]
    counts: Sequence[int]
    total: float


def _plain(name: str, kind: str, words: str, value: float) -> list[str]:
    return [*_head(name, kind, words), f"zhiheng_hall_{name} {value}"]


def _histogram(name: str, words: str, counted: _Counted) -> Iterable[str]:
    yield from _head(name, "histogram", words)
    so_far = 0
    for bound, count in zip((*counted.bounds, "+Inf"), counted.counts, strict=True):
        so_far += count
        yield f'zhiheng_hall_{name}_bucket{{le="{bound}"}} {so_far}'
    yield f"zhiheng_hall_{name}_sum {counted.total}"
    yield f"zhiheng_hall_{name}_count {so_far}"


def _by_code(name: str, words: str, counts: Mapping[str, int]) -> list[str]:
    lines = [f'zhiheng_hall_{name}{{code="{code}"}} {count}' for code, count in sorted(counts.items())]
    return [*_head(name, "counter", words), *lines]


def _head(name: str, kind: str, words: str) -> list[str]:
    return [f"# HELP zhiheng_hall_{name} {words}", f"# TYPE zhiheng_hall_{name} {kind}"]
