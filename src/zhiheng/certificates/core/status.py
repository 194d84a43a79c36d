"""Bitstring Status List v1.0: who asks about one certificate does not tell which.

Source: W3C Bitstring Status List v1.0, sections 2.2 and 3.
"""

import gzip
from collections.abc import Iterable
from typing import Any

from zhiheng.certificates.core.multibase import base64url, from_base64url

LENGTH = 131_072  # bits; the least the recommendation allows
PURPOSES = ("revocation", "suspension")


def encode(indexes: Iterable[int]) -> str:
    """The encoded list with the given bits set."""
    bits = bytearray(LENGTH // 8)
    for index in indexes:
        if not 0 <= index < LENGTH:
            raise ValueError(f"Status index {index} lies outside the list.")
        bits[index // 8] |= 0x80 >> index % 8
    return base64url(gzip.compress(bytes(bits), mtime=0))


def is_set(encoded: str, index: int) -> bool:
    bits = gzip.decompress(from_base64url(encoded))
    return bool(bits[index // 8] & (0x80 >> index % 8))


def entries(index: int, *, base_url: str) -> list[dict[str, Any]]:
    """The credentialStatus of a certificate: one entry per purpose at the same index."""
    return [
        {
            "id": f"{base_url}/status/{purpose}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(index),
            "statusListCredential": f"{base_url}/status/{purpose}",
        }
        for purpose in PURPOSES
    ]


def status_list_credential(
    purpose: str, indexes: Iterable[int], *, issuer: str, base_url: str, valid_from: str
) -> dict[str, Any]:
    """The unsigned credential that carries one list."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": f"{base_url}/status/{purpose}",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{base_url}/status/{purpose}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(indexes),
        },
    }
