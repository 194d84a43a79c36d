"""`zhiheng bank …`: questions in and out of files, and those that say nearly the same."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from zhiheng.bank.core.exchange.drafts import Defaults, travelling
from zhiheng.bank.core.exchange.formats import WRITERS, losses, read, write
from zhiheng.bank.core.exchange.terms import Fault, Question, Reading, Unsupported
from zhiheng.bank.core.files import Place, load_bank, load_shipped
from zhiheng.bank.core.media.shipped import shipped_content
from zhiheng.bank.core.terms import Pool
from zhiheng.cli.backend import has_database, start_backend
from zhiheng.cli.bank_duplicates import duplicates
from zhiheng.cli.output import AsJson, answer, say
from zhiheng.foundation.errors import Refused

if TYPE_CHECKING:
    from zhiheng.people.models import Account

app = typer.Typer(help="题库")
app.command("duplicates")(duplicates)
STANDARD = "4-01-02-07-2021"
LARGEST = 100 * 1024 * 1024
_TELL_EVERY = 1.0
By = Annotated[str, typer.Option("--by", metavar="NAME", help="记在哪个命题员名下，默认第一个")]
PoolName = Annotated[str, typer.Option("--pool", help="live 考试题，practice 练习题")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    name: str
    content: bytes


@app.command("import")
def import_files(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="题目文件；- 为标准输入")],
    form: Annotated[
        str, typer.Option("--format", help="auto、xlsx、csv、docx、gift、aiken、moodle-xml、qti")
    ] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读文件并列出结果，不需要数据库")] = False,
    standard: Annotated[str, typer.Option("--standard", help="题目属于哪个标准")] = STANDARD,
    level: Annotated[str, typer.Option("--level", help="题目属于哪个等级")] = "5",
    pool: PoolName = "live",
    codes: Annotated[
        str, typer.Option("--codes", help="没写考点的题一律用，如 skill:4.1.1,skill:4.1.2")
    ] = "",
    difficulty: Annotated[str, typer.Option("--difficulty", help="没写难度的题一律用，如 0.70")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """读题目文件，存为题库的草稿；不收的题型与读不出的题逐条说明，有读不出的题时退出码为 1。"""
    sources = [_source(file) for file in files]
    place = Place(standard=standard, level=level, pool=_pool(pool))
    defaults = Defaults(codes=tuple(filter(None, codes.split(","))), difficulty=_share(difficulty))
    if dry_run:
        found = _document(_together([_read(source, form) for source in sources], sources))
    else:
        found = _brought_in(sources, form=form, place=place, defaults=defaults, by=by)
    answer(found, as_json=as_json, text=lambda: _page(found), yes=not found["errors"])


def _source(file: str) -> _File:
    content = sys.stdin.buffer.read(LARGEST + 1) if file == "-" else _bytes_of(Path(file))
    if len(content) > LARGEST:
        raise _too_large(file)
    return _File(name=Path(file).name, content=content)


def _bytes_of(path: Path) -> bytes:
    """Raises: Refused for a file that is not there, is a folder, or is too large to be read at all."""
    try:
        if path.stat().st_size > LARGEST:
            raise _too_large(str(path))
        return path.read_bytes()
    except OSError as error:
        why = "没有这个文件" if isinstance(error, FileNotFoundError) else error.strerror
        raise Refused(what=f"读不到文件 {path}：{why}", remedy="请检查路径", code="file") from None


def _too_large(file: str) -> Refused:
    return Refused(
        what=f"文件“{file}”超过 {LARGEST // 1048576} MB", remedy="请分成几个文件导入", code="file-too-large"
    )


def _pool(text: str) -> Pool:
    known: dict[str, Pool] = {name: name for name in get_args(Pool)}
    if text not in known:
        raise Refused(what=f"没有题库“{text}”", remedy="可用：live、practice", code="pool-unknown")
    return known[text]


def _share(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not (value.is_finite() and 0 < value < 1):
        raise Refused(
            what=f"选项 --difficulty 的值“{text}”不是 0 与 1 之间的数", remedy="例如 0.70", code="difficulty"
        )
    return value


def _read(source: _File, form: str) -> Reading:
    say(f"正在读 {source.name} …")
    return read(source.content, name=source.name, form=form)


def _together(readings: Sequence[Reading], sources: Sequence[_File]) -> Reading:
    """Several files as one reading; with more than one, each place names its file."""
    several = len(sources) > 1

    def at(name: str, where: str) -> str:
        return f"{name} {where}".strip() if several else where

    pairs = list(zip(sources, readings, strict=True))
    return Reading(
        questions=tuple(
            replace(entry, where=at(source.name, entry.where))
            for source, one in pairs
            for entry in one.questions
        ),
        unsupported=tuple(
            replace(entry, where=at(source.name, entry.where))
            for source, one in pairs
            for entry in one.unsupported
        ),
        errors=tuple(
            replace(entry, where=at(source.name, entry.where))
            for source, one in pairs
            for entry in one.errors
        ),
        remarks=tuple(
            replace(entry, where=at(source.name, entry.where))
            for source, one in pairs
            for entry in one.remarks
        ),
    )


def _document(reading: Reading) -> dict[str, Any]:
    return {
        "items": [_item(question) for question in reading.questions],
        "unsupported": [_unsupported(entry) for entry in reading.unsupported],
        "errors": [_fault(fault) for fault in reading.errors],
        "remarks": [_fault(fault) for fault in reading.remarks],
    }


def _item(question: Question) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": question.type,
        "stem": question.stem,
        "options": [{"text": option.text, "correct": option.correct} for option in question.options],
        "answers": list(question.answers),
    }
    optional = {"feedback": question.feedback, "id": question.id}
    return entry | {name: text for name, text in optional.items() if text}


def _unsupported(entry: Unsupported) -> dict[str, str]:
    return {"id": entry.id or entry.where, "type": entry.type, "reason": entry.reason}


def _fault(fault: Fault) -> dict[str, str]:
    return {"where": fault.where, "reason": fault.reason}


def _brought_in(
    sources: Sequence[_File], *, form: str, place: Place, defaults: Defaults, by: str
) -> dict[str, Any]:
    """Every file is looked at before the first is brought in, so that an unusable one leaves nothing half done."""
    account = _account(by)
    from django.db import transaction  # noqa: PLC0415 - models exist only after start_backend

    from zhiheng.bank.importing.actions import bring_in, judge_reading  # noqa: PLC0415 - the same

    readings = [_read(source, form) for source in sources]
    runs = []
    with transaction.atomic():
        for source, reading in zip(sources, readings, strict=True):
            run = judge_reading(
                by=account,
                reading=reading,
                name=source.name,
                place=place,
                defaults=defaults,
                tell=_teller("核对"),
            )
            runs.append(bring_in(by=account, run=run, tell=_teller("写入")))
    found = _document(_together(readings, sources))
    faults = [
        {
            "where": f"{run.file_name} {fault['where']}" if len(runs) > 1 else fault["where"],
            "reason": fault["reason"],
        }
        for run in runs
        for fault in run.report["faults"]
    ]
    drafts = [entry for run in runs for entry in run.report["accepted"]]
    found["errors"] = faults
    found["drafts"] = [{"name": entry["name"], "missing": entry["missing"]} for entry in drafts]
    return found


def _page(found: dict[str, Any]) -> str:
    lines = [
        f"读出 {len(found['items'])} 道题，题型不收 {len(found['unsupported'])} 道，读不出或不合规 {len(found['errors'])} 处"
    ]
    lines += [
        f"  题型不收　{entry['id']}　{entry['type']}　{entry['reason']}" for entry in found["unsupported"]
    ]
    lines += [f"  要改　{fault['where']}　{fault['reason']}" for fault in found["errors"]]
    lines += [f"  提示　{fault['where']}　{fault['reason']}" for fault in found["remarks"]]
    if "drafts" in found:
        waiting = sum(1 for draft in found["drafts"] if draft["missing"])
        lines.append(f"存为草稿 {len(found['drafts'])} 道，其中 {waiting} 道送审前要补内容")
    return "\n".join(lines)


def _teller(verb: str) -> Callable[[int, int], None]:
    """Progress on standard error, now and then."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            say(f"{verb} {done} / {total} 道")

    return tell


