"""The candidate's exam page in a real browser: signing in, answering by keys, handing in, its words."""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.exam_hall import (
    ASK_NOW,
    context_of,
    hall_for_one,
    hand_over,
    move_clock,
    opened,
    saved,
    sign_in,
)
from tests.delivery.packs import small_paper
from tests.delivery.running import Running
from zhiheng.delivery.core.pack import PackMedia, PackPaper
from zhiheng.delivery.hall.reader import read_log

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    with hall_for_one(tmp_path) as running:
        yield running


def test_handing_in_lists_what_is_unanswered_and_gives_a_receipt(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall, width=390)
    sign_in(page, hall)
    page.keyboard.press("1")
    saved(page, 1)
    page.click("#side-toggle")
    page.click("#finish")
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.locator("#confirm-body")).to_contain_text("4")
    page.click("#confirm-yes")

    expect(page.locator("#view-receipt")).to_be_visible()
    expect(page.locator("#receipt")).to_contain_text(hall.tickets[0])

    page.reload()  # the receipt stays until the next candidate signs in
    expect(page.locator("#receipt")).to_contain_text(hall.tickets[0])
    page.click("#next-candidate")
    page.reload()  # and the machine forgets who sat at it; signing in again shows the same receipt
    hand_over(page, hall)
    expect(page.locator("#view-receipt")).to_be_visible()


