"""The network goes and never returns: from the candidate's page to the answers that count, all real but the network."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.delivery.rescue.files import another_administrator, published
from tests.delivery.running import start
from tests.delivery.test_actions import START
from tests.factories.world import World
from zhiheng.cli.processes import free_port
from zhiheng.delivery.actions import collect
from zhiheng.delivery.models import Attempt, RescueImport
from zhiheng.delivery.queries import log_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

pytestmark = pytest.mark.browser


@pytest.fixture
def attempt(
    world: World, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> Iterator[Attempt]:
    """The exam runs since five minutes, in a hall of its own process."""
    moment = clock.now()
    settings.HALL_DATA, settings.HALL_DATABASE_URL = tmp_path, ""  # no other test's packs on the shelf
    settings.CLOCK_FILE = tmp_path / "clock.json"
    clock.move_to(moment)
    with django_capture_on_commit_callbacks(execute=True):  # the pack goes to the hall when all is committed
        found, *_ = published(world)
    clock.move_to(START + timedelta(minutes=5))
    port = free_port()
    settings.HALL_URL = f"http://127.0.0.1:{port}"
    process = start(settings.HALL_DATA, port)
    try:
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=90)


def signed_in(page: Page, attempt: Attempt, address: str) -> None:
    page.goto(f"{address}/hall/")
    page.fill("#ticket", attempt.ticket.number)
    page.fill("#id-number", attempt.ticket.application.person.id_number)
    page.click("#signin button")
    expect(page.locator("#view-exam")).to_be_visible()


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_answers_that_never_arrived_count_in_the_end(
    world: World, attempt: Attempt, settings: Any, chromium: Browser, tmp_path: Path
) -> None:
    with chromium.new_context(locale="zh-CN", accept_downloads=True) as context:
        page = context.new_page()
        signed_in(page, attempt, settings.HALL_URL)
        page.keyboard.press("1")
        expect(page.locator("#saved")).to_contain_text("已保存 1/1")
        context.set_offline(True)
        page.keyboard.press("2")
        page.keyboard.press("ArrowRight")
        page.fill("#question textarea", "断网后写下的答案")
        expect(page.locator("#notice")).to_be_visible()
        with page.expect_download() as downloading:
            page.evaluate(
                "document.getElementById('rescue').click()"
            )  # else shown after a minute without network
        downloading.value.save_as(tmp_path / "saved")

    rows = [row for row in log_of([attempt])[str(attempt.id)] if row.kind == "answer"]
    clock.move_to(START + timedelta(minutes=100))
    (before,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    admin, other = client_of(world[Role.ADMINISTRATOR]), client_of(another_administrator())
    upload = SimpleUploadedFile("rescue.zhrescue", (tmp_path / "saved").read_bytes())
    brought = admin.post(reverse("rescue_bring", args=[world.association.id]), {"file": upload})
    rescue = RescueImport.objects.get()
    url = reverse("rescue", args=[rescue.id])
    words = {"agreed": "yes", "reason": "断网，与监考记录相符"}
    said = [admin.post(url, words).status_code, other.post(url, words).status_code]
    (after,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert (len(rows), brought.status_code, said) == (1, 302, [302, 302])
    assert rescue.facts["proven"] is True
    assert rescue.facts["fates"] == {"new": rescue.facts["rows"]}
    assert len(before.answers) == 1
    assert after.answers["Q2"] == "断网后写下的答案"
    assert after.answers["Q1"] != before.answers["Q1"]
    assert {row.kind for row in log_of([attempt])[str(attempt.id)]} >= {"answer", "rescued"}


def test_leaving_the_page_is_recorded_and_explained(
    world: World, attempt: Attempt, settings: Any, chromium: Browser
) -> None:
    with chromium.new_context(locale="zh-CN") as context:
        page = context.new_page()
        signed_in(page, attempt, settings.HALL_URL)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator("#conduct")).to_contain_text("您打印了考试页面，已记录。")
        expect(page.locator("#conduct")).to_contain_text("记录不会自动影响成绩，您可以说明原因。")
        page.click("#conduct-explain")
        page.fill("#conduct-text", "误按了快捷键")
        with page.expect_response("**/hall/comment") as answered:
            page.click("#conduct-send")
        expect(page.locator("#conduct")).to_have_count(0)

    admin = client_of(world[Role.ADMINISTRATOR])
    record = admin.get(reverse("attempt_record", args=[world.association.id, attempt.ticket.number]))
    told = [(one.line.words, one.line.comment) for one in record.context["told"].moments]

    assert answered.value.status == 200
    assert ("打印页面", "误按了快捷键") in told


def test_when_the_network_returns_after_all_the_file_is_no_longer_spoken_of(
    attempt: Attempt, settings: Any, chromium: Browser
) -> None:
    with chromium.new_context(locale="zh-CN", accept_downloads=True) as context:
        page = context.new_page()
        signed_in(page, attempt, settings.HALL_URL)
        context.set_offline(True)
        page.keyboard.press("2")
        expect(page.locator("#notice")).to_be_visible()
        with page.expect_download():
            page.evaluate("document.getElementById('rescue').click()")
        expect(page.locator("#notice")).to_contain_text("救援文件已保存到本机")
        context.set_offline(False)
        expect(page.locator("#saved")).to_contain_text("已保存 1/1")
        expect(page.locator("#notice-lines")).not_to_contain_text("救援文件")
