"""What is known of a row between looking at it and writing it down."""

from dataclasses import dataclass
from typing import Any

import msgspec

from zhiheng.enrolment.core.sheet import SheetRow
from zhiheng.enrolment.core.workshop import Job
from zhiheng.enrolment.models import Batch, BatchRow, RowState


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row cannot be entered. place: of the cell in the sheet, -1 for none; column: its heading or a document."""

    column: str
    value: str
    reason: str
    place: int = -1


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of the archive that goes into the row's file."""

    number: int
    path: str
    kind: str
    sha256: str

    @property
    def job(self) -> Job:
        return Job(number=self.number, kind=self.kind, path=self.path)


class Row(msgspec.Struct, kw_only=True):
    """A row of the sheet. cells: as read; entry: None when it could not be read; notes: what is worth knowing."""

    number: int
    cells: list[str]
    name: str
    id_number: str
    entry: SheetRow | None = None
    claimed: str = ""  # the condition the papers were counted for
    state: str = RowState.NEW.value
    faults: list[Fault] = []
    notes: list[str] = []
    papers: list[Held] = []

    @property
    def good(self) -> bool:
        return not self.faults


class StrayFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the archive that was not used. row: the row it seems to belong to, 0 for none."""

    path: str
    reason: str
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A whole sheet after it has been looked at. headings: as in the sheet; ignored: headings taken for nothing."""

    rows: list[Row]
    strays: list[StrayFile]
    headings: tuple[str, ...]


def packed(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def row_of(kept: BatchRow) -> Row:
    return msgspec.json.decode(kept.content, type=Row)


def strays_of(batch: Batch) -> list[StrayFile]:
    return msgspec.json.decode(batch.strays, type=list[StrayFile]) if batch.strays else []
