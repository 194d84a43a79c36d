"""A file that was uploaded and never saved with a question goes after a week; what a question lists stays for good."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from tests.bank.media_files import picture
from tests.bank.test_actions import BODY, refused_code
from tests.bank.test_media import listed, rows
from tests.bank.test_views import FORM
from tests.factories.world import World
from tests.rooms import signed_in
from zhiheng.bank.actions import write_item
from zhiheng.bank.keeping.actions import clear_media
from zhiheng.bank.keeping.queries import due_media, listed_hashes
from zhiheng.bank.media.actions import keep_medium
from zhiheng.bank.media.queries import media_file, medium_of
from zhiheng.bank.models import ImportRun, ImportState, Item, MediaFile
from zhiheng.bank.queries import newest_version, question_of
from zhiheng.people.models import Account, Role
from zhiheng.people.retention.actions import run
from zhiheng.people.retention.registry import Due, Holds
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import VaultFile

NOTHING_OPEN = Holds(all=(), people=frozenset(), whole=frozenset(), applications=frozenset())
WEEK = timedelta(days=7)


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


def uploaded(writer: Account, width: int) -> MediaFile:
    return keep_medium(by=writer, content=picture(size=(width, 60)), name="图.png")


def ended() -> tuple[int, int]:
    """How many uploaded files a run finds over their time, and how many it ends."""
    (line,) = (one for one in run(by="test", dry_run=False) if one.rule.kind == "question-media")
    return line.count, line.done


@pytest.mark.django_db(transaction=True)
def test_what_no_question_lists_goes_a_week_after_it_was_uploaded_last(writer: Account) -> None:
    first, again = uploaded(writer, 81), uploaded(writer, 82)
    clock.move_to(clock.now() + timedelta(days=3))
    uploaded(writer, 82)  # by somebody else perhaps, who still writes
    clock.move_to(clock.now() + timedelta(days=4) - timedelta(seconds=1))
    assert ended() == (0, 0)

    clock.move_to(clock.now() + timedelta(seconds=2))
    assert ended() == (1, 1)
    assert list(MediaFile.objects.all()) == [again]
    assert not VaultFile.objects.filter(pk=first.file_id).exists()
    assert [(settings.VAULT / str(one.file_id)).exists() for one in (first, again)] == [False, True]
    clock.move_to(clock.now() + timedelta(days=3))
    assert (ended(), MediaFile.objects.count()) == ((1, 1), 0)
    assert uploaded(writer, 81).pk != first.pk  # and it may come again


def test_what_a_question_lists_stays_also_in_an_older_version_or_an_import_that_waits(
    writer: Account,
) -> None:
    shown, was_shown, waits, dropped = (uploaded(writer, width) for width in (81, 82, 83, 84))
    body = {**BODY, "media": listed(medium_of(was_shown, alt="旧图"))}
    item = write_item(by=writer, body=body).item
    newer = {**BODY, "media": listed(medium_of(shown, alt="新图"))}
    write_item(by=writer, body=newer, item=item)
    for medium, state in ((waits, ImportState.WAITING), (dropped, ImportState.DROPPED)):
        facts = {"where": "第 1 题", "missing": [], "body": {**BODY, "media": listed(medium_of(medium))}}
        ImportRun.objects.create(
            file_name="题.docx", by=writer, state=state, accepted=1, rejected=0, report={}, incoming=[facts]
        )

    later = clock.now() + WEEK
    assert listed_hashes() == {shown.sha256, was_shown.sha256, waits.sha256}
    assert due_media(later, NOTHING_OPEN) == Due(items=[dropped.pk], oldest=dropped.uploaded_at)


def test_what_was_saved_or_uploaded_again_since_it_was_found_stays(writer: Account) -> None:
    saved, again, gone = (uploaded(writer, width) for width in (81, 82, 83))
    clock.move_to(clock.now() + WEEK + timedelta(seconds=1))
    due = due_media(clock.now() - WEEK, NOTHING_OPEN)
    assert len(due.items) == 3
    write_item(by=writer, body={**BODY, "media": listed(medium_of(saved, alt="图"))})
    uploaded(writer, 82)

    assert clear_media(due.items, "test") == 1
    assert {row.pk for row in MediaFile.objects.all()} == {saved.pk, again.pk}
    assert clear_media(due.items, "test") == 0
    assert media_file(gone.sha256) is None


def test_a_question_whose_file_is_gone_is_not_saved_without_it(writer: Account) -> None:
    file = uploaded(writer, 81)
    medium = medium_of(file, alt="图")
    clear_media([file.pk], "test")
    assert MediaFile.objects.count() == 1  # not yet a week
    clock.move_to(clock.now() + WEEK + timedelta(seconds=1))
    assert clear_media([file.pk], "test") == 1

    assert refused_code(write_item, by=writer, body={**BODY, "media": listed(medium)}) == "media-unknown"
    sent = {**FORM, **rows({"sha256": file.sha256, "alt": "图", "where": "stem", "order": 1})}
    page = signed_in(writer).post(reverse("new_item"), sent)
    assert (page.status_code, Item.objects.count()) == (422, 0)
    assert "这个文件已经不在" in page.content.decode()
    sent["media-0-remove"] = "on"
    assert signed_in(writer).post(reverse("new_item"), sent).status_code == 302
    assert question_of(newest_version(Item.objects.get())).media == ()


@pytest.mark.parametrize("files", [1, 3])
def test_looking_costs_the_same_for_one_file_and_three(
    writer: Account, files: int, django_assert_num_queries: object
) -> None:
    for width in range(81, 81 + files):
        uploaded(writer, width)
    with django_assert_num_queries(5):  # type: ignore[operator]  # a fixture of the test runner
        assert len(due_media(clock.now() + WEEK, NOTHING_OPEN).items) == files
