"""What the hall asks of the machine before it serves: a place for its files, files for its connections, few pauses."""

import contextlib
import gc
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, sqlite3
from zhiheng.foundation.errors import Refused

FILES_BESIDE = 100
"""Files that are no connections: the log, the libraries, the packs while they are read."""
_YOUNG, _MIDDLE, _OLD = 20_000, 50, 100


@contextlib.contextmanager
def unusable_in_words(data_dir: Path) -> Iterator[None]:
    """Raises: Refused when the data directory, or what lies in it, cannot be used."""
    try:
        yield
    except OSError as error:
        raise Refused(
            what=f"考场服务用不了 {error.filename or data_dir}：{error.strerror or error}",
            remedy="请确认数据目录存在、归运行考场服务的账号所有、磁盘没有满，或用 --data 指定别的目录",
            code="hall-data",
        ) from None
    except sqlite3.Error as error:
        raise Refused(
            what=f"答题记录文件 {data_dir / LOG_FILE} 打不开：{error}",
            rule="考场服务不在读不懂的记录后面续写",
            remedy="请把它和同名的 -wal、-shm 文件一起原样留存，从备份恢复或换一个数据目录后再启动",
            code="hall-log-broken",
        ) from None


def room_for(limits: Limits) -> Limits:
    """Raise the number of open files as far as the machine allows; the limits that then can be kept.

    A connection above the limit is answered; one for which there is no file would only hang.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + FILES_BESIDE
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
        soft = granted
    if soft == resource.RLIM_INFINITY:
        return limits
    return replace(limits, connections=max(min(limits.connections, soft - FILES_BESIDE), 1))


def settle_memory() -> None:
    """What was loaded stays: the collector need not walk through it while candidates wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
