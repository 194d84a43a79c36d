"""The measurements of `zhiheng bench measurement`: how fast, how near the truth, beside whom."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from zhiheng.cli.measured import Row
from zhiheng.cli.measurement_bench.made_up import Truth, one_paper, paper_each
from zhiheng.cli.measurement_bench.peers import CALLS, Outcome, library, textbook
from zhiheng.psychometrics.core.irt.answers import Answers, matrix
from zhiheng.psychometrics.core.irt.arrays import Points, Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Settings, calibrate, grid
from zhiheng.psychometrics.core.irt.maximisation import Group, table

Say = Callable[[str], None]
ITEMS = 75
BANK = 10_050
COARSE = Settings(tolerance=1e-3)
FINE = Settings(nodes=161)
NEAR = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """persons, many, million: how many in each measurement. rounds: of which the median counts."""

    persons: int = 10_000
    many: int = 100_000
    million: int = 1_000_000
    rounds: int = 3
    libraries: Path | None = None


def m1(scale: Scale, say: Say) -> Row:
    """One paper, ten thousand persons."""
    scores, known = one_paper(persons=scale.persons, items=ITEMS, seed=1)
    found, seconds = _ours(scores, scale.rounds, say, "M1")
    others = [_peer(name, scores, scale, say, "M1") for name in ("plain EM", *CALLS)]
    height = {"ours": _height(scores, *_parameters(found))}
    for one in others:
        if one.slopes is not None and one.intercepts is not None:
            height[one.name] = _height(scores, one.slopes, one.intercepts)
    girth = next(one for one in others if one.name == "girth")
    best = max(height.values())
    reached = None if girth.missing else girth.seconds >= 20 * seconds and height["ours"] >= best - NEAR
    return Row(
        id="M1",
        task=f"2PL，{scale.persons} 人 × {ITEMS} 题",
        goal="处理器时间至多为 girth 的 1/20，对数似然与最好的相差不到 0.05",
        reached=reached,
        figures=_figures(found, seconds, others, known) | {"log likelihood, 161 nodes": _rounded(height)},
    )


def m2(scale: Scale, say: Say) -> Row:
    """One paper, a hundred thousand persons."""
    scores, known = one_paper(persons=scale.many, items=ITEMS, seed=2)
    found, seconds = _ours(scores, scale.rounds, say, "M2")
    others = [_peer(name, scores, scale, say, "M2") for name in ("plain EM", "mirt")]
    return Row(
        id="M2",
        task=f"2PL，{scale.many} 人 × {ITEMS} 题",
        goal="处理器时间至多为通常写法（EM，不加速）的 1/4",
        reached=others[0].seconds >= 4 * seconds,
        figures=_figures(found, seconds, others, known),
    )


def m3(scale: Scale, say: Say) -> Row:
    """A paper for each of a million persons: 75 of 10,050 items; of fewer persons, of as many items less."""
    share = scale.million / 1_000_000
    bank = ITEMS * max(2, round(BANK / ITEMS * share))
    say(f"M3：造 {scale.million} 人的作答，每人 {ITEMS} 题，题库 {bank} 题 …")
    answers, known = paper_each(persons=scale.million, items=bank, length=ITEMS, seed=3)
    say("M3：标定 …")
    began = time.process_time()
    found = calibrate(answers, model="2pl", settings=COARSE)
    seconds = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    errors = known.error_of(*_parameters(found))
    return Row(
        id="M3",
        task=f"2PL，{scale.million} 人，每人 {bank} 题中的 {ITEMS} 题",
        goal="一百万人时处理器时间至多 240 秒，内存至多 3 GB，难度的均方根误差至多 0.055",
        reached=found.converged and seconds <= 240 * share and memory <= 3.0 and errors[1] <= 0.055,
        figures={
            "seconds": round(seconds, 1),
            "steps": found.steps,
            "converged": found.converged,
            "answers a second": round(len(answers.rows) * found.steps / seconds),
            "memory GB, the making of the answers included": round(memory, 2),
            "a dense matrix of these would take GB": round(scale.million * bank * 4 / 1024**3, 1),
            "error of a, b": [round(error, 4) for error in errors],
        },
    )


CASES: dict[str, Callable[[Scale, Say], Row]] = {"M1": m1, "M2": m2, "M3": m3}


def _ours(scores: Points, rounds: int, say: Say, name: str) -> tuple[Calibration, float]:
    seconds = []
    for number in range(rounds):
        say(f"{name}：本平台，第 {number + 1} 轮 …")
        began = time.process_time()
        answers: Answers = matrix(scores, np.full(scores.shape[1], 2))
        found = calibrate(answers, model="2pl", settings=Settings(tolerance=1e-4))
        seconds.append(time.process_time() - began)
    return found, statistics.median(seconds)


def _peer(name: str, scores: Points, scale: Scale, say: Say, case: str) -> Outcome:
    say(f"{case}：{name} …")
    return textbook(scores) if name == "plain EM" else library(name, scores, scale.libraries)


def _parameters(found: Calibration) -> tuple[Reals, Reals]:
    group: Group = found.groups[0]
    return group.parameters[:, 0], group.parameters[:, 1]


def _height(scores: Points, slopes: Reals, intercepts: Reals) -> float:
    """The log likelihood of anybody's parameters on one and the same fine grid."""
    nodes, prior = grid(FINE)
    items = len(slopes)
    answers = matrix(scores, np.full(items, 2))
    frame = calibrate(answers, model="2pl", settings=replace(FINE, nodes=11, most=1)).groups[0]
    group = replace(frame, parameters=np.column_stack((slopes, intercepts)))
    return answers.expected(table((group,), nodes), prior).log_likelihood


def _figures(found: Calibration, seconds: float, others: list[Outcome], known: Truth) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "ours": f"{seconds:.3f} s, {found.steps} steps",
        "error of a, b": [round(error, 4) for error in known.error_of(*_parameters(found))],
    }
    for one in others:
        figures[one.name] = one.missing or f"{one.seconds:.2f} s: {one.seconds / seconds:.1f} x"
    return figures


def _rounded(heights: dict[str, float]) -> dict[str, float]:
    return {name: round(height, 3) for name, height in heights.items()}
