"""A certificate as an Open Badges 3.0 credential (a profile of W3C Verifiable Credentials 2.0)."""

from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhiheng.certificates.core.multibase import did_key
from zhiheng.certificates.core.proof import sign
from zhiheng.certificates.core.status import entries

CONTEXT: list[Any] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    {"certificate": {"@id": "urn:zhiheng:certificate", "@type": "@json"}},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate says; every value is text as printed.

    id_masked: the identity number with its middle hidden. passed_on, issued_on: ISO dates.
    rule_set_hash: content hash of the pinned rule set.
    """

    number: str
    name: str
    id_masked: str
    title: str
    programme: str
    level: str
    trade: str
    body: str
    passed_on: str
    issued_on: str
    rule_set: str
    rule_set_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    key: Ed25519PrivateKey
    name: str
    base_url: str

    @property
    def did(self) -> str:
        return did_key(self.key.public_key().public_bytes_raw())


def build(facts: Facts, *, issuer: Issuer, status_index: int, moment: str, criteria: str) -> dict[str, Any]:
    """The signed credential.

    moment: ISO 8601 with Z, both valid-from and signing time. criteria: how it was earned, one sentence.
    """
    occupation = "".join(part for part in (facts.programme, f"（{facts.trade}）" if facts.trade else ""))
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": f"{issuer.base_url}/credentials/{facts.number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.title,
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.base_url},
        "validFrom": moment,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": False,
                    "identityHash": facts.name,
                }
            ],
            "achievement": {
                "id": f"{issuer.base_url}/achievements/{facts.rule_set_hash}/{facts.number.rsplit('-', 3)[0]}",
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": f"{occupation} {facts.level}",
                "description": facts.title,
                "criteria": {"narrative": criteria},
            },
            "certificate": asdict(facts),
        },
        "credentialStatus": entries(status_index, base_url=issuer.base_url),
    }
    return sign(document, issuer.key, created=moment)


def facts_of(credential: dict[str, Any]) -> dict[str, Any]:
    """The certificate's facts as the credential carries them; empty when there are none."""
    subject = credential.get("credentialSubject")
    facts = subject.get("certificate") if isinstance(subject, dict) else None
    return facts if isinstance(facts, dict) else {}
