"""A small world to test in: one body, two institutions, one account per role, an open sitting."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.factories.pictures import picture
from tests.factories.remembered import remembered
from zhiheng.enrolment.actions import attach_document, enter_application, review, submit
from zhiheng.enrolment.models import Application, DocumentKind, Verdict
from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.payments.actions import confirm_transfer, place_order
from zhiheng.payments.models import Order
from zhiheng.people.actions import authorise_institution, create_account
from zhiheng.people.models import Account, Institution, InstitutionKind, Role
from zhiheng.people.rights.actions import record_consents
from zhiheng.plumbing import clock
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.models import Offering

DAY = date(2026, 11, 28)
ENROLLING = datetime(2026, 11, 10, 10, 0, tzinfo=SHANGHAI)
PASSWORD = "a-long-test-word"  # every account of the test world
NAMES = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八", "壬九", "癸十")
STUDENT = {
    "education": [
        {
            "level": "大专",
            "status": "在读",
            "major": "电子商务",
            "major_related": True,
            "school_type": "高等职业学校",
        }
    ]
}
YEAR_AT_WORK = {
    "education": [{"level": "初中", "status": "毕业"}],
    "employment": [{"start": "2023-01-01", "related_field": True, "relation": "本职业"}],
}


def id_number(serial: int, *, born: str = "19950617") -> str:
    """A well-formed identity number of the unassigned region 999999; serial 0 to 999."""
    body = f"999999{born}{serial:03d}"
    return body + mod11_2(body)


@dataclass
class World:
    """Everything one test needs; the demo clock stands in the enrolment period."""

    accounts: dict[Role, Account]
    institution: Institution
    other_institution: Institution
    outsider: Account  # acts for the other institution and must see nothing of the first
    association: Offering  # 互联网营销师（初级）under ccia-000
    national: Offering  # 直播销售员 五级 under the national standard
    serial: int = field(default=0)

    def __getitem__(self, role: Role) -> Account:
        return self.accounts[role]

    def enter(
        self,
        offering: Offering | None = None,
        *,
        name: str = "",
        profile: dict[str, Any] | None = None,
        consents: tuple[str, ...] = ("enrol", "public-query"),
    ) -> Application:
        """A draft with its documents and what the candidate agreed to on paper."""
        self.serial += 1
        chosen = offering or self.association
        claimed = profile or (YEAR_AT_WORK if chosen.trade else STUDENT)
        application = enter_application(
            by=self[Role.INSTITUTION],
            institution=self.institution,
            offering=chosen,
            name=name or f"测{NAMES[self.serial % 10]}",
            id_number=id_number(self.serial),
            phone=f"1390000{self.serial:04d}",
            profile=claimed,
        )
        if consents:
            record_consents(
                by=self[Role.INSTITUTION],
                institution=self.institution,
                person=application.person,
                granted=consents,
                evidence=f"签字原件第 {self.serial} 号",
            )
        kinds = (
            DocumentKind.ID_FRONT,
            DocumentKind.ID_BACK,
            DocumentKind.PHOTO,
            DocumentKind.EDUCATION,
            DocumentKind.PROOF,
        )
        for place, kind in enumerate(kinds):
            attach_document(
                by=self[Role.INSTITUTION],
                application=application,
                kind=kind,
                content=picture(self.serial * 10 + place),
                name=f"{kind}.jpg",
            )
        return application

    def submitted(self, offering: Offering | None = None, **more: Any) -> Application:
        return submit(by=self[Role.INSTITUTION], application=self.enter(offering, **more))

    def approved(self, offering: Offering | None = None, **more: Any) -> Application:
        application = self.submitted(offering, **more)
        review(by=self[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
        application.refresh_from_db()
        return application

    def paid(self, count: int, offering: Offering | None = None) -> list[Application]:
        """Approved and paid applications."""
        applications = [self.approved(offering) for _ in range(count)]
        order = place_order(
            by=self[Role.INSTITUTION],
            institution=self.institution,
            sitting=applications[0].sitting,
            applications=applications,
        )
        self.settle(order)
        return applications

    def settle(self, order: Order) -> None:
        confirm_transfer(
            by=self[Role.FINANCE],
            order=order,
            bank_reference=f"BANK{order.reference}",
            amount_fen=order.total_fen,
            received_on=clock.today(),
        )


def build_world() -> World:
    clock.move_to(ENROLLING)
    return remembered(_build, earlier=timedelta(minutes=2))


def _build() -> World:
    first = authorise_institution(
        by="test",
        code="101",
        name="青禾培训中心（测试）",
        kind=InstitutionKind.TRAINING,
        province="福建省",
        city="福州市",
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31),
    )
    second = authorise_institution(
        by="test",
        code="102",
        name="远山职业学校（测试）",
        kind=InstitutionKind.SCHOOL,
        province="重庆市",
        city="重庆市",
        valid_from=date(2026, 1, 1),
        valid_until=date(2027, 12, 31),
    )
    accounts = {
        role: create_account(
            by="test",
            username=str(role),
            password=PASSWORD,
            display_name=f"测试{role.label}",
            roles=[role],
            institution=first,
        )
        for role in Role
    }
    outsider = create_account(
        by="test",
        username="outsider",
        password=PASSWORD,
        display_name="别家机构",
        roles=[Role.INSTITUTION],
        institution=second,
    )
    sitting = call_sitting(by="test", day=DAY)
    return World(
        accounts=accounts,
        institution=first,
        other_institution=second,
        outsider=outsider,
        association=offer(
            by="test", sitting=sitting, rule_set="ccia-000", programme="internet-marketing", level="junior"
        ),
        national=offer(
            by="test",
            sitting=sitting,
            rule_set="nos-4-01-02-07-2021",
            programme="internet-marketer",
            level="5",
            trade="B",
        ),
    )
