"""How every command answers: data on standard output, words on standard error, three exit codes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from zhiheng.foundation.errors import Refused

EXIT_YES = 0
EXIT_NO = 1
EXIT_UNUSABLE = 2

_WHY_UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "它是一个文件夹",
    PermissionError: "没有读取权限",
}

AsJson = Annotated[bool, typer.Option("--json", help="只在标准输出打印一个 JSON 文档")]


def say(text: str) -> None:
    """A message or progress line for a person."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def answer(data: Any, *, as_json: bool, text: Callable[[], str], yes: bool = True) -> NoReturn:
    """Print the answer and leave: exit 0 for yes, 1 for a negative answer.

    text: builds what a person reads when --json was not given.
    """
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) if as_json else text())
    sys.stdout.write("\n")
    raise typer.Exit(EXIT_YES if yes else EXIT_NO)


def read_input(file: str) -> str:
    """The text of a file, or of standard input for "-".

    Raises: Refused when it cannot be read as UTF-8 text.
    """
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            what=f"文件 {file} 不是 UTF-8 文本", remedy="请另存为 UTF-8 编码", code="encoding"
        ) from None


def read_bytes(file: str) -> bytes:
    """What a file, or standard input for "-", holds. Raises: Refused when it cannot be read."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        why = _WHY_UNREADABLE.get(type(error), error.strerror)
        raise Refused(what=f"读不到文件 {file}：{why}", remedy="请检查路径", code="file") from None


def read_json(file: str) -> Any:
    """The JSON document of a file or of standard input ("-")."""
    try:
        return json.loads(read_input(file))
    except json.JSONDecodeError as error:
        raise Refused(
            what=f"文件 {file} 不是 JSON：第 {error.lineno} 行第 {error.colno} 列读不懂",
            remedy="请检查该处的引号、逗号与括号",
            code="json",
        ) from None
    except RecursionError:
        raise Refused(what=f"文件 {file} 的括号层数太多", remedy="请按说明的格式填写", code="json") from None
