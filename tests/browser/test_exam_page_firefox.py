"""The whole exam in Debian's Firefox: wait, answer every type, cut off, reloaded without network, hall killed, receipt checked."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser.exam_hall import ASK_NOW, answer_rows, hall_for_one, move_clock
from tests.browser.firefox import Tab, firefox
from tests.delivery.packs import ID_NUMBER
from tests.delivery.running import start
from zhiheng.delivery.core.receipt import read_receipt, receipt_holds
from zhiheng.delivery.hall.keys import ensure_keys

pytestmark = pytest.mark.browser

ARROW_RIGHT = "\ue014"


def saved(tab: Tab, count: int) -> None:
    tab.shows("#saved", f"已保存 {count}/{count}")


def test_an_exam_in_firefox_from_the_waiting_room_to_the_receipt(tmp_path: Path) -> None:
    with (
        firefox(tmp_path / "profile") as tab,
        hall_for_one(tmp_path / "hall", begins_in=timedelta(minutes=20)) as hall,
    ):
        tab.size(1280, 860)
        tab.open(f"{hall.url}/hall/")
        tab.fill("#ticket", hall.tickets[0])
        tab.fill("#id-number", ID_NUMBER)
        tab.click("#signin-go")
        tab.shows("#check", "试卷已下载")
        tab.wait("the check is through", "document.querySelectorAll('#check .check-good').length === 6")
        tab.screenshot("exam/firefox-waiting")

        move_clock(hall, timedelta(minutes=20) - timedelta(seconds=5))
        tab.evaluate(f"({ASK_NOW}, true)")
        tab.shows("#view-exam")
        tab.press("2")
        saved(tab, 1)
        tab.press(ARROW_RIGHT)
        tab.click("#question .option:nth-of-type(3)")
        saved(tab, 2)
        tab.press(ARROW_RIGHT * 2)
        tab.press("13")
        saved(tab, 3)
        tab.press(ARROW_RIGHT)
        tab.fill("#question textarea", "zhibo fupan")
        saved(tab, 4)

        hall.process.kill()
        hall.process.wait()
        tab.fill("#question textarea", " 1")
        tab.shows("#notice", "网络已断开")
        tab.reload()
        tab.shows("#view-exam")
        tab.shows("#saved", "已存本机")
        assert tab.evaluate("document.querySelector('#question textarea').value").endswith("1")
        tab.screenshot("exam/firefox-cut-off")

        hall.process = start(hall.data, hall.port)
        saved(tab, 4)
        numbers = [seq for _, seq in answer_rows(hall)]
        assert numbers == sorted(set(numbers))

        tab.click("#finish")
        tab.click("#confirm-yes")
        tab.shows("#view-receipt", hall.tickets[0])
        tab.screenshot("exam/firefox-receipt")
        kept = tab.evaluate(
            "new Promise((found) => { indexedDB.open('zhiheng-hall').onsuccess = ({target}) =>"
            " target.result.transaction('kept').objectStore('kept').get('receipt').onsuccess ="
            " (event) => found(event.target.result.receipt); })"
        )
        receipt = read_receipt(json.dumps(kept).encode())
        assert receipt.answers == 4
        assert receipt_holds(receipt, ensure_keys(hall.data).public)
