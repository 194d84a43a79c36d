"""`zhiheng rehearse`: the whole path with N candidates, in a world of its own or as the demonstration."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import EXIT_NO, EXIT_YES, AsJson, say
from zhiheng.cli.processes import Addresses, DidNotStart, free_port
from zhiheng.cli.rehearsal import demo_data
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.places import var_folder

app = typer.Typer()
MOST = 2000


@app.command()
def rehearse(
    *,
    candidates: Annotated[int, typer.Option(help="考生人数")] = 30,
    out: Annotated[
        Path | None, typer.Option(help="样件写到哪里；默认 var/rehearsal，演示为 var/demo")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="演练留作演示数据，结束后启动网站")] = False,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="演示结束后是否启动网站")] = True,
    as_json: AsJson = False,
) -> None:
    """两种考核制度各一场：从报名到任何人可查验的证书，最后一行是 JSON 小结。"""
    if not 1 <= candidates <= MOST:
        raise Refused(
            what=f"考生人数 {candidates} 不在 1 至 {MOST} 之间",
            remedy="请改写 --candidates",
            code="candidates",
        )
    _require_folder(out)
    if demo:
        beside = Path(os.path.relpath(var_folder() / "demo"))
        code = _as_demo(candidates, out or beside, as_json=as_json, serve=serve)
    else:
        with tempfile.TemporaryDirectory(prefix="zhiheng-rehearsal-") as scratch:
            os.environ["ZHIHENG_VAR"] = scratch
            os.environ["DATABASE_URL"] = f"sqlite:///{scratch}/zhiheng.sqlite3"
            code = _run(candidates, out or Path("var/rehearsal"), as_json=as_json)
    raise typer.Exit(code)


def _require_folder(out: Path | None) -> None:
    """Before the long work: Refused when the artefacts could not be written where they are wanted."""
    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise Refused(
            what=f"样件不能写到 {out}：它不是可以建立的文件夹", remedy="请改写 --out", code="out"
        ) from None


def _as_demo(candidates: int, out: Path, *, as_json: bool, serve: bool) -> int:
    os.environ["ZHIHENG_DEMO"] = "true"
    demo_data.clear(var_folder())
    code = _run(candidates, out, as_json=as_json, leave_work=True)
    if code != EXIT_YES or not serve or as_json:
        return code
    from zhiheng.cli.serve import run_site  # noqa: PLC0415 - starts Django, which must come after the environment

    return run_site(Addresses(host="127.0.0.1", web_port=8700, hall_port=8701))


def _run(candidates: int, out: Path, *, as_json: bool, leave_work: bool = False) -> int:
    addresses = Addresses(host="127.0.0.1", web_port=free_port(), hall_port=free_port())
    os.environ.setdefault("ZHIHENG_PUBLIC_URL", "http://127.0.0.1:8700")
    start_backend()
    from zhiheng.cli.rehearsal.play import play  # noqa: PLC0415 - models exist only after start_backend

    try:
        result = play(candidates=candidates, out=out, addresses=addresses, leave_work=leave_work)
    except DidNotStart as failure:
        say(str(failure))
        return EXIT_NO
    _print(result, as_json=as_json)
    return EXIT_YES if result["ok"] else EXIT_NO


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if not as_json:
        say(
            f"{result['candidates']} 名考生各有着落：合格 {result['passed']}，不合格 {result['failed']}，"
            f"仅技能未过 {result['failed_skill_only']}，缺考 {result['absent']}。"
            if result["ok"]
            else f"有 {len(result['astray'])} 名考生的结局与预期不符：{'、'.join(result['astray'])}"
        )
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    sys.stdout.flush()
