"""A6 and A7: banks nobody here made up, read from a folder given on the command line."""

import csv
import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from zhiheng.assembly.core.search.forms import Search, parallel_forms
from zhiheng.assembly.core.search.problem import Bank, Flags, Integers, Paper, Reals, foes_of
from zhiheng.cli.assembly_bench.cases import Say, Scale, cpu
from zhiheng.cli.measured import Row
from zhiheng.foundation.errors import Refused

LENGTH, DOMAINS, FORMS = 50, 2, 5
POINTS = np.array([-1.0, 0.0, 1.0])
CORE = 150  # items the heuristic looks at
BEST_SCIENCE = 44.9133  # the optimum other solvers agree on


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file. Raises: Refused when it is not there."""
    path = folder / name
    if not path.is_file():
        raise Refused(what=f"文件夹 {folder} 里没有 {name}", remedy="请检查 --data", code="bench-data")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def number(text: str | None) -> float:
    return float(text) if text not in (None, "", "NA") else 0.0


def logistic(a: Reals, b: Reals, c: Reals, thetas: Reals) -> Reals:
    """Information of three-parameter items, (n, len(thetas)). Source: Lord (1980), equation 4-43."""
    chance = 1 / (1 + np.exp(-a[:, None] * (thetas - b[:, None])))
    solved = c[:, None] + (1 - c[:, None]) * chance
    slope = (1 - c[:, None]) * a[:, None] * chance * (1 - chance)
    return np.asarray(slope**2 / (solved * (1 - solved)))


def a6(folder: Path | None, scale: Scale, say: Say) -> Row:
    """Five forms of fifty items, two domains, information at three points, nothing used twice."""
    task, goal = "外部题库 4,998 题：5 份各 50 题，不重题", "信息量偏差 ≤0.1%，比整数规划快 ≥1,000 倍"
    if folder is None:
        return Row(id="A6", task=task, goal=goal, reached=None)
    say("A6：外部题库 …")
    rows = read(folder, "flexata_items4998.csv")
    names = {row["ItemID"]: place for place, row in enumerate(rows)}
    pairs = [(names[row["ItemID"]], names[row["EnemyID"]]) for row in read(folder, "flexata_enemies.csv")]
    a, b, c = (np.array([number(row[name]) for row in rows]) for name in ("IRT_a", "IRT_b", "IRT_c"))
    information = logistic(a, b, c, POINTS)
    domains = sorted({row["Domain"] for row in rows})
    cell = np.array([domains.index(row["Domain"]) for row in rows], dtype=np.int64)
    counts = np.full(DOMAINS, LENGTH // DOMAINS, dtype=np.int64)
    target = np.asarray(sum(counts[d] * information[cell == d].mean(axis=0) for d in range(DOMAINS)))
    foe_start, foes = foes_of(len(rows), pairs)
    nothing = np.zeros(0)
    bank = Bank(
        cells=DOMAINS,
        cell=cell,
        aims=information,
        bands=np.zeros((len(rows), 0)),
        foe_start=foe_start,
        foes=foes,
    )
    paper = Paper(
        counts=counts,
        target=target,
        tolerance=0.001 * target,
        least=nothing,
        most=nothing,
        fixed=np.zeros(0, dtype=np.int64),
    )
    search = Search.of(bank, paper)
    search.one(seed=0)
    forms, ours = cpu(lambda: parallel_forms(search, FORMS, seed=1))
    off = np.abs(information[forms].sum(axis=1) / target - 1).max() if forms is not None else 1.0
    say(f"A6：同一模型交给 HiGHS，限 {scale.limit:.0f} 秒 …")
    peer = _by_program(information, cell, counts, target, pairs, limit=scale.limit)
    ratio = peer.wall / max(ours, 1e-9)
    return Row(
        id="A6",
        task=task,
        goal=goal,
        reached=bool(off <= 0.001 and ratio >= 1000 and (peer.off is None or peer.off >= off)),
        figures={
            "cpu_ms": round(ours * 1000, 2),
            "information_off_percent": round(float(off) * 100, 3),
            "program_wall_seconds": round(peer.wall, 1),
            "program_off_percent": None if peer.off is None else round(peer.off * 100, 3),
            "times": round(ratio),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Peer:
    wall: float
    off: float | None


def _by_program(
    information: Reals,
    cell: Integers,
    counts: Integers,
    target: Reals,
    pairs: list[tuple[int, int]],
    *,
    limit: float,
) -> _Peer:
    """The least largest relative deviation over all forms at once, as far as the limit allows."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack  # noqa: PLC0415 - only this needs them

    began = time.perf_counter()
    size = len(cell)
    ones = np.array([cell == d for d in range(DOMAINS)], dtype=np.float64)
    scaled = (information / target).T
    met = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    places = np.repeat(np.arange(len(met)), 2)
    apart = csr_array((np.ones(2 * len(met)), (places, np.array(met).ravel())), shape=(len(met), size))
    blocks, lower, upper = [], [], []
    for form in range(FORMS):
        own = np.vstack([ones, scaled, scaled])
        body = vstack([csr_array(own), apart])
        left, right = size * form, size * (FORMS - form - 1)
        slack = np.concatenate([np.zeros(DOMAINS), -np.ones(3), np.ones(3), np.zeros(len(met))])
        parts = [csr_array((body.shape[0], left)), body, csr_array((body.shape[0], right))]
        blocks.append(hstack([*parts, csr_array(slack[:, None])]))
        lower += [*counts, *[-np.inf] * 3, *[1.0] * 3, *[-np.inf] * len(met)]
        upper += [*counts, *[1.0] * 3, *[np.inf] * 3, *[1.0] * len(met)]
    once = hstack([*[eye_array(size)] * FORMS, csr_array((size, 1))])
    blocks.append(once)
    lower += [-np.inf] * size
    upper += [1.0] * size
    columns = size * FORMS + 1
    objective = np.zeros(columns)
    objective[-1] = 1
    whole = np.ones(columns)
    whole[-1] = 0
    result = milp(
        objective,
        integrality=whole,
        bounds=Bounds(0, np.append(np.ones(columns - 1), np.inf)),
        constraints=LinearConstraint(csr_array(vstack(blocks)), np.array(lower), np.array(upper)),
        options={"time_limit": limit},
    )
    off = None if result.x is None else float(result.x[-1])
    return _Peer(wall=time.perf_counter() - began, off=off)


