"""What is held against a goal, and the table of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhiheng.cli.hall_bench.figures import median

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One cell of one round. cpu_us: processor time of the server's whole tree per answered request."""

    rate: float
    cpu_us: float
    p50: float
    p99: float
    p999: float
    errors: int
    asked: float = 0.0  # the rate of an open loop
    lag99: float = 0.0  # how late the generator itself was, ms

    @property
    def words(self) -> str:
        return f"{self.rate:,.0f} 次/秒，{self.cpu_us:.1f} µs/次，p50 {self.p50:.2f} p99 {self.p99:.2f} p99.9 {self.p999:.2f} ms，错误 {self.errors}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the result. reached: None when there is no goal, or it was not run (why says so)."""

    id: str
    what: str
    value: float | None = None
    goal: str = ""
    reached: bool | None = None
    why: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def middle(samples: Sequence[Sample]) -> Sample:
    """The medians of the rounds; errors are added up."""
    return Sample(
        rate=round(median([one.rate for one in samples]), 1),
        cpu_us=round(median([one.cpu_us for one in samples]), 2),
        p50=median([one.p50 for one in samples]),
        p99=median([one.p99 for one in samples]),
        p999=median([one.p999 for one in samples]),
        errors=sum(one.errors for one in samples),
        asked=median([one.asked for one in samples]),
        lag99=median([one.lag99 for one in samples]),
    )


def ratio(above: Sequence[float], below: Sequence[float]) -> float | None:
    """The median over the rounds of the quotient of the same round; None without a usable round."""
    pairs = [one / other for one, other in zip(above, below, strict=True) if one > 0 and other > 0]
    return round(median(pairs), 2) if pairs else None


def at_least(row_id: str, what: str, value: float | None, goal: float, *, why: str = "") -> Row:
    reached = None if value is None else value >= goal
    return Row(id=row_id, what=what, value=value, goal=f">= {goal:g}", reached=reached, why=why)


def at_most(row_id: str, what: str, value: float | None, goal: float, *, why: str = "") -> Row:
    reached = None if value is None else value <= goal
    return Row(id=row_id, what=what, value=value, goal=f"<= {goal:g}", reached=reached, why=why)


def page(rows: Sequence[Row]) -> str:
    return "\n".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    if row.value is None and row.why:
        return f"{row.id:<4}{row.what}：未运行（{row.why}）"
    value = "" if row.value is None else f"　{row.value:g}"
    verdict = {True: "　达到", False: "　未达到", None: ""}[row.reached]
    goal = f"　目标 {row.goal}" if row.goal else ""
    notes = "　".join(f"{name} {fact}" for name, fact in row.figures.items())
    return f"{row.id:<4}{row.what}{value}{goal}{verdict}" + (f"　（{notes}）" if notes else "")
