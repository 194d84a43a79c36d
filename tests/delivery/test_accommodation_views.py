"""The pages of other conditions: who may see what, and what nobody sees in a list."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.delivery.asking import MAGNIFIER, ask, certificate, decide, own
from tests.factories.world import World
from zhiheng.delivery.accommodations.queries import adjustment_of
from zhiheng.delivery.accommodations.waiting import waiting
from zhiheng.delivery.core.adjusting import Adjustment, Asked
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

OURS = (Role.ADMINISTRATOR, Role.REVIEWER)
SECRET = ("视力", "放大镜", "残疾人证")


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def shown(response: Any) -> str:
    return str(response.content.decode())


def upload() -> Any:

    paper = certificate()
    return SimpleUploadedFile(paper.name, paper.content, "image/jpeg")


def given(**more: Any) -> dict[str, Any]:
    return {
        "kinds": ["extra-visual", "device"],
        "detail_device": "放大镜",
        "reason": "右眼视力 0.1",
        "evidence": upload(),
        "agreed": "on",
        **more,
    }


def test_a_candidate_asks_on_their_own_page_and_reads_the_word(world: World) -> None:
    application = own(world)
    client = client_of(world[Role.CANDIDATE])
    page = reverse("ask_adjustment", args=[application.id])

    assert client.get(page).status_code == 200
    assert "申请便利" in shown(client.get(reverse("my_adjustments")))
    response = client.post(page, given())
    assert response.status_code == 302
    request = AdjustmentRequest.objects.get()
    assert "已有一份申请在等待决定" in shown(client.get(reverse("my_adjustments")))

    decide(world, request, but=("device",))
    mine = shown(client.get(reverse("own_adjustment", args=[request.id])))
    assert ("证明不足" in mine, "延长时间 30 %" in mine, "再次申请" in mine) == (True, True, True)
    assert "延长时间 30 %" in shown(client.get(reverse("my_adjustments")))


def test_the_page_speaks_english_to_those_who_read_it(world: World) -> None:
    application = own(world)
    decide(world, ask(world, application, by=world[Role.CANDIDATE], institution=None))
    client = client_of(world[Role.CANDIDATE])
    client.cookies["django_language"] = "en"

    mine = shown(client.get(reverse("my_adjustments")))
    form = shown(client.get(reverse("ask_adjustment", args=[application.id])))

    assert "30 % more time; 放大镜 allowed" in mine
    assert "Visual impairment: 30 % more time" in form


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kinds": []}, "kinds"),
        ({"kinds": ["extra-other"]}, "percent"),
        ({"kinds": ["extra-other"], "percent": "300"}, "percent"),
        ({"detail_device": ""}, "detail_device"),
        ({"kinds": ["helper"]}, "detail_helper"),
        ({"agreed": ""}, "agreed"),
        ({"reason": ""}, "reason"),
        ({"evidence": ""}, "evidence"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(world: World, more: dict[str, Any], field: str) -> None:
    application = own(world)

    response = client_of(world[Role.CANDIDATE]).post(
        reverse("ask_adjustment", args=[application.id]), given(**more)
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert AdjustmentRequest.objects.count() == 0


def test_an_institution_asks_for_its_own_and_takes_it_back(world: World) -> None:
    application = world.submitted()
    client = client_of(world[Role.INSTITUTION])

    assert client.post(reverse("ask_adjustment_for", args=[application.id]), given()).status_code == 302
    request = AdjustmentRequest.objects.get()
    assert request.number in shown(client.get(reverse("institution_adjustments")))
    assert client.get(reverse("own_adjustment", args=[request.id])).status_code == 200
    assert client.post(reverse("withdraw_adjustment", args=[request.id])).status_code == 302
    assert "已撤回" in shown(client.get(reverse("institution_adjustments")))


def test_a_late_request_is_told_so_and_a_past_exam_refused(world: World) -> None:
    application = own(world)
    page = reverse("ask_adjustment", args=[application.id])
    client = client_of(world[Role.CANDIDATE])

    clock.move_to(application.offering.starts_at.replace(day=25))
    assert "逾期申请" in shown(client.get(page))
    clock.move_to(application.offering.starts_at)
    response = client.get(page)
    assert (response.status_code, "考试已经开始" in shown(response)) == (422, True)


def test_what_a_candidate_asks_their_institution_does_not_see(world: World) -> None:
    application = own(world)
    request = ask(world, application, by=world[Role.CANDIDATE], institution=None)
    client = client_of(world[Role.INSTITUTION])

    assert client.get(reverse("own_adjustment", args=[request.id])).status_code == 404
    assert client.post(reverse("withdraw_adjustment", args=[request.id])).status_code == 404
    assert request.number not in shown(client.get(reverse("institution_adjustments")))


def test_outsiders_find_nothing(world: World) -> None:
    application = own(world)
    request = ask(world, application)
    outsider, stranger = client_of(world.outsider), Client()

    assert outsider.get(reverse("ask_adjustment_for", args=[application.id])).status_code == 404
    assert outsider.get(reverse("own_adjustment", args=[request.id])).status_code == 404
    assert outsider.post(reverse("withdraw_adjustment", args=[request.id])).status_code == 404
    assert request.number not in shown(outsider.get(reverse("institution_adjustments")))
    other = world.submitted()
    assert client_of(world[Role.CANDIDATE]).get(reverse("ask_adjustment", args=[other.id])).status_code == 404
    for name in ("adjustment", "own_adjustment", "adjustment_evidence"):
        assert stranger.get(reverse(name, args=[request.id])).status_code == 302
    for name in ("adjustments", "my_adjustments", "institution_adjustments"):
        assert stranger.get(reverse(name)).status_code == 302


def test_only_deciders_open_the_pages_of_deciding(world: World) -> None:
    request = ask(world, world.submitted())
    pages = [
        reverse("adjustments"),
        reverse("adjustment", args=[request.id]),
        reverse("adjustment_evidence", args=[request.id]),
    ]
    for role in Role:
        client, expected = client_of(world[role]), 200 if role in OURS else 403
        assert [client.get(page).status_code for page in pages] == [expected] * 3
        if role not in OURS:
            assert client.post(reverse("decide_adjustment", args=[request.id])).status_code == 403
    assert AdjustmentDecision.objects.count() == 0


def test_a_list_names_nobody_and_says_nothing(world: World) -> None:
    request = ask(world, world.submitted(name="测甲一"))

    page = shown(client_of(world[Role.REVIEWER]).get(reverse("adjustments")))

    assert request.number in page
    assert [word for word in (*SECRET, "测甲一") if word in page] == []
    assert AuditLine.objects.filter(act="adjustment-seen").count() == 0


def test_every_look_is_written_down(world: World) -> None:
    request = ask(world, world.submitted())
    client = client_of(world[Role.REVIEWER])

    page = shown(client.get(reverse("adjustment", args=[request.id])))
    assert client.get(reverse("adjustment_evidence", args=[request.id]))["Content-Type"] == "image/jpeg"

    assert "右眼视力 0.1" in page
    assert [
        line.detail["what"] for line in AuditLine.objects.filter(act="adjustment-seen").order_by("id")
    ] == [
        "page",
        "evidence",
    ]


def test_a_decision_is_taken_on_the_page_word_by_word(world: World) -> None:
    request = ask(world, world.submitted())
    client, page = client_of(world[Role.REVIEWER]), reverse("decide_adjustment", args=[request.id])
    words = {
        "granted-extra-visual": "yes",
        "reason-extra-visual": "证明相符",
        "granted-device": "yes",
        "detail-device": "手持放大镜",
        "reason-device": "考点能够安排",
    }

    half = client.post(page, {**words, "reason-device": ""})
    assert (half.status_code, list(half.context["form"].errors)) == (422, ["reason-device"])
    assert client.post(page, words).status_code == 302
    assert "手持放大镜" in shown(client.get(reverse("adjustment", args=[request.id])))
    again = client.post(page, words)
    assert (again.status_code, "已经办结" in shown(again)) == (422, True)


def test_whoever_decided_before_is_not_asked_again(world: World) -> None:
    application = world.submitted()
    decide(world, ask(world, application), but=("device",))
    again = ask(world, application, MAGNIFIER)

    first = client_of(world[Role.REVIEWER]).get(reverse("adjustment", args=[again.id]))
    second = client_of(world[Role.ADMINISTRATOR]).get(reverse("adjustment", args=[again.id]))

    assert (first.context["open"], second.context["open"]) == (False, True)
    assert first.context["request_row"].previous.number in shown(first)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_however_long(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        application = world.submitted()
        decide(world, ask(world, application))
        ask(world, application, MAGNIFIER)
        application.person.account = world[Role.CANDIDATE] if count == 1 else None
        application.person.save(update_fields=["account"])
    client = client_of(world[Role.REVIEWER])
    client.get(reverse("adjustments"))

    with django_assert_num_queries(7):
        assert client.get(reverse("adjustments")).status_code == 200
    institution = client_of(world[Role.INSTITUTION])
    with django_assert_num_queries(7):
        assert institution.get(reverse("institution_adjustments")).status_code == 200
    with django_assert_num_queries(1):
        (line,) = waiting(world[Role.REVIEWER], Role.REVIEWER)
    assert (line.count, line.url) == (count, "/adjustments/")
    assert waiting(world[Role.MARKER], Role.MARKER) == []


def test_a_candidates_page_takes_the_same_queries_for_one_exam_and_for_two(
    world: World, django_assert_num_queries: Any
) -> None:
    first = own(world)
    decide(world, ask(world, first))
    client = client_of(world[Role.CANDIDATE])
    client.get(reverse("my_adjustments"))

    with django_assert_num_queries(8):
        assert client.get(reverse("my_adjustments")).status_code == 200
    second = world.submitted(world.national)
    type(second).objects.filter(pk=second.pk).update(person=first.person)
    with django_assert_num_queries(8):
        assert len(client.get(reverse("my_adjustments")).context["exams"]) == 2


def test_without_a_person_or_anything_asked_the_pages_are_empty(world: World) -> None:
    mine = client_of(world[Role.CANDIDATE]).get(reverse("my_adjustments"))
    all_of_them = client_of(world[Role.ADMINISTRATOR]).get(reverse("adjustments"), {"state": "decided"})

    assert (mine.context["exams"], mine.context["rows"], "没有还没考的考试" in shown(mine)) == ([], [], True)
    assert (all_of_them.context["rows"], "没有这样的申请" in shown(all_of_them)) == ([], True)
    assert waiting(world[Role.REVIEWER], Role.REVIEWER) == []


def test_what_was_never_asked_is_not_found(world: World) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    bare = ask(world, world.submitted(), Asked(kind="priority-entry"), evidence=None)
    reviewer, candidate = client_of(world[Role.REVIEWER]), client_of(world[Role.CANDIDATE])

    assert reviewer.get(reverse("adjustment", args=[nobody])).status_code == 404
    assert reviewer.get(reverse("adjustment_evidence", args=[bare.id])).status_code == 404
    assert candidate.get(reverse("own_adjustment", args=[nobody])).status_code == 404
    assert candidate.get(reverse("ask_adjustment", args=[nobody])).status_code == 404


def test_late_and_by_a_percentage_of_ones_own_is_decided_on_the_page(world: World) -> None:
    application = world.submitted()
    clock.move_to(application.offering.starts_at.replace(day=25))
    request = ask(world, application, Asked(kind="extra-other", percent=15))
    client, page = client_of(world[Role.REVIEWER]), reverse("decide_adjustment", args=[request.id])
    words = {"granted-extra-other": "yes", "percent-extra-other": "10", "reason-extra-other": "证明支持一成"}

    assert list(client.post(page, words).context["form"].errors) == ["late_reason"]
    assert client.post(page, {**words, "late_reason": "突发伤病"}).status_code == 302
    assert adjustment_of(application) == Adjustment(percent=10, words="延长时间 10 %")
