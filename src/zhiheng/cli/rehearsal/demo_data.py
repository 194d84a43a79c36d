"""Clearing away an earlier demonstration, and only that: data nobody marked as a demonstration is left alone."""

import shutil
from pathlib import Path

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.places import environment

MARK = "DEMO"
WORDS = "这里的数据由演示生成，重新演示时会被清除。\n"


def clear(var: Path) -> None:
    """Make room for a new demonstration under `var`.

    Raises: Refused when a database is configured elsewhere, or `var` holds data that is not a demonstration's.
    """
    if environment().str("DATABASE_URL", ""):
        raise Refused(
            what="环境里设置了 DATABASE_URL，演示只在内嵌数据库里进行",
            remedy="请取消该变量，或改用 zhiheng rehearse",
            code="demo-database",
        )
    mark = var / MARK
    if (var / "zhiheng.sqlite3").exists() and not mark.exists():
        raise Refused(
            what=f"{var}/ 里已有不是演示生成的数据",
            remedy="请用环境变量 ZHIHENG_VAR 指定另一个目录再演示",
            code="demo-data",
        )
    for path in (*var.glob("zhiheng.sqlite3*"), *var.glob("hall/*.sqlite3*"), var / "hall" / "clock.json"):
        path.unlink(missing_ok=True)
    for folder in (var / "vault", var / "demo", var / "hall" / "packs"):
        shutil.rmtree(folder, ignore_errors=True)
    var.mkdir(parents=True, exist_ok=True)
    mark.write_text(WORDS)
