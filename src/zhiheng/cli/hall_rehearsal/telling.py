"""What a person sees of a rehearsal: bars while it runs, the list at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from zhiheng.cli.hall_rehearsal.play import Show
from zhiheng.foundation.decision import Decision


@contextmanager
def shown() -> Iterator[Show]:
    """A bar for each part, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars: dict[str, TaskID] = {}

        def show(words: str, done: int, total: int) -> None:
            if words not in bars:
                bars[words] = progress.add_task(words, total=total)
            progress.update(bars[words], completed=done, total=total)

        yield show


def page(decision: Decision) -> str:
    """The go or no-go list as text."""
    lines = ["可以开考。" if decision.granted else "暂不能开考："]
    for reason in decision.reasons:
        lines.append(f"  {'✓' if reason.met else '✗'} {reason.text}（{reason.rule}）")
        if reason.remedy:
            lines.append(f"      {reason.remedy}")
    return "\n".join(lines)
