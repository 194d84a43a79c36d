"""The same papers by other means: random drawing by cell, a genetic algorithm, HiGHS, CP-SAT."""

import time
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array

from zhiheng.assembly.core.search.problem import Integers, Reals
from zhiheng.cli.assembly_bench.banks import KEY_LEAST, KEY_MOST, KEYS, TIME_ROOM, cells_of
from zhiheng.cli.assembly_bench.task import INFORMATION_ROOM, SCORE_ROOM, Task

POPULATION, GENERATIONS, MUTATION = 60, 300, 0.02
WHOLE = 10_000  # CP-SAT takes whole numbers: aims in ten-thousandths of their tolerance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """forms: (k, length), or none when the limit came first. cpu, wall: seconds."""

    forms: Integers | None
    cpu: float
    wall: float


def drawn_at_random(task: Task, count: int, *, seed: int) -> Integers:
    """What item banks usually do: so many of each cell, by chance."""
    rng = np.random.default_rng(seed)
    cells = cells_of(task.items)
    members = [(np.flatnonzero(cells == cell), int(n)) for cell, n in enumerate(task.counts) if n]
    return np.array(
        [np.concatenate([rng.choice(own, n, replace=False) for own, n in members]) for _ in range(count)]
    )


# --- a plain genetic algorithm ----------------------------------------------------------------------------


