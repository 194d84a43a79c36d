"""Papers whose questions show something: sealed with its hash, printed with it, put on the hall's shelf."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.assembly.test_actions import made
from tests.assembly.test_sealing import seal
from tests.bank.media_files import picture, recording
from tests.bank.test_actions import BODY, approved
from tests.factories.shipped import stock
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import signed_in
from zhiheng.assembly.documents import paper_data, paper_pdf
from zhiheng.assembly.models import Paper
from zhiheng.assembly.queries import bodies_of, content_hash_of, paper_content
from zhiheng.assembly.showing import printed_media
from zhiheng.bank.core.files import medium_form
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.media.actions import keep_medium
from zhiheng.bank.media.queries import medium_of
from zhiheng.bank.models import ItemVersion, MediaFile
from zhiheng.bank.queries import newest_version
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.preparing_media import write_media
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import vault


@pytest.fixture
def stocked(world: World, known_papers: None) -> World:
    stock()
    return world


@pytest.fixture
def draft(stocked: World) -> Paper:
    return Paper.objects.filter(run=made(stocked)).order_by("form_id")[0]


@pytest.fixture
def version(stocked: World, draft: Paper) -> ItemVersion:
    """Written after the paper was made, so that it stands there once: a question with a picture and a recording after its stem and a picture with option B."""
    writer = stocked[Role.ITEM_WRITER]
    shown = [
        medium_of(keep_medium(by=writer, content=picture("WEBP"), name="a.webp"), alt="红色方块"),
        medium_of(keep_medium(by=writer, content=recording(), name="b.wav"), alt="一段口播"),
        medium_of(keep_medium(by=writer, content=picture("JPEG"), name="c.jpg"), alt="另一块", where="B"),
    ]
    media = [medium_form(medium) for medium in in_order(shown)]
    item = approved(writer, second(Role.ITEM_WRITER), media=media, stem="听录音，看图，选出一项？")
    assert item.area == BODY["area"]
    return newest_version(item)


@pytest.fixture
def paper(draft: Paper, version: ItemVersion) -> Paper:
    """The draft with that as its first question."""
    found = draft
    line = {"item": version.item.name, "version": str(version.id), "hash": version.content_hash}
    found.lines[0] |= line
    found.content_hash = content_hash_of(found)
    found.save(update_fields=["lines", "content_hash"])
    return found


def hashes(version: ItemVersion) -> list[str]:
    return [entry["sha256"] for entry in version.body["media"]]


def test_a_sealed_paper_keeps_the_hashes_of_what_it_shows(
    stocked: World, version: ItemVersion, paper: Paper
) -> None:
    words = content_hash_of(paper)
    shown = paper_content(paper)[0].media
    assert [medium.sha256 for medium in shown] == hashes(version)

    seal(stocked, paper)
    sealed = bodies_of([paper])[str(version.id)]
    assert [entry["sha256"] for entry in sealed["media"]] == hashes(version)

    other = {**version.body, "media": [{**version.body["media"][0], "sha256": "0" * 64}]}
    ItemVersion.objects.filter(pk=version.pk).update(body=other)
    assert content_hash_of(paper) == words  # what the bank says later does not reach it


def test_another_picture_is_another_paper(paper: Paper, version: ItemVersion) -> None:
    before = content_hash_of(paper)
    bodies = bodies_of([paper])
    body = bodies[str(version.id)]
    body["media"] = [{**entry, "alt": "别的话"} for entry in body["media"]]
    with pytest.raises(Refused) as refused:
        content_hash_of(paper, bodies)
    assert refused.value.code == "paper-altered"
    assert content_hash_of(paper) == before


def test_the_printed_paper_shows_pictures_and_names_what_is_played(paper: Paper) -> None:
    first = next(item for section in paper_data(paper)["sections"] for item in section["items"])
    picture_shown, recording_named = first["media"]["stem"]

    assert picture_shown["svg"].startswith("<svg")
    assert "data:image/png;base64," in picture_shown["svg"]  # the engine takes no WebP
    assert (picture_shown["width"], recording_named["words"]) == (
        13.5,
        "录音 01-m2.wav（由考点播放）：一段口播",
    )
    assert "data:image/jpeg;base64," in first["media"]["B"][0]["svg"]
    reader = PdfReader(io.BytesIO(paper_pdf(paper)))
    assert {image.name.rpartition(".")[2] for image in reader.pages[0].images} >= {"png", "jpg"}
    assert "01-m2.wav" in reader.pages[0].extract_text().replace(" ", "")


def test_a_large_picture_fits_the_page(stocked: World, paper: Paper) -> None:
    writer = stocked[Role.ITEM_WRITER]
    wide = keep_medium(by=writer, content=picture(size=(1600, 400)), name="a.png")
    tall = keep_medium(by=writer, content=picture(size=(400, 1600)), name="b.png")
    item = paper_content(paper)[0]
    for file, stem, option in ((wide, 120.0, 60.0), (tall, 21.2, 10.6)):
        media = tuple(medium_of(file, alt="图", where=where) for where in ("stem", "A"))
        [shown] = printed_media([replace(item, media=media)]).values()
        assert (shown["stem"][0]["width"], shown["A"][0]["width"]) == (stem, option)


def test_the_page_of_a_paper_shows_them_to_those_who_approve_it(
    stocked: World, version: ItemVersion, paper: Paper
) -> None:
    page = signed_in(stocked[Role.ADMINISTRATOR]).get(f"/papers/{paper.id}/").content.decode()
    assert all(page.count(f"/items/media/{sha256}/") == 1 for sha256 in hashes(version))
    assert 'alt="另一块"' in page


def test_the_hall_gets_the_bytes_beside_the_pack(paper: Paper, version: ItemVersion, tmp_path: Path) -> None:
    drawn = {medium.sha256 for item in paper_content(paper)[1:] for medium in item.media}
    assert write_media(tmp_path, [paper]) == 3 + len(drawn)
    folder = tmp_path / "packs" / "media"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*hashes(version), *drawn])
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in folder.iterdir())
    assert write_media(tmp_path, [paper]) == 0

    shown = pack_paper(paper_id="p", title="t", lines=paper.lines[:1], bodies=bodies_of([paper]))
    media = shown.items[0].media
    assert [(one.id, one.media_type, one.sha256, one.alt, one.where) for one in media] == [
        ("m1", "image/webp", hashes(version)[0], "红色方块", "stem"),
        ("m2", "audio/wav", hashes(version)[1], "一段口播", "stem"),
        ("m3", "image/jpeg", hashes(version)[2], "另一块", "B"),
    ]
    assert all((folder / one.sha256).stat().st_size == one.bytes for one in media)


def test_a_paper_whose_picture_is_gone_is_not_handed_over(paper: Paper, tmp_path: Path) -> None:
    vault.erase(MediaFile.objects.order_by("created_at").last().file)  # type: ignore[union-attr]  # there are three
    with pytest.raises(Refused) as refused:
        write_media(tmp_path, [paper])
    assert refused.value.code == "file-destroyed"
