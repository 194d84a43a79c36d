"""The rehearsal itself: waiting room, start, answering, breaks, a killed server, handing in, the reckoning."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from zhiheng.cli.hall_bench.figures import percentiles
from zhiheng.cli.hall_ledger import compare
from zhiheng.cli.hall_rehearsal.line import HallSaidNo, Line
from zhiheng.cli.hall_rehearsal.machine import HallProcess, sync_times
from zhiheng.cli.hall_rehearsal.made_up import QUESTIONS, made_up_pack, made_up_people
from zhiheng.cli.hall_rehearsal.sitter import Sitter
from zhiheng.cli.spawning import Company, raise_open_files
from zhiheng.delivery.core.rehearsing import SPARE_FILES, Rehearsed
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.clock import HallClock
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

CUT_SHARE, MOVED_SHARE = 0.05, 0.02
CUT_SECONDS = (2.0, 6.0)
START_JITTER = 2.0
SIGN_INS_A_SECOND = 100
AFTERMATH = 2.0
_HOUR_MS = 3_600_000

Show = Callable[[str, int, int], None]
"""(what is going on, done, in all)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """seconds: of answering. pace: seconds between two answers of a candidate. kill: the server, half-way."""

    candidates: int
    seconds: float
    pace: float
    kill: bool
    seed: int = 1


@dataclass(slots=True)
class Breaks:
    """When the hall or a candidate's line was taken down on purpose; saves touched by one are not timed."""

    last: float = float("-inf")
    restart_seconds: float | None = None
    own: dict[str, float] = field(default_factory=dict)


def rehearse(plan: Plan, *, data: Path, show: Show) -> Rehearsed:
    """Play it on the disk of `data`; everything made for it is removed. Raises: Refused when the hall does not start."""
    files = raise_open_files(plan.candidates + SPARE_FILES)
    if files < plan.candidates + 100:
        raise Refused(
            what=f"本机最多可打开 {files} 个文件，演练 {plan.candidates} 名考生要 {plan.candidates + SPARE_FILES} 个",
            rule="每名考生一个连接",
            remedy=f"请减少人数，或先执行 ulimit -n {plan.candidates + SPARE_FILES}",
            code="open-files",
        )
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=data) as folder:
        company = Company(Path(folder))
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(_Play(plan, HallProcess(company), files, show).run())
        finally:
            company.end_all()


