"""A paper for every candidate: made, recounted one by one and summed up. Loads the solver: for workers only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from statistics import pstdev
from typing import Any

from zhiheng.assembly.core.pooling import (
    FormPool,
    Proofs,
    Rules,
    exposure,
    form_pool,
    pool_lines,
    prove_each,
)
from zhiheng.assembly.core.proof import Deviation, deviation
from zhiheng.assembly.core.swapping import Progress, Told
from zhiheng.assembly.core.terms import Infeasible, ProofLine, Request
from zhiheng.assembly.pool_terms import PoolMade
from zhiheng.assembly.supplies import Supplies

STEPS = 10  # columns of a histogram


def make_pool(supplies: Supplies, *, progress: Progress, told: Told) -> PoolMade:
    """Raises: Refused when the bank is too tight."""
    request, pool = _drawn(supplies.request, progress, told)
    if isinstance(pool, Infeasible):
        return PoolMade(infeasible=pool)
    bank = {item.id: item for item in request.pool}
    rules = Rules(
        enemies=request.enemies,
        forbidden=request.forbidden,
        required=request.required,
        lower_share=request.lower_share,
    )
    proofs = prove_each(pool, bank, request.blueprint, rules, progress)
    figures: dict[str, Deviation] = {}
    for number, form in enumerate(pool.forms, 1):
        figures[form.id] = deviation([form], bank, request.blueprint)
        progress(number, len(pool.forms))
    lines = pool_lines(pool, proofs)
    return PoolMade(
        forms=pool.forms,
        proofs=proofs,
        figures=figures,
        lines=lines,
        nearness=pool.nearness,
        digest=request.digest,
        summary=summary_of(pool, proofs, lines, list(figures.values())),
    )


def _drawn(request: Request, progress: Progress, told: Told) -> tuple[Request, FormPool | Infeasible]:
    """Without the items used lately if that will do; the request as it was met, and what came of it."""
    names = [f"{number:04d}" for number in range(1, request.forms + 1)]
    free = replace(request, avoided=frozenset())
    strict = replace(free, forbidden=request.forbidden | (request.avoided - request.required))
    pool = form_pool(strict, names=names, progress=progress, told=told)
    if isinstance(pool, Infeasible) and request.avoided:
        return free, form_pool(free, names=names, progress=progress, told=told)
    return strict, pool


def summary_of(
    pool: FormPool, proofs: Proofs, lines: Sequence[ProofLine], figures: Sequence[Deviation]
) -> dict[str, Any]:
    """Over all the papers of a pool, JSON-safe: proof lines, how often items are used, how scores spread."""
    expected = [entry.expected for figure in figures for entry in figure.forms]
    return {
        "lines": [asdict(line) for line in lines],
        "exposure": _exposure(pool),
        "expected": {
            "least": str(min(expected)),
            "mean": str(round(sum(expected, Decimal(0)) / len(expected), 3)),
            "most": str(max(expected)),
            "deviation": str(round(Decimal(str(pstdev(expected))), 4)),
        },
        "curve": _envelope(figures),
    }


def _exposure(pool: FormPool) -> dict[str, Any]:
    """How many items are in which share of the papers, in STEPS equal steps up to the most used one."""
    uses = Counter(item.id for form in pool.forms for item in form.items)
    papers = len(pool.forms)
    most = max(uses.values())
    columns = [0] * STEPS
    for count in uses.values():
        columns[min(STEPS - 1, (count - 1) * STEPS // most)] += 1
    return {
        "items": len(uses),
        "most": str(round(exposure(pool), 4)),
        "least_possible": str(pool.least_exposure),
        "columns": [
            {"up_to": str(round(Decimal(most * (step + 1)) / STEPS / papers, 4)), "items": count}
            for step, count in enumerate(columns)
        ],
    }


def _envelope(figures: Sequence[Deviation]) -> list[dict[str, str]]:
    """At each ability the least and the most any paper of the pool has."""
    curves = [entry.curve for figure in figures for entry in figure.forms]
    return [
        {
            "ability": str(column[0].ability),
            "least": str(min(point.expected for point in column)),
            "most": str(max(point.expected for point in column)),
            "least_information": str(min(point.information for point in column)),
            "most_information": str(max(point.information for point in column)),
        }
        for column in zip(*curves, strict=True)
    ]
