"""`zhiheng enrol import`: a sheet and an archive of papers entered for an institution."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from zhiheng.cli.backend import require_tables
from zhiheng.cli.calendar import parse_day
from zhiheng.cli.institutions import institution_named
from zhiheng.cli.output import AsJson, answer, say
from zhiheng.foundation.errors import Refused

if TYPE_CHECKING:
    from zhiheng.enrolment.batches.rows import Row
    from zhiheng.enrolment.models import Batch
    from zhiheng.people.models import Account, Institution
    from zhiheng.sittings.models import Offering, Sitting

app = typer.Typer(help="批量报名")
_PIECE = 1024 * 1024
_TELL_EVERY = 2.0


@app.callback()
def group() -> None:
    """Keeps `import` a subcommand."""


@app.command("import")
def import_sheet(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help=".xlsx 或 .csv")],
    institution: Annotated[str, typer.Option("--institution", metavar="ID", help="机构代码或 uuid")],
    zip_file: Annotated[str, typer.Option("--zip", metavar="FILE", help="照片与材料，一个 .zip")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不写入")] = False,
    offering: Annotated[
        str, typer.Option("--offering", metavar="ID", help="科目的 uuid 或名称；不写则按表格各行")
    ] = "",
    sitting: Annotated[str, typer.Option("--sitting", metavar="DATE", help="考试日，例如 2026-11-28")] = "",
    drafts: Annotated[bool, typer.Option("--unfinished", help="材料或条件还不齐的，也先存为草稿")] = False,
    as_json: AsJson = False,
) -> None:
    """核对一张表格与一个压缩包，写入没有问题的行；有问题的行逐格说明，退出码为 1。"""
    day = parse_day(sitting) if sitting else None
    content, archive = _bytes_of(sheet), Path(zip_file) if zip_file else None
    if archive is not None and not archive.is_file():
        raise Refused(what=f"读不到文件 {zip_file}：没有这个文件", remedy="请检查路径", code="file")
    require_tables("enrolment_batch")
    whose = institution_named(institution)
    plan = _Import(
        institution=whose,
        sheet=content,
        sheet_name=Path(sheet).name,
        archive=archive,
        chosen=_chosen(offering, day),
        unfinished_too=drafts,
    )
    found = plan.looked_at() if dry_run else plan.entered()
    answer(found, as_json=as_json, text=lambda: _page(found, dry_run=dry_run), yes=not found["rejected"])


class _Import:
    """One run of the command."""

    def __init__(
        self,
        *,
        institution: "Institution",
        sheet: bytes,
        sheet_name: str,
        archive: Path | None,
        chosen: "dict[str, Offering | Sitting]",
        unfinished_too: bool,
    ) -> None:
        self.institution, self.sheet, self.sheet_name = institution, sheet, sheet_name
        self.archive, self.chosen, self.unfinished_too = archive, chosen, unfinished_too

    def looked_at(self) -> dict[str, Any]:
        """Nothing is kept: the archive is read where it lies."""
        from zhiheng.enrolment.batches.checking import Check  # noqa: PLC0415 - models exist only after start_backend
        from zhiheng.enrolment.core.delimited import open_any_sheet  # noqa: PLC0415 - the same
        from zhiheng.enrolment.core.workshop import Source  # noqa: PLC0415 - the same

        chosen: dict[str, Any] = self.chosen
        check = Check(
            institution=self.institution,
            cells=open_any_sheet(self.sheet, name=self.sheet_name),
            source=Source(path=str(self.archive), name=self.archive.name) if self.archive else None,
            unfinished_too=self.unfinished_too,
            **chosen,
        )
        checked = check.run(_teller("核对"))
        strays = [{"path": stray.path, "reason": stray.reason} for stray in checked.strays]
        return _document(checked.rows, strays)

    def entered(self) -> dict[str, Any]:
        from zhiheng.enrolment.batches import actions, queries  # noqa: PLC0415 - models exist only after start_backend
        from zhiheng.enrolment.batches.entering.actions import enter_now  # noqa: PLC0415 - the same
        from zhiheng.enrolment.batches.rows import row_of, strays_of  # noqa: PLC0415 - the same
        from zhiheng.enrolment.models import BatchState  # noqa: PLC0415 - the same

        by = _account(self.institution)
        chosen: dict[str, Any] = self.chosen
        batch = actions.upload_batch(
            by=by,
            institution=self.institution,
            sheet=self.sheet,
            sheet_name=self.sheet_name,
            archive=_pieces(self.archive) if self.archive else None,
            archive_name=self.archive.name if self.archive else "",
            unfinished_too=self.unfinished_too,
            **chosen,
        )
        batch = _usable(actions.check_now(batch_id=batch.id, progress=_teller("核对")))
        if queries.counts_of(batch).good:
            actions.confirm_batch(by=by, batch=batch, queued=False)
            batch = _usable(enter_now(batch_id=batch.id, progress=_teller("写入")))
        elif batch.state == BatchState.CHECKED:
            actions.close_batch(by=by, batch=batch)
        rows = []
        for kept in queries.rows_of(batch):
            row = row_of(kept) if kept.content else _written(kept.number)
            row.state = kept.state
            rows.append(row)
        strays = [{"path": stray.path, "reason": stray.reason} for stray in strays_of(batch)]
        return _document(rows, strays) | {"batch": str(batch.id)}


def _written(number: int) -> "Row":
    from zhiheng.enrolment.batches.rows import Row  # noqa: PLC0415 - models exist only after start_backend

    return Row(number=number, cells=[], name="", id_number="")


def _usable(batch: "Batch") -> "Batch":
    if batch.trouble:
        raise Refused(what=batch.trouble, code="batch")
    return batch


def _document(rows: "list[Row]", strays: list[dict[str, str]]) -> dict[str, Any]:
    bad = [row for row in rows if row.state == "bad"]
    states = [str(row.state) for row in rows]
    return {
        "rows": len(rows),
        "accepted": len(rows) - len(bad),
        "rejected": [
            {"row": row.number, "column": fault.column, "value": fault.value, "reason": fault.reason}
            for row in bad
            for fault in row.faults
        ],
        "new": states.count("new") + states.count("entered"),
        "changed": states.count("changed") + states.count("updated"),
        "already": [
            {"row": row.number, "reason": "已经在了，内容相同，没有重复写入"}
            for row in rows
            if row.state == "there"
        ],
        "unused_files": strays,
    }


def _page(found: dict[str, Any], *, dry_run: bool) -> str:
    verb = "可以写入" if dry_run else "写入"
    lines = [
        f"共 {found['rows']} 行：{verb}新报名 {found['new']} 行，更新草稿 {found['changed']} 行，"
        f"已经在了 {len(found['already'])} 行，没有写入 {found['rows'] - found['accepted']} 行"
    ]
    lines += [
        f"  第 {fault['row']} 行　{fault['column'] or '整行'}　{fault['value'] or '（空）'}　{fault['reason']}"
        for fault in found["rejected"]
    ]
    lines += [f"  没有采用的文件　{stray['path']}　{stray['reason']}" for stray in found["unused_files"]]
    return "\n".join(lines)


def _teller(verb: str) -> Callable[[int, int], None]:
    """Progress on standard error, now and then."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            say(f"{verb} {done} / {total} 行")

    return tell


