"""Pictures and recordings of questions: kept once, shown to those who may see the question."""

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.bank.media_files import film, picture, recording
from tests.bank.test_actions import BODY, approved, refused_code
from tests.bank.test_views import FORM
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import load_shipped_bank, submit_item, write_item
from zhiheng.bank.core.files import load_shipped, medium_form, medium_from
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.core.terms import Medium
from zhiheng.bank.lists.queries import found_by
from zhiheng.bank.media.actions import keep_medium, keep_shipped
from zhiheng.bank.media.queries import content_of, contents_of, medium_of
from zhiheng.bank.models import Item, ItemVersion, MediaFile
from zhiheng.bank.queries import live_pool, newest_version, practice_items, question_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import vault
from zhiheng.plumbing.models import AuditLine, VaultFile


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def client(writer: Account) -> Client:
    return signed_in(writer)


def listed(*media: Medium) -> list[dict[str, Any]]:
    return [medium_form(medium) for medium in in_order(media)]


def pictured(
    writer: Account, *, alt: str = "一张红色方块图", where: str = "stem", **more: Any
) -> dict[str, Any]:
    file = keep_medium(by=writer, content=picture(**more), name="图.png")
    return {**BODY, "media": listed(medium_of(file, alt=alt, where=where))}


def test_a_file_is_kept_once_under_its_hash(writer: Account) -> None:
    first = keep_medium(by=writer, content=picture(), name="甲.png")
    again = keep_medium(by=writer, content=picture(), name="乙.png")
    kept = keep_medium(by=writer, content=content_of(first), name="丙.jpg")

    assert first == again == kept
    assert MediaFile.objects.count() == VaultFile.objects.filter(kind="question-media").count() == 1
    assert (first.media_type, first.kind, first.seconds, first.file.name) == (
        "image/png",
        "image",
        Decimal(0),
        "甲.png",
    )
    assert hashlib.sha256(content_of(first)).hexdigest() == first.sha256
    assert AuditLine.objects.filter(act="medium-kept").count() == 1


def test_what_plays_says_how_long(writer: Account) -> None:
    assert keep_medium(by=writer, content=recording(1.5), name="a.wav").seconds == pytest.approx(1.5)
    assert keep_medium(by=writer, content=film(2), name="a.mp4").kind == "video"


def test_a_file_that_is_not_what_it_should_be_leaves_nothing(writer: Account) -> None:
    assert refused_code(keep_medium, by=writer, content=b"<svg/>", name="a.svg") == "media-type"
    assert not MediaFile.objects.exists()


def test_a_version_keeps_what_it_shows(writer: Account) -> None:
    version = write_item(by=writer, body=pictured(writer))
    item = version.item
    file = MediaFile.objects.get()
    other = keep_medium(by=writer, content=picture(size=(90, 60)), name="b.png")
    write_item(by=writer, item=item, body={**BODY, "media": listed(medium_of(other, alt="另一张图"))})

    first, second_version = ItemVersion.objects.order_by("number")
    assert [entry["sha256"] for entry in first.body["media"]] == [file.sha256]
    assert [entry["sha256"] for entry in second_version.body["media"]] == [other.sha256]
    assert first.content_hash != second_version.content_hash
    item.refresh_from_db()
    assert item.media == "image"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alt": ""}, "media-alt"),
        ({"sha256": "0" * 64}, "media-unknown"),
        ({"bytes": 1}, "media-unknown"),
        ({"where": "F"}, "media-place"),
    ],
)
def test_a_question_may_not_list_what_is_not_so(writer: Account, change: dict[str, Any], code: str) -> None:
    body = pictured(writer)
    body["media"] = [{**body["media"][0], **change}]
    assert refused_code(write_item, by=writer, body=body) == code
    assert not Item.objects.exists()


