"""An institution enrols a class in its browser: seven of fifty are wrong, found, explained, mended and brought in.

Runs on SQLite, and on PostgreSQL under `python -m tests.on_postgres -m browser tests/browser/test_batch.py`.
"""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import COMMAND, Site
from tests.browser.enrolling import PASSWORD, USERNAME, enrolling_site
from tests.enrolment.books import book
from tests.enrolment.cohort import HEADINGS, Cohort, called, cohort, line, papers
from tests.factories.pictures import picture
from tests.factories.world import id_number

pytestmark = pytest.mark.browser

PATIENCE = 120_000  # ms: the worker shares the machine with other tests
FAULTS = {
    5: "最后一位校验码与前 17 位不符",
    10: "不满足互联网营销师（初级）的任何一条报名条件",
    16: "压缩包里没有这位考生的一寸免冠白底彩色照片",
    22: "照片背景不是白色",
    29: "正在报名的科目里没有级别“特级”",
    34: "不是一个日期",
    43: "与第 42 行是同一个人",
}


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.web}/sign-in/")
    page.fill("input[name=username]", USERNAME)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def upload(page: Page, site: Site, sheet: Path, archive: Path) -> None:
    page.goto(f"{site.web}/applications/")
    page.get_by_role("link", name="批量报名").click()
    page.get_by_role("link", name="导入一批").click()
    page.get_by_label("报哪一科").select_option(index=0)
    page.set_input_files("input[name=sheet]", sheet)
    page.set_input_files("input[name=archive]", archive)
    page.get_by_role("button", name="上传并核对").click()


def dry_run(environment: dict[str, str], sheet: Path, archive: Path) -> Any:
    """What the command says about the same files: what is in, and what is not."""
    told = subprocess.run(
        [
            *COMMAND,
            "enrol",
            "import",
            str(sheet),
            "--zip",
            str(archive),
            "--institution",
            "101",
            "--dry-run",
            "--json",
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert told.returncode in (0, 1), told.stderr
    return json.loads(told.stdout)


def mended(made: Cohort, sheet: bytes) -> Cohort:
    """The downloaded rows with every fault put right, and the archive with the two photos."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[0] == [*HEADINGS, "错误说明"]
    whole = {int(str(row[0])): [str(cell) or None for cell in row[: len(HEADINGS)]] for row in rows[1:]}
    whole[4][2] = id_number(4)
    whole[9][6:10] = ["大专", "在读", "电子商务", "是"]
    whole[28][5], whole[33][10] = "初级", None
    whole[42] = line(42)
    files = made.files | papers(15, f"{id_number(15)}_{{}}", kinds=("照片",))
    files |= {
        path: picture(21)
        for path in files
        if "照片" in path and (called(21) in path or id_number(21) in path)
    }
    return Cohort(rows=list(whole.values()), files=files)


def written(folder: Path, name: str, sheet: bytes, archive: bytes) -> tuple[Path, Path]:
    (folder / f"{name}.xlsx").write_bytes(sheet)
    (folder / f"{name}.zip").write_bytes(archive)
    return folder / f"{name}.xlsx", folder / f"{name}.zip"


def test_a_class_is_enrolled(chromium: Browser, tmp_path: Path) -> None:
    made = cohort()
    sheet, archive = written(tmp_path, "class", made.sheet(), made.archive())
    (tmp_path / "site").mkdir()
    with (
        enrolling_site(tmp_path / "site") as (site, environment),
        chromium.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True
        ) as context,
    ):
        page = context.new_page()
        sign_in(page, site)
        upload(page, site, sheet, archive)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "43 行可以写入，7 行需要修改", timeout=PATIENCE
        )

        page.get_by_role("link", name=re.compile(r"^需要修改")).click()
        lines = page.locator("#rows tbody tr")
        expect(lines).to_have_count(len(FAULTS))
        for place, (row, words) in enumerate(FAULTS.items()):
            assert made.wrong[row]
            expect(lines.nth(place)).to_contain_text(str(row))
            expect(lines.nth(place)).to_contain_text(words)

        page.get_by_role("button", name="确认写入").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "已写入 43 行，7 行没有写入", timeout=PATIENCE
        )
        told = dry_run(environment, sheet, archive)
        assert (len(told["already"]), told["new"], told["changed"]) == (43, 0, 0)
        assert {fault["row"] for fault in told["rejected"]} == made.wrong.keys()

        with page.expect_download() as download:
            page.get_by_role("link", name="下载需要修改的行").first.click()
        again = mended(made, Path(download.value.path()).read_bytes())
        upload(page, site, *written(tmp_path, "mended", book(again.rows, headings=HEADINGS), again.archive()))
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "7 行可以写入，0 行需要修改", timeout=PATIENCE
        )
        page.get_by_role("button", name="确认写入").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("已写入 7 行", timeout=PATIENCE)

        page.goto(f"{site.web}/applications/?status=draft")
        expect(page.locator("main")).to_contain_text("共 50 份")
