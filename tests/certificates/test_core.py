"""Certificates: numbers, proofs, status lists, and what a stranger can check."""

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.certificates.core import multibase, status
from zhiheng.certificates.core.credential import Facts, Issuer, build, facts_of
from zhiheng.certificates.core.number import CertificateNumber, looks_like_number, parse_number
from zhiheng.certificates.core.proof import sign, signer_of
from zhiheng.certificates.core.reading import read_credential
from zhiheng.certificates.core.reasons import class_of, reason_with_note
from zhiheng.certificates.core.verification import State, misspelt, verify_credential, verify_record
from zhiheng.foundation.errors import Refused

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUER = Issuer(key=KEY, name="示例协会", base_url="https://example.org")
NUMBER = str(CertificateNumber(body="TXGY", programme="01", level="1", year=2026, serial=7))
FACTS = Facts(
    number=NUMBER,
    name="阿依古丽·买买提",
    id_masked="110***********1234",
    title="互联网营销师职业技能证书",
    programme="互联网营销师",
    level="初级",
    trade="",
    body="示例协会",
    passed_on="2026-12-18",
    issued_on="2027-01-22",
    rule_set="ccia-000",
    rule_set_hash="ab" * 32,
)
MOMENT = "2027-01-22T01:00:00Z"
CREDENTIAL = build(FACTS, issuer=ISSUER, status_index=42, moment=MOMENT, criteria="考试合格")
TRUSTED = frozenset({ISSUER.did})


def test_a_number_is_written_with_its_check_character_and_read_back() -> None:
    number = CertificateNumber(body="TXGY", programme="01", level="1", year=2026, serial=7)

    assert str(number) == "TXGY-01-1-2026-000007-" + str(number)[-1]
    assert parse_number(f" {str(number).lower()} ") == number


@pytest.mark.parametrize(
    "text", ["", "TXGY-01-1-2026-000007", "TXGY-1-1-2026-000007-1", "Y000111000001211000001"]
)
def test_other_texts_are_not_numbers(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(0, 999_999), st.integers(0, 12), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(serial: int, place: int, digit: str) -> None:
    number = str(CertificateNumber(body="TXGY", programme="01", level="1", year=2026, serial=serial))
    places = [i for i, character in enumerate(number[:-2]) if character.isdigit()]
    changed = number[: places[place]] + digit + number[places[place] + 1 :]

    assert (parse_number(changed) is not None) == (changed == number)


@given(st.binary(max_size=80))
def test_multibase_round_trips(data: bytes) -> None:
    assert multibase.from_base58btc(multibase.base58btc(data)) == data
    assert multibase.from_base64url(multibase.base64url(data)) == data


def test_a_known_did_key() -> None:
    # The Ed25519 key of RFC 8032 section 7.1, test 1.
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

    assert multibase.did_key(public).startswith("did:key:z6Mk")
    assert multibase.key_of_did(multibase.did_key(public)) == public


@pytest.mark.parametrize(
    "text",
    ["did:key:z0", "did:key:", "did:web:example.org", "did:key:z6Mk", "x" + multibase.did_key(b"\0" * 32)],
)
def test_other_texts_are_not_did_keys(text: str) -> None:
    with pytest.raises(multibase.NotMultibase):
        multibase.key_of_did(text)


@pytest.mark.parametrize("text", ["", "zabc", "u*", "uA"])
def test_other_texts_are_not_base64url(text: str) -> None:
    with pytest.raises(multibase.NotMultibase):
        multibase.from_base64url(text)


def test_a_credential_is_believed_and_carries_its_facts() -> None:
    seen = verify_credential(CREDENTIAL, trusted=TRUSTED, state=State.VALID, name=FACTS.name)

    assert seen.valid
    assert [check.name for check in seen.checks] == ["signature", "issuer", "number", "name", "status"]
    assert seen.facts["name"] == FACTS.name
    assert seen.facts["number"] == NUMBER


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key in value for leaf in _leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for index, entry in enumerate(value) for leaf in _leaves(entry, (*path, index))]
    return [path]


@pytest.mark.parametrize("path", _leaves(CREDENTIAL), ids=lambda path: ".".join(map(str, path)))
def test_any_changed_value_is_noticed(path: tuple[Any, ...]) -> None:
    forged = copy.deepcopy(CREDENTIAL)
    place: Any = forged
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = (not place[path[-1]]) if isinstance(place[path[-1]], bool) else f"{place[path[-1]]}x"

    assert not verify_credential(forged, trusted=TRUSTED, state=State.VALID).valid


