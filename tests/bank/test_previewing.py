"""A question as candidates will see it."""

import pytest
from django.urls import reverse

from tests.bank.test_actions import BODY
from tests.factories.world import World
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import write_item
from zhiheng.people.models import Role

SHORT = {
    **{name: value for name, value in BODY.items() if name not in ("options", "key")},
    "type": "short",
    "answer": "先核对库存。",
    "points": [{"text": "核对库存", "marks": "10"}],
}


@pytest.mark.parametrize("page", ["preview_item", "preview_page"])
def test_only_item_writers_look(world: World, page: str) -> None:
    write_item(by=world[Role.ITEM_WRITER], body={**BODY, "id": "A"})
    assert opened_by(world, reverse(page, args=["A"])) == {Role.ITEM_WRITER}
    assert signed_in(world[Role.ITEM_WRITER]).get(reverse(page, args=["NOBODY"])).status_code == 404


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (BODY, 'type="radio"'),
        ({**BODY, "type": "multiple", "key": ["A", "B"]}, 'class="option many"'),
        (SHORT, "<textarea"),
    ],
)
def test_the_page_shows_the_question_and_never_its_key(
    world: World, body: dict[str, object], shown: str
) -> None:
    write_item(by=world[Role.ITEM_WRITER], body={**body, "id": "A"})
    response = signed_in(world[Role.ITEM_WRITER]).get(reverse("preview_page", args=["A"]))
    page = response.content.decode()

    assert shown in page
    assert str(BODY["explanation"]) not in page
    assert "先核对库存。" not in page
    assert "hall/exam.css" in page
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "<script" not in page
