"""A shipped question's picture on the candidate's page, after the stem and with an option, on the phone and the desk."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from tests.bank.media_files import recording
from tests.browser.exam_hall import hall_for_one, opened, sign_in, too_wide
from tests.delivery.packs import small_paper
from tests.delivery.running import Running
from tests.looking import shot, violations
from zhiheng.bank.core.files import file_form, load_shipped
from zhiheng.bank.core.media.shipped import shipped_content
from zhiheng.delivery.core.pack import PackItem, PackMedia, PackPaper, PackSection
from zhiheng.delivery.core.sheet import pack_paper

pytestmark = pytest.mark.browser

SOUND = recording(2)
SOUND_HASH = hashlib.sha256(SOUND).hexdigest()


def shown_item() -> PackItem:
    """A shipped question on a table, whose option B also has that table and a recording."""
    item = next(
        item for item in load_shipped(standard="4-01-02-07-2021", level="5") if item.id == "L5-AFT-P02"
    )
    line = {"item": item.id, "version": "v", "type": item.type, "marks": "2"}
    plain = pack_paper(paper_id="p", title="t", lines=[line], bodies={"v": file_form(item)}).items[0]
    again = msgspec.structs.replace(plain.media[0], id="m2", alt="选项里的表", where="B")
    sound = PackMedia(
        id="m3", media_type="audio/wav", sha256=SOUND_HASH, alt="口播", bytes=len(SOUND), where="B"
    )
    return msgspec.structs.replace(plain, media=(*plain.media, again, sound))


def paper() -> PackPaper:
    item = shown_item()
    section = PackSection(title="二、多项选择题", items=(item.id,))
    return msgspec.structs.replace(small_paper(), items=(item,), sections=(section,))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    folder = tmp_path / "packs" / "media"
    folder.mkdir(parents=True)
    content = shipped_content(medium.sha256 for medium in shown_item().media) | {SOUND_HASH: SOUND}
    for sha256, body in content.items():
        (folder / sha256).write_bytes(body)
    with hall_for_one(tmp_path, paper=paper()) as running:
        yield running


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_picture_stands_where_it_belongs(
    chromium: Browser, hall: Running, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = opened(chromium, hall, width=width, scheme=scheme)
    sign_in(page, hall)
    stem = page.locator("#question > figure.media img")
    option = page.locator("label.option", has=page.locator('input[value="B"]'))

    expect(stem).to_have_count(1)
    expect(stem).to_have_attribute("alt", shown_item().media[0].alt)
    assert stem.evaluate("image => image.complete && image.naturalWidth") == 1000
    expect(option.locator("img")).to_have_attribute("alt", "选项里的表")
    expect(option.locator("audio")).to_have_attribute("aria-label", "口播")
    expect(page.locator("figure.media")).to_have_count(3)
    assert not too_wide(page)
    assert violations(page) == []
    shot(page, f"exam/media-{width}")

    option.locator("img").click()
    expect(page.locator('input[value="B"]')).to_be_checked()
