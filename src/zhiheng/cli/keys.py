"""`zhiheng keys rotate`: personal data and files under a new data key."""

from pathlib import Path

import typer
from django.conf import settings

from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import AsJson, answer, say
from zhiheng.foundation.errors import Refused

app = typer.Typer(help="数据密钥")


@app.callback()
def group() -> None:
    """个人信息与材料的加密密钥。"""


@app.command()
def rotate(*, as_json: AsJson = False) -> None:
    """更换数据密钥：先停下服务，再运行；中断后再运行一次即可接着办。"""
    start_backend()
    from zhiheng.plumbing import rotation  # noqa: PLC0415 - models exist only after start_backend
    from zhiheng.plumbing.crypto import CannotOpen, key_id  # noqa: PLC0415 - the same

    file: Path | None = settings.KEYS_FILE
    made = file is not None and not any(rotation.waiting().values())
    if file is not None and made:
        _take_up(file, rotation.add_key(file))
    try:
        done = rotation.rotate(by="keys", progress=lambda at: say(f"{at.name}：{at.done} / {at.total}"))
    except CannotOpen:
        raise Refused(
            what="有一项数据用现有的密钥都打不开，更换到此为止；已办的都有效",
            rule="每个旧密钥都要留到它加密的数据全部换完",
            remedy="请把加密它的旧密钥加进 ZHIHENG_OLD_DATA_KEYS，再运行一次",
            code="key-missing",
        ) from None
    data = {"key": key_id(settings.DATA_KEY).hex(), "new_key": made, "resealed": done}
    answer(data, as_json=as_json, text=lambda: _sentence(made, done))


def _take_up(file: Path, key: bytes) -> None:
    """Go on in this process with the key that was just made."""
    settings.OLD_DATA_KEYS = (settings.DATA_KEY, *settings.OLD_DATA_KEYS)
    settings.DATA_KEY = key
    say(f"新的数据密钥已写入 {file}，原来的留在 old_data_keys。")


def _sentence(made: bool, done: dict[str, int]) -> str:
    total = sum(done.values())
    if not total:
        return (
            "已换上新的数据密钥；还没有需要加密的数据。"
            if made
            else "全部数据都已在当前密钥之下，没有要办的。"
        )
    return f"已在当前密钥之下重新加密 {total} 项（其中文件 {done['vault']} 个）。请重新启动各项服务。"
