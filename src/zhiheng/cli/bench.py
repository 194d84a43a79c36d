"""`zhiheng bench …`: how fast this machine does what takes long. Each measurement is a command of its own."""

import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.core.management import call_command

from zhiheng.cli.backend import start_backend
from zhiheng.cli.bank_duplicates import bench_duplicates
from zhiheng.cli.bench_import import bank_import
from zhiheng.cli.hall_bench.command import bench_hall
from zhiheng.cli.measurement_bench.command import bench_measurement
from zhiheng.cli.output import AsJson, answer, say

if TYPE_CHECKING:
    from zhiheng.cli.bench_class import Material

app = typer.Typer(help="性能测量")
GOAL_SECONDS = 120.0  # for checking two thousand rows on two cores
GOAL_ROWS = 2000
PREPARATION_GOAL = 300.0
PREPARATION_CANDIDATES = 100_000


@app.callback()
def group() -> None:
    """Keeps every measurement a subcommand."""


@app.command()
def enrolment(
    *,
    rows: Annotated[int, typer.Option(min=1, max=10_000, help="考生人数")] = GOAL_ROWS,
    enter: Annotated[bool, typer.Option("--enter", help="核对之后也写入，并计时")] = False,
    as_json: AsJson = False,
) -> None:
    """造一个班（每人一张照片、两份材料图片，每张约 300 KB），量核对用的时间，并与只解码同样的图片相比。"""
    from zhiheng.cli.bench_class import make_class  # noqa: PLC0415 - pictures are made only when measured

    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as folder:
        say(f"正在造 {rows} 人的表格与压缩包 …")
        material = make_class(Path(folder), rows=rows)
        say(f"压缩包 {material.archive.stat().st_size / 1024**2:.0f} MB，{material.pictures} 张图片")
        _own_database(Path(folder))
        found = _measured(material, rows=rows, enter=enter)
    answer(found, as_json=as_json, text=lambda: _page(found), yes=found["reached"])


def _own_database(folder: Path) -> None:
    """Tables of its own in the folder: the measurement touches nobody's data."""
    os.environ["ZHIHENG_VAR"] = str(folder / "var")
    os.environ.pop("DATABASE_URL", None)
    for name in ("ZHIHENG_DATABASE_URL", "ZHIHENG_HALL_DATA", "ZHIHENG_HALL_DATABASE_URL"):
        os.environ.pop(name, None)
    start_backend()
    say("正在建库 …")
    call_command("migrate", verbosity=0, interactive=False)


def _measured(material: "Material", *, rows: int, enter: bool) -> dict[str, Any]:
    from zhiheng.cli import bench_class  # noqa: PLC0415 - models exist only after start_backend

    say("正在逐张解码，作为比较 …")
    decoding = bench_class.decode_all(material.archive)
    batch, by, checking = bench_class.check_class(material, tell=lambda done, total: None)
    found: dict[str, Any] = {
        "rows": rows,
        "pictures": material.pictures,
        "archive_bytes": material.archive.stat().st_size,
        "processors": os.cpu_count(),
        "check_seconds": round(checking, 1),
        "rows_per_second": round(rows / checking, 1),
        "decode_seconds": round(decoding, 1),
        "ratio_to_decoding": round(checking / decoding, 2),
        "accepted": bench_class.accepted(batch),
        "goal_seconds": round(GOAL_SECONDS * rows / GOAL_ROWS, 1),
    }
    found["reached"] = found["accepted"] == rows and checking < found["goal_seconds"]
    if enter:
        started = time.perf_counter()
        bench_class.enter_class(batch, by)
        found["enter_seconds"] = round(time.perf_counter() - started, 1)
    return found


def _page(found: dict[str, Any]) -> str:
    lines = [
        f"{found['rows']} 行、{found['pictures']} 张图片（{found['archive_bytes'] / 1024**2:.0f} MB），{found['processors']} 核",
        f"核对 {found['check_seconds']} 秒，{found['rows_per_second']} 行/秒；目标 {found['goal_seconds']} 秒以内",
        f"单进程完整解码同样的图片 {found['decode_seconds']} 秒；核对用时是它的 {found['ratio_to_decoding']} 倍",
        f"通过核对 {found['accepted']} 行",
    ]
    if "enter_seconds" in found:
        lines.append(f"写入（含重写每张图片、加密、落盘）{found['enter_seconds']} 秒")
    return "\n".join(lines)


@app.command()
def assembly(
    *,
    data: Annotated[Path | None, typer.Option(help="外部题库文件夹；没有就不量 A6、A7")] = None,
    only: Annotated[str, typer.Option(help="只量这几项，如 A1,A3")] = "",
    forms: Annotated[int, typer.Option(min=100, help="每人一卷的份数")] = 10_000,
    limit: Annotated[float, typer.Option(min=1, help="求解器每次至多几秒")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """组卷：与随机抽题、遗传算法、HiGHS、CP-SAT 在同一次运行里相比（约五分钟）。"""
    # Solvers and compiled code take seconds to load.
    from zhiheng.cli.assembly_bench.report import page, run  # noqa: PLC0415

    rows = run(data=data, only=only, forms=forms, limit=limit, say=say)
    answer(
        {"rows": [asdict(row) for row in rows]},
        as_json=as_json,
        text=lambda: page(rows),
        yes=all(row.reached is not False for row in rows),
    )


@app.command()
def preparation(
    *,
    candidates: Annotated[int, typer.Option(min=1, help="考生人数")] = 100_000,
    as_json: AsJson = False,
) -> None:
    """造一场已编排座位的考试，量发布到考场（逐人配卷、建作答记录、生成数据包）与考场载入用的时间。"""
    from zhiheng.cli import bench_preparation  # noqa: PLC0415 - only this measurement makes a sitting

    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-") as folder:
        _own_database(Path(folder))
        say(f"正在造 {candidates} 名已编排座位的考生 …")
        by, offering = bench_preparation.make_sitting(candidates=candidates)
        say("正在准备考场数据 …")
        seconds, pack = bench_preparation.prepare(by, offering)
        found = {
            "candidates": candidates,
            "prepare_seconds": round(seconds, 1),
            "pack_bytes": pack.stat().st_size,
            "load_seconds": round(bench_preparation.load(pack), 1),
            "goal_seconds": round(PREPARATION_GOAL * candidates / PREPARATION_CANDIDATES, 1),
        }
    found["reached"] = seconds <= found["goal_seconds"]
    answer(found, as_json=as_json, text=lambda: _prepared(found), yes=bool(found["reached"]))


def _prepared(found: dict[str, Any]) -> str:
    return (
        f"{found['candidates']} 名考生：准备 {found['prepare_seconds']} 秒（目标 {found['goal_seconds']} 秒以内），"
        f"数据包 {found['pack_bytes'] / 1024**2:.0f} MB，考场载入 {found['load_seconds']} 秒"
    )


app.command("duplicates")(bench_duplicates)
app.command("bank-import")(bank_import)
app.command("hall")(bench_hall)
app.command("measurement")(bench_measurement)
