"""By when a correction is decided and a complaint is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from zhiheng.foundation.moment import day_ends, day_of
from zhiheng.foundation.workdays import add_working_days

FILE = Path(__file__).parents[1] / "data" / "casework.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseworkRules:
    """source: the document behind the numbers. *_working_days: counted from the day after a case is received.

    complaint_reopen_days: calendar days after the answer within which it may be reopened.
    """

    source: str
    correction_working_days: int
    complaint_working_days: int
    complaint_reopen_days: int


@cache
def casework_rules() -> CaseworkRules:
    return CaseworkRules(**yaml.safe_load(FILE.read_text(encoding="utf-8")))


def correction_due(received: datetime) -> datetime:
    """The first moment at which a decision is late."""
    return _after(received, casework_rules().correction_working_days)


def complaint_due(received: datetime) -> datetime:
    """The first moment at which an answer is late."""
    return _after(received, casework_rules().complaint_working_days)


def reopen_until(closed: datetime) -> datetime:
    """The first moment at which an answered complaint cannot be reopened any more."""
    return day_ends(day_of(closed) + timedelta(days=casework_rules().complaint_reopen_days))


def _after(received: datetime, days: int) -> datetime:
    return day_ends(add_working_days(day_of(received), days).day)


def correction_rule() -> str:
    rules = casework_rules()
    return f"{rules.source}：收到后 {rules.correction_working_days} 个工作日内办理"


def complaint_rule() -> str:
    rules = casework_rules()
    return f"{rules.source}：收到后 {rules.complaint_working_days} 个工作日内答复"