def by_genes(task: Task, *, seed: int) -> Outcome:
    """Segments are cells, so that counts hold; crossover and mutation inside segments; the best of the last."""
    began, clock = time.perf_counter(), time.process_time()
    rng = np.random.default_rng(seed)
    people = drawn_at_random(task, POPULATION, seed=seed)
    cells = cells_of(task.items)
    members = {int(cell): np.flatnonzero(cells == cell) for cell in np.unique(cells[people[0]])}
    own = cells[people[0]]
    costs = _costs(task, people)
    for _ in range(GENERATIONS):
        pairs = rng.integers(0, POPULATION, (POPULATION, 2, 2))
        parents = np.where(costs[pairs[:, :, 0]] < costs[pairs[:, :, 1]], pairs[:, :, 0], pairs[:, :, 1])
        takes = np.isin(own, rng.permutation(list(members))[: len(members) // 2])
        children = np.where(takes, people[parents[:, 0]], people[parents[:, 1]])
        for row, place in np.argwhere(rng.random(children.shape) < MUTATION):
            item = rng.choice(members[int(own[place])])
            if item not in children[row]:
                children[row, place] = item
        fresh = _costs(task, children)
        everybody, prices = np.vstack([people, children]), np.concatenate([costs, fresh])
        best = np.argsort(prices, kind="stable")[:POPULATION]
        people, costs = everybody[best], prices[best]
    return Outcome(forms=people[:1], cpu=time.process_time() - clock, wall=time.perf_counter() - began)


def _costs(task: Task, forms: Integers) -> Reals:
    items = task.items
    information = (items.information[forms].sum(axis=1) / task.information - 1) / INFORMATION_ROOM
    score = (items.expected[forms].sum(axis=1) - task.expected) / SCORE_ROOM
    cost = (information**2).sum(axis=1) + (score**2).sum(axis=1)
    for letter in range(KEYS):
        count = (items.key[forms] == letter).sum(axis=1)
        cost += 60.0 * (np.maximum(0, KEY_LEAST - count) + np.maximum(0, count - KEY_MOST))
    off = np.abs(items.seconds[forms].sum(axis=1) / task.seconds - 1)
    cost += 2000.0 * np.maximum(0, off - TIME_ROOM)
    inside = np.zeros((len(forms), items.size), dtype=np.bool_)
    inside[np.arange(len(forms))[:, None], forms] = True
    met = (inside[:, items.enemies[:, 0]] & inside[:, items.enemies[:, 1]]).sum(axis=1)
    return np.asarray(cost + 60.0 * met)


# --- the integer program of one paper or several ----------------------------------------------------------


def by_highs(task: Task, *, papers: int, limit: float, pool: Integers | None = None) -> Outcome:
    """Least largest deviation by HiGHS, ended when it is within tolerance. pool: item numbers to draw from."""
    began, clock = time.perf_counter(), time.process_time()
    chosen = np.arange(task.items.size) if pool is None else pool
    rows = _Rows(task, chosen, papers)
    result = milp(
        rows.objective,
        integrality=rows.integrality,
        bounds=Bounds(0, rows.most),
        constraints=LinearConstraint(csr_array(rows.matrix), rows.lower, rows.upper),
        options={"time_limit": limit, "mip_rel_gap": rows.enough},
    )
    forms = None
    if result.x is not None and float(result.x[-1]) <= 1.0 + 1e-6:
        forms = rows.forms(np.asarray(result.x))
    return Outcome(forms=forms, cpu=time.process_time() - clock, wall=time.perf_counter() - began)


class _Rows:
    """The program as one matrix: a column for each item and paper, and one for the largest deviation."""

    enough = 0.0

    def __init__(self, task: Task, pool: Integers, papers: int) -> None:
        self.task, self.pool, self.papers = task, pool, papers
        self.width = len(pool)
        columns = self.width * papers + 1
        self.objective = np.zeros(columns)
        self.integrality = np.ones(columns)
        self.integrality[-1] = 0
        self.most = np.ones(columns)
        self.most[-1] = np.inf
        self._parts: list[tuple[Integers, Reals, float, float]] = []
        for paper in range(papers):
            self._paper(paper * self.width)
        if papers > 1:
            for item in range(self.width):
                self._row(item + self.width * np.arange(papers), np.ones(papers), -np.inf, 1)
        self.lower = np.array([part[2] for part in self._parts])
        self.upper = np.array([part[3] for part in self._parts])
        self.matrix = lil_array((len(self._parts), columns))
        for number, (where, values, _, _) in enumerate(self._parts):
            self.matrix[[number], where] = values
        # Any paper within tolerance is good enough: a bound of one on the deviation and nothing to improve.
        self.most[-1] = 1.0

    def _row(self, where: Integers, values: Reals, lower: float, upper: float) -> None:
        self._parts.append((where, values, lower, upper))

    def _paper(self, first: int) -> None:
        task, items = self.task, self.task.items
        places = first + np.arange(self.width)
        cells = cells_of(items)[self.pool]
        for cell, count in enumerate(task.counts):
            own = np.flatnonzero(cells == cell)
            if own.size:
                self._row(places[own], np.ones(own.size), count, count)
        for letter in range(KEYS):
            own = np.flatnonzero(items.key[self.pool] == letter)
            self._row(places[own], np.ones(own.size), KEY_LEAST, KEY_MOST)
        seconds = items.seconds[self.pool].astype(np.float64)
        self._row(places, seconds, task.seconds * (1 - TIME_ROOM), task.seconds * (1 + TIME_ROOM))
        position = {int(item): number for number, item in enumerate(self.pool)}
        for one, other in items.enemies:
            if int(one) in position and int(other) in position:
                pair = np.array([places[position[int(one)]], places[position[int(other)]]])
                self._row(pair, np.ones(2), -np.inf, 1)
        last = np.array([self.width * self.papers])
        for values, target, room in _aims(task, self.pool):
            where, scaled = np.concatenate([places, last]), values / room
            self._row(where, np.append(scaled, -1.0), -np.inf, target / room)
            self._row(where, np.append(scaled, 1.0), target / room, np.inf)

    def forms(self, solution: Reals) -> Integers:
        taken = solution[:-1].reshape(self.papers, self.width) > 0.5
        return np.array([self.pool[row] for row in taken])


def _aims(task: Task, pool: Integers) -> list[tuple[Reals, float, float]]:
    """(values of the pool's items, target, tolerance) for every aim."""
    items, found = task.items, []
    for number, target in enumerate(task.information):
        found.append((items.information[pool, number], float(target), float(INFORMATION_ROOM * target)))
    for number, target in enumerate(task.expected):
        found.append((items.expected[pool, number], float(target), SCORE_ROOM))
    return found


def by_cpsat(task: Task, *, papers: int, limit: float, workers: int) -> Outcome:
    """Any papers within tolerance by CP-SAT."""
    began, clock = time.perf_counter(), time.process_time()
    items, size = task.items, task.items.size
    model = cp_model.CpModel()
    taken = [[model.new_bool_var("") for _ in range(size)] for _ in range(papers)]
    cells = cells_of(items)
    everything = np.arange(size)
    for own in taken:
        for cell, count in enumerate(task.counts):
            model.add(sum(own[item] for item in np.flatnonzero(cells == cell)) == int(count))
        for letter in range(KEYS):
            count = sum(own[item] for item in np.flatnonzero(items.key == letter))
            model.add_linear_constraint(count, KEY_LEAST, KEY_MOST)
        seconds = sum(int(items.seconds[item]) * own[item] for item in everything)
        model.add_linear_constraint(
            seconds, int(task.seconds * (1 - TIME_ROOM)), int(task.seconds * (1 + TIME_ROOM))
        )
        for one, other in items.enemies:
            model.add_at_most_one(own[int(one)], own[int(other)])
        for values, target, room in _aims(task, everything):
            whole = np.round(values / room * WHOLE).astype(np.int64)
            total = sum(int(whole[item]) * own[item] for item in everything)
            aim = round(target / room * WHOLE)
            model.add_linear_constraint(total, aim - WHOLE + 50, aim + WHOLE - 50)
    for item in everything if papers > 1 else ():
        model.add_at_most_one(own[item] for own in taken)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = limit
    status = solver.solve(model)
    forms = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        forms = np.array([[n for n in everything if solver.boolean_value(own[n])] for own in taken])
    return Outcome(forms=forms, cpu=time.process_time() - clock, wall=time.perf_counter() - began)
