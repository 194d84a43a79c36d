"""K parallel papers, or a paper for every candidate, from one bank: the way into the compiled loops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.assembly.core.search.joint import together
from zhiheng.assembly.core.search.kernel import NOBODY, many_forms, one_form
from zhiheng.assembly.core.search.problem import (
    Bank,
    Effort,
    Flags,
    Integers,
    Members,
    Paper,
    Reals,
    Scaled,
    members_of,
    scaled,
)

EXPOSURE_ROOM = 1.08  # how far above its cell's even share an item may be used
EXPOSURE_SLACK = 6.0  # uses granted beyond that, so that the first papers do not starve
CHUNK = 250
JOINT_ROUNDS = 400
JOINT_MOVES = 60_000
SEED_SPACE = 2**32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """A bank and a paper, ready to be searched. blocked: (n,) items that must not be used."""

    bank: Bank
    paper: Paper
    members: Members
    scaled: Scaled
    blocked: Flags
    effort: Effort

    @classmethod
    def of(
        cls, bank: Bank, paper: Paper, *, blocked: Flags | None = None, effort: Effort | None = None
    ) -> "Search":
        nothing = np.zeros(bank.size, dtype=np.bool_)
        return cls(
            bank=bank,
            paper=paper,
            members=members_of(bank),
            scaled=scaled(bank, paper),
            blocked=nothing if blocked is None else blocked,
            effort=effort or Effort(),
        )

    @property
    def supply(self) -> Integers:
        """(cells,) free items of each cell."""
        return np.bincount(self.bank.cell[~self.blocked], minlength=self.bank.cells).astype(np.int64)

    @property
    def least_exposure(self) -> float:
        """No policy can keep the most used item below this share of papers: the tightest cell's need over supply."""
        needed = self.paper.counts > 0
        with np.errstate(divide="ignore"):
            shares = self.paper.counts[needed] / self.supply[needed]
        return float(shares.max(initial=0.0))

    def one(self, *, seed: int, uses: Integers | None = None, limits: Reals | None = None) -> Integers | None:
        """One paper as item numbers, or None when none was found. uses, limits: see `kernel.one_form`."""
        bank, paper, effort = self.bank, self.paper, self.effort
        form = np.zeros(paper.length, dtype=np.int64)
        found = one_form(
            form,
            seed % SEED_SPACE,
            paper.fixed,
            paper.counts,
            bank.cell,
            self.members.start,
            self.members.items,
            self.scaled.aims,
            self.scaled.bands,
            bank.foe_start,
            bank.foes,
            self.scaled.target,
            self.scaled.least,
            self.scaled.most,
            self.blocked,
            np.zeros(bank.size, dtype=np.int64) if uses is None else uses,
            np.ones(bank.cells) if limits is None else limits,
            effort.candidates,
            effort.evaluations,
            effort.starts,
        )
        return None if found == NOBODY else form


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Papers made: forms (k, length), uses (n,) how often each item is in them. made < asked: the search gave up."""

    forms: Integers
    uses: Integers
    asked: int

    @property
    def made(self) -> int:
        return int(self.forms.shape[0])


Progress = Callable[[int, int], bool]
"""(made, asked) -> whether to go on."""


def _go_on(made: int, asked: int) -> bool:
    return True


def pool_of_forms(
    search: Search, count: int, *, seeds: Integers, progress: Progress = _go_on, room: float = EXPOSURE_ROOM
) -> Pool:
    """A paper for each seed, items used evenly; the same seeds in the same order give the same papers.

    progress: asked after every few hundred papers; False ends the work with what is made.
    """
    bank, paper = search.bank, search.paper
    supply = np.maximum(search.supply, 1)
    rates = np.minimum(1.0, room * paper.counts / supply)
    forms = np.zeros((count, paper.length), dtype=np.int64)
    uses = np.zeros(bank.size, dtype=np.int64)
    made = 0
    while made < count:
        chunk = forms[made : made + CHUNK]
        found = many_forms(
            chunk,
            seeds[made : made + CHUNK] % SEED_SPACE,
            made,
            rates,
            EXPOSURE_SLACK,
            paper.fixed,
            paper.counts,
            bank.cell,
            search.members.start,
            search.members.items,
            search.scaled.aims,
            search.scaled.bands,
            bank.foe_start,
            bank.foes,
            search.scaled.target,
            search.scaled.least,
            search.scaled.most,
            search.blocked,
            uses,
            search.effort.candidates,
            search.effort.evaluations,
            search.effort.starts,
        )
        made += found
        if found < len(chunk) or not progress(made, count):
            break
    return Pool(forms=forms[:made], uses=uses, asked=count)


def parallel_forms(
    search: Search, count: int, *, seed: int, shared: int = 0, progress: Progress = _go_on
) -> Integers | None:
    """Papers any two of which share at most `shared` items, (count, length); None when none were found.

    One after the other first: the common target keeps later papers as good as earlier ones. Where the bank is
    too tight for that, all together by annealing. progress: as for `pool_of_forms`; False gives None.
    """
    made = in_turn([search] * count, seed=seed, shared=shared, progress=progress)
    if made is None:
        return annealed(search, count, seed=seed, shared=shared)
    return np.array(made)


def in_turn(
    searches: Sequence[Search], *, seed: int, shared: int = 0, progress: Progress = _go_on
) -> list[Integers] | None:
    """A paper for each search over the same bank, each from what the earlier ones left; None when one fails."""
    bank = searches[0].bank
    uses = np.zeros(bank.size, dtype=np.int64)
    forms: list[Integers] = []
    for number, search in enumerate(searches):
        limits = _limits(search, len(searches), shared=shared)
        form = _apart(search, forms, uses=uses, limits=limits, seed=_seed(seed, number), shared=shared)
        if form is None or not progress(number + 1, len(searches)):
            return None
        forms.append(form)
        uses[np.setdiff1d(form, search.paper.fixed)] += 1
    return forms


def _apart(
    search: Search, forms: Sequence[Integers], *, uses: Integers, limits: Reals, seed: int, shared: int
) -> Integers | None:
    """One more paper that shares no more than allowed with those made."""
    for attempt in range(search.effort.starts if shared else 1):
        form = search.one(seed=seed + attempt * 104_729, uses=uses, limits=limits)
        if form is None:
            return None
        if all(np.intersect1d(form, other).size <= shared for other in forms) or not shared:
            return form
    return None


def _limits(search: Search, count: int, *, shared: int) -> Reals:
    """(cells,) how many of the papers an item may be in: one when nothing may be shared, else an even share and two."""
    if not shared:
        return np.ones(search.bank.cells)
    supply = np.maximum(search.supply, 1)
    return np.minimum(count, np.ceil(count * search.paper.counts / supply) + 2.0)


def annealed(
    search: Search, count: int, *, seed: int, shared: int, rounds: int = 0, moves: int = 0
) -> Integers | None:
    """Papers sought together, (count, length), or None; required items are not for this search.

    rounds of so many trial swaps each, cooler every time; 0: as many as a tight bank needs.
    """
    bank, paper = search.bank, search.paper
    if paper.fixed.size:
        return None
    forms = np.zeros((count, paper.length), dtype=np.int64)
    settled = together(
        forms,
        seed % SEED_SPACE,
        shared,
        paper.counts,
        bank.cell,
        search.members.start,
        search.members.items,
        search.scaled.aims,
        search.scaled.bands,
        bank.foe_start,
        bank.foes,
        search.scaled.target,
        search.scaled.least,
        search.scaled.most,
        search.blocked,
        np.zeros(bank.size, dtype=np.int64),
        _limits(search, count, shared=shared),
        rounds or JOINT_ROUNDS,
        moves or JOINT_MOVES,
    )
    return forms if settled else None


def _seed(seed: int, number: int) -> int:
    return (seed * 1_000_003 + number * 7919) % SEED_SPACE


def overlaps_of(forms: Integers) -> Integers:
    """(k, k) how many items each two of the forms (k, length) share; 0 on the diagonal."""
    shared = np.array([np.isin(forms, form).sum(axis=1) for form in forms], dtype=np.int64)
    np.fill_diagonal(shared, 0)
    return shared
