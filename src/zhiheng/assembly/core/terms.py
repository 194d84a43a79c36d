"""The words of assembly: what a paper must be, what there is to make it from, what came out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from zhiheng.bank.core.terms import TYPE_NAMES, Item, ItemType
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused

KEY_LETTERS = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMarks:
    """One row of the weight table: slug, printed title and the marks it carries in every paper."""

    area: str
    title: str
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """How many questions of a type a paper has, and what each is worth."""

    type: ItemType
    count: int
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What every paper of a programme, level and trade must be."""

    rules: str
    programme: str
    level: str
    trade: str | None
    areas: tuple[AreaMarks, ...]
    kinds: tuple[KindRule, ...]

    def __post_init__(self) -> None:
        by_area = sum((row.marks for row in self.areas), Decimal(0))
        by_kind = sum((rule.count * rule.marks for rule in self.kinds), Decimal(0))
        if by_area != by_kind:
            raise Refused(
                what=f"蓝图各范围合计 {by_area} 分，各题型合计 {by_kind} 分，两者不等",
                remedy="请改正题型的题量与分值，使两个合计相等",
                code="blueprint-total",
            )

    @property
    def total(self) -> Decimal:
        return sum((row.marks for row in self.areas), Decimal(0))

    @property
    def digest(self) -> str:
        return digest(
            {
                "rules": self.rules,
                "programme": self.programme,
                "level": self.level,
                "trade": self.trade,
                "areas": [[row.area, row.title, str(row.marks)] for row in self.areas],
                "kinds": [[rule.type, rule.count, str(rule.marks)] for rule in self.kinds],
            }
        )

    def rule_of(self, kind: ItemType) -> KindRule:
        return next(rule for rule in self.kinds if rule.type == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolItem:
    """What assembly needs to know of an item. trades empty: for every trade; lower: it asks a lower level's points."""

    id: str
    area: str
    type: ItemType
    codes: tuple[str, ...]
    difficulty: Decimal
    key: tuple[str, ...] = ()
    trades: frozenset[str] = frozenset()
    lower: bool = False

    def for_trade(self, trade: str | None) -> bool:
        return trade is None or not self.trades or trade in self.trades

    @classmethod
    def of(cls, item: Item, *, lower: bool = False) -> "PoolItem":
        return cls(
            id=item.id,
            area=item.area,
            type=item.type,
            codes=tuple(code.label for code in item.codes),
            difficulty=item.difficulty,
            key=item.key,
            trades=item.trades,
            lower=lower,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One commission: so many papers of a blueprint from a pool.

    enemies: pairs of ids that must not meet in one paper.
    forbidden: ids that must not be used at all (seen, disputed, withdrawn).
    required: ids that must be in every paper; avoided: ids used lately, taken only when nothing else will do.
    shared: how many items any two papers may have in common.
    lower_share: the most of a paper's marks that a lower level's points may carry, 0 to 1.
    seed: chooses among equally good papers; the same request gives the same papers.
    """

    blueprint: Blueprint
    pool: tuple[PoolItem, ...]
    forms: int
    seed: int = 0
    enemies: frozenset[frozenset[str]] = frozenset()
    forbidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    avoided: frozenset[str] = frozenset()
    shared: int = 0
    lower_share: Decimal = Decimal(0)

    @property
    def lower_marks(self) -> Decimal:
        """The most marks of a paper that a lower level's points may carry."""
        return self.lower_share * self.blueprint.total

    def __post_init__(self) -> None:
        if not 0 <= self.lower_share <= 1:
            raise Refused(
                what=f"低级别内容的占比为 {self.lower_share}",
                remedy="请填写 0 至 1 之间的数",
                code="lower-share",
            )
        if self.forms < 1:
            raise Refused(what=f"份数 forms 为 {self.forms}", remedy="请填写不小于 1 的整数", code="forms")
        ids = [item.id for item in self.pool]
        if len(set(ids)) < len(ids):
            again = next(name for number, name in enumerate(ids) if name in ids[:number])
            raise Refused(what=f"题库里题号 {again} 不止一次", remedy="请使题号唯一", code="id-repeated")
        self._require_possible(frozenset(ids))

    def _require_possible(self, ids: frozenset[str]) -> None:
        if self.shared < 0:
            raise Refused(
                what=f"允许重复的题数为 {self.shared}", remedy="请填写不小于 0 的整数", code="shared"
            )
        absent = sorted(self.required - (ids - self.forbidden))
        if absent:
            raise Refused(
                what=f"必选题 {absent[0]} 不在可用题库里",
                remedy="请取消这道必选题，或先恢复它的使用",
                code="required-absent",
            )
        if self.forms > 1 and len(self.required) > self.shared:
            raise Refused(
                what=f"{len(self.required)} 道必选题要进入每一份试卷，而各卷之间只允许重复 {self.shared} 道",
                remedy="请把允许重复的题数改为不少于必选题数，或只组一份试卷",
                code="required-shared",
            )

    @property
    def digest(self) -> str:
        return digest(
            {
                "blueprint": self.blueprint.digest,
                "pool": pool_digest(self.pool),
                "forms": self.forms,
                "seed": self.seed,
                "enemies": sorted(sorted(pair) for pair in self.enemies),
                "forbidden": sorted(self.forbidden),
                **self._wishes(),
            }
        )

    def _wishes(self) -> dict[str, object]:
        """What a plain request does not have: left out then, so that papers of old requests keep their names."""
        wishes = {
            "required": sorted(self.required),
            "avoided": sorted(self.avoided),
            "shared": self.shared,
            "lower_share": str(self.lower_share.normalize()) if self.lower_share else "",
        }
        return {name: value for name, value in wishes.items() if value}

    def form_id(self, number: int) -> str:
        """The name of the paper at this place (from 0), the same whenever the request is."""
        return f"P{self.digest[:12].upper()}-{number + 1:02d}"


def pool_digest(pool: Iterable[PoolItem]) -> str:
    """A hash over everything of the pool that assembly looks at, whatever its order."""
    return digest(
        [
            [
                item.id,
                item.area,
                item.type,
                list(item.codes),
                str(item.difficulty),
                list(item.key),
                sorted(item.trades),
                *(["lower"] if item.lower else []),
            ]
            for item in sorted(pool, key=lambda entry: entry.id)
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """An item in its place in a paper."""

    id: str
    area: str
    type: ItemType
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One paper, its items in printed order."""

    id: str
    items: tuple[PlacedItem, ...]

    @property
    def total(self) -> Decimal:
        return sum((item.marks for item in self.items), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Why no set of papers exists: a cell of the blueprint that the pool cannot fill, or a rule it cannot keep.

    area, type: slug and type of the cell; "" where the rule is not about one.
    needed, available, missing: items over all the papers asked for.
    """

    area: str
    title: str
    type: str
    needed: int
    available: int
    missing: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near its common target every paper was made.

    at_cut, score: expected score, in marks, at the cut and at every ability looked at.
    information: at the same abilities, as a share of the target.
    """

    at_cut: Decimal
    score: Decimal
    information: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """nearness: None when the papers came from the exact search, which looks at the cut only."""

    forms: tuple[Form, ...]
    nearness: Nearness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """No set of papers exists: a "no" with its reasons, first of all the cells that fall short."""

    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """One requirement as an independent check found it. form: "" when it is about all papers together."""

    form: str
    constraint: str
    required: str
    achieved: str
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBand:
    """The least and the most single-choice questions that may have the same key letter."""

    least: int
    most: int


def key_band(singles: int) -> KeyBand:
    """A quarter of the questions for each of A to D, give or take a quarter of that (at least one).

    40 questions: 7 to 13 of each letter.
    """
    share, rest = divmod(singles, len(KEY_LETTERS))
    room = max(1, -(-share // 4))
    return KeyBand(least=max(0, share - room), most=share + (1 if rest else 0) + room)


def type_name(kind: str) -> str:
    return next((name for known, name in TYPE_NAMES.items() if known == kind), kind)
