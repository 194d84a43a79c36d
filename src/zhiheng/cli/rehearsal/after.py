"""Marking, results, make-up, certificates."""

from zhiheng.bank.models import ItemVersion
from zhiheng.certificates.actions import issue, revoke
from zhiheng.certificates.models import Certificate
from zhiheng.cli.rehearsal.before import settle
from zhiheng.cli.rehearsal.cast import chance
from zhiheng.cli.rehearsal.company import Company, at
from zhiheng.cli.rehearsal.tenant import SERVICE
from zhiheng.delivery.queries import latest_collection
from zhiheng.foundation.errors import ZhihengError
from zhiheng.marking.actions import give_marks, mark_by_keys, open_marking, settle_theory, take_task
from zhiheng.marking.models import MarkingTask, WrittenMark
from zhiheng.payments.models import OrderLine
from zhiheng.people.models import Account, Role
from zhiheng.results.actions import order_makeup, propose, release
from zhiheng.results.models import Outcome, Result
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.core.plan import last_saturday
from zhiheng.sittings.models import Offering, Sitting

STRICT = 0  # the first marker now and then reads much more strictly than the second


class Stuck(ZhihengError):
    """Written answers wait that no marker may take."""


def mark(company: Company) -> None:
    at(2, 9, 0)
    company.show.step("客观题按答案计分；简答题两人背对背评阅，相差超限的交第三人仲裁")
    for offering in company.used:
        mark_by_keys(by=SERVICE, offering=offering)
        open_marking(by=SERVICE, offering=offering)
    waiting = _waiting()
    with company.show.bar("阅卷", waiting) as progress:
        while _waiting():
            if not any(
                _mark_next(marker, place) for place, marker in enumerate(company.tenant.staff[Role.MARKER])
            ):
                raise Stuck("还有简答题没有评阅，但没有阅卷员可以领取。")
            progress.update(progress.task_ids[0], completed=max(0, waiting - _waiting()))
    at(3, 17, 0)
    for offering in company.used:
        settle_theory(by=SERVICE, offering=offering)
    company.show.tell(f"仲裁 {MarkingTask.objects.filter(round=3).count()} 题")


def _waiting() -> int:
    return MarkingTask.objects.exclude(id__in=WrittenMark.objects.values("task_id")).count()


def _mark_next(marker: Account, place: int) -> bool:
    """Take one answer and judge it by its marking points, as this marker would."""
    task = take_task(by=marker)
    if task is None:
        return False
    body = ItemVersion.objects.filter(item__name=task.item).order_by("-number")[0].body
    collection = latest_collection(task.attempt)
    text = str(collection.answers.get(task.item, "")) if collection else ""
    rng = chance("marker", marker.username, task.attempt_id, task.item)
    strict = place == STRICT and task.round < 3 and rng.random() < 0.12
    points = []
    for point in body["points"]:
        full = float(point["marks"])
        earned = full if point["text"] in text else 0.0
        points.append(str(int(earned * (0.4 if strict else 1.0) * 2) / 2))
    give_marks(by=marker, task=task, points=points, comment="")
    return True


def publish_results(company: Company) -> None:
    first, second = company.tenant.staff[Role.RESULTS_OFFICER][:2]
    at(12, 10, 0)
    company.show.step("成绩由一名成绩管理员提出、另一名发布，考生可查")
    releases = [propose(by=first, offering=offering) for offering in company.used]
    at(13, 9, 30)
    for proposed in releases:
        release(by=second, release=proposed)


def offer_makeup(company: Company) -> None:
    at(14, 15, 0)
    failed = Result.objects.filter(outcome=Outcome.FAILED).select_related(
        "application__institution", "application__offering__revision", "application__person"
    )
    company.show.step("未合格的考生报名补考，补考费 100.00 元一次")
    again = call_sitting(by=SERVICE, day=last_saturday(2026, 12))
    for result in failed[:2]:
        sat = result.application.offering
        later = _same_on(again, sat)
        clerk = company.tenant.clerks[company.tenant.institutions.index(result.application.institution)]
        makeup = order_makeup(by=clerk, result=result, offering=later)
        settle(company, OrderLine.objects.select_related("order").get(application=makeup.application).order)


def _same_on(sitting: Sitting, sat: Offering) -> Offering:
    known = Offering.objects.filter(
        sitting=sitting, programme=sat.programme, level=sat.level, trade=sat.trade
    ).first()
    return known or offer(
        by=SERVICE, sitting=sitting, rule_set=sat.revision.rule_set, programme=sat.programme,
        level=sat.level, trade=sat.trade,
    )  # fmt: skip


def certify(company: Company) -> list[Certificate]:
    at(48, 10, 0)
    company.show.step("颁发证书：编号、签名凭证与 PDF；其中一张随后被撤销，查询页如实显示")
    officer = company.tenant.one(Role.CERTIFICATE_OFFICER)
    issued = [
        certificate for offering in company.used for certificate in issue(by=officer, offering=offering)
    ]
    if len(issued) > 2:
        revoke(by=officer, certificate=issued[-1], reason="报名材料不实：演示用，经查工作证明与事实不符")
    company.show.tell(f"共颁发 {len(issued)} 张")
    return issued
