"""What registering costs, for stages before the one that keeps the fee table; that stage says so at start."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from zhiheng.people.models import Institution
from zhiheng.sittings.models import Offering

Source = Callable[[Sequence[Offering], Institution | None], Mapping[UUID, int]]

_sources: list[Source] = []


def ask_prices_of(source: Source) -> None:
    """Wired in config.subscriptions only. The source answers in fen, by the offering's id."""
    _sources[:] = [source]


def prices_of(offerings: Sequence[Offering], institution: Institution | None = None) -> Mapping[UUID, int]:
    """What registering costs today, for anybody or one institution, in fen; without a source as the rules print it."""
    if not _sources:
        return {offering.id: offering.fee_fen for offering in offerings}
    return _sources[0](offerings, institution)
