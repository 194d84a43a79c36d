"""`zhiheng bench bank-import`: a spreadsheet of ten thousand questions read, judged and kept as drafts."""

import os
import random
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.core.management import call_command

from zhiheng.bank.core.exchange.formats import read, write
from zhiheng.bank.core.exchange.terms import Choice, Question
from zhiheng.bank.core.files import Place
from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import AsJson, answer, say

if TYPE_CHECKING:
    from zhiheng.people.models import Account

GOAL_SECONDS = 30.0  # for ten thousand questions
GOAL_ROWS = 10_000
STANDARD, LEVEL, CODE = "4-01-02-07-2021", "5", "skill:4.1.1"
_HAN = "直播间商品库存核对讲解优惠客户咨询订单发货退换复盘数据流量脚本镜头灯光互动评论价格品牌渠道样品检验资质合规"
_TELL_EVERY = 1.0


def bank_import(
    *,
    rows: Annotated[int, typer.Option(min=1, max=GOAL_ROWS, help="题数")] = GOAL_ROWS,
    as_json: AsJson = False,
) -> None:
    """造一张 Excel 题库，量读表、逐题核对、写入草稿各用的时间。"""
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as folder:
        say(f"正在造 {rows} 道题的表格 …")
        content = write([_question(number) for number in range(rows)], form="xlsx")
        _own_database(Path(folder))
        found = _measured(content, rows=rows)
    answer(found, as_json=as_json, text=lambda: _page(found), yes=found["reached"])


def _question(number: int) -> Question:
    """A question of ordinary length, the same at every run."""
    dice = random.Random(number)  # not a secret: material for a measurement

    def words(count: int) -> str:
        return "".join(dice.choice(_HAN) for _ in range(count))

    right = dice.randrange(4)
    return Question(
        type="single",
        id=f"B-{number:05d}",
        stem=f"{words(40)}（　）",
        options=tuple(Choice(text=words(12), correct=place == right) for place in range(4)),
        feedback=words(60),
        codes=(CODE,),
        difficulty=Decimal(dice.randrange(40, 90)) / 100,
    )


def _own_database(folder: Path) -> None:
    """Tables of its own in the folder: the measurement touches nobody's data."""
    os.environ["ZHIHENG_VAR"] = str(folder / "var")
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("ZHIHENG_DATABASE_URL", None)
    start_backend()
    say("正在建库 …")
    call_command("migrate", verbosity=0, interactive=False)


def _measured(content: bytes, *, rows: int) -> dict[str, Any]:
    from zhiheng.bank.importing.actions import bring_in, look_at  # noqa: PLC0415 - models exist only after start_backend

    by = _writer()
    started = time.perf_counter()
    reading = read(content, name="题.xlsx")
    read_seconds = time.perf_counter() - started
    started = time.perf_counter()
    place = Place(standard=STANDARD, level=LEVEL, pool="live")
    run = look_at(by=by, content=content, name="题.xlsx", place=place, tell=_teller("核对"))
    look_seconds = time.perf_counter() - started
    started = time.perf_counter()
    kept = bring_in(by=by, run=run, tell=_teller("写入"))
    keep_seconds = time.perf_counter() - started
    total = look_seconds + keep_seconds
    goal = round(GOAL_SECONDS * rows / GOAL_ROWS, 1)
    return {
        "rows": rows,
        "file_bytes": len(content),
        "processors": os.cpu_count(),
        "read_seconds": round(read_seconds, 1),
        "look_seconds": round(look_seconds, 1),
        "keep_seconds": round(keep_seconds, 1),
        "total_seconds": round(total, 1),
        "rows_per_second": round(rows / total, 1),
        "read": len(reading.questions),
        "kept": kept.accepted,
        "goal_seconds": goal,
        "reached": kept.accepted == rows and total < goal,
    }


def _writer() -> "Account":
    from zhiheng.people.actions import create_account  # noqa: PLC0415 - models exist only after start_backend
    from zhiheng.people.models import Role  # noqa: PLC0415 - the same

    return create_account(
        by="bench",
        username="bench",
        display_name="测量",
        password="a-word-for-measuring",
        roles=[Role.ITEM_WRITER],
    )


def _teller(verb: str) -> Any:
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told > _TELL_EVERY:
            told = time.monotonic()
            say(f"{verb} {done} / {total} 道")

    return tell


def _page(found: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"{found['rows']} 道题（Excel {found['file_bytes'] / 1024**2:.1f} MB），{found['processors']} 核",
            f"读表并逐题核对 {found['look_seconds']} 秒（其中读表 {found['read_seconds']} 秒），写入草稿 {found['keep_seconds']} 秒",
            f"合计 {found['total_seconds']} 秒，{found['rows_per_second']} 道/秒；目标 {found['goal_seconds']} 秒以内，存为草稿 {found['kept']} 道",
        ]
    )
