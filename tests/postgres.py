"""A PostgreSQL cluster that lives as long as a `with` block, made by the system's own server programs."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhiheng.cli.processes import free_port

HOW = "PostgreSQL 测试需要服务器程序 initdb 与 pg_ctl：请先安装（Debian：apt-get install postgresql）。"


class NoPostgres(RuntimeError):
    """The server's programs are not on this machine."""


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Start a fresh cluster on a free port of the loopback address; yields its address.

    PostgreSQL refuses to run as root, so root hands the folder to an unprivileged account first.
    Raises: NoPostgres, saying what to install.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="zhiheng-pg-"))
    owner = _unprivileged()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    if owner:
        os.chown(data, owner.pw_uid, owner.pw_gid)
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=60"
    try:
        _run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "zhiheng",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            owner=owner,
        )
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start", owner=owner)
        try:
            yield f"postgresql://zhiheng@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop", owner=owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


def _run(*words: object, owner: "pwd.struct_passwd | None") -> None:
    subprocess.run(
        [str(word) for word in words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
