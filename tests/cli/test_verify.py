"""`zhiheng verify` on files and numbers, with and without a register."""

import base64
import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.cli.answers import run
from tests.factories.world import World
from tests.results.outcomes import released
from zhiheng.certificates.actions import issue, revoke
from zhiheng.certificates.core.credential import Facts, Issuer, build
from zhiheng.certificates.core.number import CertificateNumber
from zhiheng.certificates.models import Certificate
from zhiheng.people.models import Role

Capture = pytest.CaptureFixture[str]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Issuer(key=KEY, name="示例协会", base_url="https://example.org")
NUMBER = str(CertificateNumber(body="TXGY", programme="01", level="1", year=2026, serial=7))
FACTS = Facts(
    number=NUMBER,
    name="甲一",
    id_masked="999***********1234",
    title="职业技能证书",
    programme="互联网营销师",
    level="初级",
    trade="",
    body="示例协会",
    passed_on="2026-12-18",
    issued_on="2027-01-22",
    rule_set="ccia-000",
    rule_set_hash="ab" * 32,
)
CREDENTIAL = build(FACTS, issuer=SIGNER, status_index=42, moment="2027-01-22T01:00:00Z", criteria="考核合格")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIHENG_ISSUER_KEY", base64.b64encode(KEY.private_bytes_raw()).decode())


def written(folder: Path, credential: Any) -> str:
    path = folder / "credential.json"
    path.write_text(json.dumps(credential, ensure_ascii=False))
    return str(path)


@pytest.mark.usefixtures("trusted")
def test_a_file_is_believed_for_its_signature(tmp_path: Path, capsys: Capture) -> None:
    answer = run(capsys, "verify", written(tmp_path, CREDENTIAL), "--offline", "--json")

    assert (answer.code, answer.err) == (0, "")
    assert (answer.data["valid"], answer.data["status"], answer.data["facts"]["name"]) == (
        True,
        "unknown",
        "甲一",
    )
    assert [(check["name"], check["ok"]) for check in answer.data["checks"]] == [
        ("signature", True),
        ("issuer", True),
        ("number", True),
        ("status", True),
    ]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("fact", list(Facts.__slots__))
def test_any_changed_fact_is_noticed(tmp_path: Path, capsys: Capture, fact: str) -> None:
    forged = copy.deepcopy(CREDENTIAL)
    forged["credentialSubject"]["certificate"][fact] += "x"

    assert run(capsys, "verify", written(tmp_path, forged), "--offline", "--json").code == 1


@pytest.mark.usefixtures("trusted")
def test_every_changed_character_of_the_signature_is_noticed(tmp_path: Path, capsys: Capture) -> None:
    value = CREDENTIAL["proof"]["proofValue"]
    for place in range(len(value)):
        forged = copy.deepcopy(CREDENTIAL)
        letter = "2" if value[place] != "2" else "3"
        forged["proof"]["proofValue"] = value[:place] + letter + value[place + 1 :]
        assert run(capsys, "verify", written(tmp_path, forged), "--offline", "--json").code == 1


@pytest.mark.usefixtures("trusted")
def test_the_name_is_compared_when_given(tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path, CREDENTIAL)

    assert run(capsys, "verify", file, "--offline", "--name", " 甲一 ").code == 0
    assert run(capsys, "verify", file, "--offline", "--name", "乙二").code == 1


def test_another_key_is_believed_only_when_named(tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path, CREDENTIAL)

    assert run(capsys, "verify", file, "--offline").code == 1
    assert run(capsys, "verify", file, "--offline", "--issuer", SIGNER.did).code == 0
    assert run(capsys, "verify", file, "--offline", "--issuer", "did:web:example.org").code == 2


@pytest.mark.parametrize("content", ["not json", "[]", '{"a": 1, "a": 2}', ""])
def test_what_cannot_be_read_is_unusable(tmp_path: Path, capsys: Capture, content: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)

    answer = run(capsys, "verify", str(path), "--offline", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.endswith("。\n")


@pytest.mark.parametrize("words", [["missing.json"], ["TXGY"], [NUMBER, "--offline"], ["/"]])
def test_neither_file_nor_number_is_unusable(capsys: Capture, words: list[str]) -> None:
    assert run(capsys, "verify", *words, "--json").code == 2


@pytest.fixture
def issued(world: World) -> Certificate:
    released(world, ["80"])
    return issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)[0]


def test_the_register_answers_numbers_and_files(
    world: World, issued: Certificate, tmp_path: Path, capsys: Capture
) -> None:
    file = written(tmp_path, issued.credential)

    for words in ([issued.number], [issued.number.lower(), "--name", issued.holder_name], [file]):
        answer = run(capsys, "verify", *words, "--json")
        assert (answer.code, answer.data["status"], answer.data["facts"]) == (0, "valid", issued.facts)
    assert run(capsys, "verify", issued.number, "--name", "别人", "--json").data["facts"] == {}

    revoke(by=world[Role.CERTIFICATE_OFFICER], certificate=issued, reason="冒用身份")
    for what in (issued.number, file):
        answer = run(capsys, "verify", what, "--json")
        assert (answer.code, answer.data["status"], answer.data["valid"]) == (1, "revoked", False)


def test_what_the_register_does_not_know_is_not_valid(
    issued: Certificate, tmp_path: Path, capsys: Capture
) -> None:
    unknown = str(CertificateNumber(body="TXGY", programme="01", level="1", year=2031, serial=9))
    wrong = issued.number[:-1] + ("1" if issued.number[-1] != "1" else "2")

    assert run(capsys, "verify", unknown, "--json").code == 1
    assert run(capsys, "verify", wrong, "--json").data["checks"] == [
        {"name": "number", "ok": False, "detail": "编号的校验码不符：请逐位核对是否抄错"}
    ]
    assert run(capsys, "verify", written(tmp_path, CREDENTIAL), "--issuer", SIGNER.did).code == 1


def test_a_new_process_without_a_database(tmp_path: Path) -> None:
    """Off line, nothing is created and the key file of the installation is enough."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"issuer_key": base64.b64encode(KEY.private_bytes_raw()).decode()}))
    environment = {**os.environ, "ZHIHENG_VAR": str(tmp_path)}
    environment.pop("ZHIHENG_ISSUER_KEY", None)
    file = written(tmp_path, CREDENTIAL)
    before = sorted(path.name for path in tmp_path.iterdir())
    program = "from zhiheng.cli.main import main; main()"

    ran = subprocess.run(
        [sys.executable, "-c", program, "verify", file, "--offline", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, json.loads(ran.stdout)["valid"], ran.stderr) == (0, True, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
