"""How far the SQLite log reached, noted beside it: a log that has lost its end is not gone on with in silence.

Whoever takes away or spoils the `-wal` file takes acknowledged answers with it, and SQLite goes on with what is left.
"""

import contextlib
import errno
import os
from pathlib import Path

from zhiheng.delivery.hall.sqlite_store import sqlite3
from zhiheng.foundation.errors import Refused

REACH_FILE = "hall.reach"
_WIDTH = 42


def require_file_of(log: Path) -> None:
    """Where there is no log one may begin, and what was noted of an earlier one is over.

    Raises: Refused when there are rows on their way into a file that is gone; opened, they would be thrown away.
    """
    if log.exists():
        return
    ahead = log.with_name(f"{log.name}-wal")
    if ahead.exists() and ahead.stat().st_size:
        raise Refused(
            what=f"答题记录文件 {log} 不见了，只剩下还没有并入它的 {ahead.name}",
            rule="已确认的答案在这两个文件里，缺一不可",
            remedy=f"请把 {log.name} 放回原处再启动；两个文件都移走，才会开始一份新的记录",
            code="hall-log-lost",
        )
    log.with_name(REACH_FILE).unlink(missing_ok=True)  # the place of a file may be given to the next one


class Reach:
    """The highest row that is durable, with the file it stands in; another file in its place begins anew."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._connection = sqlite3.connect(log, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only=ON")
        self._highest()  # a look makes sure that both files are there
        self._opened = self._files()
        note = log.with_name(REACH_FILE)
        self._descriptor = os.open(note, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def require_whole(self) -> None:
        """Raises: Refused when the file once held rows that it no longer holds."""
        said = os.pread(self._descriptor, _WIDTH, 0).split()
        if len(said) != 2 or not all(part.isdigit() for part in said):
            return  # never noted, or not in full before a power cut
        noted, highest = int(said[1]), self._highest()
        if int(said[0]) == self._opened[0] and highest < noted:
            raise Refused(
                what=f"答题记录 {self._log} 曾写到第 {noted} 行，现在只到第 {highest} 行，"
                "缺少的行里可能有已确认的答案",
                rule="考场服务不在丢失了答案的记录后面续写",
                remedy=f"请把移走的 {self._log.name}-wal 文件放回原处，或从备份恢复；"
                f"确认找不回来、只能继续的，请删除 {REACH_FILE} 后启动，并告知考务负责人",
                code="hall-log-lost",
            )

    def note(self) -> None:
        """What a commit has made visible is durable already; the note itself is never synced.

        Raises: OSError when the files that are written to are no longer those that lie there: what is acknowledged
        now would be gone with the process.
        """
        if self._files() != self._opened:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(self._log))
        words = f"{self._opened[0]:020d} {self._highest():020d}\n"
        with contextlib.suppress(OSError):  # a full disk is met by the writer
            os.pwrite(self._descriptor, words.encode(), 0)

    def close(self) -> None:
        self._connection.close()
        os.close(self._descriptor)

    def _files(self) -> tuple[int, int]:
        """Inodes of the log and its write-ahead log."""
        return self._log.stat().st_ino, self._log.with_name(f"{self._log.name}-wal").stat().st_ino

    def _highest(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()[0])