def _has_bank() -> bool:
    """Whether there is a database with the bank's tables; asking makes no new file."""
    if not has_database():
        return False
    start_backend()
    from django.db import DatabaseError, connection  # noqa: PLC0415 - settings are read only when a database is asked

    try:
        return "bank_importrun" in connection.introspection.table_names()
    except DatabaseError:
        return False


def _account(name: str) -> "Account":
    """Who is written down as having brought the questions."""
    if not _has_bank():
        raise Refused(
            what="这里没有可写的数据库，或数据库还没有建好题库的表",
            remedy="请先运行 zhiheng db init，或加 --dry-run 只读文件",
            code="no-database",
        )
    found = _writer(name)
    if found is None:
        raise Refused(what="还没有命题员账号", remedy="请管理员先开一个命题员账号", code="item-writer")
    return found


def _writer(name: str) -> "Account | None":
    """The item writer of a name, the first one without; None when there is none at all."""
    from zhiheng.people.models import Role  # noqa: PLC0415 - models exist only after start_backend
    from zhiheng.people.queries import accounts_in  # noqa: PLC0415 - the same

    writers = accounts_in(Role.ITEM_WRITER)
    found = next((account for account in writers if name in ("", account.username)), None)
    if name and found is None:
        raise Refused(
            what=f"没有叫“{name}”的命题员账号", remedy="请核对账号，或请管理员开一个", code="item-writer"
        )
    return found