def _bytes_of(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Refused(what=f"读不到文件 {file}：{error.strerror}", remedy="请检查路径", code="file") from None


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as handle:
        while piece := handle.read(_PIECE):
            yield piece


def _account(institution: "Institution") -> "Account":
    """Who is written down as having entered the rows: the institution's own account."""

    from zhiheng.people.queries import accounts_of_institution  # noqa: PLC0415 - models exist only after start_backend

    found = accounts_of_institution(institution)
    if not found:
        raise Refused(
            what=f"{institution.name}还没有账号，报名须记在机构账号名下",
            remedy="请管理员先在“账号与角色”里为它开一个账号",
            code="institution-account",
        )
    return found[0]


def _chosen(offering: str, day: date | None) -> "dict[str, Offering | Sitting]":
    from zhiheng.plumbing import clock  # noqa: PLC0415 - models exist only after start_backend
    from zhiheng.sittings.queries import open_offerings, sitting_on  # noqa: PLC0415 - the same

    when = sitting_on(day) if day else None
    if day is not None and when is None:
        raise Refused(what=f"{day.isoformat()} 没有考期", remedy="请给出开设了考期的考试日", code="sitting")
    if not offering:
        return {"sitting": when} if when else {}
    found = [
        entry
        for entry in open_offerings(moment=clock.now())
        if (when is None or entry.sitting_id == when.id)
        and (_as_id(offering) == entry.id or offering == entry.title)
    ]
    if len(found) != 1:
        known = "不止一个" if found else "没有"
        raise Refused(
            what=f"正在报名的科目里{known}“{offering}”",
            remedy="请写科目的 uuid 或完整名称，必要时加 --sitting 考试日",
            code="offering",
        )
    return {"offering": found[0]}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
