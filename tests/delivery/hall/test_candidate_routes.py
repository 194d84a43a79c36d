"""What a page asks of a hall over HTTP: the sealed paper and its key, news, reports, media, the receipt."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.delivery.packs import ID_NUMBER, candidate, small_pack, small_paper
from tests.delivery.running import PATIENCE, ago, in_an_hour
from zhiheng.delivery.core.pack import PackMedia, PackPaper, order_of, seal_pack
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.sealed import printed_paper
from zhiheng.delivery.hall.service import Hall, HallSettings

PICTURE = b"\x89PNG not really"
SHA = hashlib.sha256(PICTURE).hexdigest()
GONE = "0" * 64
SITE = "https://desk.example.org"


def paper() -> PackPaper:
    """The small paper with a picture on its first question, and one whose file is not there."""
    plain = small_paper()
    media = tuple(
        PackMedia(id=name, media_type="image/png", sha256=sha, alt="价目表", bytes=len(PICTURE))
        for name, sha in (("p", SHA), ("q", GONE))
    )
    first = msgspec.structs.replace(plain.items[0], media=media, fixed_options=True)
    return msgspec.structs.replace(plain, items=(first, *plain.items[1:]))


class Page:
    """A candidate's browser."""

    def __init__(self, client: httpx.AsyncClient, number: int) -> None:
        self._client = client
        self._number = number
        self.token = ""

    async def sign_in(self, machine: str = "a") -> dict[str, Any]:
        ticket = f"2026112800{self._number:04d}"
        asked = {"ticket": ticket, "id_number": ID_NUMBER, "machine": machine}
        answer = await self._client.post("/hall/signin", json=asked)
        facts: dict[str, Any] = answer.json()
        self.token = facts["token"]
        return facts

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._client.get(f"/hall/{path}", headers=self._headers(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self._client.post(f"/hall/{path}", json=body, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | more


class Staff:
    def __init__(self, client: httpx.AsyncClient, keys: HallKeys) -> None:
        expires = in_an_hour()
        token = mint_staff_token(StaffPass("w", "演示监考甲", "2026-11-28", (), expires), key=keys.hmac)
        self._client = client
        self.headers = {"Authorization": f"Staff {token}"}

    async def act(self, **act: Any) -> dict[str, Any]:
        answer = await self._client.post("/hall/staff/act", json=act, headers=self.headers)
        facts: dict[str, Any] = answer.json()
        return facts


def in_hall(
    folder: Path,
    work: Callable[[Page, Page, Staff], Awaitable[None]],
    **conditions: Any,
) -> None:
    """The first candidate's exam began ten minutes ago, the second's begins in twenty."""

    async def serve() -> None:
        keys = ensure_keys(folder)
        people = [
            candidate(1, keys.hmac, starts=ago(minutes=10), accommodation="延长 30 分钟"),
            candidate(2, keys.hmac, starts=ago(minutes=-20)),
        ]
        pack = small_pack(keys.key_id, *people, paper=paper())
        if conditions:
            pack = seal_pack(msgspec.structs.replace(pack, hash="", **conditions))
        write_pack(folder, pack)
        (folder / "packs" / "media").mkdir()
        (folder / "packs" / "media" / SHA).write_bytes(PICTURE)
        hall = Hall(HallSettings(data_dir=folder, port=0, site_origin=f"{SITE}/"), say=lambda text: None)
        await hall.start()
        try:
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{hall.port}", trust_env=False, timeout=PATIENCE
            ) as client:
                await work(Page(client, 1), Page(client, 2), Staff(client, keys))
        finally:
            await hall.drain()

    asyncio.run(serve())


def test_the_paper_is_fetched_sealed_and_opened_by_the_key(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        status, waiting = await page.sign_in(), await early.sign_in()
        sealed = await early.get(f"sealed/{waiting['sealed']['hash']}")
        closed = await early.get("key")
        key = (await page.get("key")).json()

        assert status["sealed"] == waiting["sealed"]
        assert (hashlib.sha256(sealed.content).hexdigest(), len(sealed.content)) == (
            waiting["sealed"]["hash"],
            waiting["sealed"]["bytes"],
        )
        assert sealed.headers["cache-control"] == "private, max-age=86400, immutable"
        assert (closed.status_code, closed.json()["error"]["code"]) == (403, "not-started")
        assert "paper" not in waiting
        opened = AESGCM(base64.b64decode(key["key"])).decrypt(sealed.content[:12], sealed.content[12:], None)
        assert json.loads(opened) == json.loads(json.dumps(printed_paper(paper())))
        order = order_of(paper(), attempt=status["attempt"])
        assert (key["items"], key["options"]["m1"]) == (list(order.items), list(order.options["m1"]))
        assert (key["options"]["s1"], key["options"]["t1"]) == (["a", "b", "c", "d"], [])
        plain = (await page.get("paper")).json()["paper"]
        assert [item["id"] for section in plain["sections"] for item in section["items"]] == key["items"]
        assert (status["watermark"], status["accommodation"], status["paused"]) == (
            status["ticket"],
            {"zh": "延长 30 分钟", "en": "延长 30 分钟"},  # a pack made before there was English
            None,
        )
        assert waiting["accommodation"] is None

    in_hall(tmp_path, sit)


def test_only_the_own_sealed_paper_and_only_with_a_token(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        nobody = await page.get(f"sealed/{GONE}")
        await page.sign_in()
        other = await page.get(f"sealed/{GONE}")
        posted = await page.post(f"sealed/{GONE}", {})

        assert [nobody.status_code, other.status_code, posted.status_code] == [401, 404, 404]

    in_hall(tmp_path, sit)


def test_media_come_after_the_start_and_only_those_of_the_paper(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        await page.sign_in()
        await early.sign_in()
        found = await page.get(f"media/{SHA}")
        again = await page.get(f"media/{SHA}")
        statuses = [
            (await early.get(f"media/{SHA}")).status_code,
            (await page.get(f"media/{GONE}")).status_code,
            (await page.get(f"media/{'1' * 64}")).status_code,
            (await page.get("media/../../hall.key.json")).status_code,
        ]

        assert (found.content, found.headers["content-type"], again.content) == (
            PICTURE,
            "image/png",
            PICTURE,
        )
        assert "sandbox" in found.headers["content-security-policy"]
        assert statuses == [403, 404, 404, 404]

    in_hall(tmp_path, sit)


def test_news_are_counted_and_told(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        status = await page.sign_in()
        attempt = status["attempt"]
        assert (await page.get("state")).json()["rev"] == 0
        await staff.act(act="message", attempts=[attempt], text="还有十分钟")
        await staff.act(act="grant", attempts=[attempt], minutes=3, reason="断电")
        state = (await page.get("state")).json()

        assert (state["rev"], [one["text"] for one in state["messages"]]) == (2, ["还有十分钟"])
        assert [(one["minutes"], one["reason"]) for one in state["grants"]] == [(3, "断电")]
        assert (await page.get("time")).json()["rev"] == 2
        assert set((await early.get("time")).json()) == {"server_time"}

    in_hall(tmp_path, sit)


def test_events_are_kept_once_and_may_be_commented_on(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        await page.sign_in()
        events = [
            {"seq": 1, "kind": "hidden", "at": "2026-11-28T09:00:00+08:00", "seconds": 2.6},
            {"seq": 2, "kind": "copy", "at": "2026-11-28T09:01:00+08:00"},
        ]
        told = [await page.post("events", {"events": events}) for _ in range(2)]
        said = await page.post("comment", {"seq": 1, "text": "系统弹窗"})
        state = (await page.get("state")).json()
        other = await page.post("events", {"events": [events[1] | {"kind": "paste"}]})

        assert [one.json() for one in told] == [{"seq": 2}, {"seq": 2}]
        assert (said.json(), [(one["seq"], one["kind"], one["comment"]) for one in state["events"]]) == (
            {"seq": 1},
            [(1, "hidden", "系统弹窗"), (2, "copy", "")],
        )
        assert other.json()["error"]["code"] == "sequence-conflict"

    in_hall(tmp_path, sit)


def test_what_a_sitting_does_not_record_is_taken_and_not_kept(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        status = await page.sign_in()
        events = [
            {"seq": n, "kind": kind, "at": ""} for n, kind in enumerate(("copy", "print", "blur"), start=1)
        ]
        told = [
            (await page.post("events", {"events": some})).json() for some in (events, events[2:], events[:1])
        ]
        kept = (await page.get("state")).json()["events"]

        assert status["unrecorded"] == ["copy", "blur"]
        assert told == [{"seq": 3}, {"seq": 3}, {"seq": 1}]
        assert [one["kind"] for one in kept] == ["print"]

    in_hall(tmp_path, sit, unrecorded=("copy", "blur"))


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("events", {"events": []}, "answer"),
        ("events", {"events": [{"seq": 1, "kind": "looked-away", "at": ""}]}, "body"),
        ("events", {"events": [{"seq": 0, "kind": "copy", "at": ""}]}, "answer"),
        ("events", {"events": [{"seq": 1, "kind": "copy", "at": "x" * 41}]}, "answer"),
        ("events", {"events": [{"seq": 1, "kind": "copy", "at": "", "seconds": -1}]}, "answer"),
        ("events", {"events": [{"seq": n, "kind": "copy", "at": ""} for n in range(1, 52)]}, "answer"),
        ("events", {"events": [{"seq": 1, "kind": "copy", "at": "\x00"}]}, "answer"),
        ("comment", {"seq": 1, "text": "话\x00"}, "answer"),
        ("comment", {"seq": 1, "text": "  "}, "answer"),
        ("comment", {"seq": 1, "text": "长" * 501}, "answer"),
        ("comment", {"seq": -1, "text": "话"}, "answer"),
        ("comment", {"seq": 1, "text": "话", "epoch": 9}, "answer"),
    ],
)
def test_reports_that_are_none_are_refused(tmp_path: Path, path: str, body: Any, code: str) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        await page.sign_in()
        assert (await page.post(path, body)).json()["error"]["code"] == code

    in_hall(tmp_path, sit)


def test_a_page_that_reports_without_end_is_not_heard_for_ever(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        await page.sign_in()
        codes = set()
        for start in range(1, 602, 50):
            events = [{"seq": n, "kind": "blur", "at": ""} for n in range(start, start + 50)]
            answer = (await page.post("events", {"events": events})).json()
            codes.add(answer.get("error", {}).get("code", "kept"))
        assert codes == {"kept", "events-full"}
        assert (await page.post("answer", {"item": "s1", "seq": 1, "value": "a"})).status_code == 200

    in_hall(tmp_path, sit)


def test_the_receipt_is_there_once_handed_in_and_stays_the_same(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        await page.sign_in()
        before = await page.get("receipt")
        await page.post("answer", {"item": "s1", "seq": 1, "value": "a"})
        receipt = await page.post("submit")
        await page.post("answer", {"item": "s2", "seq": 2, "value": "a"})

        assert (before.status_code, (await page.get("receipt")).content) == (404, receipt.content)

    in_hall(tmp_path, sit)


def test_in_another_browser_the_key_comes_with_a_word(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        first = await page.post(
            "signin", {"ticket": "20261128000001", "id_number": ID_NUMBER, "machine": "a"}
        )
        assert (first.status_code, "安全考试浏览器" in first.json()["sentence"]) == (202, True)
        await staff.act(act="allow", attempts=["00000000-0000-4000-8000-000000000001"])
        await page.sign_in()
        key = await page.get("key")
        assert ("安全考试浏览器" in key.json()["notice"], key.json()["rev"]) == (True, 1)
        assert (await page.post("answer", {"item": "s1", "seq": 1, "value": "a"})).status_code == 200

    in_hall(tmp_path, sit, seb_config_keys=("0" * 64,))


def test_only_the_back_office_s_pages_may_ask_from_elsewhere(tmp_path: Path) -> None:
    async def sit(page: Page, early: Page, staff: Staff) -> None:
        client = page._client
        asked = [
            await client.options("/hall/staff/seats", headers={"Origin": origin})
            for origin in (SITE, "https://elsewhere.example.org")
        ]
        seats = await client.get(
            "/hall/staff/seats", headers=staff.headers | {"Origin": SITE, "Accept": "application/json"}
        )
        candidate_side = await client.get("/hall/time", headers={"Origin": SITE})

        assert [one.headers.get("access-control-allow-origin") for one in asked] == [SITE, None]
        assert "authorization" in asked[0].headers["access-control-allow-headers"]
        assert (seats.headers["access-control-allow-origin"], len(seats.json()["seats"])) == (SITE, 2)
        assert "access-control-allow-origin" not in candidate_side.headers

    in_hall(tmp_path, sit)
