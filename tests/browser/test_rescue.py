"""A rescue file made in a real browser opens in the back office, down to the last letter."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.delivery.packs import candidate, small_pack
from tests.delivery.running import Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.rescue import open_rescue, read_header
from zhiheng.delivery.hall.keys import ensure_keys, rescue_public
from zhiheng.delivery.hall.packs import write_pack

pytestmark = pytest.mark.browser

ROWS = [
    {"epoch": 1, "item": "s1", "seq": 4, "value": "a", "client_time": "2026-11-28T01:30:00.000Z"},
    {"epoch": 1, "item": "m1", "seq": 5, "value": ["a", "c"], "client_time": "2026-11-28T01:31:00.000Z"},
    {
        "epoch": 1,
        "item": "t1",
        "seq": 6,
        "value": "“直播”\n𠮷 \u0001 \\",
        "client_time": "2026-11-28T01:32:00.000Z",
    },
    {"epoch": 1, "item": "s2", "seq": 7, "value": None, "client_time": "2026-11-28T01:33:00.000Z"},
]
MAKE = """async (rescue) => {
  const { offerRescue } = await import("/hall/static/rescue.js");
  await offerRescue(rescue);
}"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("hall")
    keys = ensure_keys(data)
    now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
    place = candidate(1, keys.hmac, starts=now - timedelta(minutes=5))
    write_pack(data, small_pack(keys.key_id, place))
    port = free_port()
    running = Running(data=data, port=port, process=start(data, port), tickets=(place.ticket,))
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def page(chromium: Browser, hall: Running) -> Iterator[Page]:
    with chromium.new_context(locale="zh-CN", accept_downloads=True) as context:
        page = context.new_page()
        page.goto(f"{hall.url}/hall/")
        yield page


def rescue(hall: Running, **more: Any) -> dict[str, Any]:
    point = base64.b64encode(rescue_public(ensure_keys(hall.data))).decode()
    facts = {"attempt": "00000000-0000-4000-8000-000000000001", "ticket": hall.tickets[0], "sitting": "s"}
    return (
        facts | {"queue": ROWS, "sessionEpoch": 1, "recipientKey": point, "token": "zh", "offset": 7.6} | more
    )


def test_a_file_made_in_the_browser_opens_with_the_halls_key(
    page: Page, hall: Running, tmp_path: Path
) -> None:
    page.evaluate("import('/hall/static/rescue.js')")
    page.context.set_offline(True)  # made on this machine alone
    with page.expect_download() as downloading:
        page.evaluate(MAKE, rescue(hall))
    downloading.value.save_as(tmp_path / "file")
    raw = (tmp_path / "file").read_bytes()
    file = open_rescue(raw, ensure_keys(hall.data).rescue)

    assert downloading.value.suggested_filename == f"rescue-{hall.tickets[0]}.zhrescue"
    assert [
        {
            "epoch": row.epoch,
            "item": row.item,
            "seq": row.seq,
            "value": row.value,
            "client_time": row.client_time,
        }
        for row in file.contents.rows
    ] == ROWS
    assert (file.contents.epoch, file.contents.token, file.contents.offset) == (1, "zh", 8)
    assert (file.header.ticket, file.header.rows) == (hall.tickets[0], 4)
    assert "直播" not in raw.decode()
    expect(page.locator("#notice")).to_contain_text("救援文件已保存到本机")


def test_half_a_character_does_not_spoil_the_file(page: Page, hall: Running, tmp_path: Path) -> None:
    made = """async (rescue) => {
      const { sealed } = await import("/hall/static/rescue.js");
      rescue.queue[0].value = "字\\ud800";
      return sealed(rescue);
    }"""
    raw: str = page.evaluate(made, rescue(hall))

    assert open_rescue(raw.encode(), ensure_keys(hall.data).rescue).contents.rows[0].value == "字\ufffd"
    assert read_header(raw.encode()).rows == 4


def test_without_encryption_nothing_false_is_offered(page: Page, hall: Running) -> None:
    files: list[object] = []
    page.on("download", lambda file: files.append(file))
    page.evaluate("Object.defineProperty(globalThis, 'isSecureContext', { value: false })")
    page.evaluate(MAKE, rescue(hall))
    expect(page.locator("#notice")).to_contain_text("不能加密")
    page.evaluate(MAKE, rescue(hall, queue=[]))
    expect(page.locator("#notice")).to_contain_text("所有答案都已送达")

    assert files == []
