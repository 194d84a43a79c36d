"""A paper for every candidate: a pool of equal papers, items used evenly, each reproducible from its seed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from zhiheng.assembly.core.order import form_of
from zhiheng.assembly.core.proof import prove
from zhiheng.assembly.core.search.forms import SEED_SPACE, Search, pool_of_forms
from zhiheng.assembly.core.search.problem import Integers
from zhiheng.assembly.core.solver import allocate, out_of_effort
from zhiheng.assembly.core.supply import Plan, Supply
from zhiheng.assembly.core.swapping import (
    CROWDED,
    LOOSER,
    Progress,
    Told,
    go_on,
    nearness_at,
    searches_of,
    unheard,
)
from zhiheng.assembly.core.terms import Blueprint, Form, Infeasible, Nearness, PoolItem, ProofLine, Request
from zhiheng.foundation.canonical import digest

TRIAL = 25  # papers made to find out how near the target this bank can come


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPool:
    """forms: as many as were asked, or fewer when the work was stopped. least_exposure: no policy does better."""

    forms: tuple[Form, ...]
    asked: int
    nearness: Nearness
    least_exposure: Decimal


def form_pool(
    request: Request,
    *,
    names: Sequence[str],
    progress: Progress = go_on,
    told: Told = unheard,
    effort: float = 10.0,
) -> FormPool | Infeasible:
    """A paper for each name (a ticket's number, or a running one), reproducible from the request and the names.

    request.forms is not looked at; request.avoided and request.shared do not apply. progress: False stops.
    Raises: Refused when the bank is too tight for the swap search.
    """
    single = _for_one(request)
    supply = Supply(single)
    plan = allocate(supply, effort=effort * 0.2)
    if isinstance(plan, Infeasible):
        return plan
    seeds = np.array([_seed(request, name) for name in names], dtype=np.int64)
    found = _nearest(supply, plan, seeds)
    if found is None:
        raise out_of_effort()
    nearness, search = found
    told(nearness)
    pool = pool_of_forms(search, len(names), seeds=seeds, progress=progress)
    forms = tuple(
        _named(request, name, [supply.usable[number] for number in numbers])
        for name, numbers in zip(names, pool.forms, strict=False)
    )
    least = Decimal(repr(search.least_exposure)).quantize(Decimal("0.0001"))
    return FormPool(forms=forms, asked=len(names), nearness=nearness, least_exposure=least)


def _for_one(request: Request) -> Request:
    return Request(
        blueprint=request.blueprint,
        pool=request.pool,
        forms=1,
        seed=request.seed,
        enemies=request.enemies,
        forbidden=request.forbidden,
        required=request.required,
        lower_share=request.lower_share,
    )


def _seed(request: Request, name: str) -> int:
    """From the blueprint, the bank and the name alone: an audit draws the same paper again."""
    return int(digest({"request": request.digest, "name": name})[:12], 16) % SEED_SPACE


def _named(request: Request, name: str, items: Iterable[PoolItem]) -> Form:
    form = form_of(request, 0, items)
    return Form(id=f"P{request.digest[:12].upper()}-{name}", items=form.items)


def _nearest(supply: Supply, plan: Plan, seeds: Integers) -> tuple[Nearness, Search] | None:
    """The tightest tolerance and spread over points at which a first few papers are all found."""
    for looser in LOOSER:
        nearness = nearness_at(looser)
        for crowded in CROWDED:
            (search,) = searches_of(supply, plan, nearness, crowded)
            trial = seeds[:TRIAL]
            if pool_of_forms(search, len(trial), seeds=trial).made == len(trial):
                return nearness, search
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What every paper of a pool is held against, beside its blueprint: as `proof.prove` takes them."""

    enemies: frozenset[frozenset[str]] = frozenset()
    forbidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    lower_share: Decimal = Decimal(0)


Proofs = dict[str, tuple[ProofLine, ...]]
"""Form id -> what the independent check found of it."""


def prove_each(
    pool: FormPool,
    bank: Mapping[str, PoolItem],
    blueprint: Blueprint,
    rules: Rules,
    progress: Progress = go_on,
) -> Proofs:
    """Every paper recounted by the independent check. progress: told (papers checked, papers made)."""
    found: Proofs = {}
    for number, form in enumerate(pool.forms, 1):
        found[form.id] = prove(
            [form],
            bank,
            blueprint,
            enemies=rules.enemies,
            forbidden=rules.forbidden,
            required=rules.required,
            lower_share=rules.lower_share,
        )
        progress(number, len(pool.forms))
    return found


def prove_pool(
    pool: FormPool,
    bank: Mapping[str, PoolItem],
    blueprint: Blueprint,
    *,
    enemies: frozenset[frozenset[str]] = frozenset(),
    forbidden: frozenset[str] = frozenset(),
    required: frozenset[str] = frozenset(),
    lower_share: Decimal = Decimal(0),
) -> tuple[ProofLine, ...]:
    """Every paper recounted by the independent check, summed up as `pool_lines` does."""
    rules = Rules(enemies=enemies, forbidden=forbidden, required=required, lower_share=lower_share)
    return pool_lines(pool, prove_each(pool, bank, blueprint, rules))


def pool_lines(pool: FormPool, proofs: Proofs) -> tuple[ProofLine, ...]:
    """A line for each rule says in how many papers it is kept.

    Beside them: how many papers are like no other, and how often the most used item is used.
    """
    kept: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for lines in proofs.values():
        for line in lines:
            asked[line.constraint] += 1
            kept[line.constraint] += line.ok
    made = len(pool.forms)
    found = [
        ProofLine(
            form="",
            constraint=name,
            required=f"{count} 份",
            achieved=f"{kept[name]} 份",
            ok=kept[name] == count,
        )
        for name, count in asked.items()
    ]
    different = len({frozenset(item.id for item in form.items) for form in pool.forms})
    return (
        ProofLine(
            form="", constraint="份数", required=str(pool.asked), achieved=str(made), ok=made == pool.asked
        ),
        *found,
        ProofLine(
            form="",
            constraint="互不相同的卷",
            required=str(made),
            achieved=str(different),
            ok=different == made,
        ),
        ProofLine(
            form="",
            constraint="最常用的题出现在多少份卷里",
            required=f"不低于 {pool.least_exposure:.1%} 的下限",
            achieved=f"{exposure(pool):.1%}",
            ok=True,
        ),
    )


def exposure(pool: FormPool) -> Decimal:
    """The share of papers the most used item is in."""
    uses = Counter(item.id for form in pool.forms for item in form.items)
    return Decimal(max(uses.values(), default=0)) / max(1, len(pool.forms))