@app.command("export")
def export_items(
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="写到哪个文件")],
    form: Annotated[str, typer.Option("--format", help="qti3、moodle-xml、gift、xlsx")],
    bank: Annotated[
        str,
        typer.Option(
            "--bank", metavar="FILE", help="题库文件或文件夹；不写则用数据库，数据库里没有题时用随平台的题库"
        ),
    ] = "",
    standard: Annotated[str, typer.Option("--standard", help="只要这个标准的题")] = "",
    level: Annotated[str, typer.Option("--level", help="只要这个等级的题")] = "",
    pool: PoolName = "live",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """把题目写成别的系统能读的文件；格式放不下的内容逐条说明。"""
    if form not in WRITERS:
        raise Refused(
            what=f"没有导出格式“{form}”", remedy=f"可用：{'、'.join(WRITERS)}", code="format-unknown"
        )
    chosen = _pool(pool)
    if bank or not _has_items():
        content, count, lost = _from_files(bank, form, standard=standard, level=level, pool=chosen)
    else:
        content, count, lost = _from_database(form, standard=standard, level=level, pool=chosen, by=by)
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        raise Refused(what=f"写不到文件 {out}：{error.strerror}", remedy="请检查路径", code="file") from None
    found = {"out": out, "format": form, "items": count, "bytes": len(content), "lost": list(lost)}
    lines = [f"{count} 道题写入 {out}（{WRITERS[form].title}，{len(content)} 字节）", *lost]
    answer(found, as_json=as_json, text=lambda: "\n".join(lines))


def _has_items() -> bool:
    if not _has_bank():
        return False
    from zhiheng.bank.queries import levels_in_bank  # noqa: PLC0415 - models exist only after start_backend

    return bool(levels_in_bank())


def _from_files(
    bank: str, form: str, *, standard: str, level: str, pool: Pool
) -> tuple[bytes, int, Sequence[str]]:
    place = Place(standard=standard or STANDARD, level=level or "5", area="basics", pool=pool)
    items = load_bank(Path(bank), place=place) if bank else load_shipped(standard=standard)
    contents = shipped_content(medium.sha256 for item in items for medium in item.media)
    questions = [
        travelling(item, contents=contents)
        for item in items
        if item.pool == pool and standard in ("", item.standard) and level in ("", item.level)
    ]
    if not questions:
        raise Refused(what="没有符合条件的题", remedy="请放宽标准、等级或题库", code="nothing-to-export")
    return write(questions, form=form), len(questions), losses(questions, form=form)


def _from_database(
    form: str, *, standard: str, level: str, pool: Pool, by: str
) -> tuple[bytes, int, Sequence[str]]:
    from zhiheng.bank.exporting.actions import take_out  # noqa: PLC0415 - models exist only after start_backend

    taken = take_out(by=_writer(by), form=form, pool=pool, standard=standard, level=level)
    return taken.content, taken.count, taken.lost
