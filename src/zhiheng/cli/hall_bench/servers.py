"""The servers that are measured, each started from nothing in the folder of the measurement."""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from zhiheng.cli.hall_bench import django_view
from zhiheng.cli.hall_bench.exam import Exam, make_exam
from zhiheng.cli.hall_bench.wire import sign_in_all
from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company, answers, plain_environment, wait_until
from zhiheng.delivery.hall.keys import KEY_FILE

_HALL = [sys.executable, "-c", "from zhiheng.cli.main import main; main()", "hall"]
_LAUNCH = [sys.executable, "-m", "zhiheng.cli.hall_bench.launch"]
_NGINX = """
worker_processes 1;
worker_rlimit_nofile 20000;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 12000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; return 200 '{{"ok":true}}'; }}
  }}
}}
"""


@dataclass(slots=True)
class Server:
    """roots: the processes whose trees do the work. tokens: of the candidates that have signed in."""

    name: str
    port: int
    roots: list[int]
    children: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    log: Path = Path()
    data: Path = Path()
    tickets: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class HallKind:
    """store: sqlite, postgres, null or lax (see launch). preload: a library to slow the disk. port 0: any."""

    store: str = "sqlite"
    address: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    wrapper: list[str] = field(default_factory=list)
    also: list[int] = field(default_factory=list)
    port: int = 0


def start_hall(company: Company, exam: Exam, kind: HallKind) -> Server:
    port = kind.port or free_port()
    address = [kind.address] if kind.address else []
    if kind.store in ("sqlite", "postgres"):
        words = [*_HALL, "--data", str(exam.data), "--port", str(port)]
        words += ["--database-url", *address] if address else []
    else:
        words = [*_LAUNCH, kind.store, str(exam.data), str(port), *address]
    log = company.folder / f"hall-{kind.store}-{port}.log"
    child = company.start([*kind.wrapper, *words], log=log, env=plain_environment(**kind.environment))
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), child, words="考场服务", log=log)
    return Server(
        f"hall-{kind.store}",
        port,
        [child.pid, *kind.also],
        [child],
        log=log,
        data=exam.data,
        tickets=exam.tickets,
    )


def hall_with_candidates(
    company: Company, kind: HallKind, *, candidates: int, sign_in: bool = True
) -> Server:
    """A new hall in which everybody has signed in, or nobody has."""
    folder = company.folder / f"hall-{kind.store}-{len(list(company.folder.iterdir()))}"
    exam = make_exam(folder, candidates=candidates)
    server = start_hall(company, exam, kind)
    if not sign_in:
        return server
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        server.tokens = runner.run(sign_in_all(server.port, exam.tickets))
    return server


def start_django(
    company: Company,
    exam_data: Path,
    *,
    style: str = "orm",
    environment: dict[str, str] | None = None,
    wrapper: list[str] | None = None,
) -> Server:
    """The comparison, over the keys of a hall, so that the hall's own tokens are good here."""
    port = free_port()
    folder = company.folder / f"django-{port}"
    folder.mkdir()
    shutil.copy2(exam_data / KEY_FILE, folder / KEY_FILE)
    django_view.make_table(folder)
    log = company.folder / f"django-{port}.log"
    words = [
        *(wrapper or []), sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "1", "--backlog", "4096",
        "--log-level", "warning", "--factory", "zhiheng.cli.hall_bench.django_view:make_application",
    ]  # fmt: skip
    env = plain_environment(
        **{django_view.FOLDER: str(folder), django_view.STYLE: style}, **(environment or {})
    )
    child = company.start(words, log=log, env=env)
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/nothing"), child, words="Django", log=log)
    return Server(f"django-{style}", port, [child.pid], [child], log=log)


def start_nginx(company: Company) -> Server | None:
    """None when it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
    if program is None:
        return None
    port, folder = free_port(), company.folder / "nginx"
    folder.mkdir()
    folder.chmod(0o777)
    conf = folder / "nginx.conf"
    conf.write_text(_NGINX.format(folder=folder, port=port))
    log = folder / "out.log"
    child = company.start([program, "-p", str(folder), "-c", str(conf)], log=log)
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/"), child, words="nginx", log=log)
    return Server("nginx", port, [child.pid], [child], log=log)


@dataclass(slots=True)
class Cluster:
    """A private PostgreSQL, durable as an installation is."""

    company: Company
    programs: Path
    data: Path
    port: int
    owner: "pwd.struct_passwd | None"
    child: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"postgresql://zhiheng@127.0.0.1:{self.port}/postgres"


def start_postgres(company: Company) -> Cluster | None:
    """A new cluster with fsync on; None when the server's programs are not installed."""
    programs = _programs()
    owner = _unprivileged()
    if programs is None or (os.geteuid() == 0 and owner is None):
        return None
    data = company.folder / "postgres"
    data.mkdir()
    if owner:
        os.chown(data, owner.pw_uid, owner.pw_gid)
    log = company.folder / "postgres.log"
    made = company.start(
        [
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "zhiheng",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ],
        log=log,
        owner=owner,
    )
    made.wait()
    company.end(made)
    cluster = Cluster(company, programs, data, free_port(), owner, made)
    run_postgres(cluster)
    return cluster


def run_postgres(cluster: Cluster, *, environment: dict[str, str] | None = None) -> None:
    """Start the cluster's server, after a crash too; it recovers by itself."""
    log = cluster.company.folder / "postgres.log"
    words = [
        str(cluster.programs / "postgres"), "-D", str(cluster.data), "-p", str(cluster.port),
        "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=60",
        "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "shared_buffers=128MB",
    ]  # fmt: skip
    cluster.child = cluster.company.start(
        words, log=log, env=plain_environment(**(environment or {})), owner=cluster.owner
    )
    wait_until(lambda: _takes_questions(cluster.address), cluster.child, words="PostgreSQL", log=log)


def _takes_questions(address: str) -> bool:
    import psycopg  # noqa: PLC0415 - loaded only where PostgreSQL is measured

    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path | None:
    places = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next(
        (place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None
    )


def _unprivileged() -> "pwd.struct_passwd | None":
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
