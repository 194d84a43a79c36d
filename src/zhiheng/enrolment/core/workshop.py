"""Papers of many rows worked on by two processes beside the one that asks; few papers are done at once here.

Nothing of this touches the database, so the processes need none. Work is handed out a little ahead of what has been
taken, so that neither memory nor a cancelled batch holds more than a few rows.
"""

import io
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from zhiheng.enrolment.core.archive import Archive
from zhiheng.enrolment.core.papers import Clean, check_paper, clean_paper, source_of
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.sealed_files import SealedFile

PROCESSES = 2
AHEAD = 12  # rows handed out before their answers are taken
FEW = 30  # papers below which starting processes takes longer than the work
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an archive lies; key: of a sealed file, empty for one that lies open."""

    path: str
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One paper: its number in the archive, what it shows, and its path in words."""

    number: int
    kind: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """sha256 of the bytes as handed in, empty when they could not be read; fault: why the paper cannot be taken."""

    job: Job
    sha256: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    job: Job
    clean: Clean | None
    fault: str = ""


def opened(source: Source) -> Archive:
    """Raises: Refused when the archive cannot be used."""
    path = Path(source.path)
    # Buffered: a raw stream may give less than was asked for, which an archive takes for its end.
    handle = io.BufferedReader(SealedFile(path, source.key)) if source.key else path.open("rb")
    return Archive(handle, name=source.name)


def examine(archive: Archive, jobs: Sequence[Job]) -> list[Examined]:
    """Look at the papers of one row."""
    return [_examined(archive, job) for job in jobs]


def _examined(archive: Archive, job: Job) -> Examined:
    sha256 = ""
    try:
        content = archive.read(job.number)
        sha256 = source_of(content)
        check_paper(content, kind=job.kind, name=_file_name(job))
    except Refused as refused:
        return Examined(job=job, sha256=sha256, fault=refused.sentence)
    return Examined(job=job, sha256=sha256)


def prepare(archive: Archive, jobs: Sequence[Job]) -> list[Prepared]:
    """Make the papers of one row ready to be kept."""
    return [_prepared(archive, job) for job in jobs]


def _prepared(archive: Archive, job: Job) -> Prepared:
    try:
        clean = clean_paper(archive.read(job.number), kind=job.kind, name=_file_name(job))
    except Refused as refused:
        return Prepared(job=job, clean=None, fault=refused.sentence)
    return Prepared(job=job, clean=clean)


def _file_name(job: Job) -> str:
    return job.path.rsplit("/", 1)[-1]


Work = Callable[[Archive, Sequence[Job]], list[Result]]
Rows = Sequence[Sequence[Job]]
_archive: Archive | None = None


@contextmanager
def workshop(
    source: Source, work: "Work[Result]", rows: Rows
) -> Generator[Iterator[list[Result]], None, None]:
    """The answers row by row, in order. Leaving early ends the processes and what they have not begun."""
    if sum(map(len, rows)) < FEW:
        archive = opened(source)
        yield (work(archive, jobs) for jobs in rows)
        return
    pool = ProcessPoolExecutor(
        PROCESSES, mp_context=get_context("spawn"), initializer=_begin, initargs=(source,)
    )
    try:
        yield _handed_out(pool, work, rows)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _handed_out(pool: ProcessPoolExecutor, work: "Work[Result]", rows: Rows) -> Iterator[list[Result]]:
    waiting: deque[Future[list[Result]]] = deque()
    for jobs in rows:
        waiting.append(pool.submit(_do, work, jobs))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _begin(source: Source) -> None:
    global _archive
    _archive = opened(source)


def _do(work: "Work[Result]", jobs: Sequence[Job]) -> list[Result]:
    assert _archive is not None
    return work(_archive, jobs)
