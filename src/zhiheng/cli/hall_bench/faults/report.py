"""`zhiheng bench hall --faults`: all of them in their order."""

import os
from dataclasses import asdict
from typing import Any

from zhiheng.cli.hall_bench.faults.cases import full_disk, kill_hall, kill_postgres, slow_disk, wrong_clock
from zhiheng.cli.hall_bench.faults.frozen import frozen_hall
from zhiheng.cli.hall_bench.faults.power_cut import power_cut
from zhiheng.cli.hall_bench.faults.standby import lost_primary
from zhiheng.cli.hall_bench.faults.two_halls import two_halls
from zhiheng.cli.hall_bench.faults.watching import watch_postgres, watch_sqlite
from zhiheng.cli.hall_bench.figures import load_average
from zhiheng.cli.hall_bench.goals import Row, Say
from zhiheng.cli.spawning import company
from zhiheng.foundation.errors import Refused

FAULTS = {
    "kill": kill_hall,
    "postgres": kill_postgres,
    "full": full_disk,
    "clock": wrong_clock,
    "slow": slow_disk,
    "watch": watch_sqlite,
    "watch-postgres": watch_postgres,
    "power": power_cut,
    "standby": lost_primary,
    "two-halls": two_halls,
    "frozen": frozen_hall,
}


def run_faults(*, rounds: int, only: str, say: Say) -> dict[str, Any]:
    """Raises: Refused for an unknown fault."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    for name in names:
        if name not in FAULTS:
            raise Refused(
                what=f"没有“{name}”这一项故障",
                remedy=f"请用 {'、'.join(FAULTS)} 中的名称",
                code="bench-section",
            )
    rows: list[Row] = []
    before = load_average()
    for name, fault in FAULTS.items():
        if not names or name in names:
            say(f"—— {name} ——")
            with company() as own:
                rows += fault(own, rounds=rounds, say=say)
    return {
        "processors": os.cpu_count(),
        "rounds": rounds,
        "load_average": [before, load_average()],
        "rows": [asdict(row) for row in rows],
    }
