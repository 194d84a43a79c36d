"""Blueprints and pools for the tests of assembly: small ones with known answers, and the printed weights."""

import random
from decimal import Decimal

from zhiheng.assembly.core.terms import AreaMarks, Blueprint, KindRule, PoolItem, Request
from zhiheng.bank.core.terms import AREA_TITLES, ItemType

# Table 4.1 of the national standard, level 5.
WEIGHTS = {
    "A": {"ethics": 5, "basics": 25, "preparation": 10, "sourcing": 30, "planning": 30},
    "B": {"ethics": 5, "basics": 25, "preparation": 10, "livestream": 40, "aftersales": 20},
    "C": {"ethics": 5, "basics": 25, "preparation": 10, "video": 40, "aftersales": 20},
    "D": {"ethics": 5, "basics": 25, "preparation": 10, "support": 30, "aftersales": 30},
}
KINDS: tuple[tuple[ItemType, int, str], ...] = (
    ("single", 40, "1"),
    ("multiple", 15, "2"),
    ("short", 3, "10"),
)
SMALL_KINDS: tuple[tuple[ItemType, int, str], ...] = (
    ("single", 4, "1"),
    ("multiple", 2, "2"),
    ("short", 1, "4"),
)


def blueprint(
    areas: dict[str, int], kinds: tuple[tuple[ItemType, int, str], ...] = KINDS, trade: str | None = None
) -> Blueprint:
    return Blueprint(
        rules="test-rules",
        programme="test-programme",
        level="5",
        trade=trade,
        areas=tuple(
            AreaMarks(area=area, title=AREA_TITLES.get(area, area), marks=Decimal(marks))
            for area, marks in areas.items()
        ),
        kinds=tuple(KindRule(type=kind, count=count, marks=Decimal(marks)) for kind, count, marks in kinds),
    )


def items(
    area: str, kind: ItemType, count: int, *, start: int = 0, difficulty: str = "0.60", trades: str = ""
) -> list[PoolItem]:
    """So many items of a cell; single-choice keys run A, B, C, D, A, ..."""
    return [
        PoolItem(
            id=f"{area}-{kind}-{number:03d}",
            area=area,
            type=kind,
            codes=(f"skill:1.1.{number % 5 + 1}",),
            difficulty=Decimal(difficulty),
            key=("ABCD"[number % 4],) if kind == "single" else ("A", "B") if kind == "multiple" else (),
            trades=frozenset(trades),
        )
        for number in range(start, start + count)
    ]


def printed_pool(trade: str, *, times: float, seed: int) -> tuple[PoolItem, ...]:
    """A random pool with about so many times what one paper of a trade at level 5 needs in each area."""
    rng = random.Random(seed)
    pool: list[PoolItem] = []
    for area, marks in WEIGHTS[trade].items():
        counts: dict[ItemType, int] = {
            "single": round(marks * 0.5 * times) + 3,
            "multiple": round(marks * 0.2 * times) + 2,
            "short": round(marks * 0.06 * times) if marks >= 10 else 0,
        }
        for kind, count in counts.items():
            pool += [
                PoolItem(
                    id=item.id,
                    area=area,
                    type=kind,
                    codes=tuple(
                        sorted(
                            {
                                f"skill:{rng.randint(1, 3)}.{rng.randint(1, 4)}.1"
                                for _ in range(rng.randint(1, 2))
                            }
                        )
                    ),
                    difficulty=Decimal(rng.randint(45, 85)) / 100,
                    key=(rng.choice("ABCD"),) if kind == "single" else item.key,
                )
                for item in items(area, kind, count)
            ]
    return tuple(pool)


def request(
    plan: Blueprint, pool: list[PoolItem] | tuple[PoolItem, ...], forms: int = 1, **more: object
) -> Request:
    return Request(blueprint=plan, pool=tuple(pool), forms=forms, **more)  # type: ignore[arg-type]  # passed on