# --- A7 -----------------------------------------------------------------------------------------------------

CALL = re.compile(r'(\w+)\s*(==|>=|<=|<|>|%in%)\s*(c\([^)]*\)|"[^"]*"|[-\d.]+)')


def _meets(rows: list[dict[str, str]], condition: str) -> Flags:
    """Which items meet a condition such as `STANDARD %in% c(2, 4) & DOK >= 3`."""
    met = np.ones(len(rows), dtype=np.bool_)
    for name, sign, value in CALL.findall(condition):
        wanted = [part.strip().strip('"') for part in value.removeprefix("c(").removesuffix(")").split(",")]
        if sign in ("==", "%in%"):
            met &= np.array([row[name] in wanted for row in rows])
            continue
        held, bound = np.array([number(row[name]) for row in rows]), float(wanted[0])
        met &= {">=": held >= bound, "<=": held <= bound, "<": held < bound, ">": held > bound}[sign]
    return met


def a7(folder: Path | None, scale: Scale, say: Say) -> Row:
    """Most information at three points under thirty-six rules."""
    task, goal = "外部科学题库 1,000 题、36 条约束：信息量最大的 30 题", "精确解 44.9133±0.0001；启发式 ≥99%"
    if folder is None:
        return Row(id="A7", task=task, goal=goal, reached=None)
    say("A7：外部科学题库 …")
    rows = read(folder, "testdesign_science_bank.csv")
    value = _science_information(rows)
    rules = _Rules.of(rows, read(folder, "testdesign_science_constraints.csv"))
    exact, spent = cpu(lambda: _exact(rules, value))
    quickly, quick = cpu(lambda: _promising(rules, value))
    best, near = float(value[exact].sum()), float(value[quickly].sum())
    return Row(
        id="A7",
        task=task,
        goal=goal,
        reached=abs(best - BEST_SCIENCE) <= 1e-4
        and near / best >= 0.99
        and rules.broken(exact) == rules.broken(quickly) == 0,
        figures={
            "exact": round(best, 6),
            "items": int(exact.sum()),
            "exact_cpu_seconds": round(spent, 2),
            "heuristic_share": round(near / best, 4),
            "heuristic_cpu_ms": round(quick * 1000, 1),
        },
    )