def test_a_wrong_number_is_refused_in_words(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", "110101199001011230")
    page.click("#signin button")

    expect(page.locator("#signin-refusal")).to_contain_text("准考证号与身份证号不符")


@pytest.mark.parametrize(
    ("locale", "heading"),
    [("zh-CN", "登录考试"), ("en-GB", "Sign in to your exam"), ("fr-FR", "登录考试")],
)
def test_the_page_opens_in_the_browsers_language_and_keeps_the_choice(
    chromium: Browser, hall: Running, locale: str, heading: str
) -> None:
    with context_of(chromium, locale=locale) as context:
        page = context.new_page()
        page.goto(f"{hall.url}/hall/")
        expect(page.locator("#view-signin h1")).to_have_text(heading)
        page.click("#language")
        chosen = page.locator("#view-signin h1").inner_text()
        page.reload()
        expect(page.locator("#view-signin h1")).to_have_text(chosen)
    assert chosen != heading


def test_the_seat_is_said_as_a_seat(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    expect(page.locator("#who")).to_have_text(re.compile(r" · \S+ 号座位$"))


def a_picture() -> bytes:
    """A PNG of 4 by 3 grey dots."""

    def part(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + check

    head = struct.pack(">IIBBBBB", 4, 3, 8, 0, 0, 0, 0)
    dots = zlib.compress(b"".join(b"\0" + b"\x80" * 4 for _ in range(3)))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", dots) + part(b"IEND", b"")


def a_sound() -> bytes:
    """A tenth of a second of silence, as a WAV file."""
    sound = b"\x80" * 800
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    rest = b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(form) + len(rest)) + form + rest


def illustrated_paper() -> tuple[PackPaper, dict[str, bytes]]:
    """The small paper, its first question with a picture and its second with a sound."""
    files = [("image/png", a_picture(), "三家店铺的退货率柱状图"), ("audio/wav", a_sound(), "一段直播录音")]
    bodies = {hashlib.sha256(body).hexdigest(): body for _, body, _ in files}
    media = [
        PackMedia(
            id=f"x{n}", media_type=kind, sha256=hashlib.sha256(body).hexdigest(), alt=alt, bytes=len(body)
        )
        for n, (kind, body, alt) in enumerate(files)
    ]
    paper = small_paper()
    items = tuple(
        msgspec.structs.replace(item, media=(media[n],)) if n < len(media) else item
        for n, item in enumerate(paper.items)
    )
    return msgspec.structs.replace(paper, items=items), bodies


def test_pictures_and_sounds_come_with_their_question(chromium: Browser, tmp_path: Path) -> None:
    paper, bodies = illustrated_paper()
    folder = tmp_path / "packs" / "media"
    folder.mkdir(parents=True)
    for name, body in bodies.items():
        (folder / name).write_bytes(body)
    with hall_for_one(tmp_path, paper=paper) as hall:
        page = opened(chromium, hall, width=390)
        sign_in(page, hall)
        assert media_shown(page) == {"三家店铺的退货率柱状图", "一段直播录音"}

        page.evaluate("navigator.serviceWorker.ready")
        page.context.set_offline(True)
        page.reload()
        expect(page.locator("#view-exam")).to_be_visible()
        page.click("#side-toggle")
        page.click("#navigator button")
        assert media_shown(page) == {"三家店铺的退货率柱状图", "一段直播录音"}


def media_shown(page: Page) -> set[str | None]:
    """What the first three questions show, once it is really there."""
    seen = set()
    for _ in range(3):
        figure = page.locator("#question > .media")
        if figure.count():
            shown = figure.locator("img, audio")
            expect(shown).to_have_count(1)
            seen.add(shown.get_attribute("alt") or shown.get_attribute("aria-label"))
            page.wait_for_function(
                "() => { const found = document.querySelector('.media img, .media audio');"
                " return found.naturalWidth === 4 || found.duration > 0.05; }"
            )
        page.keyboard.press("ArrowRight")
    return seen


def test_the_rescue_file_is_offered_when_time_is_up_and_answers_wait(
    chromium: Browser, tmp_path: Path
) -> None:
    with hall_for_one(tmp_path, lasts=timedelta(minutes=25)) as hall:
        page = opened(chromium, hall)
        sign_in(page, hall)
        move_clock(hall, timedelta(minutes=19, seconds=10))
        page.evaluate(ASK_NOW)
        expect(page.locator("#timer-value")).to_contain_text(re.compile("^00:"))
        page.context.set_offline(True)
        page.keyboard.press("1")
        expect(page.locator("#saved")).to_contain_text("已存本机")
        expect(page.locator("#rescue")).to_be_hidden()
        page.evaluate("performance.now = (now => () => now() + 50000)(performance.now.bind(performance))")
        expect(
            page.locator("#rescue")
        ).to_be_visible()  # time is up; offline alone it would be after a minute
        with page.expect_download() as download:
            page.click("#rescue")
        assert hall.tickets[0] in download.value.suggested_filename


def test_leaving_the_page_is_said_and_may_be_explained(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.evaluate("document.dispatchEvent(new ClipboardEvent('copy', {bubbles: true}))")
    expect(page.locator("#conduct")).to_contain_text("已记录")
    page.click("#conduct-explain")
    page.fill("#conduct-text", "不小心按到了快捷键。")
    with page.expect_response("**/hall/comment") as told:
        page.click("#conduct-send")
    assert told.value.ok


def test_the_clock_speaks_four_times_and_is_silent_between(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    spoken = page.evaluate("""async () => {
      const { Clock } = await import("/hall/static/clock.js");
      const clock = new Clock();
      let now = 0;
      clock.now = () => now;
      clock.deadline = 45 * 60_000;
      const spoken = [];
      for (; now <= clock.deadline; now += 500) {
        const sentence = clock.announcement();
        if (sentence) spoken.push([sentence, clock.left()]);
      }
      return spoken;
    }""")
    assert spoken == [[f"剩余 {minutes} 分钟", minutes * 60_000] for minutes in (30, 10, 5, 1)]


def test_half_a_character_is_no_reason_to_put_anybody_out(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.locator("#navigator button").last.click()
    page.locator("#question textarea").evaluate(
        "field => { field.value = '字\\ud83d'; field.dispatchEvent(new Event('input')); }"
    )

    saved(page, 1)
    expect(page.locator("#view-exam")).to_be_visible()
    assert [row.body for row in read_log(hall.data) if row.kind == "answer"] == ['"字\ufffd"']


def test_a_clock_shown_to_be_wrong_is_put_right_by_a_slow_answer_too(
    chromium: Browser, hall: Running
) -> None:
    page = opened(chromium, hall)
    ahead = page.evaluate(
        """async () => {
          const { Clock } = await import("/hall/static/clock.js");
          const clock = new Clock();
          const said = (ahead) => new Date(performance.timeOrigin + ahead).toISOString();
          const tellings = [[1000, 980, 1020], [1500, 1000, 2000], [3_600_000, 1980, 2020], [2500, 2000, 3000], [2900, 2800, 3000]];
          return tellings.map(([ahead, sent, received]) => {
            clock.measure(said(ahead), sent, received);
            return Math.round(clock.offset / 1000);
          });
        }"""
    )

    assert ahead == [0, 0, 3598, 0, 0]
