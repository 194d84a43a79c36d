"""`zhiheng bench hall`: all the measurements in their order."""

import os
from dataclasses import asdict, dataclass
from typing import Any

from zhiheng.cli.hall_bench.cost import cost_rows, slow_rows
from zhiheng.cli.hall_bench.endurance import endurance_rows
from zhiheng.cli.hall_bench.figures import load_average
from zhiheng.cli.hall_bench.generator import Generator
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.hall_bench.latency import latency_rows, memory_rows
from zhiheng.cli.hall_bench.starts import starts_rows
from zhiheng.cli.spawning import company, raise_open_files
from zhiheng.foundation.errors import Refused

WANTED_FILES = 20_000
SECTIONS = {
    "cost": cost_rows,
    "slow": slow_rows,
    "latency": latency_rows,
    "memory": memory_rows,
    "starts": starts_rows,
    "endurance": endurance_rows,
}
LONG = ("endurance",)
"""Only when asked for by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """only: names of SECTIONS, empty for all. seconds: of one cell."""

    rounds: int = 5
    seconds: float = 3.0
    only: tuple[str, ...] = ()


def plan_of(*, rounds: int, quick: bool, only: str) -> Plan:
    """Raises: Refused for an unknown section."""
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in names:
        if name not in SECTIONS:
            raise Refused(
                what=f"没有“{name}”这一项测量",
                remedy=f"请用 {'、'.join(SECTIONS)} 中的名称",
                code="bench-section",
            )
    return Plan(rounds=rounds, seconds=1.0 if quick else 3.0, only=names)


def run(plan: Plan, *, say: Say) -> dict[str, Any]:
    """Rows and the circumstances they were taken in."""
    raise_open_files(WANTED_FILES)
    rows: list[Row] = []
    before = load_average()
    with company() as own, Generator.start(own) as generator:
        generator.close()  # answered once it has been compiled
        for name, section in SECTIONS.items():
            if name in plan.only or (not plan.only and name not in LONG):
                say(f"—— {name} ——")
                rows += section(own, generator, rounds=plan.rounds, seconds=plan.seconds, say=say)
    return {
        "processors": os.cpu_count(),
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "load_average": [before, load_average()],
        "rows": [asdict(row) for row in rows],
    }
