"""Exam starts: a new connection, sign-in, the key of the paper, and the first answer saved."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import uvloop

from zhiheng.cli.hall_bench.exam import item_id, json_request, plain_request
from zhiheng.cli.hall_bench.figures import due_times, median, percentiles, processor_seconds
from zhiheng.cli.hall_bench.generator import Generator
from zhiheng.cli.hall_bench.goals import Row, Say, at_least
from zhiheng.cli.hall_bench.servers import HallKind, hall_with_candidates
from zhiheng.cli.hall_bench.wire import Unexpected, Wire, WireBroken, has_route, sign_in
from zhiheng.cli.spawning import Company

GOAL = 1_000
CANDIDATES = 10_000
AT_ONCE = 100
KEY, PAPER = "/hall/key", "/hall/paper"


@dataclass(slots=True)
class Starts:
    """latencies: seconds, from the moment a start was due."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


def starts_rows(
    company: Company, generator: Generator, *, rounds: int, seconds: float, say: Say
) -> list[Row]:
    server = hall_with_candidates(company, HallKind(), candidates=CANDIDATES, sign_in=False)
    tickets = itertools.cycle(server.tickets)
    rates, costs, highs, middles, errors = [], [], [], [], 0
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        path = KEY if runner.run(has_route(server.port, KEY)) else PAPER
        for number in range(rounds):
            before = processor_seconds(server.roots)
            closed = runner.run(_closed(server.port, tickets, path, seconds=seconds))
            spent = processor_seconds(server.roots) - before
            due = runner.run(_open(server.port, tickets, path, seconds=seconds, seed=number + 1))
            p50, p99 = percentiles(np.array(due.latencies) * 1000, (50.0, 99.0))
            rates.append(closed.rate)
            costs.append(spent / max(len(closed.latencies), 1) * 1e6)
            middles.append(p50)
            highs.append(p99)
            errors += closed.errors + due.errors
            say(
                f"第 {number + 1}/{rounds} 轮　开考 {closed.rate:,.0f} 人/秒；每秒 {GOAL} 人时 p50 {p50} p99 {p99} ms，错误 {errors}"
            )
    company.end(server.children[0])
    row = at_least("H9", "每秒开考人数（新连接、登录、取卷钥匙、第一个答案）", round(median(rates)), GOAL)
    facts = {
        "path": path,
        "cpu_us": round(median(costs)),
        "p50_at_1000": median(middles),
        "p99_at_1000": median(highs),
        "errors": errors,
    }
    return [
        Row(
            id=row.id,
            what=row.what,
            value=row.value,
            goal=row.goal,
            reached=bool(row.reached) and errors == 0,
            figures=facts,
        )
    ]


async def begin(port: int, ticket: str, path: str) -> None:
    """One candidate's start. Raises: WireBroken, Unexpected."""
    wire = await Wire.to(port)
    try:
        token = await sign_in(wire, ticket, f"machine-{ticket}")
        await wire.ask_json(plain_request(path, token=token))
        answer = {"item": item_id(1), "seq": time.monotonic_ns() // 1000, "value": "a", "client_time": ""}
        await wire.ask_json(json_request("/hall/answer", answer, token=token))
    finally:
        wire.abort()


async def _timed(port: int, ticket: str, path: str, *, since: float, into: Starts) -> None:
    try:
        await begin(port, ticket, path)
    except (WireBroken, Unexpected):
        into.errors += 1
    else:
        into.latencies.append(time.perf_counter() - since)


async def _closed(port: int, tickets: Iterator[str], path: str, *, seconds: float) -> Starts:
    found, began = Starts(), time.perf_counter()

    async def keep_on() -> None:
        while time.perf_counter() - began < seconds:
            await _timed(port, next(tickets), path, since=time.perf_counter(), into=found)

    await asyncio.gather(*(keep_on() for _ in range(AT_ONCE)))
    found.seconds = time.perf_counter() - began
    return found


async def _open(port: int, tickets: Iterator[str], path: str, *, seconds: float, seed: int) -> Starts:
    found, began = Starts(), time.perf_counter()
    running = []
    for due in due_times(rate=GOAL, seconds=seconds, seed=seed) / 1e9:
        moment = began + float(due)
        if (wait := moment - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        running.append(asyncio.ensure_future(_timed(port, next(tickets), path, since=moment, into=found)))
    await asyncio.gather(*running)
    found.seconds = time.perf_counter() - began
    return found
