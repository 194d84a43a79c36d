"""The whole path with a few candidates, as anybody would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey
COMMAND = [sys.executable, "-c", "from zhiheng.cli.main import main; main()"]


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    plain = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ZHIHENG_VAR")
    }
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, env=plain | environment, timeout=900, check=False
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration of twelve candidates: eight of one regime, four of the other."""
    folder = tmp_path_factory.mktemp("demo")
    done = run(
        "rehearse",
        "--demo",
        "--no-serve",
        "--candidates",
        "12",
        "--out",
        str(folder / "demo"),
        "--json",
        ZHIHENG_VAR=str(folder),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "summary.json").write_text(done.stdout)
    return folder


def test_everybody_is_accounted_for(demo: Path) -> None:
    summary = json.loads((demo / "summary.json").read_text())

    assert (summary["ok"], summary["astray"]) == (True, [])
    assert (summary["passed"], summary["failed"], summary["failed_skill_only"], summary["absent"]) == (
        9,
        1,
        1,
        1,
    )


def test_the_artefacts_are_there(demo: Path) -> None:
    assert sorted(path.name for path in (demo / "demo").iterdir()) == [
        "admission-ticket.pdf",
        "certificate.pdf",
        "credential.json",
        "paper-proof.json",
        "paper-proof.pdf",
        "paper.pdf",
        "score-report.pdf",
    ]


@pytest.mark.parametrize("offline", [(), ("--offline",)])
def test_a_stranger_can_verify_the_credential(demo: Path, offline: tuple[str, ...]) -> None:
    done = run("verify", str(demo / "demo" / "credential.json"), *offline, "--json", ZHIHENG_VAR=str(demo))

    assert (done.returncode, json.loads(done.stdout)["valid"]) == (0, True)


def test_a_changed_fact_or_signature_is_refused(demo: Path, tmp_path: Path) -> None:
    credential = json.loads((demo / "demo" / "credential.json").read_text())
    value = credential["proof"]["proofValue"]
    forgeries = [
        credential
        | {"proof": credential["proof"] | {"proofValue": value[:-1] + ("1" if value[-1] != "1" else "2")}},
        json.loads(json.dumps(credential).replace('"2027-', '"2028-')),
    ]
    for forged in forgeries:
        file = tmp_path / "forged.json"
        file.write_text(json.dumps(forged))
        done = run("verify", str(file), "--json", ZHIHENG_VAR=str(demo))

        assert (done.returncode, json.loads(done.stdout)["valid"]) == (1, False)