def test_a_file_altered_or_gone_is_told(writer: Account) -> None:
    file = keep_medium(by=writer, content=picture(), name="a.png")
    stranger = Medium(id="m1", kind="image", media_type="image/png", sha256="1" * 64, size=1)
    assert refused_code(lambda: list(contents_of([stranger]))) == "media-missing"

    MediaFile.objects.filter(pk=file.pk).update(sha256="2" * 64)
    file.refresh_from_db()
    assert refused_code(content_of, file=file) == "media-missing"
    with transaction.atomic():
        vault.erase(file.file)
    assert refused_code(content_of, file=file) == "file-destroyed"


def test_only_chinese_questions_come_into_papers_and_practice(writer: Account) -> None:
    other = second(Role.ITEM_WRITER)
    for pool in ("live", "practice"):
        approved(writer, other, id=f"ZH-{pool}", stem=f"中文题？{pool}", pool=pool)
        approved(writer, other, id=f"EN-{pool}", stem=f"In English? {pool}", pool=pool, language="en")
    standard = BODY["standard"]

    assert [entry.item.id for entry in live_pool(standard)] == ["ZH-live"]
    assert [entry.item.id for entry in practice_items(standard, "5")] == ["ZH-practice"]
    assert [entry.item.id for entry in live_pool(standard, language="en")] == ["EN-live"]


def test_the_list_is_filtered_by_what_is_shown_and_by_language(writer: Account) -> None:
    write_item(by=writer, body={**pictured(writer), "id": "P", "stem": "看图作答？"})
    write_item(by=writer, body={**BODY, "id": "W", "language": "en"})

    def names(**filters: str) -> list[str]:
        return [item.name for item in found_by(filters, account=writer)]

    assert names(shown="any") == names(shown="image") == names(language="zh") == ["P"]
    assert names(shown="none") == names(language="en") == ["W"]
    assert names(shown="video") == []
    assert names(words="红色方块") == ["P"]


# The shipped bank


@pytest.mark.django_db
def test_what_ships_is_kept_with_the_questions() -> None:
    shown = {medium.sha256 for item in load_shipped() for medium in item.media}
    load_shipped_bank(by="test")
    assert set(MediaFile.objects.values_list("sha256", flat=True)) == shown
    assert keep_shipped(load_shipped(), by="test") == 0


@pytest.mark.django_db
def test_a_shipped_question_without_its_file_is_refused() -> None:
    medium = Medium(id="m1", kind="image", media_type="image/png", sha256="0" * 64, size=1)
    some = [replace(load_shipped(standard="digital-hr")[0], media=(medium,))]
    assert refused_code(lambda: keep_shipped(some, by="test")) == "media-not-shipped"
    assert keep_shipped([], by="test") == 0


# Pages


def test_only_those_who_see_questions_get_the_file(world: World, writer: Account) -> None:
    file = keep_medium(by=writer, content=picture(), name="a.png")
    url = reverse("item_medium", args=[file.sha256])
    assert opened_by(world, url) == {Role.ITEM_WRITER, Role.ADMINISTRATOR}

    response = signed_in(writer).get(url)
    assert (response.content, response["Content-Type"]) == (content_of(file), "image/png")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert signed_in(writer).get(reverse("item_medium", args=["0" * 64])).status_code == 404


