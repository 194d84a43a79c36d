"""How far questions were used, for a stage that comes before papers and sittings; the wiring says whom to ask."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """drafts, sealed: papers it stands in. sittings: days it was or will be set on. seen: candidates who opened
    a paper with it. last: the latest of those days."""

    drafts: int = 0
    sealed: int = 0
    sittings: int = 0
    seen: int = 0
    last: date | None = None

    @property
    def papers(self) -> int:
        return self.drafts + self.sealed


UNUSED = Usage()
Source = Callable[[Collection[str] | None], Mapping[str, Usage]]

_sources: list[Source] = []


def ask_usage_of(source: Source) -> None:
    """Wired in config only. The source answers by the question's name, and only of those that were used."""
    _sources[:] = [source]


def usage_of(names: Collection[str] | None = None) -> Mapping[str, Usage]:
    """What is known of these questions, or of every one that was ever used; without a source nothing was."""
    return _sources[0](names) if _sources else {}
