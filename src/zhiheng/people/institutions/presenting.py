"""An institution's authorisation in shapes and words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from zhiheng.people.core.authorisation import SOON, URGENT, days_left
from zhiheng.people.institutions.programmes import names_of_programmes
from zhiheng.people.institutions.queries import History
from zhiheng.people.models import Institution, InstitutionAuthorisation
from zhiheng.surface.wording import day_words, english


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """key: the shape; word: beside it; note: how many days are left, when it is time to say so."""

    key: str
    word: str
    note: str = ""


def standing(institution: Institution, *, today: date) -> Shown:
    """An institution's authorisation today."""
    left = days_left(institution.authorised_until, today=today)
    if institution.suspended_at is not None:
        return Shown(key="paused", word="暂停")
    if left < 0:
        return Shown(key="overdue", word="已到期", note=f"已过 {-left} 天，不能报名")
    if today < institution.authorised_from:
        return Shown(key="ahead", word="未开始")
    if left <= URGENT:
        return Shown(key="overdue", word="即将到期", note=f"还有 {left} 天")
    if left <= SOON:
        return Shown(key="pending", word="有效", note=f"还有 {left} 天到期")
    return Shown(key="valid", word="有效")


def regions_words(row: InstitutionAuthorisation | None) -> str:
    return "、".join(row.regions) or "不限地区" if row else ""


def programmes_words(row: InstitutionAuthorisation | None) -> str:
    return "、".join(names_of_programmes(row.programmes)) or "全部项目" if row else ""


def history_rows(history: list[History], *, today: date) -> list[dict[str, Any]]:
    """open: whether its scope can still be changed."""
    return [
        {
            "line": entry.row,
            "granted_by": entry.granted_by,
            "ended_by": entry.ended_by,
            "regions": regions_words(entry.row),
            "programmes": programmes_words(entry.row),
            "state": _line_state(entry.row, today=today),
            "open": entry.row.ended_at is None and entry.row.until >= today,
        }
        for entry in history
    ]


def _line_state(row: InstitutionAuthorisation, *, today: date) -> Shown:
    if row.ended_at is not None:
        return Shown(key="revoked", word="已结束")
    if row.until < today:
        return Shown(key="note", word="已到期")
    if row.begins > today:
        return Shown(key="ahead", word="未开始")
    return Shown(key="valid", word="有效")


def seat_words(province: str, city: str) -> str:
    """A municipality is not said twice."""
    return province if province == city else f"{province}{city}"


def period_words(begins: date, until: date) -> str:
    return f"{day_words(begins)}{_(' 至 ')}{day_words(until)}"


def listed_words(names: Iterable[str]) -> str:
    return (", " if english() else "、").join(names)
