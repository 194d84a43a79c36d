"""Where later stages say what they keep, what is due, and what must not be touched yet. Wired in config only."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiheng.people.core.retention import retention_rules
from zhiheng.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An open matter that keeps data: of one application, or of all a person has when application is None."""

    person: UUID
    reason: str
    application: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """Everything open at this moment. people: whoever is held for any reason; whole: held with all they have."""

    all: tuple[Hold, ...]
    people: frozenset[UUID]
    whole: frozenset[UUID]
    applications: frozenset[UUID]

    def of_person(self, person: Person) -> list[Hold]:
        return [hold for hold in self.all if hold.person == person.id]

    def keeps(self, *, person: UUID, application: UUID) -> bool:
        return person in self.whole or application in self.applications


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is over its time: the things themselves, how many an open matter keeps, and how old the oldest is."""

    items: Sequence[Any]
    held: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many records of a kind are about a person, and from when on the newest of them is counted."""

    count: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What a stage can say and do about one kind.

    due: what is over its time, of before a moment. clear: end it; returns how many. share: what there is of a
    person. erase: end what there is of a person at their request. Each is absent where the table asks for nothing.
    """

    due: Callable[[datetime, Holds], Due] | None = None
    clear: Callable[[Sequence[Any], str], int] | None = None
    share: Callable[[Person], Share] | None = None
    erase: Callable[[Person, str], int] | None = None


_keepers: dict[str, Keeper] = {}
_holders: list[Callable[[], Iterable[Hold]]] = []
_naming: list[Callable[[Collection[UUID]], Iterable[UUID]]] = []


def keep(kind: str, keeper: Keeper) -> None:
    """Raises: ValueError for a kind the table does not know."""
    if kind not in {rule.kind for rule in retention_rules()}:
        raise ValueError(f"The table of retention has no kind {kind}.")
    _keepers[kind] = keeper


def hold(holder: Callable[[], Iterable[Hold]]) -> None:
    if holder not in _holders:
        _holders.append(holder)


def needs_name(naming: Callable[[Collection[UUID]], Iterable[UUID]]) -> None:
    """naming: of these people, those whose name and number kept records still need."""
    if naming not in _naming:
        _naming.append(naming)


def keeper_of(kind: str) -> Keeper:
    return _keepers.get(kind, Keeper())


def holds_now() -> Holds:
    found = tuple(found for holder in _holders for found in holder())
    return Holds(
        all=found,
        people=frozenset(entry.person for entry in found),
        whole=frozenset(entry.person for entry in found if entry.application is None),
        applications=frozenset(entry.application for entry in found if entry.application is not None),
    )


def named_by_records(people: Collection[UUID]) -> frozenset[UUID]:
    return frozenset(person for naming in _naming for person in naming(people))
