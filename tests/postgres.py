"""A PostgreSQL cluster that lives as long as a `with` block, made by the system's own server programs."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company, wait_until

HOW = "PostgreSQL 测试需要服务器程序 initdb 与 pg_ctl：请先安装（Debian：apt-get install postgresql）。"
UNSAFE = ("fsync=off", "full_page_writes=off")  # no power is cut here


class NoPostgres(RuntimeError):
    """The server's programs are not on this machine."""


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Start a fresh cluster on a free port of the loopback address; yields its address.

    PostgreSQL refuses to run as root, so root hands the folder to an unprivileged account first. Should the run
    be killed, the kernel ends the server.
    Raises: NoPostgres, saying what to install.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="zhiheng-pg-", ignore_cleanup_errors=True) as place:
        company = Company(Path(place))
        address, server = _started(company, programs)
        try:
            yield address
        finally:
            company.end(server, number=signal.SIGQUIT)


def _started(company: Company, programs: Path) -> tuple[str, "subprocess.Popen[bytes]"]:
    owner, folder, port = _unprivileged(), company.folder, free_port()
    folder.chmod(0o755)
    data, log = folder / "data", folder / "log"
    data.mkdir()
    if owner:
        os.chown(data, owner.pw_uid, owner.pw_gid)
    making = [str(programs / "initdb"), "-D", str(data), "-U", "zhiheng", "--auth=trust", "-E", "UTF8"]
    made = company.start([*making, "--locale=C.UTF-8", "--no-sync"], log=log, owner=owner)
    assert made.wait() == 0, log.read_text()
    address = f"postgresql://zhiheng@127.0.0.1:{port}/postgres"
    options = (f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60")
    serving = [str(programs / "postgres"), "-D", str(data)]
    serving += [word for option in (*options, *UNSAFE) for word in ("-c", option)]
    server = company.start(serving, log=log, owner=owner)
    wait_until(lambda: _answers(address), server, words="PostgreSQL", log=log)
    return address, server


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path:
    """The folder with initdb and pg_ctl, from PATH or Debian's place."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return (
            Path(found).resolve().parent
            if (Path(found).resolve().parent / "pg_ctl").exists()
            else Path(found).parent
        )
    for place in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (place / "initdb").exists():
            return place
    raise NoPostgres(HOW)


def _unprivileged() -> "pwd.struct_passwd | None":
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("以 root 运行测试时需要系统里有 postgres 或 nobody 账号。")
