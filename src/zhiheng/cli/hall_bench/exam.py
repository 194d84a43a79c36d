"""A made-up sitting in a hall's data directory, and the bytes its candidates send."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from zhiheng.cli.hall_bench.marks import ITEM_MARK, SEQ_MARK, VALUE_MARK
from zhiheng.delivery.core.pack import (
    Option,
    PackCandidate,
    PackItem,
    PackPaper,
    PackSection,
    SittingPack,
    hash_id,
    seal_pack,
)
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.foundation.moment import SHANGHAI

SITTING = "bench-sitting"
ID_NUMBER = "11010119900101123x"
ITEMS = 60
_ITEM_STEM = "00000000-0000-4000-8000-0000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """tickets[n] sits attempts[n]."""

    data: Path
    tickets: tuple[str, ...]
    attempts: tuple[str, ...]


def item_id(number: int) -> str:
    """Ids as long as a real paper's; number 1 to ITEMS."""
    return f"{_ITEM_STEM}{number:02d}"


def make_exam(data: Path, *, candidates: int) -> Exam:
    """A pack that has begun ten minutes ago, with ITEMS questions, on the shelf of this data directory."""
    keys = ensure_keys(data)
    starts = datetime.fromtimestamp(int(time.time()) - 600, tz=SHANGHAI)
    known = hash_id(keys.hmac, ID_NUMBER)
    people = tuple(
        PackCandidate(
            ticket=f"20991128{number:08d}",
            id_hash=known,
            attempt=f"00000000-0000-4000-9000-{number:012d}",
            display_name="演示考生",
            paper="paper",
            starts_at=starts,
            ends_at=starts + timedelta(hours=8),
            room=f"第{1 + number // 40}机房",
            seat=f"{1 + number % 40:02d}",
        )
        for number in range(candidates)
    )
    pack = SittingPack(
        sitting=SITTING, title="性能测量", key_id=keys.key_id, papers=(_paper(),), candidates=people
    )
    write_pack(data, seal_pack(pack))
    return Exam(
        data=data,
        tickets=tuple(one.ticket for one in people),
        attempts=tuple(one.attempt for one in people),
    )


def _paper() -> PackPaper:
    items = tuple(
        PackItem(
            id=item_id(number),
            type="single",
            marks="1",
            stem=f"直播间第 {number} 项准备工作中，下列哪一项应当最先完成，并在开播之前由另一人复核？",
            options=tuple(
                Option(id=letter, text=f"核对第 {letter} 类商品的资质文件、价格与库存") for letter in "abcd"
            ),
        )
        for number in range(1, ITEMS + 1)
    )
    section = PackSection(title="一、单项选择题", items=tuple(item.id for item in items))
    return PackPaper(id="paper", title="性能测量试卷", sections=(section,), items=items)


def answer_request(token: str, *, path: str = "/hall/answer") -> bytes:
    """One save as the page sends it, with marks where the generator writes its digits."""
    body = (
        b'{"item":"' + _ITEM_STEM.encode() + ITEM_MARK + b'","seq":' + SEQ_MARK + b',"value":"' + VALUE_MARK
        + b'","client_time":"2026-11-28T09:00:00.000+08:00"}'
    )  # fmt: skip
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def plain_request(path: str, *, token: str = "") -> bytes:
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}\r\n".encode()


def json_request(path: str, facts: object, *, token: str = "") -> bytes:
    body = json.dumps(facts).encode()
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