def upload(content: bytes, name: str = "图.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_comes_with_the_question(client: Client) -> None:
    data = {**FORM, "new_file": upload(picture()), "new_alt": "红色方块", "new_where": "B"}
    assert client.post(reverse("new_item"), data).status_code == 302

    [medium] = question_of(newest_version(Item.objects.get())).media
    assert (medium.id, medium.kind, medium.alt, medium.where) == ("m1", "image", "红色方块", "B")


def test_uploading_goes_on_with_what_was_written(client: Client) -> None:
    data = {
        **FORM,
        "stem": "",
        "act": "upload",
        "new_file": upload(recording(), "声.wav"),
        "new_alt": "一段口播",
    }
    response = client.post(reverse("new_item"), data)

    assert response.status_code == 200
    assert not Item.objects.exists()
    assert response.context["part"].entries[0]["alt"] == "一段口播"
    assert response.context["form"].initial["explanation"] == FORM["explanation"]
    assert "<audio" in response.content.decode()
    assert 'class="error"' not in response.content.decode()


def rows(*entries: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"media-TOTAL_FORMS": len(entries), "media-INITIAL_FORMS": len(entries)}
    for number, entry in enumerate(entries):
        data |= {f"media-{number}-{name}": value for name, value in entry.items()}
    return data


def test_files_are_put_in_order_moved_and_taken_away(client: Client, writer: Account) -> None:
    files = [keep_medium(by=writer, content=picture(size=(80 + n, 60)), name="a.png") for n in range(3)]
    entries = [
        {"sha256": files[0].sha256, "alt": "一", "where": "stem", "order": 2},
        {"sha256": files[1].sha256, "alt": "二", "where": "stem", "order": 1},
        {"sha256": files[2].sha256, "alt": "三", "where": "A", "order": 1, "remove": "on"},
        {"sha256": "f" * 64, "alt": "没有上传过", "where": "stem", "order": 4, "remove": "on"},
    ]
    assert client.post(reverse("new_item"), {**FORM, **rows(*entries)}).status_code == 302
    item = Item.objects.get()
    assert [medium.alt for medium in question_of(newest_version(item)).media] == ["二", "一"]

    page = client.get(reverse("edit_item", args=[item.name]))
    assert [entry["order"] for entry in page.context["part"].entries] == [1, 2]
    moved = [{**entries[1], "where": "C"}, {**entries[0], "order": ""}]
    client.post(reverse("edit_item", args=[item.name]), {**FORM, **rows(*moved)})
    assert [(medium.alt, medium.where) for medium in question_of(newest_version(item)).media] == [
        ("一", "stem"),
        ("二", "C"),
    ]


def test_what_is_wrong_with_a_file_is_said_beside_it(client: Client) -> None:
    response = client.post(reverse("new_item"), {**FORM, "new_file": upload(b"<svg/>", "图.svg")})
    assert response.status_code == 422
    assert "SVG 请另存为 PNG" in response.content.decode()

    bad = {**FORM, "new_file": upload(picture()), "new_where": "Z"}
    assert client.post(reverse("new_item"), bad).status_code == 422
    wrong_row = {**FORM, **rows({"sha256": "0" * 64, "alt": "", "where": "Z", "order": "x"})}
    assert client.post(reverse("new_item"), wrong_row).status_code == 422
    assert not Item.objects.exists()


def test_a_file_that_came_with_a_refused_question_stays_on_the_page(client: Client) -> None:
    response = client.post(reverse("new_item"), {**FORM, "new_file": upload(picture())})  # without its words

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["__all__"]
    assert len(response.context["part"].entries) == 1


def test_the_question_and_its_preview_show_it(client: Client, writer: Account) -> None:
    body = pictured(writer, where="B")
    sound = keep_medium(by=writer, content=recording(), name="a.wav")
    video = keep_medium(by=writer, content=film(), name="a.mp4")
    kept = [question_medium(entry) for entry in body["media"]]
    media = listed(*kept, medium_of(sound, alt="口播"), medium_of(video))
    item = write_item(by=writer, body={**body, "media": media}).item

    for name in ("item", "preview_page"):
        page = client.get(reverse(name, args=[item.name])).content.decode()
        assert page.index("<audio") < page.index("<video") < page.index("<img"), name
        assert f'src="{reverse("item_medium", args=[sound.sha256])}"' in page
        assert 'alt="一张红色方块图"' in page
    policy = client.get(reverse("preview_page", args=[item.name]))["Content-Security-Policy"]
    assert "img-src 'self'; media-src 'self'" in policy


def question_medium(entry: dict[str, Any]) -> Medium:
    return medium_from(entry)


def test_a_draft_without_words_for_its_picture_is_not_submitted(writer: Account) -> None:
    version = write_item(by=writer, body=pictured(writer))
    body = {**version.body, "media": [{**version.body["media"][0], "alt": ""}]}
    ItemVersion.objects.filter(pk=version.pk).update(body=body)
    with pytest.raises(Refused) as refused:
        submit_item(by=writer, item=version.item)
    assert refused.value.code == "media-alt"
