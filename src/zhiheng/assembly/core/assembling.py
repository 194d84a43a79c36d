"""Papers from a pool, or why there are none.

Three steps: how many items of each cell each paper takes (a proof when that is impossible); which items, by swap
search; and where the bank is too tight for that, by the solver, which finds a choice or the rule in the way.
The same request gives the same papers.
"""

from dataclasses import replace

from zhiheng.assembly.core.order import form_of
from zhiheng.assembly.core.solver import EFFORT, allocate, choose, diagnose, out_of_effort
from zhiheng.assembly.core.supply import Supply
from zhiheng.assembly.core.swapping import Progress, Told, go_on, swapped, unheard
from zhiheng.assembly.core.terms import Assembled, Infeasible, Nearness, PoolItem, Request


def assemble(
    request: Request, *, effort: float = EFFORT, progress: Progress = go_on, told: Told = unheard
) -> Assembled | Infeasible:
    """The papers asked for, or why there are none. Items to be avoided are used only when nothing else will do.

    effort: the solver's deterministic time in all, about a second a unit.
    progress: told (papers made, papers asked); False gives the search up. told: hears how near the papers are.
    Raises: Refused when the blueprint contradicts itself or the effort ran out without an answer.
    """
    outcome = _assemble(
        replace(
            request, forbidden=request.forbidden | (request.avoided - request.required), avoided=frozenset()
        ),
        request,
        effort,
        progress,
        told,
    )
    if isinstance(outcome, Infeasible) and request.avoided:
        return _assemble(request, request, effort, progress, told)
    return outcome


def _assemble(
    request: Request, named: Request, effort: float, progress: Progress, told: Told
) -> Assembled | Infeasible:
    """named: the request as it was made; its papers bear its name."""
    supply = Supply(request)
    plan = allocate(supply, effort=effort * 0.2)
    if isinstance(plan, Infeasible):
        return plan
    found = swapped(supply, plan, progress=progress, told=told)
    if found is not None:
        return _made(named, found.papers, found.nearness)
    if request.shared:
        raise out_of_effort()
    picked = choose(supply, plan, effort=effort * 0.4)
    if picked is None:
        return diagnose(supply, effort=effort * 0.2)
    return _made(named, picked, None)


def _made(request: Request, papers: list[list[PoolItem]], nearness: Nearness | None) -> Assembled:
    forms = tuple(form_of(request, number, items) for number, items in enumerate(papers))
    return Assembled(forms=forms, nearness=nearness)
