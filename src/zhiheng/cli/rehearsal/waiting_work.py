"""After the rehearsal, the next sitting opens and every role finds something waiting."""

from zhiheng.assembly.actions import request_papers
from zhiheng.cli.rehearsal.before import KINDS, agree
from zhiheng.cli.rehearsal.cast import Player, cast
from zhiheng.cli.rehearsal.company import Company, at
from zhiheng.cli.rehearsal.pictures import photo, sheet
from zhiheng.cli.rehearsal.tenant import PASSWORD, SERVICE, Offerings, open_sitting
from zhiheng.enrolment.actions import attach_document, enter_application, review, submit
from zhiheng.enrolment.models import Application, DocumentKind, Verdict
from zhiheng.foundation.credit_code import check_character
from zhiheng.payments.actions import place_order
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.institutions.applying.actions import Licence, apply_as_partner
from zhiheng.people.models import InstitutionKind, Role
from zhiheng.sittings.core.plan import last_saturday

FRESH = 400  # serials that no rehearsed candidate has


def leave_some(company: Company) -> None:
    at(51, 9, 0)
    company.show.step("开设下一考期，给每个角色留下待办")
    offerings = open_sitting(last_saturday(2027, 1))
    players = [player for player in cast(FRESH + 9) if player.serial > FRESH]
    entered = [_enter(company, offerings, player) for player in players]
    for application in entered[2:]:
        submit(by=company.tenant.clerks[0], application=application)
    reviewer = company.tenant.one(Role.REVIEWER)
    review(
        by=reviewer, application=entered[2], verdict=Verdict.RETURN, reasons=["身份证人像面反光，姓名看不清"]
    )
    for application in entered[5:]:
        review(by=reviewer, application=application, verdict=Verdict.APPROVE)
        application.refresh_from_db()
    place_order(
        by=company.tenant.clerks[0], institution=company.tenant.institutions[0],
        sitting=offerings.association.sitting, applications=entered[7:],
    )  # fmt: skip
    request_papers(by=company.tenant.one(Role.ADMINISTRATOR), offering=offerings.association, forms=2, seed=7)
    _ask_to_join()


def _ask_to_join() -> None:
    """An organisation that does not exist applies to become an institution."""
    body = "52350200YHT000001"
    apply_as_partner(
        name="晨光数字技能学校（演示）",
        credit_code=body + check_character(body),
        kind=InstitutionKind.SCHOOL,
        province="福建省",
        city="厦门市",
        address="厦门市演示路 2 号",
        contact="晨光联系人",
        phone="05920000000",
        email="partner@example.org",
        programmes=["internet-marketing", "digital-hr"],
        capability="专职教师六名，机房两间共八十台电脑，近三年办过四期直播运营培训，学员三百余人。",
        licence=Licence(name="营业执照.jpg", content=sheet(FRESH, 0)),
    )


def _enter(company: Company, offerings: Offerings, player: Player) -> Application:
    clerk = company.tenant.clerks[0]
    application = enter_application(
        by=clerk,
        institution=company.tenant.institutions[0],
        offering=offerings.association,
        name=f"候演{player.serial - FRESH}",
        id_number=player.id_number,
        phone=player.phone,
        profile={
            "education": [
                {
                    "level": "大专",
                    "status": "在读",
                    "major": "电子商务",
                    "major_related": True,
                    "school_type": "高等职业学校",
                }
            ]
        },
        address="示例市演示街 9 号",
    )
    open_candidate_account(
        by=SERVICE,
        person=application.person,
        username=f"xinkaosheng{player.serial - FRESH}",
        password=PASSWORD,
    )
    agree(company, application, house=0)
    for place, kind in enumerate(KINDS):
        attach_document(
            by=clerk,
            application=application,
            kind=kind,
            content=sheet(player.serial, place),
            name=f"{kind}.jpg",
        )
    attach_document(
        by=clerk,
        application=application,
        kind=DocumentKind.PHOTO,
        content=photo(player.serial),
        name="photo.jpg",
    )
    return application
