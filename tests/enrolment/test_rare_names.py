"""Names with rare characters and long ones pass unchanged from a sheet and its archive to the file and its review form."""

import io

import pytest
from pypdf import PdfReader

from tests.enrolment.cohort import Cohort, line, papers
from tests.factories.world import World, id_number
from zhiheng.enrolment.batches.actions import check_now, confirm_batch, upload_batch
from zhiheng.enrolment.batches.entering.actions import enter_now
from zhiheng.enrolment.documents import review_form_pdf
from zhiheng.enrolment.models import Application
from zhiheng.people.models import Role
from zhiheng.seating.documents import missing_glyphs

LONG = ("阿卜杜拉·" * 12)[:49] + "甲"
NAMES = ("测𠮷㼆", LONG, "测䶮𫖯")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives(world: World, name: str) -> None:
    files = papers(1, f"{name}/{{}}")
    made = Cohort(rows=[line(1, name=name)], files=files)
    batch = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=made.sheet(),
        sheet_name="a.xlsx",
        archive=[made.archive()],
        archive_name="a.zip",
    )
    check_now(batch_id=batch.id)
    confirm_batch(by=world[Role.INSTITUTION], batch=batch, queued=False)
    enter_now(batch_id=batch.id)
    application = Application.objects.select_related(
        "person", "institution", "offering__revision", "offering__sitting", "sitting"
    ).get(person__name=name)

    assert (len(name) <= 50, application.person.id_number) == (True, id_number(1))
    # A letter no printing face has is printed as an empty box; the record itself keeps it.
    boxed = "".join("\x00" if letter in missing_glyphs(name) else letter for letter in name)
    assert boxed in said_by(review_form_pdf(application))


def said_by(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(text.split())
