"""Two halls on one database, as two machines would run them: what happens at one holds at the other."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import PATIENCE, ago, in_an_hour
from tests.postgres import temporary_cluster
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.service import Hall, HallSettings

ATTEMPT = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with temporary_cluster() as address:
        yield address


class Side:
    """One of the two halls, as a candidate and as somebody who watches."""

    def __init__(self, hall: Hall, keys: HallKeys) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{hall.port}/hall/", timeout=PATIENCE, trust_env=False
        )
        self._key = keys.hmac
        staff = StaffPass("w", "演示监考甲", "2026-11-28", (), in_an_hour())
        self._staff = f"Staff {mint_staff_token(staff, key=keys.hmac)}"

    async def sign_in(self, machine: str) -> httpx.Response:
        asked = {"ticket": "20261128000001", "id_number": ID_NUMBER, "machine": machine}
        return await self._client.post("signin", json=asked)

    async def ask(self, path: str, token: str, body: Any = None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {token}"}
        return await self._client.request(method, path, json=body, headers=headers)

    async def act(self, **act: Any) -> int:
        body = {"attempts": [ATTEMPT]} | act
        answer = await self._client.post("staff/act", json=body, headers={"Authorization": self._staff})
        return int(answer.json()["done"])

    async def seat(self) -> dict[str, Any]:
        headers = {"Authorization": self._staff, "Accept": "application/json"}
        seat: dict[str, Any] = (await self._client.get("staff/seats", headers=headers)).json()["seats"][0]
        return seat

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self._client.post(f"staff/{path}", json=body, headers={"Authorization": self._staff})

    def listening(self) -> AbstractAsyncContextManager[httpx.Response]:
        return self._client.stream("GET", "staff/seats", headers={"Authorization": self._staff})

    async def seats_status(self, who: str) -> int:
        expires = in_an_hour()
        token = mint_staff_token(StaffPass(who, "", "2026-11-28", (), expires, True), key=self._key)
        headers = {"Authorization": f"Staff {token}", "Accept": "application/json"}
        return (await self._client.get("staff/seats", headers=headers)).status_code

    async def close(self) -> None:
        await self._client.aclose()


async def soon(what: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it comes true while one waits."""
    give_up = time.monotonic() + PATIENCE
    while not (true := await what()) and time.monotonic() < give_up:
        await asyncio.sleep(0.1)
    return true


def between_two_halls(folder: Path, dsn: str, play: Callable[[Side, Side], Awaitable[None]]) -> None:
    """Two halls on one database and one folder of keys and packs, as two machines would have them."""

    async def run() -> None:
        keys = ensure_keys(folder)
        settings = HallSettings(data_dir=folder, port=0, database_url=dsn)
        halls = [Hall(settings, say=lambda text: None) for _ in range(2)]
        for hall in halls:
            await hall.start()
        here, there = (Side(hall, keys) for hall in halls)
        try:
            await play(here, there)
        finally:
            for side in (here, there):
                await side.close()
            for hall in halls:
                await hall.drain()

    asyncio.run(run())


def test_what_happens_at_one_hall_holds_at_the_other(tmp_path: Path, dsn: str) -> None:
    keys = ensure_keys(tmp_path)
    one = candidate(1, keys.hmac, starts=ago(minutes=10))
    write_pack(tmp_path, small_pack(keys.key_id, one))
    between_two_halls(tmp_path, dsn, _play)


async def _play(here: Side, there: Side) -> None:
    token = (await here.sign_in("a")).json()["token"]
    answer = {"item": "s1", "seq": 1, "value": "a"}
    assert (await there.ask("answer", token, answer)).json()["counted"] is True
    assert (await here.ask("answers", token)).json()["answers"] == {"s1": "a"}

    async def counted() -> bool:
        return bool((await here.seat())["answered"] == 1)

    assert await soon(counted)
    assert await there.act(act="grant", minutes=5, reason="断电") == 1
    assert await here.act(act="grant", minutes=3, reason="断网") == 1

    async def both() -> bool:
        return [(await side.seat())["granted"] for side in (here, there)] == [8, 8]

    assert await soon(both)
    assert (await there.sign_in("b")).status_code == 202

    async def asked() -> bool:
        return bool((await here.seat())["asked"])

    assert await soon(asked)
    assert await here.act(act="allow") == 1

    async def open_there() -> bool:
        opened = await there.sign_in("b")
        return opened.status_code == 200 and opened.json()["epoch"] == 2

    assert await soon(open_there)

    async def closed_here() -> bool:
        told = await here.ask("time", token)
        return told.status_code == 409 and told.json()["error"]["code"] == "other-machine"

    assert await soon(closed_here)

    asked = {"who": "w2", "until": in_an_hour() + 600_000}
    assert (await here.post("withdraw", asked)).status_code == 200

    async def taken_back_there() -> bool:
        return await there.seats_status("w2") == 401

    assert await soon(taken_back_there)
    assert [await there.seats_status(who) for who in ("w", "w3")] == [200, 200]


async def _news_cross(here: Side, there: Side) -> None:
    async with there.listening() as line:
        events = (text async for text in line.aiter_lines() if text.startswith("event: "))
        assert await anext(events) == "event: all"
        assert (await here.post("news")).json() == {"told": 0}  # nobody listens there
        assert await asyncio.wait_for(anext(events), PATIENCE) == "event: news"


def test_news_told_to_one_hall_reach_the_consoles_of_the_other(tmp_path: Path, dsn: str) -> None:
    between_two_halls(tmp_path, dsn, _news_cross)
