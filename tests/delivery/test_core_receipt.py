"""A receipt speaks of exactly the answers that counted, and only the hall can sign it."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhiheng.delivery.core.attempt import Attempt, Entry
from zhiheng.delivery.core.receipt import (
    AnswersFile,
    Check,
    Point,
    Receipt,
    answers_hash,
    check_receipt,
    key_id_of,
    make_receipt,
    read_answers,
    read_receipt,
    receipt_holds,
)
from zhiheng.foundation.errors import Refused

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ROW = Entry(id=1, attempt="a", epoch=1, item="x", seq=1, kind="answer", body='"A"', server_time=1)
STATE = Attempt(submitted_at=1_795_827_600_000, answers={"x": ROW})


def made(state: Attempt = STATE) -> Receipt:
    return make_receipt(state, sitting="s", attempt="a", ticket="t", pack="p", key_id="k", key=KEY)


def test_a_receipt_counts_hashes_and_dates() -> None:
    receipt = made()

    assert (receipt.answers, receipt.hash) == (1, answers_hash("a", {"x": "A"}))
    assert receipt.signed_at == "2026-11-28T09:00:00+08:00"
    assert made() == receipt
    assert receipt_holds(receipt, KEY.public_key())


@pytest.mark.parametrize(
    "name", [name for name in Receipt.__struct_fields__ if name not in ("answers", "signature")]
)
def test_any_changed_word_is_noticed(name: str) -> None:
    forged = msgspec.structs.replace(made(), **{name: "x"})

    assert not receipt_holds(forged, KEY.public_key())


def test_other_keys_counts_and_broken_signatures_do_not_hold() -> None:
    assert not receipt_holds(made(), Ed25519PrivateKey.generate().public_key())
    assert not receipt_holds(msgspec.structs.replace(made(), answers=2), KEY.public_key())
    assert not receipt_holds(msgspec.structs.replace(made(), signature="no base64!"), KEY.public_key())
    assert not receipt_holds(msgspec.structs.replace(made(), signature="签名"), KEY.public_key())


def test_only_a_submitted_attempt_has_a_receipt() -> None:
    with pytest.raises(ValueError, match="submitted"):
        made(Attempt())


def test_a_receipt_file_is_read_back_and_nonsense_refused() -> None:
    assert read_receipt(msgspec.json.encode(made())) == made()
    for raw in (b"", b"\xff", b"{}", b"[" * 100_000):
        with pytest.raises(Refused) as refused:
            read_receipt(raw)
        assert refused.value.code == "receipt"


KEYS = {"k": KEY.public_key().public_bytes_raw()}


def points(checks: tuple[Check, ...]) -> dict[str, bool]:
    return {str(check.point): check.ok for check in checks}


def test_a_receipt_is_checked_point_by_point() -> None:
    forged = msgspec.structs.replace(made(), pack="q")

    assert points(check_receipt(made(), KEYS)) == {"key": True, "signature": True}
    assert points(check_receipt(forged, KEYS)) == {"key": True, "signature": False}
    assert points(check_receipt(made(), {})) == {"key": False}
    assert points(check_receipt(made(), KEYS, {"x": "A"}))[Point.ANSWERS] is True
    assert points(check_receipt(made(), KEYS, {"x": "B"}))[Point.ANSWERS] is False
    assert points(check_receipt(made(), {}, {"x": "A"})) == {"key": False, "answers": True}


def test_a_count_that_does_not_fit_the_answers_is_noticed() -> None:
    wrong = msgspec.structs.replace(made(), answers=2)

    assert points(check_receipt(wrong, KEYS, {"x": "A"}))[Point.ANSWERS] is False


def test_answers_are_read_from_their_file_or_as_they_are() -> None:
    given: dict[str, str | list[str]] = {"x": "A", "m": ["a", "b"]}
    file = AnswersFile(ticket="t", attempt="a", answers=given, hash="h", later={})

    assert read_answers(msgspec.json.encode(file)) == given
    assert read_answers(msgspec.json.encode(given)) == given
    for raw in (b"", b"\xff", b"[]", b'{"x":1}', b'{"format":"other","answers":{}}', b"[" * 100_000):
        with pytest.raises(Refused) as refused:
            read_answers(raw)
        assert refused.value.code == "answers-file"


def test_a_key_is_named_after_itself() -> None:
    assert key_id_of(bytes(32)) == "a" * 12
