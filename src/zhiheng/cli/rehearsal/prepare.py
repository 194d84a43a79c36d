"""Papers with a proof, tickets, seats, invigilators, and the pack for the hall."""

from zhiheng.assembly.actions import request_papers, run_now
from zhiheng.assembly.models import Paper, RunStatus
from zhiheng.assembly.sealing.actions import approve_paper
from zhiheng.cli.rehearsal.company import Company, at
from zhiheng.cli.rehearsal.tenant import ROOM_SEATS, open_rooms
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.foundation.errors import ZhihengError
from zhiheng.people.models import Account, Role
from zhiheng.seating.actions import assign_invigilators, issue_tickets, place_candidates
from zhiheng.sittings.models import Offering


class NoPaper(ZhihengError):
    """A rehearsal could not assemble its papers."""


def assemble(company: Company) -> None:
    at(-8, 15, 0)
    company.show.step("按蓝图组卷：每科两份平行试卷，附组卷证明，两人审定后封存")
    for offering in company.used:
        run = request_papers(
            by=company.tenant.one(Role.ADMINISTRATOR), offering=offering, forms=2, seed=20261128
        )
        run = run_now(run_id=str(run.id))
        if run.status != RunStatus.DONE:
            raise NoPaper(f"{offering.title}：{run.get_status_display()}　{run.conflict}")
        for paper in Paper.objects.filter(run=run):
            for approver in company.tenant.staff[Role.ADMINISTRATOR][:2]:
                paper.refresh_from_db()
                approve_paper(by=approver, paper=paper)
        company.show.tell(f"{offering.title}：两卷期望得分之差与逐项证明已存档")


def rooms_needed(candidates: int) -> int:
    return -(-candidates // ROOM_SEATS)


def seat(company: Company) -> None:
    at(-4, 11, 0)
    company.show.step("发放准考证，编排座位，按 1:15 且每场不少于 2 名指派监考员")
    watchers = list(company.tenant.staff[Role.INVIGILATOR])
    for offering, label in zip(company.offerings.both, ("机考", "理论"), strict=True):
        if company.sat_by(offering):
            _seat_one(company, offering, label, watchers)


def _seat_one(company: Company, offering: Offering, label: str, watchers: list[Account]) -> None:
    admin = company.tenant.one(Role.ADMINISTRATOR)
    issue_tickets(by=admin, offering=offering, centre=company.tenant.centre)
    rooms = open_rooms(company.tenant, rooms_needed(len(company.sat_by(offering))), label=label)
    place_candidates(by=admin, offering=offering, rooms=rooms, seed=20261128)
    for room in rooms:
        pair = [watchers.pop(0), watchers.pop(0)]
        assign_invigilators(by=admin, offering=offering, room=room, invigilators=pair)


def hand_over(company: Company) -> None:
    at(-1, 16, 0)
    company.show.step("生成考场数据包，交给考场服务")
    for offering in company.used:
        published = publish_pack(by=company.tenant.one(Role.ADMINISTRATOR), offering=offering)
        company.show.tell(
            f"{offering.title}：{published.attempts} 名考生，摘要 {published.content_hash[:16]}…"
        )
