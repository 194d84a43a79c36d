"""What a page in a browser carries opens the seats and nothing else: nobody decides past the back office with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.delivery.packs import candidate, small_pack
from tests.delivery.running import PATIENCE, in_an_hour, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log

ATTEMPT = "00000000-0000-4000-8000-000000000001"
ACT = {"act": "message", "attempts": None, "text": "请保持安静"}
RESCUE = {"attempt": ATTEMPT, "rows": [{"epoch": 1, "item": "s1", "seq": 9, "value": "a", "client_time": ""}]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    keys = ensure_keys(tmp_path)
    now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
    write_pack(tmp_path, small_pack(keys.key_id, candidate(1, keys.hmac, starts=now - timedelta(minutes=5))))
    return tmp_path


@pytest.fixture
def address(data: Path) -> Iterator[str]:
    port = free_port()
    process = start(data, port)
    yield f"http://127.0.0.1:{port}/hall/staff/"
    process.terminate()
    process.wait(timeout=PATIENCE)


def test_a_pass_that_looks_changes_nothing(data: Path, address: str) -> None:
    def ask(path: str, body: Any = None, *, looks: bool) -> int:
        expires = in_an_hour()
        staff = StaffPass("w", "演示监考甲", "2026-11-28", (), expires, looks)
        token = mint_staff_token(staff, key=ensure_keys(data).hmac)
        headers = {"Authorization": f"Staff {token}", "Accept": "application/json"}
        method = "GET" if body is None else "POST"
        answer = httpx.request(
            method, address + path, json=body, headers=headers, timeout=PATIENCE, trust_env=False
        )
        return answer.status_code

    assert [ask("seats", looks=True), ask("outages", looks=True)] == [200, 200]
    assert [ask("act", ACT, looks=True), ask("rescue", RESCUE, looks=True)] == [401, 401]
    assert [row.kind for row in read_log(data)] == []
    assert ask("act", ACT, looks=False) == 200
