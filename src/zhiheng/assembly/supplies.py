"""What a request for papers works on: the blueprint, the bank's usable items, and which of them to keep out."""

from dataclasses import dataclass

from zhiheng.assembly.core.pool import allowed_points, blueprint_of, enemies_of, lower_pool_of, pool_of
from zhiheng.assembly.core.terms import PoolItem, Request
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus
from zhiheng.assembly.queries import plan_of
from zhiheng.bank.queries import PoolEntry, live_pool
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_blueprint
from zhiheng.standards.core.terms import Blueprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The items an offering's papers may be made from, and the bank's rows behind them by item id."""

    plan: Blueprint
    pool: tuple[PoolItem, ...]
    entries: dict[str, PoolEntry]

    @property
    def enemies(self) -> frozenset[frozenset[str]]:
        drawn = {entry.id for entry in self.pool}
        return enemies_of(entry.item for entry in self.entries.values() if entry.item.id in drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What a run works on: the request for the solver, and the bank's rows behind its items."""

    request: Request
    entries: dict[str, PoolEntry]


def stock_of(offering: Offering, *, lower: bool = False) -> Stock:
    """lower: the lower levels' items too. Raises: Refused for a blueprint that contradicts itself."""
    plan = plan_of(offering)
    entries = {entry.item.id: entry for entry in live_pool(plan.standard)}
    items = [entry.item for entry in entries.values()]
    own = allowed_points(plan)
    pool = pool_of(items, allowed=own, trade=plan.trade)
    if lower:
        below = [allowed_points(one) for one in plans_below(offering)]
        pool += lower_pool_of(items, own=own, lower=below, trade=plan.trade)
    return Stock(plan=plan, pool=pool, entries=entries)


def plans_below(offering: Offering) -> list[Blueprint]:
    """The blueprints of every lower level of an offering's programme and trade."""
    rules = rules_for(offering)
    rank = rules.level(offering.level).rank
    return [
        load_blueprint(rules.id, offering.programme, level.id, offering.trade or None)
        for level in rules.levels
        if level.rank < rank
    ]


def supplies_of(run: AssemblyRun) -> Supplies:
    """The live pool against the blueprint; items of the offering's other papers are forbidden.

    Raises: Refused for a blueprint that contradicts itself, or a required item that may not be used.
    """
    stock = stock_of(run.offering, lower=run.lower_share > 0)
    request = Request(
        blueprint=blueprint_of(stock.plan),
        pool=stock.pool,
        forms=run.forms,
        seed=run.seed,
        enemies=stock.enemies,
        forbidden=used_in(run.offering) | frozenset(run.forbidden),
        required=frozenset(run.required),
        avoided=recently_used(run.offering, sittings=run.avoid_sittings),
        shared=run.shared,
        lower_share=run.lower_share,
    )
    return Supplies(request=request, entries=stock.entries)


def used_in(offering: Offering) -> frozenset[str]:
    """The items of an offering's papers, discarded ones apart."""
    papers = Paper.objects.filter(offering=offering).exclude(status=PaperStatus.DISCARDED)
    return frozenset(line["item"] for lines in papers.values_list("lines", flat=True) for line in lines)


def recently_used(offering: Offering, *, sittings: int) -> frozenset[str]:
    """The items of the papers of so many sittings before, for the same programme and level."""
    if not sittings:
        return frozenset()
    papers = Paper.objects.filter(
        offering__programme=offering.programme,
        offering__level=offering.level,
        offering__sitting__day__lt=offering.sitting.day,
    ).exclude(status=PaperStatus.DISCARDED)
    days = papers.order_by("-offering__sitting__day").values_list("offering__sitting__day", flat=True)
    last = list(days.distinct()[:sittings])
    rows = papers.filter(offering__sitting__day__in=last).values_list("lines", flat=True)
    return frozenset(line["item"] for lines in rows for line in lines)
