"""Everybody accounted for: what was meant to happen to each candidate, and what did."""

from collections import Counter
from typing import Any

from zhiheng.certificates.models import Certificate
from zhiheng.cli.rehearsal.cast import Player
from zhiheng.cli.rehearsal.company import Company
from zhiheng.cli.rehearsal.exam import Sat
from zhiheng.results.models import Result


def summary(company: Company, sat: list[Sat], issued: list[Certificate], files: list[str]) -> dict[str, Any]:
    """The last line of a rehearsal. ok: every candidate came to the end that was written for them."""
    results = {result.application_id: result for result in Result.objects.all()}
    ends = {
        player.serial: _end(results.get(company.applications[player.serial].id)) for player in company.players
    }
    astray = [player.name for player in company.players if ends[player.serial] != _meant(player)]
    count = Counter(ends.values())
    return {
        "ok": not astray and len(ends) == len(company.players),
        "candidates": len(company.players),
        "passed": count["passed"],
        "failed": count["failed"],
        "failed_skill_only": count["failed_skill_only"],
        "absent": count["absent"],
        "astray": astray,
        "answers_acknowledged": sum(one.saves for one in sat),
        "receipts": sum(one.receipt is not None for one in sat),
        "certificates": len(issued),
        "artefacts": files,
    }


def _meant(player: Player) -> str:
    return {"pass": "passed", "fail": "failed", "absent": "absent", "skill-fail": "failed_skill_only"}[
        player.part
    ]


def _end(result: Result | None) -> str:
    if result is None:
        return "missing"
    if result.outcome != "failed":
        return str(result.outcome)
    missed = {component["key"] for component in result.components if not component["passed"]}
    return "failed_skill_only" if missed == {"skill"} else "failed"
