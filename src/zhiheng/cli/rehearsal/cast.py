"""Who takes part in a rehearsal. Every name is invented, every identity number lies in an unassigned region."""

import random
from dataclasses import dataclass
from typing import Any, Literal

from zhiheng.foundation.check_digit import mod11_2

Part = Literal["pass", "fail", "absent", "skill-fail"]
Regime = Literal["association", "national"]

SURNAMES = "青禾远山星川云溪松月竹林海风晨露秋石春田夏雨冬白"
GIVEN = ("演一", "演二", "演三", "演四", "演五", "演六", "演七", "演八", "演九", "演十")
LONG_NAME = "阿卜杜拉·麦麦提·演示·艾尔肯·样例·吐尔逊·示范"
RARE_NAME = "䶮㛃𫖯"
ASSOCIATION_PARTS: tuple[Part, ...] = (
    "pass", "pass", "pass", "fail", "pass", "pass", "absent", "pass", "pass", "pass",
)  # fmt: skip
NATIONAL_PARTS: tuple[Part, ...] = (
    "pass", "pass", "skill-fail", "pass", "pass", "fail", "pass", "pass", "absent", "pass",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """serial: 1 to N; ability: the share of marks this candidate is good for."""

    serial: int
    name: str
    id_number: str
    phone: str
    regime: Regime
    part: Part
    house: int  # 0 or 1: which institution enrols them
    profile: dict[str, Any]

    @property
    def username(self) -> str:
        return f"kaosheng{self.serial:02d}"

    @property
    def theory_ability(self) -> float:
        return 0.30 if self.part == "fail" else 0.90

    @property
    def skill_ability(self) -> float:
        return 0.45 if self.part == "skill-fail" else 0.85


def cast(count: int) -> tuple[Player, ...]:
    """Two thirds sit the association's junior paper, the rest the national standard's level 5."""
    association = -(-count * 2 // 3)
    return tuple(
        _player(
            serial,
            "association" if serial <= association else "national",
            place=serial - 1 if serial <= association else serial - association - 1,
        )
        for serial in range(1, count + 1)
    )


def _player(serial: int, regime: Regime, *, place: int) -> Player:
    parts = ASSOCIATION_PARTS if regime == "association" else NATIONAL_PARTS
    return Player(
        serial=serial,
        name=_name(serial),
        id_number=identity_number(serial),
        phone=f"1990000{serial:04d}",
        regime=regime,
        part=parts[place % len(parts)],
        house=serial % 2,
        profile=_profile(serial, regime),
    )


def _name(serial: int) -> str:
    if serial == 2:
        return LONG_NAME
    if serial == 3:
        return RARE_NAME
    return (
        SURNAMES[serial % len(SURNAMES)]
        + GIVEN[serial // len(SURNAMES) % 10 if serial >= len(SURNAMES) else serial % 10]
    )


def identity_number(serial: int) -> str:
    """A well-formed number that belongs to nobody: region 999999 is not assigned."""
    born = f"{1980 + serial % 24:04d}{serial % 12 + 1:02d}{serial % 28 + 1:02d}"
    body = f"999999{born}{serial % 1000:03d}"
    return body + mod11_2(body)


def _profile(serial: int, regime: Regime) -> dict[str, Any]:
    """Different ways in: students, people at work, holders of another certificate."""
    if regime == "national":
        return {
            "education": [{"level": "高中", "status": "毕业", "school_type": "普通高中"}],
            "employment": [
                {
                    "start": f"20{20 + serial % 5}-03-01",
                    "employer": "示例直播工作室",
                    "related_field": True,
                    "relation": "本职业",
                }
            ],
        }
    ways: tuple[dict[str, Any], ...] = (
        {
            "education": [
                {
                    "level": "大专",
                    "status": "在读",
                    "major": "电子商务",
                    "major_related": True,
                    "school_type": "高等职业学校",
                }
            ]
        },
        {
            "education": [{"level": "高中", "status": "毕业", "school_type": "普通高中"}],
            "employment": [{"start": "2023-05-01", "employer": "示例商贸行", "related_field": True}],
        },
        {
            "education": [
                {
                    "level": "中专",
                    "status": "毕业",
                    "major": "市场营销",
                    "major_related": True,
                    "school_type": "中等专业学校",
                }
            ],
            "employment": [{"start": "2025-03-10", "employer": "示例农产品合作社", "related_field": True}],
        },
        {
            "education": [{"level": "初中", "status": "毕业"}],
            "certificates": [
                {"kind": "other", "level": "初级", "issued": "2024-05-10", "name": "五级/初级工 电子商务师"}
            ],
        },
    )
    return ways[serial % len(ways)]


def chance(*words: object) -> random.Random:
    """A generator that depends on nothing but the words, so that a rehearsal can be repeated."""
    return random.Random("|".join(map(str, words)))
