"""The pack of an offering, worked out without writing anything: who sits which paper, until when."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from zhiheng.assembly.models import Paper, RunKind
from zhiheng.assembly.queries import bodies_of
from zhiheng.delivery.accommodations.queries import NOTHING, adjustments_in, end_with
from zhiheng.delivery.conditions.queries import Conditions, conditions_of
from zhiheng.delivery.core.adjusting import Adjustment
from zhiheng.delivery.core.pack import PackCandidate, PackPaper, SittingPack, hash_id, seal_pack
from zhiheng.delivery.core.sheet import pack_paper
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.models import Attempt, NetworkPolicy, SecondSignIn
from zhiheng.delivery.queries import late_entry_until, sealed_papers
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.seating.models import Placement, Ticket
from zhiheng.seating.queries import PlacedTicket, placed_tickets, tickets_of
from zhiheng.sittings.models import Offering

Tell = Callable[[int, int], None]
AT_ONCE = 1000


def silent(done: int, total: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """pack: sealed, not yet on the shelf. attempts: not yet saved, one for each candidate of the pack.

    basis: what it was made from; `basis_of` gives the same as long as nobody was moved and nothing was granted
    or set otherwise meanwhile.
    """

    pack: SittingPack
    attempts: list[Attempt]
    papers: list[Paper]
    basis: str


def prepare(offering: Offering, *, tell: Tell = silent) -> Prepared:
    """Deal the sealed papers and describe every candidate for the hall.

    tell: hears (candidates done, candidates in all) about every thousand; may raise to stop.
    Raises: Refused when a pool has fewer papers than there are candidates.
    """
    places = placed_tickets(offering)
    tell(0, len(places))
    dealt = _dealt(offering, sealed_papers(offering), len(places))
    papers = list({paper.id: paper for paper in dealt}.values())
    keys = ensure_keys(settings.HALL_DATA)
    adjustments, conditions = adjustments_in([offering]), conditions_of(offering)
    english = adjustments_in([offering], language="en")
    desk = _Desk(offering=offering, keys=keys, adjustments=adjustments, english=english)
    attempts: list[Attempt] = []
    candidates: list[PackCandidate] = []
    for done, (place, ticket) in enumerate(_with_people(places), start=1):
        attempt = Attempt(ticket=ticket, paper=dealt[done - 1], ends_at=desk.ends_at(ticket))
        attempts.append(attempt)
        candidates.append(desk.candidate(attempt, place))
        if done % AT_ONCE == 0:
            tell(done, len(places))
    pack = seal_pack(
        SittingPack(
            sitting=str(offering.id),
            title=f"{offering.sitting.title}　{offering.title}",
            key_id=keys.key_id,
            papers=tuple(_shown(offering, papers)),
            candidates=tuple(candidates),
            second_sign_in="allow" if conditions.second_sign_in == SecondSignIn.ALLOW else "ask",
            seb_config_keys=conditions.seb_config_keys,
            networks=conditions.networks,
            network_policy="refuse" if conditions.network_policy == NetworkPolicy.REFUSE else "warn",
            unrecorded=conditions.unrecorded,
        )
    )
    basis = _fingerprint(places, adjustments, conditions)
    return Prepared(pack=pack, attempts=attempts, papers=papers, basis=basis)


def basis_of(offering: Offering) -> str:
    """Who sits where, what was granted to whom and what holds for all, as one hash."""
    return _fingerprint(placed_tickets(offering), adjustments_in([offering]), conditions_of(offering))


def _fingerprint(
    places: Sequence[PlacedTicket], adjustments: Mapping[UUID, Adjustment], conditions: Conditions
) -> str:
    granted = {str(one): [held.percent, held.words] for one, held in adjustments.items()}
    seats = [[str(place.ticket), place.room, place.seat] for place in places]
    return digest([seats, granted, asdict(conditions)])


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is the same for every candidate of the offering."""

    offering: Offering
    keys: HallKeys
    adjustments: Mapping[UUID, Adjustment]
    english: Mapping[UUID, Adjustment]

    def ends_at(self, ticket: Ticket) -> datetime:
        return end_with(self.offering, self._adjustment(ticket))

    def _adjustment(self, ticket: Ticket) -> Adjustment:
        return self.adjustments.get(ticket.application_id, NOTHING)

    def candidate(self, attempt: Attempt, place: PlacedTicket) -> PackCandidate:
        person = attempt.ticket.application.person
        return PackCandidate(
            ticket=attempt.ticket.number,
            id_hash=hash_id(self.keys.hmac, person.id_number),
            attempt=str(attempt.id),
            display_name=person.name,
            paper=str(attempt.paper_id),
            starts_at=self.offering.starts_at,
            ends_at=attempt.ends_at,
            late_entry_until=late_entry_until(self.offering),
            room=place.room,
            seat=str(place.seat),
            accommodation=self._adjustment(attempt.ticket).words,
            accommodation_en=self.english.get(attempt.ticket.application_id, NOTHING).words,
        )


def _with_people(places: Sequence[PlacedTicket]) -> Iterator[tuple[PlacedTicket, Ticket]]:
    """The tickets with their people, a thousand at a time and in the order given."""
    for start in range(0, len(places), AT_ONCE):
        chunk = places[start : start + AT_ONCE]
        found: dict[UUID, Ticket] = {
            ticket.id: ticket
            for ticket in Ticket.objects.filter(pk__in=[place.ticket for place in chunk]).select_related(
                "application__person"
            )
        }
        for place in chunk:
            yield place, found[place.ticket]


def _shown(offering: Offering, papers: Iterable[Paper]) -> Iterator[PackPaper]:
    found = list(papers)
    bodies = bodies_of(found)
    for paper in found:
        yield pack_paper(
            paper_id=str(paper.id),
            title=f"{offering.title}理论试卷（{paper.label}卷）",
            lines=paper.lines,
            bodies=bodies,
        )


def _dealt(offering: Offering, papers: list[Paper], seats: int) -> list[Paper]:
    """A paper for each seat. From a pool everybody gets one of their own, by lot: the offering is the seed.

    Raises: Refused when a pool has fewer papers than there are candidates.
    """
    pool = [paper for paper in papers if paper.run.kind == RunKind.POOL]
    if not pool:
        return [papers[place % len(papers)] for place in range(seats)]  # neighbours get different papers
    if len(pool) < seats:
        raise Refused(
            what=f"{offering.title}有 {seats} 名考生，封存的一人一卷只有 {len(pool)} 份",
            rule="一人一卷时每名考生一份不同的试卷",
            remedy=f"请再组一批，使封存的份数不少于 {seats}",
            code="pool-too-small",
        )
    lots = sorted(pool, key=lambda paper: digest([str(offering.id), paper.form_id]))
    return lots[:seats]


def unseated(offering: Offering) -> tuple[int, int]:
    """(tickets issued, tickets without a seat)."""
    issued = tickets_of(offering).count()
    placed = Placement.objects.filter(ticket__offering=offering, superseded_at=None).count()
    return issued, issued - placed
