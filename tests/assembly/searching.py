"""A small bank for the swap search: nine cells, curves drawn from a seed, a paper of twelve items."""

import numpy as np

from zhiheng.assembly.core.search.problem import Bank, Paper, foes_of

CELLS = 6
COUNTS = np.array([3, 3, 2, 2, 1, 1], dtype=np.int64)


def bank_of(size: int, *, seed: int = 1, foes: int = 0) -> Bank:
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, 4, size)
    pairs = [(int(a), int(b)) for a, b in rng.integers(0, size, (foes, 2))]
    foe_start, foe_list = foes_of(size, pairs)
    return Bank(
        cells=CELLS,
        cell=(np.arange(size) % CELLS).astype(np.int64),
        aims=rng.uniform(0.3, 0.9, (size, 3)),
        bands=np.eye(4)[keys],
        foe_start=foe_start,
        foes=foe_list,
    )


def paper_of(bank: Bank, *, near: float = 0.15, fixed: tuple[int, ...] = ()) -> Paper:
    means = np.array([bank.aims[bank.cell == cell].mean(axis=0) for cell in range(CELLS)])
    return Paper(
        counts=COUNTS,
        target=COUNTS @ means,
        tolerance=np.full(3, near),
        least=np.full(4, 1.0),
        most=np.full(4, 6.0),
        fixed=np.array(fixed, dtype=np.int64),
    )
