"""Where later stages say whose candidate somebody is and what a correction means to them. Wired in config only."""

from collections.abc import Callable, Iterable

from zhiheng.people.models import Institution, Person

_entered: list[Callable[[Institution, Person], bool]] = []
_meanings: list[Callable[[Person], Iterable[str]]] = []


def entered_by(ask: Callable[[Institution, Person], bool]) -> None:
    """Whether an institution entered a person."""
    if ask not in _entered:
        _entered.append(ask)


def meaning(tell: Callable[[Person], Iterable[str]]) -> None:
    """What is to be done or to be known when a person's name or number changes, in sentences."""
    if tell not in _meanings:
        _meanings.append(tell)


def is_own_candidate(institution: Institution, person: Person) -> bool:
    return any(ask(institution, person) for ask in _entered)


def meanings_of(person: Person) -> list[str]:
    return [sentence for tell in _meanings for sentence in tell(person)]
