"""A made-up candidate: signs in, waits, opens the paper, answers, meets trouble, hands in."""

import asyncio
import base64
import hashlib
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhiheng.cli.hall_ledger import Ack, Name
from zhiheng.cli.hall_rehearsal.line import Line
from zhiheng.cli.hall_rehearsal.made_up import MadeUp
from zhiheng.delivery.core.answer import AnswerValue, answer_body
from zhiheng.delivery.core.pack import PackItem
from zhiheng.delivery.core.receipt import answers_hash, read_receipt, receipt_holds

Allow = Callable[[str], Awaitable[None]]


class Sitter:
    """Times are those of the event loop. latencies: seconds of the saves no planned break touched."""

    def __init__(
        self, person: MadeUp, line: Line, *, items: dict[str, PackItem], luck: random.Random
    ) -> None:
        self.person = person
        self.line = line
        self.acknowledged: list[Ack] = []
        self.latencies: list[float] = []
        self.signed_in = self.submitted = self.receipt_holds = False
        self.opened_at: float | None = None
        self.lost_on_the_way = 0
        self._items = items
        self._luck = luck
        self._given: dict[str, Any] = {}
        self._sealed: dict[str, Any] = {}
        self._ciphertext = b""
        self._epoch = 0
        self._seq = 0

    async def sign_in(self, allow: Allow | None = None) -> None:
        """allow: the invigilator, asked when the exam is open on another machine."""
        body = {
            "ticket": self.person.ticket,
            "id_number": self.person.id_number,
            "machine": uuid4().hex,
        }
        self.line.token = ""
        while True:
            status, answer = await self.line.ask_raw("POST", "/hall/signin", body)
            facts = json.loads(answer)
            if status == 200:
                break
            if allow is not None:
                await allow(self.person.attempt)
            await asyncio.sleep(0.2)
        self.line.token = f"Bearer {facts['token']}"
        self._epoch, self._seq = facts["epoch"], 0
        self._sealed = facts["sealed"]
        self.signed_in = True

    async def fetch_sealed(self) -> None:
        _, self._ciphertext = await self.line.ask_raw("GET", f"/hall/sealed/{self._sealed['hash']}")

    async def open_paper(self) -> None:
        """With the small key; the paper must be the one whose hash was told, and complete."""
        facts = await self.line.ask("GET", "/hall/key")
        if hashlib.sha256(self._ciphertext).hexdigest() != self._sealed["hash"]:
            return
        nonce, rest = self._ciphertext[:12], self._ciphertext[12:]
        paper = json.loads(AESGCM(base64.b64decode(facts["key"])).decrypt(nonce, rest, None))
        if {item["id"] for item in paper["items"]} == set(facts["items"]) == set(self._items):
            self.opened_at = asyncio.get_running_loop().time()

    async def answer(self, *, calm: Callable[[float], bool]) -> None:
        """One answer, kept until the hall has acknowledged that very number. calm: no break since a moment."""
        item = self._luck.choice(list(self._items.values()))
        value = self._choose(item)
        self._seq += 1
        began = asyncio.get_running_loop().time()
        body = {"item": item.id, "seq": self._seq, "value": value, "client_time": ""}
        acknowledged = await self.line.ask("POST", "/hall/answer", body)
        if acknowledged["seq"] != self._seq:
            self.lost_on_the_way += 1
            return
        written = answer_body(item, value)
        self.acknowledged.append(Ack(Name(self.person.attempt, self._epoch, item.id, self._seq), written))
        self._remember(item.id, written)
        if calm(began):
            self.latencies.append(asyncio.get_running_loop().time() - began)

    async def move(self, other: Line, allow: Allow) -> None:
        """This machine dies; another goes on, and must find every acknowledged answer."""
        self.line.cut()
        self.line = other
        await self.sign_in(allow)
        kept = (await self.line.ask("GET", "/hall/answers"))["answers"]
        self.lost_on_the_way += sum(kept.get(item) != value for item, value in self._given.items())

    async def hand_in(self, public: Ed25519PublicKey) -> None:
        raw = (await self.line.ask_raw("POST", "/hall/submit"))[1]
        receipt = read_receipt(raw)
        self.submitted = True
        mine = answers_hash(self.person.attempt, self._given)
        self.receipt_holds = receipt_holds(receipt, public) and receipt.hash == mine

    def _choose(self, item: PackItem) -> AnswerValue:
        if item.type == "short":
            return "演练作答" * self._luck.randint(5, 40)
        letters = [option.id for option in item.options]
        if item.type == "single":
            return self._luck.choice(letters)
        return self._luck.sample(letters, k=self._luck.randint(1, len(letters)))

    def _remember(self, item: str, written: str) -> None:
        value = json.loads(written)
        if value is None:
            self._given.pop(item, None)
        else:
            self._given[item] = value
