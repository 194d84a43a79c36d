"""Counts, papers and diagnoses by constraint programming; the one module that touches the solver.

The small question is how many items of each cell (area x type) each paper takes: it settles whether papers
can exist at all and, when not, how many items of which cell are missing. The large one is which items.
One worker, a fixed seed and limits in the solver's own deterministic time: the same request, the same papers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ortools.sat.python import cp_model

from zhiheng.assembly.core.conflicts import PARTED, TOO_MANY, broken_rule, short_cell
from zhiheng.assembly.core.supply import Cell, Plan, Supply
from zhiheng.assembly.core.terms import KEY_LETTERS, Conflict, Infeasible, PoolItem, key_band
from zhiheng.bank.core.terms import LETTERS
from zhiheng.foundation.errors import Refused

EFFORT = 10.0
TOLERANCE = Decimal("0.05")
APART_LIMIT = 4
TOGETHER_LIMIT = 4
CHOICE = 8
BOUND = 10**12


def choose(supply: Supply, plan: Plan, *, effort: float = EFFORT) -> list[list[PoolItem]] | None:
    """The items of each paper, expected scores at the cut as near each other as can be; None when there are none.

    effort: the solver's deterministic time for each way of looking, about a second a unit.
    Raises: Refused when the effort ran out without an answer.
    """
    target = supply.target(plan)
    picked = None
    if supply.request.forms > TOGETHER_LIMIT:
        picked = _one_by_one(supply, plan, target, effort=effort)
    for fixed in (plan, None):
        picked = picked or _Choice(supply, plan=fixed, target=target).solve(effort=effort)
    return picked


def _one_by_one(supply: Supply, plan: Plan, target: int, *, effort: float) -> list[list[PoolItem]] | None:
    """Papers made in turn from what the earlier ones left; the common target keeps them equal.

    None when one of them cannot be made so: the papers may still exist, but have to be sought together.
    """
    made: list[list[PoolItem]] = []
    gone: set[str] = set()
    for paper in range(supply.request.forms):
        choice = _Choice(supply, plan=plan, target=target, papers=(paper,), gone=frozenset(gone))
        picked = choice.solve(effort=effort / TOGETHER_LIMIT)
        if picked is None:
            return None
        made += picked
        gone |= {item.id for item in picked[0]} - supply.request.required
    return made


def _solver(effort: float, seed: int = 0) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_deterministic_time = effort
    return solver


def _found(solver: cp_model.CpSolver, model: cp_model.CpModel, *, proved: bool = False) -> bool:
    """Whether the model has a solution (False: proved that it has none).

    proved: only the best solution will do. Raises: Refused when the effort ran out before that.
    """
    status = solver.solve(model)
    enough = (cp_model.OPTIMAL,) if proved else (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if status not in (*enough, cp_model.INFEASIBLE):
        raise out_of_effort()
    return bool(status != cp_model.INFEASIBLE)


def _improved(solver: cp_model.CpSolver, model: cp_model.CpModel) -> bool:
    """Whether a wish beyond the requirements could be served; what was found before it stands otherwise."""
    return bool(solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE))


def out_of_effort() -> Refused:
    return Refused(
        what="在限定的计算量内没有得出组卷结果",
        remedy="请减少份数，或补充题量紧张的范围后再试",
        code="assembly-effort",
    )


# --- how many of each cell -------------------------------------------------------------------------------


def allocate(supply: Supply, *, effort: float) -> Plan | Infeasible:
    """Counts for each paper and cell that keep area marks and type counts, or the cells that fall short.

    Beyond APART_LIMIT papers the sums over all papers are asked first: if even these fall short, no papers
    exist, and the question stays as small as for one paper.
    """
    forms = supply.request.forms
    if forms > APART_LIMIT:
        sums = _Allocation(supply, groups=1, papers=forms)
        sums.solve(effort=effort)
        if sums.missing:
            return Infeasible(conflicts=sums.conflicts())
    apart = _Allocation(supply, groups=forms, papers=1)
    apart.solve(effort=effort)
    return Infeasible(conflicts=apart.conflicts()) if apart.missing else apart.plan


class _Allocation:
    """The counts program for so many groups of so many papers each."""

    def __init__(self, supply: Supply, *, groups: int, papers: int) -> None:
        self.supply, self.groups, self.papers = supply, groups, papers
        self.model = cp_model.CpModel()
        self.counts: dict[tuple[int, str, str], cp_model.IntVar] = {}
        self.short: dict[Cell, cp_model.IntVar] = {}
        self.plan: Plan = {}
        self.missing: dict[Cell, int] = {}
        for group in range(groups):
            self._demand(group)
        copies = supply.request.forms if supply.request.shared else 1
        lower: list[cp_model.LinearExprT] = []
        for cell, items in supply.cells.items():
            self.short[cell] = self.model.new_int_var(0, BOUND, "")
            borrowed = self.model.new_int_var(0, copies * supply.lower_of(cell), "")
            marks = next(rule.marks for rule in supply.blueprint.kinds if rule.type == cell[1])
            lower.append(int(marks * supply.mark_unit) * borrowed)
            self.model.add(
                sum(self.counts[group, *cell] for group in range(groups))
                <= copies * (len(items) - supply.lower_of(cell)) + borrowed + self.short[cell]
            )
        self.model.add(
            sum(lower) <= int(supply.request.lower_marks * supply.mark_unit) * supply.request.forms
        )

    def _demand(self, group: int) -> None:
        blueprint, unit = self.supply.blueprint, self.supply.mark_unit
        for row in blueprint.areas:
            for rule in blueprint.kinds:
                most = min(rule.count, int(row.marks // rule.marks)) * self.papers
                least = self.papers * self.supply.required_in(row.area, rule.type)
                self.counts[group, row.area, rule.type] = self.model.new_int_var(least, max(least, most), "")
            marks = sum(
                int(rule.marks * unit) * self.counts[group, row.area, rule.type] for rule in blueprint.kinds
            )
            self.model.add(marks == int(row.marks * unit) * self.papers)
        for rule in blueprint.kinds:
            count = sum(self.counts[group, row.area, rule.type] for row in blueprint.areas)
            self.model.add(count == rule.count * self.papers)

    def solve(self, *, effort: float) -> None:
        """Fewest missing items first, then papers alike and load spread like the supply."""
        total = sum(self.short.values())
        self.model.minimize(total)
        solver = _solver(effort)
        if not _found(solver, self.model, proved=True):
            raise Refused(
                what="蓝图自相矛盾：没有一种题量分配能同时满足各范围分值与各题型题量",
                remedy="请改正题型的题量与分值",
                code="blueprint-impossible",
            )
        self._read(solver)
        self.model.add(total == sum(self.missing.values()))
        self._prefer()
        for name, variable in self.counts.items():
            self.model.add_hint(variable, self.plan[name])
        better = _solver(effort)
        self._read(better if _improved(better, self.model) else solver)

    def _read(self, solver: cp_model.CpSolver) -> None:
        self.plan = {name: solver.value(variable) for name, variable in self.counts.items()}
        short = {cell: solver.value(variable) for cell, variable in self.short.items()}
        self.missing = {cell: count for cell, count in short.items() if count}

    def _prefer(self) -> None:
        costs: list[cp_model.LinearExprT] = []
        for (group, area, kind), variable in self.counts.items():
            costs.append(self._distance(variable, self.supply.even_share((area, kind), papers=self.papers)))
            if group:
                costs.append(100 * self._distance(variable, self.counts[0, area, kind]))
        self.model.minimize(sum(costs))

    def _distance(self, variable: cp_model.IntVar, aim: cp_model.IntVar | int) -> cp_model.IntVar:
        distance = self.model.new_int_var(0, BOUND, "")
        self.model.add(distance >= variable - aim)
        self.model.add(distance >= aim - variable)
        return distance

    def conflicts(self) -> tuple[Conflict, ...]:
        titles = {row.area: row.title for row in self.supply.blueprint.areas}
        needed = {cell: sum(self.plan[group, *cell] for group in range(self.groups)) for cell in self.missing}
        return tuple(
            short_cell(
                area=area,
                title=titles[area],
                kind=kind,
                forms=self.supply.request.forms,
                needed=needed[area, kind],
                available=needed[area, kind] - missing
                if self.supply.lower_of((area, kind))  # of a lower level's items only so many may be used
                else len(self.supply.cells[area, kind]),
            )
            for (area, kind), missing in self.missing.items()
        )


# --- which items -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slack:
    """A rule of one paper that may be broken, at a price, to find out which rule is in the way."""

    what: str
    amount: cp_model.IntVar


class _Choice:
    """The item program. plan: fixed counts for each cell; None leaves them free within the blueprint."""

    def __init__(
        self,
        supply: Supply,
        *,
        plan: Plan | None,
        target: int,
        papers: Sequence[int] | None = None,
        gone: frozenset[str] = frozenset(),
        soft: bool = False,
    ) -> None:
        self.supply, self.plan, self.target, self.soft = supply, plan, target, soft
        self.papers = range(supply.request.forms) if papers is None else papers
        self.cells = {cell: self._drawn(cell, gone) for cell in supply.cells}
        self.items = [item for items in self.cells.values() for item in items]
        self.model = cp_model.CpModel()
        self.slacks: list[_Slack] = []
        self.taken = {
            (item.id, paper): self.model.new_bool_var("") for item in self.items for paper in self.papers
        }
        for item in self.items:
            if item.id in supply.request.required:
                self.model.add_bool_and(self.taken[item.id, paper] for paper in self.papers)
            else:
                self.model.add_at_most_one(self.taken[item.id, paper] for paper in self.papers)
        for paper in self.papers:
            self._cells(paper)
            self._keys(paper)
            self._enemies(paper)
            self._lower(paper)

    def _drawn(self, cell: Cell, gone: frozenset[str]) -> list[PoolItem]:
        """The unused items of a cell; with a plan no more of them (in their shuffled order) than make a good choice."""
        left = [item for item in self.supply.cells[cell] if item.id not in gone]
        left.sort(key=lambda item: item.id not in self.supply.request.required)
        if self.plan is None:
            return left
        return left[: CHOICE * (1 + sum(self.plan[paper, *cell] for paper in self.papers))]

    def _count(self, items: Iterable[PoolItem], paper: int) -> cp_model.LinearExprT:
        return sum(self.taken[item.id, paper] for item in items)

    def _cells(self, paper: int) -> None:
        supply = self.supply
        if self.plan is not None:
            for cell, items in self.cells.items():
                self.model.add(self._count(items, paper) == self.plan[paper, *cell])
            return
        for row in supply.blueprint.areas:
            marks = sum(
                int(rule.marks * supply.mark_unit) * self._count(self.cells[row.area, rule.type], paper)
                for rule in supply.blueprint.kinds
            )
            self.model.add(marks == int(row.marks * supply.mark_unit))
        for rule in supply.blueprint.kinds:
            of_type = [item for item in self.items if item.type == rule.type]
            self.model.add(self._count(of_type, paper) == rule.count)

    def _keys(self, paper: int) -> None:
        singles = [item for item in self.items if item.type == "single"]
        band = key_band(sum(rule.count for rule in self.supply.blueprint.kinds if rule.type == "single"))
        for letter in LETTERS:
            count = self._count([item for item in singles if item.key == (letter,)], paper)
            if letter in KEY_LETTERS:
                self.model.add(count + self._slack(letter) >= band.least)
            self.model.add(count - self._slack(TOO_MANY + letter) <= band.most)

    def _enemies(self, paper: int) -> None:
        for one, other in self.supply.pairs:
            if (one, paper) in self.taken and (other, paper) in self.taken:
                both = self.taken[one, paper] + self.taken[other, paper]
                self.model.add(both - self._slack(PARTED) <= 1)

    def _lower(self, paper: int) -> None:
        """No more marks on a lower level's points than agreed."""
        lower = [item for item in self.items if item.lower]
        marks = sum(
            int(self.supply.marks[item.type] * self.supply.mark_unit) * self.taken[item.id, paper]
            for item in lower
        )
        if lower:
            self.model.add(marks <= int(self.supply.request.lower_marks * self.supply.mark_unit))

    def _slack(self, what: str) -> cp_model.LinearExprT:
        if not self.soft:
            return 0
        amount = self.model.new_int_var(0, len(self.items), "")
        self.slacks.append(_Slack(what=what, amount=amount))
        return amount

    def solve(self, *, effort: float) -> list[list[PoolItem]] | None:
        """The items of each paper, or None when there is no such choice.

        Expected scores come first, as near the target as TOLERANCE asks; then few questions on one point.
        """
        self._hint(self._deal())
        deviation = self._deviation()
        near = int(TOLERANCE * self.supply.score_unit)
        self.model.minimize(deviation)
        solver = _solver(effort / 2, self.supply.request.seed)
        solver.parameters.absolute_gap_limit = near
        if not _found(solver, self.model):
            return None
        chosen = self._chosen(solver)
        self.model.add(deviation <= max(near, solver.value(deviation)))
        self.model.clear_hints()
        self._hint({name: name in chosen for name in self.taken})
        self.model.minimize(sum(self._crowding()))
        better = _solver(effort / 2, self.supply.request.seed)
        return self.papers_of(self._chosen(better) if _improved(better, self.model) else chosen)

    def papers_of(self, chosen: set[tuple[str, int]]) -> list[list[PoolItem]]:
        return [[item for item in self.items if (item.id, paper) in chosen] for paper in self.papers]

    def _chosen(self, solver: cp_model.CpSolver) -> set[tuple[str, int]]:
        return {name for name, variable in self.taken.items() if solver.boolean_value(variable)}

    def _deal(self) -> dict[tuple[str, int], bool]:
        """A shuffled deal by the plan to start from: it is the seed that makes it differ."""
        hint = dict.fromkeys(self.taken, False)
        for cell, items in self.cells.items():
            dealt = iter(items)
            for paper in self.papers if self.plan is not None else ():
                for _ in range((self.plan or {})[paper, *cell]):
                    hint[next(dealt).id, paper] = True
        return hint

    def _hint(self, values: Mapping[tuple[str, int], bool]) -> None:
        for name, value in values.items():
            self.model.add_hint(self.taken[name], value)

    def _deviation(self) -> cp_model.IntVar:
        """The largest distance of a paper's expected score from the target, in score units."""
        supply = self.supply
        scores = {item.id: round(supply.score(item) * supply.score_unit) for item in self.items}
        deviation = self.model.new_int_var(0, BOUND, "")
        for paper in self.papers:
            score = sum(scores[item.id] * self.taken[item.id, paper] for item in self.items)
            self.model.add(deviation >= score - self.target)
            self.model.add(deviation >= self.target - score)
        return deviation

    def _crowding(self) -> list[cp_model.IntVar]:
        """For each paper and point, how many questions it has beyond an even spread over the area's points."""
        excess = []
        for row in self.supply.blueprint.areas:
            points: dict[str, list[PoolItem]] = {}
            for item in (item for item in self.items if item.area == row.area):
                for code in item.codes:
                    points.setdefault(code, []).append(item)
            for paper in self.papers:
                size = sum(
                    count
                    for (own, area, _), count in (self.plan or {}).items()
                    if (own, area) == (paper, row.area)
                )
                even = max(1, -(-size // max(1, len(points))))
                for holders in points.values():
                    over = self.model.new_int_var(0, len(holders), "")
                    self.model.add(over >= self._count(holders, paper) - even)
                    excess.append(over)
        return excess


def diagnose(supply: Supply, *, effort: float) -> Infeasible:
    """The counts can be met, yet no choice keeps every rule: break as few as possible and say which."""
    choice = _Choice(supply, plan=None, target=0, soft=True)
    choice.model.minimize(sum(slack.amount for slack in choice.slacks))
    solver = _solver(effort, supply.request.seed)
    _found(solver, choice.model)
    broken: dict[str, int] = {}
    for slack in choice.slacks:
        amount = solver.value(slack.amount)
        if amount:
            broken[slack.what] = broken.get(slack.what, 0) + amount
    return Infeasible(conflicts=tuple(broken_rule(supply, what, count) for what, count in broken.items()))
