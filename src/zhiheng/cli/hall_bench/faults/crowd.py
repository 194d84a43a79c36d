"""Many candidates' pages at once: each keeps an answer until that very number was acknowledged.

They run on a thread of their own, so that the measurement can start and kill servers meanwhile.
"""

import asyncio
import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvloop

from zhiheng.cli.hall_bench.exam import ITEMS, item_id, json_request
from zhiheng.cli.hall_bench.wire import PATIENCE, Unexpected, Wire, WireBroken, sign_in_request
from zhiheng.cli.hall_ledger import Ack, Name

BOX_LIMIT = 40
_FIRST_SEQ = 1_000_000_000
_PAUSES = (0.005, 0.03)
_WAITS = (0.05, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer in a page's box."""

    item: str
    seq: int
    value: str


@dataclass(slots=True, kw_only=True)
class Page:
    """One candidate's machine. anew: signs in again after every break, else goes on with its token.

    mark: writes the number into the client's time, where a watch can find it in the log's bytes.
    patience: seconds it waits for an answer before it takes the line for broken.
    """

    ticket: str
    attempt: str
    first_seq: int
    anew: bool
    mark: bool = False
    patience: float = PATIENCE
    acks: list[Ack] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    breaks: int = 0
    _box: deque[Kept] = field(default_factory=deque)
    _token: str = ""
    _epoch: int = 0
    _made: int = 0

    async def live(self, ports: Sequence[int], rng: random.Random, stopped: asyncio.Event) -> None:
        """ports: of the halls there are; after a break the next one is tried."""
        while not stopped.is_set():
            try:
                await self._sit(ports[self.breaks % len(ports)], rng, stopped)
            except WireBroken:
                self.breaks += 1
                if self.anew:
                    self._token = ""
            except Unexpected as refusal:
                self.refused[str(refusal)[:60]] = self.refused.get(str(refusal)[:60], 0) + 1
                if str(refusal).startswith(("401", "409")):
                    self._token = ""
            self._write(rng)  # the candidate goes on without the line
            await _rest(rng.uniform(*_WAITS), stopped)

    async def _sit(self, port: int, rng: random.Random, stopped: asyncio.Event) -> None:
        wire = await Wire.to(port, patience=self.patience)
        try:
            if not self._token:
                facts = await wire.ask_json(sign_in_request(self.ticket, f"machine-{self.ticket}"))
                self._token, self._epoch = facts["token"], facts["epoch"]
            while not stopped.is_set():
                if not self._box:
                    self._write(rng)
                await self._send(wire)
                await _rest(rng.uniform(*_PAUSES), stopped)
        finally:
            wire.abort()

    async def _send(self, wire: Wire) -> None:
        """The oldest answer; it leaves the box only when that very number was acknowledged."""
        kept, epoch = self._box[0], self._epoch
        said = f"K{kept.seq}" * 3 if self.mark else "2026-11-28T09:00:00.000+08:00"
        facts = {"item": kept.item, "seq": kept.seq, "value": kept.value, "client_time": said}
        told = await wire.ask_json(json_request("/hall/answer", facts, token=self._token))
        if told.get("seq") != kept.seq:
            raise Unexpected(f"other number {told}")
        self.acks.append(Ack(Name(self.attempt, epoch, kept.item, kept.seq), f'"{kept.value}"'))
        self._box.popleft()

    def _write(self, rng: random.Random) -> None:
        if len(self._box) < BOX_LIMIT:
            item, value = item_id(rng.randint(1, ITEMS)), rng.choice("abcd")
            self._box.append(Kept(item=item, seq=self.first_seq + self._made, value=value))
            self._made += 1


class Crowd:
    """Pages on a thread of their own, from `start` until `stop`."""

    def __init__(
        self,
        ports: Sequence[int],
        tickets: Sequence[str],
        attempts: Sequence[str],
        *,
        seed: int,
        mark: bool = False,
        patience: float = PATIENCE,
    ) -> None:
        """ports: of one hall, or of several that share a log; the pages begin at them in turn."""
        self.pages = [
            Page(
                ticket=ticket,
                attempt=attempt,
                first_seq=_FIRST_SEQ + 10_000_000 * place,
                anew=place % 2 == 1,
                mark=mark,
                patience=patience,
            )
            for place, (ticket, attempt) in enumerate(zip(tickets, attempts, strict=True))
        ]
        self._ports = tuple(ports)
        self._seed = seed
        self._settled = [0] * len(self.pages)
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self._started = threading.Event()

    def start(self) -> "Crowd":
        self._thread.start()
        self._started.wait()
        return self

    def stop(self) -> None:
        """Again is nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(timeout=60)

    @property
    def acknowledged(self) -> int:
        return sum(len(page.acks) for page in self.pages)

    @property
    def breaks(self) -> int:
        return sum(page.breaks for page in self.pages)

    @property
    def refused(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for page in self.pages:
            for words, count in tuple(page.refused.items()):
                found[words] = found.get(words, 0) + count
        return found

    def new_acks(self) -> list[Ack]:
        """Those since the last time this was asked."""
        found: list[Ack] = []
        for place, page in enumerate(self.pages):
            until = len(page.acks)
            found += page.acks[self._settled[place] : until]
            self._settled[place] = until
        return found

    def all_acks(self) -> list[Ack]:
        return [ack for page in self.pages for ack in tuple(page.acks)]

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._live())

    def _ports_of(self, place: int) -> tuple[int, ...]:
        first = place // 2 % len(self._ports)  # by twos: those that sign in anew are every second one
        return self._ports[first:] + self._ports[:first]

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._started.set()
        rngs = [random.Random(f"{self._seed}-{place}") for place in range(len(self.pages))]
        await asyncio.gather(
            *(
                page.live(self._ports_of(place), rng, self._stopped)
                for place, (page, rng) in enumerate(zip(self.pages, rngs, strict=True))
            )
        )


async def _rest(seconds: float, stopped: asyncio.Event) -> None:
    if not stopped.is_set():
        await asyncio.sleep(seconds)
