"""A site in its enrolment, on whichever database DATABASE_URL names: one institution, one account, one offering."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import django

from tests.browser.conftest import COMMAND, Site, wait_until_answering
from zhiheng.cli.processes import free_port

USERNAME, PASSWORD = "peixun", "a-long-test-word"


def seed() -> None:
    """Run as a process of its own, with the site's environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhiheng.config.settings"
    django.setup()
    from django.core.management import call_command

    from zhiheng.people.actions import authorise_institution, create_account
    from zhiheng.people.models import InstitutionKind, Role
    from zhiheng.plumbing import clock
    from zhiheng.sittings.actions import call_sitting, offer

    call_command("migrate", verbosity=0, interactive=False)
    today = clock.today()
    institution = authorise_institution(
        by="test",
        code="101",
        name="青禾培训中心（测试）",
        kind=InstitutionKind.TRAINING,
        province="福建省",
        city="福州市",
        valid_from=today - timedelta(days=10),
        valid_until=today + timedelta(days=300),
    )
    create_account(
        by="test",
        username=USERNAME,
        password=PASSWORD,
        display_name="测试机构",
        roles=[Role.INSTITUTION],
        institution=institution,
    )
    sitting = call_sitting(by="test", day=today + timedelta(days=40))
    offer(by="test", sitting=sitting, rule_set="ccia-000", programme="internet-marketing", level="junior")


def environment_of(folder: Path, web: int, hall: int) -> dict[str, str]:
    plain = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    own = {
        "ZHIHENG_VAR": str(folder),
        "ZHIHENG_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "ZHIHENG_HALL_URL": f"http://127.0.0.1:{hall}",
    }
    cluster = os.environ.get("DATABASE_URL", "")
    return (
        plain | own | ({"DATABASE_URL": _fresh_database(cluster)} if cluster.startswith("postgres") else {})
    )


def _fresh_database(cluster: str) -> str:
    """A new, empty database in the cluster of the test run."""
    import psycopg

    name = f"site_{uuid4().hex[:12]}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]  # a name made above
    return cluster.rsplit("/", 1)[0] + f"/{name}"


@contextmanager
def enrolling_site(folder: Path) -> Iterator[tuple[Site, dict[str, str]]]:
    """The site, answering, and the environment in which its commands run."""
    web, hall = free_port(), free_port()
    environment = environment_of(folder, web, hall)
    root = Path(__file__).resolve().parents[2]
    seeded = subprocess.run(
        [sys.executable, "-c", "from tests.browser.enrolling import seed; seed()"],
        env=environment | {"PYTHONPATH": f"{root}:{root / 'src'}"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert seeded.returncode == 0, seeded.stderr[-3000:]
    with (folder / "serve.log").open("wb") as log:
        served = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(web), "--hall-port", str(hall)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        address = f"http://127.0.0.1:{web}"
        try:
            wait_until_answering(f"{address}/healthz", served)
            yield Site(web=address, hall=f"http://127.0.0.1:{hall}", folder=folder), environment
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait(timeout=90)