def _science_information(rows: list[dict[str, str]]) -> Reals:
    """(n,) information summed over the three points. 3PL, or generalised partial credit (Muraki 1992)."""
    found = np.zeros(len(rows))
    for place, row in enumerate(rows):
        a = number(row["PAR1"])
        if row["MODEL"] == "3PL":
            b, c = number(row["PAR2"]), number(row["PAR3"])
            found[place] = logistic(np.array([a]), np.array([b]), np.array([c]), POINTS).sum()
            continue
        steps = np.array([number(row[name]) for name in ("PAR2", "PAR3", "PAR4") if row[name] != "NA"])
        level = np.arange(len(steps) + 1)
        for theta in POINTS:
            power = a * (level * theta - np.concatenate([[0.0], np.cumsum(steps)]))
            chance = np.exp(power - power.max())
            chance /= chance.sum()
            mean = (chance * level).sum()
            found[place] += a * a * (chance * (level - mean) ** 2).sum()
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rules:
    """The rules as rows: lower <= matrix @ taken <= upper, least <= taken <= most."""

    matrix: Reals
    lower: Reals
    upper: Reals
    least: Reals
    most: Reals

    @classmethod
    def of(cls, rows: list[dict[str, str]], rules: list[dict[str, str]]) -> "_Rules":
        lines: list[tuple[Reals, float, float]] = []
        least, most = np.zeros(len(rows)), np.ones(len(rows))
        for rule in rules:
            met = _meets(rows, rule["CONDITION"])
            if rule["TYPE"] == "Number":
                lines.append((met.astype(np.float64), number(rule["LB"]), number(rule["UB"])))
            elif rule["TYPE"] == "Enemy":
                lines.append((met.astype(np.float64), 0, 1))
            elif rule["TYPE"] == "AllOrNone":
                difference = met.astype(np.float64)
                difference[np.flatnonzero(met)[0]] = -1
                lines.append((difference, 0, 0))
            elif rule["TYPE"] == "Include":
                least[met] = 1
            elif rule["TYPE"] == "Exclude":
                most[met] = 0
        return cls(
            matrix=np.array([line[0] for line in lines]),
            lower=np.array([line[1] for line in lines]),
            upper=np.array([line[2] for line in lines]),
            least=least,
            most=np.maximum(most, least),
        )

    def broken(self, taken: Flags) -> int:
        sums = self.matrix @ taken
        return int(
            ((sums < self.lower) | (sums > self.upper)).sum()
            + ((taken < self.least) | (taken > self.most)).sum()
        )


def _best(rules: _Rules, value: Reals, *, most: Reals, whole: bool = True) -> Reals:
    """The items of most value under the rules, or their shares when they need not be whole."""
    result = milp(
        -value,
        integrality=np.full(len(value), int(whole)),
        bounds=Bounds(rules.least, most),
        constraints=LinearConstraint(rules.matrix, rules.lower, rules.upper),
        options={"mip_rel_gap": 0.0},
    )
    if result.x is None:
        raise Refused(what="A7 的约束无解", remedy="请检查 --data 里的文件", code="bench-data")
    return np.asarray(result.x)


def _exact(rules: _Rules, value: Reals) -> Flags:
    return np.asarray(_best(rules, value, most=rules.most) > 0.5)


def _promising(rules: _Rules, value: Reals) -> Flags:
    """The heuristic: the relaxation's own items, and the most informative beside them, solved as a small bank.

    The relaxation of a maximum is tight, so that what it leaves out is seldom in a good paper.
    """
    shares = _best(rules, value, most=rules.most, whole=False)
    rank = np.argsort(-(value + 1000 * (shares > 1e-6)), kind="stable")
    kept = np.zeros(len(value))
    kept[rank[:CORE]] = rules.most[rank[:CORE]]
    return np.asarray(_best(rules, value, most=np.maximum(kept, rules.least)) > 0.5)
