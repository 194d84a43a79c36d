"""The pages around the exam day: publishing, watching, collecting, deciding, and the invigilator's room."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.small_hall import SmallHall, small_hall
from tests.delivery.test_actions import START, answered, seal_small_paper, write_log
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery.actions import collect
from zhiheng.delivery.core.attempt import opened_entry, submitted_entry
from zhiheng.delivery.models import Attempt, Collection, LateAdmission, Preparation, PublishedPack
from zhiheng.delivery.preparing.actions import prepare_now, publish_pack
from zhiheng.delivery.pulse import hall_pulse
from zhiheng.delivery.queries import late_answers
from zhiheng.delivery.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import issue_tickets
from zhiheng.seating.models import CheckIn, Incident, Invigilation, Ticket

AT_THE_DOOR = START - timedelta(minutes=20)
AFTERWARDS = START + timedelta(minutes=120)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.fixture
def hall(settings: Any) -> Iterator[SmallHall]:
    with small_hall() as running:
        settings.HALL_URL = running.url
        yield running


@pytest.fixture
def watch(world: World, settings: Any) -> Invigilation:
    """Two seated candidates with a sealed paper and two invigilators; the hall is silent."""
    settings.HALL_URL = "http://127.0.0.1:9"  # the discard port: nobody listens
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room)
    return watch_room(world, room)


@pytest.fixture
def published(world: World, watch: Invigilation) -> PublishedPack:
    return publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(world[Role.ADMINISTRATOR])


@pytest.fixture
def watcher(world: World) -> Client:
    return client_of(world[Role.INVIGILATOR])


def sit(attempt: Attempt) -> None:
    """One answer in time, one 47 seconds late, and no submission."""
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=1, at=milliseconds(START)),
        answered(attempt, item="Q1", body='"B"', seq=1, at=START + timedelta(minutes=1)),
        answered(attempt, item="Q2", body='"晚了"', seq=2, at=START + timedelta(minutes=90, seconds=47)),
    )


def submit_then_answer(attempt: Attempt) -> None:
    """Submitted after half an hour; one more answer five seconds later."""
    end = START + timedelta(minutes=30)
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=1, at=milliseconds(START)),
        submitted_entry(str(attempt.id), epoch=1, at=milliseconds(end)),
        answered(attempt, item="Q1", body="null", seq=1, at=end + timedelta(seconds=5)),
    )


def test_every_page_opens_for_its_roles_only(
    world: World, published: PublishedPack, watch: Invigilation
) -> None:
    attempt = Attempt.objects.order_by("ticket__number")[0]
    sit(attempt)
    clock.move_to(AFTERWARDS)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    (late,) = late_answers(world.association)
    offering, number = [world.association.id], attempt.ticket.number
    staff, room = {Role.ADMINISTRATOR}, {Role.INVIGILATOR}
    urls = {
        reverse("delivery"): staff,
        reverse("delivery_offering", args=offering): staff,
        reverse("delivery_attempts", args=offering): staff,
        reverse("delivery_late", args=offering): staff,
        reverse("delivery_late_decide", args=[*offering, late.entry.id]): staff,
        reverse("my_rooms"): room,
        reverse("room", args=[watch.id]): room,
        reverse("room_photo", args=[watch.id, number]): room,
        reverse("room_absent", args=[watch.id, number]): room,
        reverse("room_incident", args=[watch.id]): room,
    }
    clients = {role: client_of(world[role]) for role in Role}
    wrong = [
        (url, role, status)
        for url, roles in urls.items()
        for role, client in clients.items()
        if (status := client.get(url).status_code) != (200 if role in roles else 403)
    ]
    posts = {
        reverse("delivery_publish", args=offering): staff,
        reverse("delivery_collect", args=offering): staff,
        reverse("room_check_in", args=[watch.id, number]): room,
    }
    misused = [
        (url, role)
        for url, roles in posts.items()
        for role, client in clients.items()
        if client.get(url).status_code != (405 if role in roles else 403)
    ]
    strangers = [url for url in (*urls, *posts) if Client().get(url).status_code != 302]

    assert (wrong, misused, strangers) == ([], [], [])


def test_a_pulse_tells_health_and_offset(settings: Any, hall: SmallHall) -> None:
    healthy = hall_pulse()
    hall.healthy, hall.fast_by = False, timedelta(seconds=30)
    ill = hall_pulse()
    settings.HALL_URL = "http://127.0.0.1:9"
    silent = hall_pulse()

    assert (healthy.answers, ill.answers, silent.answers) == (True, False, False)
    assert healthy.offset_seconds is not None
    assert ill.offset_seconds is not None
    assert abs(healthy.offset_seconds) < 10
    assert abs(ill.offset_seconds - 30) < 10
    assert silent.offset_seconds is None


def test_nothing_is_published_while_the_hall_is_silent(
    world: World, watch: Invigilation, admin: Client
) -> None:
    page = admin.get(reverse("delivery_offering", args=[world.association.id]))
    assert [reason.code for reason in page.context["decision"].unmet] == ["hall-silent", "clock-offset"]

    answer = admin.post(reverse("delivery_publish", args=[world.association.id]))
    assert (answer.status_code, answer.context["refusal"].code) == (422, "hall-silent")
    assert (PublishedPack.objects.count(), Attempt.objects.count()) == (0, 0)


def test_a_ready_offering_is_published_once(
    world: World, watch: Invigilation, hall: SmallHall, admin: Client
) -> None:
    url = reverse("delivery_publish", args=[world.association.id])
    assert admin.get(reverse("delivery_offering", args=[world.association.id])).context["decision"].granted

    assert admin.post(url).status_code == 302
    twice = admin.post(url)
    assert (twice.status_code, twice.context["refusal"].code) == (422, "preparing-already")
    waiting = admin.get(reverse("delivery_offering", args=[world.association.id]))
    assert (waiting.context["working"], waiting.context["stuck"]) == (True, False)
    prepare_now(preparation_id=Preparation.objects.get().id)
    again = admin.post(url)
    assert (again.status_code, again.context["refusal"].code) == (422, "published-already")
    assert (PublishedPack.objects.count(), Attempt.objects.count()) == (1, 2)


def test_a_pack_the_hall_did_not_take_up_is_no_go(
    world: World, published: PublishedPack, settings: Any, admin: Client
) -> None:
    def unmet() -> list[str]:
        page = admin.get(reverse("delivery_offering", args=[world.association.id]))
        return [reason.code for reason in page.context["decision"].unmet]

    assert unmet() == ["hall-silent", "clock-offset", "not-loaded"]
    with small_hall() as hall:
        settings.HALL_URL = hall.url
        assert unmet() == ["not-loaded"]
        hall.pack = "0" * 64
        assert unmet() == ["not-loaded"]
        hall.pack = published.content_hash
        assert unmet() == []


def test_the_attempts_table_follows_the_log(world: World, published: PublishedPack, admin: Client) -> None:
    first, second = Attempt.objects.order_by("ticket__number")
    submit_then_answer(first)
    sit(second)
    clock.move_to(START + timedelta(minutes=40))
    page = admin.get(reverse("delivery_attempts", args=[world.association.id]))
    rows = [(row.opened_at, row.answered, row.submitted_at, row.uncounted) for row in page.context["rows"]]

    assert rows == [
        (START, 0, START + timedelta(minutes=30), 1),
        (START, 1, None, 1),
    ]
    assert (page.context["opened"], page.context["submitted"], page.context["refresh"]) == (2, 1, True)


def test_collecting_waits_for_the_end(world: World, published: PublishedPack, admin: Client) -> None:
    first, _ = Attempt.objects.order_by("ticket__number")
    sit(first)
    url = reverse("delivery_collect", args=[world.association.id])
    clock.move_to(START + timedelta(minutes=10))
    early = admin.post(url)
    assert (early.status_code, early.context["refusal"].code, Collection.objects.count()) == (
        422,
        "still-running",
        0,
    )

    clock.move_to(AFTERWARDS)
    assert admin.post(url).status_code == 302
    assert [collection.answers for collection in Collection.objects.all()] == [{"Q1": "B"}]


def test_late_answers_are_named_with_how_late_they_were(
    world: World, published: PublishedPack, admin: Client
) -> None:
    first, second = Attempt.objects.order_by("ticket__number")
    submit_then_answer(first)
    sit(second)
    clock.move_to(AFTERWARDS)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    found = late_answers(world.association)

    assert [(one.attempt, one.entry.item, one.value, one.seconds, one.after_submit) for one in found] == [
        (first, "Q1", "（清空）", 5, True),
        (second, "Q2", "晚了", 47, False),
    ]
    assert [one.question for one in found] == ["第 1 题", "第 2 题"]
    assert "第 2 题" in admin.get(reverse("delivery_late", args=[world.association.id])).content.decode()
    assert found[1].received_at == START + timedelta(minutes=90, seconds=47)


def test_a_late_answer_is_admitted_with_a_reason(
    world: World, published: PublishedPack, admin: Client
) -> None:
    attempt = Attempt.objects.order_by("ticket__number")[0]
    sit(attempt)
    clock.move_to(AFTERWARDS)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    (late,) = late_answers(world.association)
    url = reverse("delivery_late_decide", args=[world.association.id, late.entry.id])

    assert admin.post(url, {"admitted": "yes", "reason": ""}).status_code == 422
    assert LateAdmission.objects.count() == 0
    assert admin.post(url, {"admitted": "yes", "reason": "09:00 断网"}).status_code == 302
    again = admin.post(url, {"admitted": "no", "reason": "再想"})

    assert again.status_code == 422
    assert [(row.admitted, row.reason) for row in LateAdmission.objects.all()] == [(True, "09:00 断网")]
    latest = Collection.objects.order_by("-created_at")[0]
    assert latest.answers == {"Q1": "B", "Q2": "晚了"}
    assert (
        admin.get(reverse("delivery_late_decide", args=[world.national.id, late.entry.id])).status_code == 404
    )


def test_check_in_and_absence_are_written_once(world: World, watch: Invigilation, watcher: Client) -> None:
    here, away = Ticket.objects.order_by("number")
    door = reverse("room_check_in", args=[watch.id, here.number])
    early = watcher.post(door)
    assert (early.status_code, early.context["refusal"].code) == (422, "check-in-day")
    assert early.context["refusal"].what == "签到只在考试当天（2026年11月28日）进行"

    clock.move_to(AT_THE_DOOR)
    assert watcher.post(door).status_code == 302
    absent = reverse("room_absent", args=[watch.id, away.number])
    assert watcher.post(absent, {"note": "电话未接通"}).status_code == 302
    assert watcher.post(absent, {"note": ""}).status_code == 422
    assert watcher.post(door).status_code == 422

    rows = CheckIn.objects.order_by("created_at").values_list("ticket", "present", "note")
    assert list(rows) == [(here.id, True, ""), (away.id, False, "电话未接通")]
    page = watcher.get(reverse("room", args=[watch.id]))
    assert (page.context["present"], page.context["absent"]) == (1, 1)
    assert b'http-equiv="refresh"' in page.content


def test_the_room_shows_the_log_and_no_whole_number(
    world: World, published: PublishedPack, watch: Invigilation, watcher: Client
) -> None:
    attempt = Attempt.objects.order_by("ticket__number")[0]
    sit(attempt)
    page = watcher.get(reverse("room", args=[watch.id]))
    words, person = page.content.decode(), attempt.ticket.application.person

    assert (page.context["opened"], page.context["submitted"]) == (1, 0)
    assert person.id_masked in words
    assert person.id_number not in words


def test_a_photo_is_for_the_rooms_own_invigilator(world: World, watch: Invigilation, watcher: Client) -> None:
    ticket = Ticket.objects.order_by("number")[0]
    photo = watcher.get(reverse("room_photo", args=[watch.id, ticket.number]))
    other = Invigilation.objects.exclude(invigilator=world[Role.INVIGILATOR]).get()

    assert (photo.status_code, photo["Content-Type"]) == (200, "image/jpeg")
    assert photo["Cache-Control"] == "private, no-store"
    assert watcher.get(reverse("room_photo", args=[watch.id, "261101100199990"])).status_code == 404
    for name, more in (("room", []), ("room_photo", [ticket.number]), ("room_incident", [])):
        assert watcher.get(reverse(name, args=[other.id, *more])).status_code == 404
    assert watcher.post(reverse("room_check_in", args=[other.id, ticket.number])).status_code == 404


def test_an_incident_may_name_a_candidate_of_the_room(
    world: World, watch: Invigilation, watcher: Client
) -> None:
    ticket = Ticket.objects.order_by("number")[0]
    url = reverse("room_incident", args=[watch.id])
    clock.move_to(AT_THE_DOOR)
    wrong = watcher.post(url, {"text": "换机", "ticket": "261101100199990"})
    assert (wrong.status_code, Incident.objects.count()) == (422, 0)

    grouped = f" {ticket.number[:4]} {ticket.number[4:]} "
    assert watcher.post(url, {"text": "换机", "ticket": grouped}).status_code == 302
    assert watcher.post(url, {"text": "空调停了", "ticket": ""}).status_code == 302
    assert list(Incident.objects.values_list("text", "ticket")) == [("换机", ticket.id), ("空调停了", None)]
    assert "空调停了" in watcher.get(reverse("room", args=[watch.id])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    world: World, admin: Client, watcher: Client, count: int, django_assert_num_queries: Any
) -> None:
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room, count)
    watch = watch_room(world, room)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    for attempt in Attempt.objects.all():
        sit(attempt)
    clock.move_to(AFTERWARDS)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    offering = [world.association.id]
    with django_assert_num_queries(8):
        admin.get(reverse("delivery"))
    with django_assert_num_queries(12):
        admin.get(reverse("delivery_attempts", args=offering))
    with django_assert_num_queries(8):
        admin.get(reverse("delivery_late", args=offering))
    with django_assert_num_queries(15):
        watcher.get(reverse("room", args=[watch.id]))
    with django_assert_num_queries(5):
        watcher.get(reverse("my_rooms"))


def test_what_waits_for_whom(world: World, watch: Invigilation) -> None:
    def titles(role: Role) -> list[str]:
        return [line.title for line in waiting(world[role], role)]

    admin, exam = world[Role.ADMINISTRATOR], "互联网营销师（初级）"
    assert titles(Role.ADMINISTRATOR) == [f"检查并发布考场数据：{exam}"]
    assert titles(Role.CANDIDATE) == [f"参加考试：{exam}"]
    assert titles(Role.INVIGILATOR) == ["监考：测试考点 第一考场（2026年11月考期）"]
    assert waiting(admin, Role.MARKER) == []

    publish_pack(by=admin, offering=world.association)
    assert titles(Role.ADMINISTRATOR) == []
    clock.move_to(AT_THE_DOOR)
    (exam_line,) = waiting(world[Role.CANDIDATE], Role.CANDIDATE)
    assert (exam_line.url.endswith("/hall/"), exam_line.due) == (True, START)
    assert titles(Role.INVIGILATOR) == ["今天监考：测试考点 第一考场（2026年11月考期）"]

    sit(Attempt.objects.all()[0])
    clock.move_to(AFTERWARDS)
    assert titles(Role.ADMINISTRATOR) == [f"收卷：{exam}"]
    collect(by=admin, offering=world.association)
    (late,) = waiting(admin, Role.ADMINISTRATOR)
    assert (late.title, late.count) == (f"决定迟到的作答：{exam}", 1)


def test_nothing_waits_for_a_candidate_without_a_person(world: World) -> None:
    assert waiting(world[Role.CANDIDATE], Role.CANDIDATE) == []


def test_a_ticket_issued_after_publishing_is_pointed_out(
    world: World, published: PublishedPack, hall: SmallHall, admin: Client
) -> None:
    url = reverse("delivery_offering", args=[world.association.id])
    assert admin.get(url).context["left_out"] == ""

    world.paid(1)
    centre = Ticket.objects.all()[0].centre
    issue_tickets(by=world[Role.ADMINISTRATOR], offering=world.association, centre=centre)
    assert admin.get(url).context["left_out"] == "1 名持证考生没有试卷"
