"""What a question is: an item with its key, its place in the standard and its difficulty."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Self

from zhiheng.foundation.errors import Refused

ItemType = Literal["single", "multiple", "short"]
Pool = Literal["live", "practice"]
CodeKind = Literal["skill", "knowledge", "basics"]
MediumKind = Literal["image", "audio", "video"]
Language = Literal["zh", "en"]

TYPES: tuple[ItemType, ...] = ("single", "multiple", "short")
TYPE_NAMES: dict[ItemType, str] = {"single": "单项选择题", "multiple": "多项选择题", "short": "简答题"}
POOLS: tuple[Pool, ...] = ("live", "practice")
LANGUAGES: dict[Language, str] = {"zh": "中文", "en": "英文"}
STEM = "stem"
CODE_KINDS: tuple[CodeKind, ...] = ("skill", "knowledge", "basics")
LETTERS = "ABCDEF"
SHORT_MARKS = Decimal(10)
AREA_TITLES = {
    "ethics": "职业道德",
    "basics": "基础知识",
    "preparation": "工作准备",
    "sourcing": "产品信息收集",
    "planning": "产品确定及规划",
    "livestream": "直播营销",
    "video": "视频创推",
    "support": "技术支持与互动管理",
    "aftersales": "售后与复盘",
    "team": "团队管理",
    "training": "培训指导",
    # The parts of the programmes with a syllabus of their own; a slug names one part over all of them.
    "media-basics": "全媒体基础",
    "compliance": "法律法规与内容安全",
    "audience": "受众与媒介数据分析",
    "production": "内容策划与加工",
    "distribution": "分发与推广",
    "matrix": "传播矩阵与协同运营",
    "review": "数据监控与优化",
    "digital-basics": "数字化管理基础",
    "security": "数据安全与合规",
    "organization": "组织在线",
    "collaboration": "沟通与协同在线",
    "process": "业务流程在线",
    "decision": "数据决策",
    "rollout": "推广与运营",
    "database-basics": "数据库基础",
    "sql": "结构化查询语言",
    "design": "数据库设计",
    "deployment": "测试与部署交付",
    "operations": "运行维护",
    "tuning": "性能优化",
    "governance": "数据治理与安全",
    "climate-basics": "碳达峰碳中和基础",
    "policy": "政策与标准",
    "accounting": "碳排放核算",
    "monitoring": "数字化监测",
    "efficiency": "能效提升与减排",
    "carbon-assets": "减排规划与碳资产",
    "digital-governance": "数字化治理与城市应用",
    "hr-basics": "人力资源管理基础",
    "labour-law": "劳动法律与个人信息保护",
    "systems": "人力资源信息系统",
    "recruiting": "数字化招聘与配置",
    "development": "培训与绩效",
    "compensation": "薪酬与员工服务",
    "analytics": "人力资源数据分析",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyCode:
    """One point of an occupational standard.

    level: "5".."1"; "" for the basics, which hold at every level.
    """

    standard: str
    level: str
    kind: CodeKind
    code: str

    @classmethod
    def parse(cls, text: str, *, standard: str, level: str) -> Self:
        """Read "skill:4.1.1" as a point of the given standard and level.

        Raises: Refused when the kind is unknown or the number is not digits joined by full stops.
        """
        kind, _, code = text.strip().partition(":")
        parts = code.split(".")
        known: dict[str, CodeKind] = {name: name for name in CODE_KINDS}
        if kind not in known or len(parts) < 2 or not all(p.isascii() and p.isdigit() for p in parts):
            raise Refused(
                what=f"考点代码“{text}”读不懂",
                remedy="请写成“skill:4.1.1”“knowledge:4.1.1”或“basics:2.2.6.5”的样子",
                code="code-form",
            )
        return cls(standard=standard, level="" if kind == "basics" else level, kind=known[kind], code=code)

    @property
    def of_every_level(self) -> "CompetencyCode":
        """The same point of a syllabus that does not divide its points by level."""
        return replace(self, level="")

    @property
    def label(self) -> str:
        """The way data files write it: "skill:4.1.1"."""
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    letter: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing a marker looks for in a short answer, and what it earns."""

    text: str
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A picture, recording or short video a question shows.

    sha256, size: of the file, which lies in the vault. alt: the words for those who cannot see or hear it.
    where: "stem", or the letter of the option it belongs to.
    """

    id: str
    kind: MediumKind
    media_type: str
    sha256: str
    size: int
    alt: str = ""
    where: str = STEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question.

    difficulty: expected share of its marks earned by a candidate exactly at the pass mark, 0 to 1.
    trades: marks of the trades it may be put to; empty means all.
    enemies: ids of items that must not stand in one paper with it.
    media: in the order they are shown, those of the stem first.
    """

    id: str
    standard: str
    level: str
    area: str
    pool: Pool
    type: ItemType
    codes: tuple[CompetencyCode, ...]
    difficulty: Decimal
    stem: str
    explanation: str
    options: tuple[Option, ...] = ()
    key: tuple[str, ...] = ()
    answer: str = ""
    points: tuple[Point, ...] = ()
    law: tuple[str, ...] = ()
    trades: frozenset[str] = frozenset()
    enemies: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()
    language: Language = "zh"

    def for_trade(self, trade: str | None) -> bool:
        """Whether a candidate of this trade may meet the item (no trade: everyone)."""
        return trade is None or not self.trades or trade in self.trades

    @property
    def text(self) -> str:
        """Everything a candidate reads, for comparing items with one another."""
        return "\n".join((self.stem, *(option.text for option in self.options)))
