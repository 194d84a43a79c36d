"""Provinces and their cities, as an organisation names its seat."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from zhiheng.foundation.errors import Refused

FILE = Path(__file__).parents[1] / "data" / "places.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """code: its two digits of GB/T 2260. direct: county-level places governed by the province itself."""

    code: str
    name: str
    cities: tuple[str, ...]
    direct: tuple[str, ...] = ()

    @property
    def seats(self) -> tuple[str, ...]:
        """Everywhere an organisation of the province may name as its city."""
        return (*self.cities, *self.direct)


@cache
def provinces() -> tuple[Province, ...]:
    return tuple(
        Province(
            code=entry["code"],
            name=entry["name"],
            cities=tuple(entry["cities"]),
            direct=tuple(entry.get("direct", ())),
        )
        for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )


def check_seat(province: str, city: str) -> None:
    """Raises: Refused when there is no such province, or the city is not of it."""
    known = next((entry for entry in provinces() if entry.name == province), None)
    if known is None or city not in known.seats:
        raise Refused(
            what=f"“{province}{city}”不在所在地列表里",
            rule="省、自治区、直辖市和市用全称",
            remedy="请从列表里选择所在地",
            code="place-unknown",
        )


def check_regions(regions: tuple[str, ...]) -> None:
    """Raises: Refused when a region is no province."""
    if unknown := sorted(set(regions) - {entry.name for entry in provinces()}):
        raise Refused(
            what=f"没有这样的地区：{'、'.join(unknown)}",
            rule="授权地区以省、自治区、直辖市为单位",
            remedy="请从列表里选择；不选就是不限地区",
            code="region-unknown",
        )


def registered_in(credit_code: str) -> str:
    """The province whose registry gave the code out, by its 3rd and 4th characters; empty for a national registry."""
    return next((entry.name for entry in provinces() if entry.code == credit_code[2:4]), "")
