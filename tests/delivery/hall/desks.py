"""A desk whose log is a list, on a clock the test turns by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from tests.delivery.packs import ID_NUMBER, candidate, small_paper
from zhiheng.delivery.core.attempt import Entry, EntryKey
from zhiheng.delivery.core.pack import SittingPack, seal_pack
from zhiheng.delivery.core.token import Session, StaffPass
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import PackShelf, Place, write_pack
from zhiheng.delivery.hall.signing_in import Arrival, SigningIn
from zhiheng.delivery.hall.staff import Act, Done, Staff
from zhiheng.delivery.hall.store import Fate, Outcome

START = 1_800_000_000_000
MINUTE = 60_000
ROOMS = ("第一机房", "第二机房")


def attempt(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


class ListLog:
    """Keeps rows in memory as a store would; `held` rows are told only when let go."""

    def __init__(self) -> None:
        self.rows: list[Entry] = []
        self.held: list[tuple[Entry, Callable[[Outcome], None]]] | None = None
        self.waiting = 0

    def add(self, entry: Entry, on_durable: Callable[[Outcome], None]) -> None:
        if self.held is not None:
            self.held.append((entry, on_durable))
        else:
            on_durable(self.put(entry))

    def let_go(self) -> None:
        held, self.held = self.held or [], None
        for entry, on_durable in held:
            on_durable(self.put(entry))

    def put(self, entry: Entry) -> Outcome:
        names: dict[EntryKey, Entry] = {row.key: row for row in self.rows}
        kept = names.get(entry.key)
        if kept is None:
            row = msgspec.structs.replace(entry, id=len(self.rows) + 1)
            self.rows.append(row)
            return Outcome(Fate.APPENDED, row)
        return Outcome(Fate.REPEATED if kept.body == entry.body else Fate.CONFLICT, kept)


@dataclass
class Office:
    """Three candidates: two in the first room, one in the second; the exam lasts 90 minutes."""

    desk: Desk
    log: ListLog
    door: SigningIn
    said: list[str] = field(default_factory=list)

    def arrive(self, number: int = 1, *, machine: str = "a", now: int = START + MINUTE, **more: Any) -> str:
        """What the door says: "waiting", the word of a refusal comes as the exception it is, else "open"."""
        said: list[str] = []
        self.door.sign_in(
            Arrival(ticket=f"2026112800{number:04d}", id_number=ID_NUMBER, machine=machine, **more),
            now=now,
            done=lambda place, session, token: said.append(f"open {token}"),
            wait=lambda why: said.append("waiting"),
        )
        return said[0] if said else "not yet"

    def token(self, number: int = 1, **more: Any) -> str:
        word, _, token = self.arrive(number, **more).partition(" ")
        assert word == "open"
        return token

    def act(self, act: str, *numbers: int, now: int = START + MINUTE, **more: Any) -> Done:
        """By somebody who watches over everything; no numbers for all."""
        return self.act_as(EVERYWHERE, act, *numbers, now=now, **more)

    def act_as(
        self, staff: StaffPass, act: str, *numbers: int, now: int = START + MINUTE, **more: Any
    ) -> Done:
        told: list[Done] = []
        named = tuple(attempt(number) for number in numbers) or None
        made = Act(act=cast(Any, act), attempts=named, **more)
        Staff(self.desk).act(staff, made, now=now, then=told.append)
        (done,) = told
        return done

    def live(self, number: int = 1) -> Live:
        return self.desk.live(attempt(number))

    def place(self, number: int = 1) -> Place:
        return self.desk.shelf.by_attempt[attempt(number)]

    def session(self, token: str, *, now: int) -> Session:
        return self.desk.place_of(token, now=now)[1]

    def reborn(self, *, shelf: PackShelf | None = None) -> "Office":
        """Another process that knows only the log."""
        desk = Desk(shelf=shelf or self.desk.shelf, committer=cast(Committer, self.log), keys=self.desk.keys)
        desk.remember(self.log.rows)
        return Office(desk=desk, log=self.log, door=SigningIn(desk))


EVERYWHERE = StaffPass("account-1", "演示监考甲", "2026-11-28", (), START + 10 * 60 * MINUTE)
FIRST_ROOM = StaffPass("account-2", "演示监考乙", "2026-11-28", (ROOMS[0],), START + 10 * 60 * MINUTE)


def office(folder: Path, **conditions: Any) -> Office:
    """conditions: fields of the pack."""
    keys = ensure_keys(folder)
    starts = datetime.fromtimestamp(START / 1000, tz=UTC)
    people = [candidate(number, keys.hmac, starts=starts, room=ROOMS[number == 3]) for number in (1, 2, 3)]
    pack = SittingPack(
        sitting="2026-11-28",
        title="理论考试",
        key_id=keys.key_id,
        papers=(small_paper(),),
        candidates=tuple(people),
        **conditions,
    )
    write_pack(folder, seal_pack(pack))
    shelf = PackShelf(folder / "packs", key_id=keys.key_id, say=print)
    shelf.rescan()
    log = ListLog()
    desk = Desk(shelf=shelf, committer=cast(Committer, log), keys=keys)
    return Office(desk=desk, log=log, door=SigningIn(desk))
