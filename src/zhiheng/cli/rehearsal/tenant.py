"""The demonstration tenant: two institutions, one or more accounts per role, a centre, the bank, the offerings."""

from dataclasses import dataclass
from datetime import date

from zhiheng.bank.actions import load_shipped_bank
from zhiheng.people.actions import authorise_institution, create_account
from zhiheng.people.models import Account, Institution, InstitutionKind, Role
from zhiheng.practicals.actions import load_task
from zhiheng.practicals.core.task import load_tasks
from zhiheng.practicals.models import SkillTask
from zhiheng.seating.actions import add_room, open_centre
from zhiheng.seating.models import Centre, Room
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.models import Offering
from zhiheng.standards.actions import publish_all

PASSWORD = "demo-zhiheng"
SERVICE = "rehearsal"
ROOM_SEATS = 30
STAFF: tuple[tuple[Role, str, str], ...] = (
    (Role.REVIEWER, "shenhe", "审核员·演示甲"),
    (Role.FINANCE, "caiwu", "财务·演示甲"),
    (Role.ITEM_WRITER, "mingti", "命题员·演示甲"),
    (Role.ITEM_WRITER, "mingti2", "命题员·演示乙"),
    (Role.EXAMINER, "kaoping", "考评员·演示甲"),
    (Role.EXAMINER, "kaoping2", "考评员·演示乙"),
    (Role.EXAMINER, "kaoping3", "考评员·演示丙"),
    (Role.MARKER, "yuejuan", "阅卷员·演示甲"),
    (Role.MARKER, "yuejuan2", "阅卷员·演示乙"),
    (Role.MARKER, "yuejuan3", "阅卷员·演示丙"),
    (Role.RESULTS_OFFICER, "chengji", "成绩管理员·演示甲"),
    (Role.RESULTS_OFFICER, "chengji2", "成绩管理员·演示乙"),
    (Role.CERTIFICATE_OFFICER, "zhengshu", "证书管理员·演示甲"),
    (Role.ADMINISTRATOR, "guanli", "管理员·演示甲"),
    (Role.ADMINISTRATOR, "guanli2", "管理员·演示乙"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    institutions: tuple[Institution, Institution]
    clerks: tuple[Account, Account]
    staff: dict[Role, list[Account]]
    centre: Centre
    task: SkillTask

    def one(self, role: Role) -> Account:
        return self.staff[role][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offerings:
    association: Offering
    national: Offering

    @property
    def both(self) -> tuple[Offering, Offering]:
        return (self.association, self.national)


def found(*, rooms: int) -> Tenant:
    """Everything that stands before the first candidate comes. rooms: how many exam rooms will be watched."""
    publish_all(by=SERVICE)
    load_shipped_bank(by=SERVICE)
    (task,) = (task for task in load_tasks() if (task.level, task.trade) == ("5", "B"))
    stored = load_task(by=SERVICE, task=task)
    first = authorise_institution(
        by=SERVICE, code="101", name="青禾职业培训中心（演示）", kind=InstitutionKind.TRAINING,
        province="福建省", city="福州市", valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31),
    )  # fmt: skip
    second = authorise_institution(
        by=SERVICE, code="102", name="远山商贸学校（演示）", kind=InstitutionKind.SCHOOL,
        province="重庆市", city="重庆市", valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31),
    )  # fmt: skip
    clerks = (_clerk("jigou", "青禾·演示经办", first), _clerk("jigou2", "远山·演示经办", second))
    staff: dict[Role, list[Account]] = {}
    watchers = [(Role.INVIGILATOR, f"jiankao{n or ''}", f"监考员·演示{n + 1}") for n in range(2 * rooms)]
    for role, username, name in (*STAFF, *watchers):
        account = create_account(
            by=SERVICE, username=username, password=PASSWORD, display_name=name, roles=[role]
        )
        staff.setdefault(role, []).append(account)
    centre = open_centre(
        by=SERVICE, code="001", name="福州第一考点（演示）", province="福建省", city="福州市",
        address="福州市演示路 1 号 3 层",
    )  # fmt: skip
    return Tenant(institutions=(first, second), clerks=clerks, staff=staff, centre=centre, task=stored)


def _clerk(username: str, name: str, institution: Institution) -> Account:
    return create_account(
        by=SERVICE, username=username, password=PASSWORD, display_name=name,
        roles=[Role.INSTITUTION], institution=institution,
    )  # fmt: skip


def open_rooms(tenant: Tenant, count: int, *, label: str) -> list[Room]:
    return [
        add_room(by=SERVICE, centre=tenant.centre, name=f"{label}第{number}考场", seats=ROOM_SEATS)
        for number in range(1, count + 1)
    ]


def open_sitting(day: date) -> Offerings:
    """The two regimes on one day."""
    sitting = call_sitting(by=SERVICE, day=day)
    return Offerings(
        association=offer(
            by=SERVICE, sitting=sitting, rule_set="ccia-000", programme="internet-marketing", level="junior"
        ),
        national=offer(
            by=SERVICE, sitting=sitting, rule_set="nos-4-01-02-07-2021", programme="internet-marketer",
            level="5", trade="B",
        ),
    )  # fmt: skip
