"""The invigilator's console before a real hall: what candidates do is seen, and what is done reaches them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.delivery.running import Running, start
from tests.delivery.test_actions import START, seal_small_paper
from tests.factories.world import PASSWORD, World
from tests.looking import violations
from tests.seating.rooms import open_room, seat_people, second_invigilator, watch_room
from zhiheng.cli.processes import free_port
from zhiheng.delivery.console.tasks import take_back
from zhiheng.delivery.models import HallAct, HallActKind
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import replace_invigilator
from zhiheng.seating.models import Invigilation, Placement

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, settings: Any) -> None:
    """A hall of its own for each test: the same tickets come again."""
    settings.HALL_DATA = tmp_path
    settings.CLOCK_FILE = tmp_path / "clock.json"


@pytest.fixture
def watch(world: World) -> Invigilation:
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room, 3)
    found = watch_room(world, room)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    clock.move_to(START + timedelta(minutes=10))
    return found


@pytest.fixture
def hall(live_server: Any, watch: Invigilation, settings: Any) -> Iterator[Running]:
    port = free_port()
    settings.HALL_URL = f"http://127.0.0.1:{port}"
    places = Placement.objects.order_by("seat").select_related("ticket")
    running = Running(
        data=settings.HALL_DATA,
        port=port,
        process=start(settings.HALL_DATA, port, "--site", live_server.url),
        tickets=tuple(place.ticket.number for place in places),
    )
    yield running
    running.process.kill()
    running.process.wait()


def id_of(place: int) -> str:
    person = Placement.objects.order_by("seat")[place].ticket.application.person
    return str(person.id_number)


def opened(
    chromium: Browser,
    site: str,
    url: str,
    *,
    width: int = 1280,
    scheme: str = "light",
    role: Role | str = Role.INVIGILATOR,
) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", color_scheme=scheme
    )  # type: ignore[arg-type]  # a literal for the checker
    page = context.new_page()
    page.goto(f"{site}/sign-in/?next={url}")
    page.fill("[name=username]", str(role))
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{site}{url}")
    return page


def test_what_a_candidate_does_is_seen_and_what_is_done_reaches_them(
    chromium: Browser, live_server: Any, hall: Running, watch: Invigilation
) -> None:
    url = reverse("room", args=[watch.id])
    page = opened(chromium, live_server.url, url)
    seat = page.locator("#seat-1 .hall")
    expect(page.locator("#live-line")).to_contain_text("已连接考场 · 上次更新 09:1")
    expect(page.locator("#lost-help")).to_be_hidden()
    expect(seat).to_have_text("未登录")

    token = hall.sign_in(0, id_number=id_of(0)).json()["token"]
    expect(seat).to_have_text("作答中 0/2 题")
    assert hall.save(token, "Q1", "B", 1).status_code == 200
    expect(seat).to_have_text("作答中 1/2 题")
    expect(page.locator('[data-count="answering"]')).to_have_text("1")

    ends = hall.call("GET", "state", token=token).json()["ends_at"]
    page.locator("#seat-1").get_by_text("处置").click()
    page.get_by_role("link", name="发消息").click()
    page.fill("[name=words]", "请核对座位号")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="发出").click()
    expect(page.locator(".messages")).to_contain_text("考场服务已执行 1 人")

    page.locator("details.everybody summary").click()
    page.get_by_role("link", name="延长时间").click()
    page.fill("[name=minutes]", "5")
    page.fill("[name=words]", "交换机断电")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="延长").click()
    expect(page.locator(".messages")).to_contain_text("第一考场全场 3 人")
    expect(seat).to_have_text("作答中 1/2 题 · 延长 5 分")

    state = hall.call("GET", "state", token=token).json()
    assert [message["text"] for message in state["messages"]] == ["请核对座位号"]
    assert [(grant["minutes"], grant["reason"]) for grant in state["grants"]] == [(5, "交换机断电")]
    assert state["ends_at"] > ends
    assert [act.kind for act in HallAct.objects.all()] == [HallActKind.MESSAGE, HallActKind.GRANT]
    expect(page.locator("[data-part=incidents] li")).to_have_count(2)


def test_a_second_machine_is_let_in_from_the_room(
    chromium: Browser, live_server: Any, hall: Running, watch: Invigilation
) -> None:
    ticket, number = hall.tickets[1], id_of(1)
    hall.call("POST", "signin", {"ticket": ticket, "id_number": number, "machine": "old"})
    asked = {"ticket": ticket, "id_number": number, "machine": "new"}
    assert hall.call("POST", "signin", asked).status_code == 202

    page = opened(chromium, live_server.url, reverse("room", args=[watch.id]), width=390, scheme="dark")
    expect(page.locator("#asks")).to_contain_text("2 号")
    assert page.title().startswith("(1) ")
    assert _faults(page) == []
    page.locator("#asks a").click()
    expect(page.locator("main")).to_contain_text("秒前还有消息")
    page.get_by_text("准许：").click()
    page.get_by_role("button", name="记录决定").click()
    expect(page.locator(".messages")).to_contain_text("准许换机")
    assert hall.call("POST", "signin", asked).status_code == 200
    expect(page.locator("#asks li")).to_have_count(0)


def test_a_check_in_is_seen_at_once_by_a_colleague_until_the_colleague_is_replaced(
    chromium: Browser, live_server: Any, hall: Running, world: World, watch: Invigilation
) -> None:
    """Pages are read again every 20 seconds by themselves; these are not."""
    site, other = live_server.url, Invigilation.objects.exclude(pk=watch.pk).get()
    third = second_invigilator("three")
    mine = opened(chromium, site, reverse("room", args=[watch.id]))
    theirs = opened(chromium, site, reverse("room", args=[other.id]), role="two")
    for page in (mine, theirs):
        page.add_init_script("setInterval = () => 0")
        page.reload()
        expect(page.locator("#live-line")).to_contain_text("已连接考场")
    theirs.locator("#show input[value=absent]").check(force=True)

    mine.locator("#seat-1").get_by_role("button", name="签到").click()
    expect(mine.locator(".messages")).to_contain_text("已签到")
    expect(theirs.locator("#seat-1")).to_contain_text("已签到")
    expect(theirs.locator("[data-part=numbers]")).to_contain_text("已签到 1 人")
    mine.goto(f"{site}{reverse('room_incident', args=[watch.id])}")
    mine.fill("[name=text]", "2 号座显示器闪烁，已更换")
    mine.get_by_role("button", name="记录").click()
    expect(theirs.locator("[data-part=incidents]")).to_contain_text("显示器闪烁")
    expect(theirs.locator("#seats")).to_have_attribute("data-show", "absent")  # nothing else moved

    replace_invigilator(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        room=watch.room,
        leaving=other.invigilator,
        successor=third,
        reason="身体不适",
    )
    take_back.call(account_id=str(other.invigilator_id), role="invigilator")
    expect(theirs.locator("#live-line")).to_contain_text("或已换人监考")
    expect(mine.locator("#live-line")).to_contain_text("已连接考场")
    assert theirs.goto(f"{site}{reverse('room', args=[other.id])}").status == 404  # type: ignore[union-attr]  # it answers


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_are_accessible_and_fit(
    chromium: Browser,
    live_server: Any,
    hall: Running,
    world: World,
    watch: Invigilation,
    width: int,
    scheme: str,
) -> None:
    first, number = watch.id, hall.tickets[0]
    pages = {
        Role.INVIGILATOR: [
            reverse("room", args=[first]),
            reverse("room_seat", args=[first, number]),
            reverse("room_door", args=[first, number]),
            reverse("room_act", args=[first, "grant"]),
            f"{reverse('room_act', args=[first, 'second'])}?seat={number}",
            reverse("room_outages", args=[first]),
        ],
        Role.ADMINISTRATOR: [reverse("hall", args=[world.association.id])],
    }
    found = {}
    for role, urls in pages.items():
        page = opened(chromium, live_server.url, urls[0], width=width, scheme=scheme, role=role)
        expect(page.locator("#live-line")).to_contain_text("已连接考场")
        for url in urls:
            page.goto(f"{live_server.url}{url}")
            found[url] = _faults(page)
    assert {url: faults for url, faults in found.items() if faults} == {}


def _faults(page: Page) -> list[str]:
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return violations(page) + ([] if fits else ["wider than the screen"])


def test_without_the_hall_the_page_tells_what_the_site_knows(
    chromium: Browser, live_server: Any, hall: Running, watch: Invigilation
) -> None:
    hall.sign_in(0, id_number=id_of(0))
    hall.process.kill()
    hall.process.wait()
    page = opened(chromium, live_server.url, reverse("room", args=[watch.id]))
    expect(page.locator("#live-line")).to_contain_text("连接中断，正在重连")
    expect(page.locator("#lost-help")).to_contain_text(
        "考生不必停下：答案先存在各自的机器上，恢复后自动送达。"
    )
    expect(page.locator("#seat-1 .hall")).to_have_text("作答中 已存 0 题")
    expect(page.locator("#seat-2 .hall")).to_have_text("未登录")
