"""A draft paper among its siblings, and the questions that may take a question's place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhiheng.assembly.core.pool import allowed_points, asks_own_level, blueprint_of
from zhiheng.assembly.core.replacing import Offer, Setting, offers
from zhiheng.assembly.core.terms import Form, PlacedItem, PoolItem
from zhiheng.assembly.models import Paper, PaperStatus
from zhiheng.assembly.queries import bodies_of
from zhiheng.assembly.supplies import Stock, stock_of, used_in
from zhiheng.bank.core.files import Place, item_from

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a replacement is made in. siblings: the other papers of the run still in use."""

    setting: Setting
    stock: Stock
    siblings: list[Paper]


def room_of(paper: Paper) -> Room:
    """The paper's own items count as the paper pins them, others as the bank has them now."""
    run = paper.run
    stock = stock_of(paper.offering, lower=run.lower_share > 0)
    siblings = [
        other
        for other in Paper.objects.filter(run=run).exclude(pk=paper.pk).order_by("form_id")
        if other.status in (PaperStatus.DRAFT, PaperStatus.SEALED)
    ]
    bank = {item.id: item for item in stock.pool} | pinned([paper, *siblings], stock)
    blueprint = blueprint_of(stock.plan)
    return Room(
        stock=stock,
        siblings=siblings,
        setting=Setting(
            form=form_of(paper),
            siblings=[form_of(other) for other in siblings],
            bank=bank,
            blueprint=blueprint,
            enemies=stock.enemies,
            kept_out=used_in(paper.offering) | frozenset(run.forbidden),
            lower_marks=run.lower_share * blueprint.total,
        ),
    )


def pinned(papers: Sequence[Paper], stock: Stock) -> dict[str, PoolItem]:
    """The items of papers in the versions they pin."""
    own = allowed_points(stock.plan)
    bodies = bodies_of(papers)
    found = {}
    for paper in papers:
        for line in paper.lines:
            question = item_from(bodies[line["version"]], place=Place())
            found[question.id] = PoolItem.of(question, lower=not asks_own_level(question, own))
    return found


def form_of(paper: Paper) -> Form:
    return Form(id=paper.form_id, items=tuple(_placed(line) for line in paper.lines))


def _placed(line: Mapping[str, Any]) -> PlacedItem:
    return PlacedItem(id=line["item"], area=line["area"], type=line["type"], marks=Decimal(line["marks"]))


def best_offers(room: Room, removed: str) -> tuple[Offer, ...]:
    return offers(room.setting, removed)[:SHOWN]