@given(st.integers(0, 87), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
def test_any_changed_character_of_the_signature_is_noticed(place: int, letter: str) -> None:
    forged = copy.deepcopy(CREDENTIAL)
    value = forged["proof"]["proofValue"]
    place = min(place, len(value) - 1)
    forged["proof"]["proofValue"] = value[:place] + letter + value[place + 1 :]

    same = forged["proof"]["proofValue"] == value
    assert verify_credential(forged, trusted=TRUSTED, state=State.VALID).valid == same


def test_an_added_fact_is_noticed() -> None:
    forged = copy.deepcopy(CREDENTIAL)
    forged["credentialSubject"]["certificate"]["grade"] = "优秀"

    assert signer_of(forged) is None


def test_another_key_is_not_the_body() -> None:
    stranger = Issuer(key=Ed25519PrivateKey.generate(), name="示例协会", base_url="https://example.org")
    forged = build(FACTS, issuer=stranger, status_index=42, moment=MOMENT, criteria="考试合格")
    seen = verify_credential(forged, trusted=TRUSTED, state=State.VALID)

    assert [(check.name, check.ok) for check in seen.checks] == [
        ("signature", True),
        ("issuer", False),
        ("number", True),
        ("status", True),
    ]


@pytest.mark.parametrize("nonsense", [None, [], {}, {"proof": 1}, {"credentialSubject": [], "proof": {}}])
def test_nonsense_is_not_believed(nonsense: Any) -> None:
    assert not verify_credential(nonsense, trusted=TRUSTED, state=State.VALID).valid
    assert not verify_credential(nonsense, trusted=TRUSTED, state=State.UNKNOWN).valid


def test_a_float_never_breaks_the_checker() -> None:
    forged = copy.deepcopy(CREDENTIAL)
    forged["credentialSubject"]["certificate"]["marks"] = 1.5

    assert signer_of(forged) is None


def test_a_signature_method_must_name_its_own_key() -> None:
    forged = copy.deepcopy(CREDENTIAL)
    forged["proof"]["verificationMethod"] += "x"

    assert signer_of(forged) is None


def test_a_proof_must_speak_of_the_same_context() -> None:
    signed = sign({"@context": ["a"]}, KEY, created=MOMENT)
    signed["proof"]["@context"] = ["b"]

    assert signer_of(signed) is None


@pytest.mark.parametrize(
    ("state", "valid"),
    [
        (State.VALID, True),
        (State.SUSPENDED, False),
        (State.REVOKED, False),
        (State.REPLACED, False),
        (State.UNKNOWN, True),
    ],
)
def test_the_state_decides(state: State, valid: bool) -> None:
    seen = verify_credential(CREDENTIAL, trusted=TRUSTED, state=state)

    assert (seen.valid, seen.status) == (valid, state)


def test_the_register_answers_by_number_and_name() -> None:
    facts = facts_of(CREDENTIAL)

    assert verify_record(facts, state=State.VALID, name=FACTS.name).valid
    assert verify_record(facts, state=State.VALID).valid
    assert not verify_record(facts, state=State.REVOKED, name=FACTS.name).valid


def test_a_wrong_name_learns_nothing() -> None:
    seen = verify_record(facts_of(CREDENTIAL), state=State.REVOKED, name="别人")

    assert (seen.valid, seen.status, seen.facts) == (False, State.UNKNOWN, {})
    assert verify_record(None, state=State.UNKNOWN).facts == {}


@given(st.sets(st.integers(0, status.LENGTH - 1), max_size=20), st.integers(0, status.LENGTH - 1))
def test_a_status_list_tells_exactly_its_members(members: set[int], asked: int) -> None:
    assert status.is_set(status.encode(members), asked) == (asked in members)


def test_a_status_list_refuses_what_lies_outside() -> None:
    with pytest.raises(ValueError, match="outside"):
        status.encode([status.LENGTH])


def test_a_status_list_credential_names_its_purpose() -> None:
    listed = status.status_list_credential(
        "revocation", [3], issuer=ISSUER.did, base_url="https://example.org", valid_from=MOMENT
    )

    assert status.is_set(listed["credentialSubject"]["encodedList"], 3)
    assert json.loads(json.dumps(listed))["credentialSubject"]["statusPurpose"] == "revocation"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "credential-json"),
        ("[]", "credential-shape"),
        ('{"a": 1, "a": 2}', "credential-twice"),
        ('{"proof": {"x": 1, "x": 1}}', "credential-twice"),
        ("[" * 100_000, "credential-json"),
        ("[" + "1" * 5000 + "]", "credential-json"),
        (" " * 200_001, "credential-size"),
    ],
)
def test_a_file_that_two_readers_could_read_differently_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_credential(text)
    assert refused.value.code == code


def test_a_file_is_read_as_it_is() -> None:
    assert read_credential(json.dumps(CREDENTIAL, ensure_ascii=False, indent=2)) == CREDENTIAL


def test_half_a_surrogate_never_breaks_the_checker() -> None:
    forged = copy.deepcopy(CREDENTIAL)
    forged["credentialSubject"]["certificate"]["name"] = "\ud800"

    assert signer_of(forged) is None


def test_spaces_and_interpuncts_do_not_make_another_person() -> None:
    facts = facts_of(CREDENTIAL)

    assert verify_record(facts, state=State.VALID, name=" 阿依古丽 • 买买提 ").valid
    assert not verify_record(facts, state=State.VALID, name="").valid


def test_the_register_is_a_check_of_its_own() -> None:
    held = verify_credential(CREDENTIAL, trusted=TRUSTED, state=State.VALID, registered=True)
    unknown = verify_credential(CREDENTIAL, trusted=TRUSTED, state=State.UNKNOWN, registered=False)

    assert (held.valid, unknown.valid) == (True, False)


def test_a_wrong_check_character_is_still_a_number_somebody_misspelt() -> None:
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")

    assert (looks_like_number(wrong), parse_number(wrong), misspelt().valid) == (True, None, False)
    assert not looks_like_number("certificate.json")


def test_the_public_reads_the_class_of_a_reason_only() -> None:
    assert reason_with_note("冒用身份", " 来信反映 ") == "冒用身份：来信反映"
    assert (class_of("冒用身份：来信反映"), class_of("颁发"), reason_with_note("冒用身份", "")) == (
        "冒用身份",
        "其他原因",
        "冒用身份",
    )
