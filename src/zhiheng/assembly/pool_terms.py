"""A pool of papers as it comes out of the worker."""

from dataclasses import dataclass, field
from typing import Any

from zhiheng.assembly.core.proof import Deviation
from zhiheng.assembly.core.terms import Form, Infeasible, Nearness, ProofLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolMade:
    """The papers with their proofs and figures by form id; or why there are none.

    lines: what holds over the whole pool. digest: of the request the papers are named after.
    summary: as it is stored with the run.
    """

    infeasible: Infeasible | None = None
    forms: tuple[Form, ...] = ()
    proofs: dict[str, tuple[ProofLine, ...]] = field(default_factory=dict)
    figures: dict[str, Deviation] = field(default_factory=dict)
    lines: tuple[ProofLine, ...] = ()
    nearness: Nearness | None = None
    digest: str = ""
    summary: dict[str, Any] = field(default_factory=dict)
