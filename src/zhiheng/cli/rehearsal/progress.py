"""What a person sees while a rehearsal runs: one line per step, a bar inside the long ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from zhiheng.foundation.moment import iso
from zhiheng.plumbing import clock

T = TypeVar("T")


class Show:
    """Progress on standard error."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._step = 0

    def step(self, title: str) -> None:
        self._step += 1
        moment = iso(clock.now())[:16].replace("T", " ")
        self.console.print(f"[dim]{moment}[/dim]  {self._step:>2}. {title}", soft_wrap=True)

    def tell(self, words: str) -> None:
        self.console.print(f"{'':18}    [dim]{words}[/dim]", soft_wrap=True)

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Progress]:
        columns = (
            SpinnerColumn(),
            TextColumn(f"{'':14}{title}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            progress.add_task(title, total=total)
            yield progress

    def each(self, title: str, things: Iterable[T]) -> Iterator[T]:
        listed = list(things)
        with self.bar(title, len(listed)) as progress:
            for thing in listed:
                yield thing
                progress.advance(progress.task_ids[0])
