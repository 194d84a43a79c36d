"""Applying, handing in and deciding, as the institution and the reviewer do it."""

from datetime import date, datetime

import pytest

from tests.factories.pictures import picture
from tests.factories.world import STUDENT, World, id_number
from zhiheng.enrolment.actions import attach_document, enter_application, review, submit, withdraw
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Document,
    DocumentKind,
    EligibilityDecision,
    Verdict,
)
from zhiheng.enrolment.queries import assessment_of
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Person, Role
from zhiheng.plumbing import clock


def refused_code(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


def test_a_complete_application_goes_through(world: World) -> None:
    application = world.submitted()

    assert application.status == ApplicationStatus.SUBMITTED
    assert application.claimed_condition == "4"
    assert application.review_due == datetime(2026, 11, 12, 0, 0, tzinfo=SHANGHAI)

    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
    application.refresh_from_db()

    assert application.status == ApplicationStatus.APPROVED


def test_the_kept_decision_replays_to_the_same_verdict(world: World) -> None:
    application = world.submitted()
    kept = EligibilityDecision.objects.get(application=application)

    assert assessment_of(application).as_facts() == kept.outcome


def test_a_missing_document_is_named(world: World) -> None:
    application = enter_application(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        offering=world.association,
        name="测缺件",
        id_number=id_number(500),
        phone="",
        profile=STUDENT,
    )
    with pytest.raises(Refused) as refused:
        submit(by=world[Role.INSTITUTION], application=application)

    assert (
        refused.value.what
        == "身份证人像面未上传；身份证国徽面未上传；一寸免冠白底彩色照片未上传；工作证明及其他证明材料未上传"
    )
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DRAFT
    assert not EligibilityDecision.objects.filter(application=application).exists()


def test_nobody_may_apply_twice_on_one_sitting(world: World) -> None:
    world.enter()
    again = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "offering": world.association,
        "name": Person.objects.get().name,
        "id_number": id_number(1),
        "phone": "",
        "profile": STUDENT,
    }

    assert refused_code(enter_application, **again) == "enrolled-twice"
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_number": "99999919950617001"}, "id-number"),
        ({"id_number": id_number(7)[:-1] + "?"}, "id-number"),
        ({"id_number": id_number(7, born="20991231")}, "id-number"),
        ({"id_number": id_number(7, born="19951331")}, "id-number"),
        ({"name": ""}, "name-missing"),
        ({"profile": {"employment": [{"start": "2026-11-20"}]}}, "profile-field"),
        (
            {"profile": {"certificates": [{"kind": "other", "level": "初级", "issued": "2027-01-01"}]}},
            "future-date",
        ),
        ({"profile": {"education": [{"level": "幼儿园", "status": "毕业"}]}}, "profile-field"),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(world: World, change: dict[str, object], code: str) -> None:
    words: dict[str, object] = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "offering": world.association,
        "name": "测某某",
        "id_number": id_number(7),
        "phone": "",
        "profile": STUDENT,
    }

    assert refused_code(enter_application, **(words | change)) == code
    assert (Application.objects.count(), Person.objects.count()) == (0, 0)


def test_enrolment_closes_at_the_end_of_the_saturday_before(world: World) -> None:
    application = world.enter()
    clock.move_to(datetime(2026, 11, 21, 23, 59, 50, tzinfo=SHANGHAI))
    assert submit(by=world[Role.INSTITUTION], application=application).status == ApplicationStatus.SUBMITTED

    late = Application.objects.get(pk=application.pk)
    review(by=world[Role.REVIEWER], application=late, verdict=Verdict.RETURN, reasons=["照片不清"])
    late.refresh_from_db()
    clock.move_to(datetime(2026, 11, 22, 0, 0, 5, tzinfo=SHANGHAI))

    assert refused_code(submit, by=world[Role.INSTITUTION], application=late) == "enrolment-open"


def test_a_suspended_institution_may_not_enrol(world: World) -> None:
    world.institution.suspended_at = clock.now()
    world.institution.save(update_fields=["suspended_at"])

    assert refused_code(world.enter) == "institution-suspended"


def test_an_ineligible_person_hears_every_condition(world: World) -> None:
    application = world.enter(profile={"education": [{"level": "高中", "status": "毕业"}]})

    with pytest.raises(Refused) as refused:
        submit(by=world[Role.INSTITUTION], application=application)

    assert refused.value.code == "not-eligible"
    assert [f"（{number}）" in refused.value.what for number in "12345"] == [True] * 5


def test_a_return_needs_a_reason_and_reopens_the_file(world: World) -> None:
    application = world.submitted()

    assert (
        refused_code(review, by=world[Role.REVIEWER], application=application, verdict=Verdict.RETURN)
        == "reason-missing"
    )

    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.RETURN, reasons=["身份证反光"])
    application.refresh_from_db()
    attach_document(
        by=world[Role.INSTITUTION],
        application=application,
        kind=DocumentKind.ID_FRONT,
        content=picture(999),
        name="新.jpg",
    )

    fronts = Document.objects.filter(application=application, kind=DocumentKind.ID_FRONT)
    assert [document.superseded_at is None for document in fronts.order_by("created_at")] == [False, True]
    assert submit(by=world[Role.INSTITUTION], application=application).status == ApplicationStatus.SUBMITTED


def test_two_reviewers_do_not_decide_the_same_file(world: World) -> None:
    application = world.submitted()
    stale = Application.objects.get(pk=application.pk)
    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)

    assert (
        refused_code(review, by=world[Role.REVIEWER], application=stale, verdict=Verdict.APPROVE)
        == "not-waiting"
    )


def test_one_picture_is_not_two_documents(world: World) -> None:
    application = world.enter()
    content = picture(4242)
    attach_document(
        by=world[Role.INSTITUTION],
        application=application,
        kind=DocumentKind.ID_FRONT,
        content=content,
        name="a.jpg",
    )

    code = refused_code(
        attach_document,
        by=world[Role.INSTITUTION],
        application=application,
        kind=DocumentKind.ID_BACK,
        content=content,
        name="b.jpg",
    )

    assert code == "file-repeated"


def test_an_approved_file_is_closed(world: World) -> None:
    application = world.approved()

    assert refused_code(withdraw, by=world[Role.INSTITUTION], application=application) == "not-withdrawable"
    assert (
        refused_code(
            attach_document,
            by=world[Role.INSTITUTION],
            application=application,
            kind=DocumentKind.PHOTO,
            content=picture(1),
            name="a.jpg",
        )
        == "not-editable"
    )


def test_the_same_number_under_another_name_is_refused(world: World) -> None:
    world.enter(name="测本名")
    words: dict[str, object] = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "offering": world.national,
        "name": "测别名",
        "id_number": id_number(1),
        "phone": "",
        "profile": STUDENT,
    }

    assert refused_code(enter_application, **words) == "name-differs"


def test_the_review_of_a_saturday_file_is_due_on_monday(world: World) -> None:
    clock.move_to(datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI))
    application = world.submitted()

    assert application.review_due is not None
    assert application.review_due.date() == date(2026, 11, 24)  # the first moment after Monday the 23rd
