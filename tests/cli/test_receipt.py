"""`zhiheng receipt verify`: valid, not valid, unusable; with the hall's keys and with a published one."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.cli.answers import run
from zhiheng.delivery.core.attempt import Attempt, Entry
from zhiheng.delivery.core.receipt import (
    AnswersFile,
    PublishedKey,
    PublishedKeys,
    Receipt,
    key_id_of,
    make_receipt,
)
from zhiheng.delivery.hall.keys import KEY_FILE, ensure_keys, public_key

Capture = pytest.CaptureFixture[str]
ROW = Entry(id=1, attempt="a", epoch=1, item="x", seq=1, kind="answer", body='"A"', server_time=1)
STATE = Attempt(submitted_at=1_795_827_600_000, answers={"x": ROW})
GIVEN = {"x": "A"}


def signed(data: Path) -> Receipt:
    keys = ensure_keys(data)
    return make_receipt(
        STATE, sitting="s", attempt="a", ticket="t", pack="p", key_id=keys.key_id, key=keys.signing
    )


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "hall"
    monkeypatch.setenv("ZHIHENG_HALL_DATA", str(data))
    ensure_keys(data)
    return data


@pytest.fixture
def file(hall: Path, tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    path.write_bytes(msgspec.json.encode(signed(hall)))
    return path


def test_a_receipt_of_this_hall_is_valid(file: Path, hall: Path, capsys: Capture) -> None:
    answer = run(capsys, "receipt", "verify", str(file), "--json")
    receipt = signed(hall)

    assert (answer.code, answer.err) == (0, "")
    assert answer.data == {
        "valid": True,
        "answers": 1,
        "hash": receipt.hash,
        "signed_at": "2026-11-28T09:00:00+08:00",
    }
    assert run(capsys, "receipt", "verify", str(file)).out.splitlines()[0] == "有效　准考证 t"


@pytest.mark.parametrize("whole", [True, False])
def test_the_hash_is_recomputed_from_the_answers(
    file: Path, hall: Path, tmp_path: Path, capsys: Capture, whole: bool
) -> None:
    made = AnswersFile(ticket="t", attempt="a", answers=GIVEN, hash=signed(hall).hash)
    path = tmp_path / "answers.json"
    path.write_bytes(msgspec.json.encode(made if whole else GIVEN))
    same = run(capsys, "receipt", "verify", str(file), "--answers", str(path))
    path.write_text('{"x": "B"}')
    other = run(capsys, "receipt", "verify", str(file), "--answers", str(path))

    assert (same.code, "已与答案文件核对" in same.out) == (0, True)
    assert (other.code, other.out.splitlines()[-1]) == (1, "答案与回执不符：摘要或题数不同。")


def test_a_changed_receipt_is_not_valid(file: Path, hall: Path, capsys: Capture) -> None:
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(signed(hall), answers=2)))
    answer = run(capsys, "receipt", "verify", str(file), "--json")

    assert (answer.code, answer.data["valid"]) == (1, False)
    assert answer.err == "签名与内容不符：回执被改动过，或不是考场服务签发的。\n"


def test_a_receipt_signed_before_the_key_was_replaced_stays_valid(
    file: Path, hall: Path, capsys: Capture
) -> None:
    (hall / KEY_FILE).unlink()
    ensure_keys(hall)

    assert run(capsys, "receipt", "verify", str(file)).code == 0


def test_any_published_form_of_the_key_serves(
    file: Path, hall: Path, tmp_path: Path, capsys: Capture
) -> None:
    raw = public_key(hall)
    pem = ensure_keys(hall).public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    listed = PublishedKeys(keys=(PublishedKey(key_id=key_id_of(raw), public_key=raw.hex()),))
    forms = [raw, pem, raw.hex().encode(), base64.b64encode(raw), msgspec.json.encode(listed)]
    codes = [run(capsys, "receipt", "verify", str(file), "--key", raw.hex()).code]
    for form in forms:
        path = tmp_path / "key"
        path.write_bytes(form)
        codes.append(run(capsys, "receipt", "verify", str(file), "--key", str(path)).code)
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    other = run(capsys, "receipt", "verify", str(file), "--key", stranger)

    assert codes == [0] * 6
    assert (other.code, "不在已知的考场密钥中" in other.out) == (1, True)


@pytest.mark.parametrize("key", ["", "00", "zz" * 32, "-----BEGIN PUBLIC KEY-----", "甲" * 9000])
def test_what_is_no_key_is_unusable(file: Path, capsys: Capture, key: str) -> None:
    answer = run(capsys, "receipt", "verify", str(file), "--key", key)

    assert (answer.code, "不是 Ed25519 公钥" in answer.err) == (2, True)


def test_unusable_files(file: Path, tmp_path: Path, capsys: Capture) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"\xff{}")
    found = [
        run(capsys, "receipt", "verify", *words)
        for words in ([str(tmp_path / "none")], [str(bad)], [str(file), "--answers", str(bad)])
    ]

    assert [answer.code for answer in found] == [2, 2, 2]
    assert [
        "没有这个文件" in found[0].err,
        "不是交卷回执" in found[1].err,
        "不是答案文件" in found[2].err,
    ] == [
        True,
        True,
        True,
    ]


def test_without_any_key_nothing_can_be_said(file: Path, tmp_path: Path, capsys: Capture) -> None:
    nowhere = tmp_path / "elsewhere"
    answer = run(capsys, "receipt", "verify", str(file), "--data", str(nowhere))

    assert (answer.code, "没有考场密钥" in answer.err, nowhere.exists()) == (2, True, False)


def test_no_database_and_no_django_are_needed(file: Path, hall: Path) -> None:
    code = (
        "import sys\nfrom zhiheng.cli.main import main\n"
        f"try: main(['receipt', 'verify', {str(file)!r}, '--json'])\n"
        "finally: print('django' in sys.modules, file=sys.stderr)"
    )
    plain = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=plain, capture_output=True, text=True, check=False, timeout=300
    )

    assert (ran.returncode, ran.stderr) == (0, "False\n")
    assert json.loads(ran.stdout)["valid"]
