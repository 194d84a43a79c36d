"""Two people for every question: remarks, reasons, and what a version changed."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.bank.test_actions import BODY, refused_code
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import approve_item, return_item, submit_item, write_item
from zhiheng.bank.models import Item, ItemStatus, Remark, RemarkKind, RemarkSettled
from zhiheng.bank.queries import awaiting_review, newest_version
from zhiheng.bank.reviewing.actions import remark, settle
from zhiheng.bank.reviewing.queries import remarks_of
from zhiheng.bank.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def other(world: World) -> Account:
    return second(Role.ITEM_WRITER)


@pytest.fixture
def item(writer: Account) -> Item:
    return write_item(by=writer, body=BODY).item


def test_a_reason_is_settled_before_the_question_comes_back(
    item: Item, writer: Account, other: Account
) -> None:
    submit_item(by=writer, item=item)
    return_item(by=other, item=item, reason="选项长短不一")

    (said,) = remarks_of(item)
    assert (said.remark.kind, said.remark.words, said.settled) == (RemarkKind.RETURN, "选项长短不一", None)
    assert [line.title for line in waiting(writer, Role.ITEM_WRITER)] == ["1 道题退回给您修改"]
    assert refused_code(submit_item, by=writer, item=item) == "remarks-open"

    settle(by=writer, said=said.remark, words="已改齐")
    assert refused_code(settle, by=other, said=said.remark) == "remark-settled"
    submit_item(by=writer, item=item)
    approve_item(by=other, item=item)

    settled = remarks_of(item)[0].settled
    assert settled is not None
    assert settled.words == "已改齐"
    acts = AuditLine.objects.filter(subject=f"item:{item.id}").values_list("act", flat=True).order_by("id")
    assert list(acts) == [
        "item-written", "item-submitted", "item-remarked", "item-returned", "remark-settled",
        "item-submitted", "item-approved",
    ]  # fmt: skip


def test_an_open_remark_holds_approval_back(item: Item, writer: Account, other: Account) -> None:
    submit_item(by=writer, item=item)
    said = remark(by=other, version=newest_version(item), words=" 题干有歧义 ")

    assert said.words == "题干有歧义"
    assert refused_code(approve_item, by=other, item=item) == "remarks-open"
    assert refused_code(remark, by=other, version=newest_version(item), words=" ") == "remark-empty"
    assert Remark.objects.count() == 1


def test_who_rewrote_it_does_not_approve_it_either(item: Item, writer: Account, other: Account) -> None:
    write_item(by=other, body={**BODY, "stem": "改写过的题干问什么？"}, item=item)
    submit_item(by=other, item=item)

    assert refused_code(approve_item, by=writer, item=item) == "own-item"
    assert refused_code(approve_item, by=other, item=item) == "own-item"
    assert not awaiting_review(writer).exists()
    third = second(Role.CANDIDATE)
    assert list(awaiting_review(third)) == [item]
    approve_item(by=third, item=item)

    # What was written before the approved version no longer counts.
    write_item(by=other, body=BODY, item=item)
    submit_item(by=other, item=item)
    assert list(awaiting_review(writer)) == [item]
    approve_item(by=writer, item=item)
    item.refresh_from_db()
    assert item.status == ItemStatus.APPROVED


def test_two_versions_side_by_side(item: Item, writer: Account) -> None:
    client = signed_in(writer)
    url = reverse("compare_item", args=[item.name])
    assert client.get(url).context["changes"] == 0

    write_item(by=writer, body={**BODY, "stem": "开播之前最应核对哪一项内容？"}, item=item)
    page = client.get(url)
    assert page.context["changes"] == 1
    assert "<del>先</del>" in page.content.decode()
    assert "<ins>最</ins>" in page.content.decode()
    assert client.get(url, {"start": 2, "end": 1}).context["changes"] == 1
    assert client.get(url, {"start": 9, "end": "x"}).status_code == 422


def test_remarks_are_made_and_settled_on_the_page(item: Item, writer: Account, world: World) -> None:
    client = signed_in(writer)
    say = reverse("remark_item", args=[item.name])
    assert client.post(say, {"words": "请核对法规"}).status_code == 302
    assert client.post(say, {"words": ""}).status_code == 422
    said = Remark.objects.get()
    url = reverse("settle_remark", args=[item.name, said.id])
    assert "1 条待处理" in client.get(reverse("item", args=[item.name])).content.decode()

    write_item(by=writer, body={**BODY, "id": "ELSE", "stem": "另一道题问什么？"})
    assert client.post(reverse("settle_remark", args=["ELSE", said.id])).status_code == 404
    for name in ("compare_item", "remark_item"):
        assert client.get(reverse(name, args=["NOBODY"])).status_code in (404, 405)
    outsider = signed_in(world[Role.ADMINISTRATOR])
    assert [outsider.post(target).status_code for target in (say, url)] == [403, 403]
    assert [Client().post(target).status_code for target in (say, url)] == [302, 302]
    assert opened_by(world, reverse("compare_item", args=[item.name])) == {Role.ITEM_WRITER}
    assert not RemarkSettled.objects.exists()

    assert client.post(url, {"words": "改好了"}).status_code == 302
    page = client.get(reverse("item", args=[item.name])).content.decode()
    assert "待处理）" not in page
    assert "改好了" in page


@pytest.mark.parametrize("count", [1, 3])
def test_remarks_cost_the_same_queries(
    item: Item, writer: Account, count: int, django_assert_num_queries: object
) -> None:
    for number in range(count):
        remark(by=writer, version=newest_version(item), words=f"第 {number} 条")
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(remarks_of(item)) == count
