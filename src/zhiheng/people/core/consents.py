"""The texts of consent, one per purpose and version."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from zhiheng.foundation.canonical import digest

FILE = Path(__file__).parents[1] / "data" / "consents.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """What is asked. needed: without it enrolment cannot go on. hash: of purpose, version and both texts as filed."""

    purpose: str
    version: str
    needed: bool
    titles: dict[str, str]
    texts: dict[str, str]
    hash: str

    def title(self, *, english: bool) -> str:
        return self.titles["en" if english else "zh"]

    def text(self, *, english: bool) -> str:
        return self.texts["en" if english else "zh"]


@cache
def consent_texts() -> tuple[ConsentText, ...]:
    """Every purpose in the order it is asked, as the texts stand now."""
    return tuple(
        ConsentText(
            purpose=entry["purpose"],
            version=entry["version"],
            needed=entry["needed"],
            titles=entry["title"],
            texts={**entry["text"], "zh": _unfolded(entry["text"]["zh"])},
            hash=digest([entry["purpose"], entry["version"], entry["title"], entry["text"]]),
        )
        for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )


def _unfolded(text: str) -> str:
    """Without the space that YAML leaves where a line of Chinese was folded."""
    return re.sub(r"(?<=[，。；：、]) ", "", text)


def purposes() -> frozenset[str]:
    return frozenset(text.purpose for text in consent_texts())
