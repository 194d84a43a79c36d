"""What is on file about the people of a sheet, asked in a few queries however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from zhiheng.enrolment.batches.rows import Held
from zhiheng.enrolment.core.sheet import SheetRow
from zhiheng.enrolment.models import Application, ApplicationStatus, Document
from zhiheng.people.models import Person
from zhiheng.people.queries import id_number_hashes
from zhiheng.sittings.models import Offering

_CHUNK = 400
Value = TypeVar("Value")
_OVER = (ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """names: by identity number. applications: live ones for the offering's programme and sitting, by offering and
    number. papers: source hashes in force by kind, by application.
    """

    names: dict[str, str]
    applications: dict[tuple[UUID, str], Application]
    papers: dict[UUID, dict[str, set[str]]]

    def differs(self, live: Application, entry: SheetRow, papers: Sequence[Held]) -> bool:
        """Whether entering the row would change the application."""
        held = self.papers.get(live.id, {})
        return facts_differ(live, entry) or any(
            paper.sha256 not in held.get(paper.kind, set()) for paper in papers
        )


def facts_differ(live: Application, entry: SheetRow) -> bool:
    """What a sheet leaves empty is not a change."""
    return (
        live.profile != entry.profile
        or (bool(entry.address) and live.address != entry.address)
        or (bool(entry.phone) and live.person.phone != entry.phone)
        or (bool(entry.condition) and live.claimed_condition != entry.condition)
    )


def on_file(wanted: Sequence[tuple[Offering, str]]) -> OnFile:
    by_hash = {hashed: number for _, number in wanted for hashed in id_number_hashes(number)}
    names: dict[str, str] = {}
    live: dict[tuple[UUID, str, str], Application] = {}
    for some in _chunks(list(by_hash)):
        people = Person.objects.filter(id_hash__in=some).values_list("id_hash", "name")
        names |= {by_hash[hashed]: name for hashed, name in people}
        found = (
            Application.objects.filter(person__id_hash__in=some)
            .exclude(status__in=_OVER)
            .select_related("person", "institution", "offering__sitting", "offering__revision", "sitting")
        )
        for application in found:
            number = by_hash[application.person.id_hash]
            live[application.sitting_id, application.programme, number] = application
    applications = {
        (offering.id, number): live[offering.sitting_id, offering.programme, number]
        for offering, number in wanted
        if (offering.sitting_id, offering.programme, number) in live
    }
    return OnFile(
        names=names,
        applications=applications,
        papers=papers_of({found.id for found in applications.values()}),
    )


def papers_of(applications: Iterable[UUID]) -> dict[UUID, dict[str, set[str]]]:
    held: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for some in _chunks(list(applications)):
        rows = Document.objects.filter(application__in=some, superseded_at=None)
        for application, kind, source in rows.values_list("application_id", "kind", "source_sha256"):
            held[application][kind].add(source)
    return held


def _chunks(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
