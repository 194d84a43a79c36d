"""What the questions of a pack show: bytes on the hall's shelf, beside the pack, under their hash."""

import os
from collections.abc import Iterable
from pathlib import Path

from zhiheng.assembly.models import Paper
from zhiheng.assembly.queries import bodies_of
from zhiheng.bank.media.queries import contents_of, listed_in

FOLDER = Path("packs") / "media"


def write_media(data_dir: Path, papers: Iterable[Paper]) -> int:
    """Put every picture and recording of the papers on the shelf; returns how many files were new.

    A file is whole or not there: the hall may read while this runs. What lies there already stays.
    Raises: Refused when a file is not kept or is not what its hash says.
    """
    folder = data_dir / FOLDER
    rows = list(papers)
    bodies = bodies_of(rows)
    dealt = {line["version"] for paper in rows for line in paper.lines}
    listed = [medium for version in dealt for medium in listed_in(bodies[version])]
    missing = [medium for medium in listed if not (folder / medium.sha256).exists()]
    written = 0
    for sha256, content in contents_of(missing):
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / sha256, content)
        written += 1
    return written


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
