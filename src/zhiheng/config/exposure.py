"""How far questions were used, asked of the stages that make papers and hold exams."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count

from zhiheng.assembly.models import Paper, PaperStatus
from zhiheng.bank.usage import Usage, ask_usage_of
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.models import Collection as Answers


def connect() -> None:
    """Called once at start."""
    ask_usage_of(usage)


def usage(names: Collection[str] | None) -> Mapping[str, Usage]:
    """By question, of these or of every one that stands in a paper: two queries however many.

    Discarded papers do not count. Seen: attempts on sealed papers from which an answer arrived.
    """
    wanted = None if names is None else set(names)
    if wanted is not None and not wanted:
        return {}
    papers = Paper.objects.exclude(status=PaperStatus.DISCARDED)
    rows = list(papers.values_list("id", "status", "lines", "offering__sitting__day"))
    seen = dict(_seen())
    found: dict[str, list[tuple[bool, int, date]]] = {}
    for paper, status, lines, day in rows:
        for line in lines:
            if wanted is None or line["item"] in wanted:
                sealed = status == PaperStatus.SEALED
                found.setdefault(line["item"], []).append((sealed, seen.get(paper, 0), day))
    return {name: _summed(uses) for name, uses in found.items()}


def _seen() -> list[tuple[object, int]]:
    opened = Answers.objects.filter(entries__gt=0).values("attempt_id")
    counted = Attempt.objects.filter(id__in=opened).order_by().values("paper_id").annotate(count=Count("id"))
    return list(counted.values_list("paper_id", "count"))


def _summed(uses: list[tuple[bool, int, date]]) -> Usage:
    days = {day for sealed, _, day in uses if sealed}
    return Usage(
        drafts=sum(not sealed for sealed, _, _ in uses),
        sealed=sum(sealed for sealed, _, _ in uses),
        sittings=len(days),
        seen=sum(count for _, count, _ in uses),
        last=max(days, default=None),
    )
