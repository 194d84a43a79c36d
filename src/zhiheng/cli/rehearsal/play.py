"""The whole path, step by step."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from zhiheng.cli.processes import Addresses, running
from zhiheng.cli.rehearsal import after, before, prepare, sitting_day, waiting_work
from zhiheng.cli.rehearsal.account import summary
from zhiheng.cli.rehearsal.artefacts import leave
from zhiheng.cli.rehearsal.cast import cast
from zhiheng.cli.rehearsal.company import SITTING, Company, at
from zhiheng.cli.rehearsal.progress import Show
from zhiheng.cli.rehearsal.tenant import found, open_sitting


def play(*, candidates: int, out: Path, addresses: Addresses, leave_work: bool) -> dict[str, Any]:
    """Rehearse both regimes with so many candidates; returns the summary.

    leave_work: afterwards open the next sitting and leave something waiting for every role.
    """
    started = time.monotonic()
    show = Show()
    players = cast(candidates)
    at(-26, 9, 0)
    show.step("建库，载入规则集、题库与演示机构")
    call_command("migrate", verbosity=0, interactive=False)
    company = Company(
        show=show, players=players, tenant=found(rooms=_rooms(players)), offerings=open_sitting(SITTING)
    )
    before.enrol(company)
    before.examine_files(company)
    before.pay(company)
    before.learn(company)
    prepare.assemble(company)
    prepare.seat(company)
    prepare.hand_over(company)
    services = {"ZHIHENG_VAR": str(settings.VAR), "ZHIHENG_HALL_DATA": str(settings.HALL_DATA)}
    with running(addresses, worker=False, **services):
        sitting_day.open_doors(company)
        sat = sitting_day.sit_exam(company, addresses.hall)
    sitting_day.take_in(company)
    sitting_day.assess_skill(company)
    after.mark(company)
    after.publish_results(company)
    after.offer_makeup(company)
    issued = after.certify(company)
    files = leave(company, issued, out)
    if leave_work:
        waiting_work.leave_some(company)
    result = summary(company, sat, issued, files)
    return result | {"out": str(out), "seconds": round(time.monotonic() - started, 1)}


def _rooms(players: tuple[Any, ...]) -> int:
    return sum(
        prepare.rooms_needed(sum(player.regime == regime for player in players))
        for regime in ("association", "national")
    )
