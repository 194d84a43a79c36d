"""Reading pinned rules back as values."""

from functools import lru_cache

import msgspec

from zhiheng.standards.core.conditions import Conditions
from zhiheng.standards.core.terms import Occupation, RuleSet
from zhiheng.standards.models import RuleSetRevision


def rules_of(revision: RuleSetRevision) -> RuleSet:
    """The rule set as it was pinned."""
    return _rules(revision.content_hash)


def conditions_of(revision: RuleSetRevision) -> Conditions:
    """The conditions of entry as they were pinned."""
    return _conditions(revision.content_hash)


def standard_of(revision: RuleSetRevision) -> Occupation | None:
    """The national standard the pinned rule set rests on, if it rests on one."""
    return _standard(revision.content_hash)


# A revision never changes, so its decoded form may be kept for the life of the process.


@lru_cache(maxsize=64)
def _rules(content_hash: str) -> RuleSet:
    return msgspec.convert(_document(content_hash)["rules"], RuleSet)


@lru_cache(maxsize=64)
def _conditions(content_hash: str) -> Conditions:
    return msgspec.convert(_document(content_hash)["conditions"], Conditions)


@lru_cache(maxsize=64)
def _standard(content_hash: str) -> Occupation | None:
    document = _document(content_hash)
    return msgspec.convert(document["standard"], Occupation) if "standard" in document else None


def _document(content_hash: str) -> dict[str, object]:
    document: dict[str, object] = (
        RuleSetRevision.objects.only("document").get(content_hash=content_hash).document
    )
    return document
