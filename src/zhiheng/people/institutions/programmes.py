"""The programmes an institution may be authorised for, told by the stage that knows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zhiheng.foundation.errors import Refused
from zhiheng.surface.wording import english


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeName:
    id: str
    name: str
    name_en: str

    @property
    def words(self) -> str:
        """In the language of the page."""
        return self.name_en if english() else self.name


Source = Callable[[], tuple[ProgrammeName, ...]]
_sources: list[Source] = []


def provide(source: Source) -> None:
    """Wired in config only."""
    _sources[:] = [source]


def programme_names() -> tuple[ProgrammeName, ...]:
    """Every programme once, in the order of the rule sets."""
    return tuple(name for source in _sources for name in source())


def names_of_programmes(ids: Iterable[str]) -> list[str]:
    """Programmes in the language of the page; one no rule set knows any more by its id."""
    known = {entry.id: entry.words for entry in programme_names()}
    return [known.get(found, found) for found in ids]


def check_programmes(ids: Iterable[str]) -> None:
    """Raises: Refused when a programme is none of ours."""
    if unknown := sorted(set(ids) - {entry.id for entry in programme_names()}):
        raise Refused(
            what=f"没有这样的项目：{'、'.join(unknown)}",
            rule="授权项目以规则集里的项目为准",
            remedy="请从列表里选择；不选就是全部项目",
            code="programme-unknown",
        )
