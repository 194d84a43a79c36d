"""In which order one candidate sees the paper: the same seed always gives the same order."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """items: every item id once, sections kept apart. options: item id -> its option ids."""

    items: tuple[str, ...]
    options: dict[str, tuple[str, ...]]


def plan_order(
    *, sections: Sequence[Sequence[str]], options: Mapping[str, Sequence[str]], seed: str
) -> Order:
    """Shuffle items inside their own section, and the options of every item given.

    The order is that of SHA-256 over (seed, scope, id): no generator state, so any language can redo it.
    """
    return Order(
        items=tuple(item for section in sections for item in _shuffled(section, seed=seed, scope="item")),
        options={
            item: _shuffled(ids, seed=seed, scope=f"option:{item}") for item, ids in options.items() if ids
        },
    )


def _shuffled(ids: Sequence[str], *, seed: str, scope: str) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda one: hashlib.sha256(f"{seed}\n{scope}\n{one}".encode()).digest()))