class _Play:
    def __init__(self, plan: Plan, hall: HallProcess, files: int, show: Show) -> None:
        self.plan, self.hall, self.files, self.show = plan, hall, files, show
        self.luck = random.Random(plan.seed)
        self.breaks = Breaks()
        self.cut = self.moved = 0
        self.sitting = ""
        self.stuck: list[str] = []

    async def run(self) -> Rehearsed:
        plan, hall = self.plan, self.hall
        keys = self._set_up()
        sync, free = sync_times(hall.data), shutil.disk_usage(hall.data).free
        hall.start()
        lead = max(3.0, plan.candidates / SIGN_INS_A_SECOND + 2)
        clock = HallClock(hall.data)
        starts = datetime.fromtimestamp(clock.now() / 1000 + lead, tz=SHANGHAI)
        sitters = self._seat(keys, starts)
        await self._each("候考：登录并下载加密试卷", [self._arrive(one, lead - 2) for one in sitters])
        await asyncio.sleep(max(0.0, starts.timestamp() - clock.now() / 1000))
        began = asyncio.get_running_loop().time()
        await self._each("开考：领取密钥，打开试卷", [self._open(one) for one in sitters])
        cpu, share = hall.cpu_seconds(), 0.0
        clock_began = time.monotonic()
        answering = self._each("作答", [self._sit(one, keys) for one in sitters])
        if plan.kill:
            share, _ = await asyncio.gather(self._kill_half_way(cpu, clock_began), answering)
        else:
            await answering
            share = (hall.cpu_seconds() - cpu) / (time.monotonic() - clock_began)
        await self._each("交卷", [self._hand_in(one, keys) for one in sitters])
        hall.stop()
        self.show("核对记录", 0, 1)
        kept = compare((a for one in sitters for a in one.acknowledged), read_log(hall.data))
        self.show("核对记录", 1, 1)
        opened = [one.opened_at for one in sitters if one.opened_at is not None]
        return Rehearsed(
            candidates=plan.candidates,
            questions=QUESTIONS,
            open_files=self.files,
            free_bytes=free,
            sync_ms=_slowest(sync),
            signed_in=sum(one.signed_in for one in sitters),
            opened=len(opened),
            start_seconds=max(opened, default=began) - began,
            acknowledged=sum(len(one.acknowledged) for one in sitters),
            missing=kept.missing + kept.altered + sum(one.lost_on_the_way for one in sitters),
            doubled=kept.twice,
            disordered=kept.disordered,
            save_ms=_slowest([1000 * t for one in sitters for t in one.latencies]),
            cpu_share=share,
            cut=self.cut,
            moved=self.moved,
            stuck=tuple(self.stuck),
            restart_seconds=self.breaks.restart_seconds,
            submitted=sum(one.submitted for one in sitters),
            receipts=sum(one.receipt_holds for one in sitters),
        )

    def _set_up(self) -> HallKeys:
        self.hall.data.mkdir()
        return ensure_keys(self.hall.data)

    def _seat(self, keys: HallKeys, starts: datetime) -> list[Sitter]:
        plan = self.plan
        people = made_up_people(plan.candidates)
        ends = starts + timedelta(seconds=plan.seconds + 900)
        pack = made_up_pack(people, keys=keys, starts_at=starts, ends_at=ends)
        write_pack(self.hall.data, pack)
        self.sitting = pack.sitting
        items = {item.id: item for item in pack.papers[0].items}
        return [
            Sitter(
                one, Line(*self.hall.address), items=items, luck=random.Random(f"{plan.seed}:{one.ticket}")
            )
            for one in people
        ]

    async def _each(self, words: str, acts: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Everybody at once. A refusal or a silence is that candidate's failure, and shows in the count."""
        listed = list(acts)
        done = 0

        async def one(act: Coroutine[Any, Any, None]) -> None:
            nonlocal done
            try:
                await act
            except (HallSaidNo, TimeoutError) as problem:
                self.stuck.append(f"{words}：{problem or '没有应答'}")
            done += 1
            self.show(words, done, len(listed))

        self.show(words, 0, len(listed))
        await asyncio.gather(*(one(act) for act in listed))

    async def _arrive(self, one: Sitter, within: float) -> None:
        await asyncio.sleep(1 + self.luck.random() * max(0.0, within - 1))
        await one.sign_in()
        await one.fetch_sealed()

    async def _open(self, one: Sitter) -> None:
        await asyncio.sleep(self.luck.random() * START_JITTER)
        await one.open_paper()

    async def _sit(self, one: Sitter, keys: HallKeys) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self.plan.seconds
        fate = self.luck.random()
        trouble_at = ends - self.plan.seconds * self.luck.uniform(0.3, 0.7)
        due = loop.time() + self.luck.random() * self.plan.pace
        while due < ends:
            await asyncio.sleep(max(0.0, due - loop.time()))
            if fate < CUT_SHARE + MOVED_SHARE and loop.time() > trouble_at:
                await self._trouble(one, moves=fate >= CUT_SHARE, keys=keys)
                fate = 1.0
            await one.answer(calm=partial(self._calm, one.person.attempt))
            due += self.luck.expovariate(1 / self.plan.pace)

    async def _trouble(self, one: Sitter, *, moves: bool, keys: HallKeys) -> None:
        if moves:
            self.moved += 1
            await one.move(Line(*self.hall.address), lambda attempt: self._allow(attempt, keys))
        else:
            self.cut += 1
            one.line.cut()
            await asyncio.sleep(self.luck.uniform(*CUT_SECONDS))
        self.breaks.own[one.person.attempt] = asyncio.get_running_loop().time()

    async def _allow(self, attempt: str, keys: HallKeys) -> None:
        """The invigilator lets the second machine in."""
        line = Line(*self.hall.address)
        expires = round(time.time() * 1000) + _HOUR_MS
        staff = StaffPass(who="rehearsal", name="演练监考员", sitting=self.sitting, rooms=(), expires=expires)
        line.token = f"Staff {mint_staff_token(staff, key=keys.hmac)}"
        await line.ask("POST", "/hall/staff/act", {"act": "allow", "attempts": [attempt]})
        line.cut()

    def _calm(self, attempt: str, began: float) -> bool:
        return began > max(self.breaks.last + AFTERMATH, self.breaks.own.get(attempt, float("-inf")))

    async def _kill_half_way(self, cpu: float, began: float) -> float:
        """The share of a processor used until then."""
        await asyncio.sleep(self.plan.seconds / 2)
        share = (self.hall.cpu_seconds() - cpu) / (time.monotonic() - began)
        self.breaks.last = float("inf")
        killed = time.monotonic()
        await asyncio.to_thread(self.hall.kill)
        await asyncio.to_thread(self.hall.start)
        self.breaks.restart_seconds = time.monotonic() - killed
        self.breaks.last = asyncio.get_running_loop().time()
        return share

    async def _hand_in(self, one: Sitter, keys: HallKeys) -> None:
        await asyncio.sleep(self.luck.random() * min(5.0, self.plan.candidates / SIGN_INS_A_SECOND))
        await one.hand_in(keys.public)
        one.line.cut()


def _slowest(values: Sequence[float]) -> float:
    """What ninety-nine in a hundred do not exceed; 0 of nothing."""
    return percentiles(np.array(values), [99])[0]
