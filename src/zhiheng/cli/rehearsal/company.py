"""What a rehearsal carries from step to step."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from zhiheng.cli.rehearsal.cast import Player
from zhiheng.cli.rehearsal.progress import Show
from zhiheng.cli.rehearsal.tenant import Offerings, Tenant
from zhiheng.enrolment.models import Application
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering

SITTING = date(2026, 11, 28)


@dataclass
class Company:
    show: Show
    players: tuple[Player, ...]
    tenant: Tenant
    offerings: Offerings
    applications: dict[int, Application] = field(default_factory=dict)  # player's serial -> application

    def offering_of(self, player: Player) -> Offering:
        return self.offerings.association if player.regime == "association" else self.offerings.national

    def tickets(self) -> dict[int, Ticket]:
        """Player's serial -> ticket."""
        found = {
            ticket.application_id: ticket for ticket in Ticket.objects.select_related("application__person")
        }
        return {serial: found[application.id] for serial, application in self.applications.items()}

    def sat_by(self, offering: Offering) -> list[Player]:
        return [player for player in self.players if self.offering_of(player) == offering]

    @property
    def used(self) -> tuple[Offering, ...]:
        """The offerings somebody takes part in: a rehearsal of one has no national candidate."""
        return tuple(offering for offering in self.offerings.both if self.sat_by(offering))


def at(days_from_sitting: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment so many days after (or before) the sitting; the demo clock is moved there."""
    moment = datetime.combine(
        SITTING + timedelta(days=days_from_sitting), time(hour, minute, second), tzinfo=SHANGHAI
    )
    clock.move_to(moment)
    return moment
