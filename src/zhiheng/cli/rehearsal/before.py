"""From the first form to a paid place: enrolment, review, payment, learning."""

from decimal import Decimal

from zhiheng.bank.models import ItemVersion
from zhiheng.cli.rehearsal.cast import Player, chance, identity_number
from zhiheng.cli.rehearsal.company import Company, at
from zhiheng.cli.rehearsal.pictures import photo, sheet
from zhiheng.cli.rehearsal.tenant import PASSWORD, SERVICE
from zhiheng.enrolment.actions import attach_document, enter_application, review, submit
from zhiheng.enrolment.models import Application, DocumentKind, Verdict
from zhiheng.foundation.errors import Refused
from zhiheng.learning.actions import answer_practice, record_attendance
from zhiheng.learning.queries import practice_for
from zhiheng.learning.tasks import open_study
from zhiheng.payments.actions import confirm_transfer, place_order
from zhiheng.payments.models import Order
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.models import Role
from zhiheng.people.rights.actions import record_consents
from zhiheng.plumbing import clock

KINDS = (DocumentKind.ID_FRONT, DocumentKind.ID_BACK, DocumentKind.EDUCATION, DocumentKind.PROOF)
RETURNED = 5  # the player whose photo is sent back once


def enrol(company: Company) -> None:
    at(-19, 9, 30)
    company.show.step(f"两家机构为 {len(company.players)} 名考生报名，上传材料，提交审核")
    for player in company.show.each("报名", company.players):
        application = _enter(company, player)
        company.applications[player.serial] = submit(
            by=company.tenant.clerks[player.house], application=application
        )
    _hear_a_refusal(company)


def agree(company: Company, application: Application, *, house: int) -> None:
    """The candidate signed at the institution, which writes it down."""
    record_consents(
        by=company.tenant.clerks[house], institution=company.tenant.institutions[house],
        person=application.person, granted=["enrol", "recording", "public-query"],
        evidence="报名时本人签字，原件存于本机构",
    )  # fmt: skip


def _enter(company: Company, player: Player) -> Application:
    clerk = company.tenant.clerks[player.house]
    application = enter_application(
        by=clerk,
        institution=company.tenant.institutions[player.house],
        offering=company.offering_of(player),
        name=player.name,
        id_number=player.id_number,
        phone=player.phone,
        profile=player.profile,
        address=f"示例市演示街 {player.serial} 号",
    )
    open_candidate_account(by=SERVICE, person=application.person, username=player.username, password=PASSWORD)
    agree(company, application, house=player.house)
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


def _hear_a_refusal(company: Company) -> None:
    """Somebody who fulfils no condition hears why, condition by condition, and when they will."""
    clerk, institution = company.tenant.clerks[0], company.tenant.institutions[0]
    application = enter_application(
        by=clerk, institution=institution, offering=company.offerings.association, name="未满·演示者",
        id_number=identity_number(900), phone="", profile={
            "education": [{"level": "高中", "status": "毕业", "school_type": "普通高中"}],
            "employment": [{"start": "2025-06-01", "employer": "示例便利店", "related_field": True}],
        },
    )  # fmt: skip
    try:
        submit(by=clerk, application=application)
    except Refused as refused:
        company.show.tell(f"另有 1 人不符合条件，未能提交：{refused.sentence}")


def examine_files(company: Company) -> None:
    at(-18, 10, 0)
    company.show.step("审核员逐份审核；一份因照片退回，补正后通过")
    reviewer = company.tenant.one(Role.REVIEWER)
    for player in company.show.each("审核", company.players):
        application = company.applications[player.serial]
        if player.serial == RETURNED:
            _return_once(company, player)
        review(by=reviewer, application=application, verdict=Verdict.APPROVE)
        application.refresh_from_db()
        open_study.func(application_id=str(application.id))


def _return_once(company: Company, player: Player) -> None:
    application = company.applications[player.serial]
    clerk = company.tenant.clerks[player.house]
    review(
        by=company.tenant.one(Role.REVIEWER), application=application, verdict=Verdict.RETURN,
        reasons=["照片背景不是白色，请重新拍摄一寸免冠白底彩色照片"],
    )  # fmt: skip
    application.refresh_from_db()
    attach_document(
        by=clerk,
        application=application,
        kind=DocumentKind.PHOTO,
        content=photo(player.serial + 500),
        name="new.jpg",
    )
    submit(by=clerk, application=application)


def pay(company: Company) -> None:
    at(-16, 14, 0)
    company.show.step("机构下单，财务按银行回单确认到账")
    for offering in company.used:
        for clerk, institution in zip(company.tenant.clerks, company.tenant.institutions, strict=True):
            mine = [
                application
                for application in company.applications.values()
                if application.institution_id == institution.id and application.offering_id == offering.id
            ]
            if mine:
                order = place_order(
                    by=clerk, institution=institution, sitting=offering.sitting, applications=mine
                )
                settle(company, order)


def settle(company: Company, order: Order) -> None:
    confirm_transfer(
        by=company.tenant.one(Role.FINANCE), order=order, bank_reference=f"DEMO{order.reference}",
        amount_fen=order.total_fen, received_on=clock.today(),
    )  # fmt: skip


def learn(company: Company) -> None:
    at(-12, 19, 0)
    company.show.step("审核通过即开课：练习与考试互不重题，机构登记到课学时")
    for player in company.show.each("学习", company.players[::3]):
        application = company.applications[player.serial]
        account = application.person.account
        if account is None:
            continue
        rng = chance("practice", player.serial)
        choices = [entry for entry in practice_for(application.offering) if entry.item.type == "single"]
        for entry in rng.sample(choices, k=min(6, len(choices))):
            letter = rng.choice(entry.item.options).letter
            version = ItemVersion.objects.get(id=entry.version)
            answer_practice(by=account, application=application, version=version, value=[letter])
        record_attendance(
            by=company.tenant.clerks[player.house], application=application, day=clock.today(),
            hours=Decimal("4.0"), topic="直播脚本与彩排",
        )  # fmt: skip
