"""Data Integrity proofs of the suite eddsa-jcs-2022.

Source: W3C Data Integrity EdDSA Cryptosuites v1.0, section 3.3 (create, verify, transform, hash, serialise).
"""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhiheng.certificates.core.multibase import NotMultibase, base58btc, did_key, from_base58btc, key_of_did
from zhiheng.foundation.canonical import canonical_json

SUITE = "eddsa-jcs-2022"


def sign(document: dict[str, Any], key: Ed25519PrivateKey, *, created: str) -> dict[str, Any]:
    """The document with a proof attached.

    created: ISO 8601 with Z. The verification method is the key's own did:key.
    """
    did = did_key(key.public_key().public_bytes_raw())
    options = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": f"{did}#{did.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }
    return document | {"proof": options | {"proofValue": base58btc(key.sign(_hash_data(document, options)))}}


def signer_of(secured: dict[str, Any]) -> str | None:
    """The did:key whose signature over the whole document holds, or None."""
    proof = secured.get("proof")
    if (
        not isinstance(proof, dict)
        or proof.get("cryptosuite") != SUITE
        or proof.get("type") != "DataIntegrityProof"
    ):
        return None
    if proof.get("proofPurpose") != "assertionMethod" or proof.get("@context") != secured.get("@context"):
        return None
    document = {name: value for name, value in secured.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    did, _, fragment = str(proof.get("verificationMethod", "")).partition("#")
    try:
        if did != f"did:key:{fragment}":
            return None
        key = Ed25519PublicKey.from_public_bytes(key_of_did(did))
        key.verify(from_base58btc(str(proof.get("proofValue", ""))), _hash_data(document, options))
    except (NotMultibase, InvalidSignature, TypeError, UnicodeEncodeError, RecursionError):
        return None
    return did


def _hash_data(document: dict[str, Any], options: dict[str, Any]) -> bytes:
    return (
        hashlib.sha256(canonical_json(options)).digest() + hashlib.sha256(canonical_json(document)).digest()
    )
