"""What of a file can be kept in this bank, and what cannot: asked of the bank as it is now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhiheng.bank.core.exchange.drafts import Defaults, Draft, draft_of
from zhiheng.bank.core.exchange.terms import Fault, Media, Reading
from zhiheng.bank.core.files import Place, file_form, item_from
from zhiheng.bank.core.terms import Item as BankItem
from zhiheng.bank.core.terms import Medium
from zhiheng.bank.models import Item, ItemVersion
from zhiheng.bank.queries import area_of_codes

Tell = Callable[[int, int], None]
Keep = Callable[[Media], Medium | str]
"""Keeps a file and gives what a question lists of it, or says why it is not kept."""
_TELL_EVERY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A question that can become a draft; missing: what it lacks before it may be submitted."""

    item: BankItem
    where: str
    missing: tuple[str, ...] = ()

    def as_facts(self) -> dict[str, Any]:
        return {"where": self.where, "missing": list(self.missing), "body": file_form(self.item)}


def kept_from(facts: Mapping[str, Any]) -> Kept:
    """What `as_facts` wrote down when the file was looked at."""
    item = item_from(facts["body"], place=Place())
    return Kept(item=item, where=facts["where"], missing=tuple(facts["missing"]))


@dataclass(slots=True, kw_only=True)
class Judged:
    """kept + faults cover every question that was read."""

    kept: list[Kept] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def judge(reading: Reading, *, place: Place, defaults: Defaults, tell: Tell, keep: Keep) -> Judged:
    """Every question by itself, then beside the others of the file and the bank."""
    area_of = area_of_codes(place.standard)
    judged = Judged()
    seen: dict[str, str] = {}
    bank = _Bank.now(place.pool)
    total = len(reading.questions)
    for done, question in enumerate(reading.questions, 1):
        kept = {medium.name: keep(medium) for medium in question.media}
        draft = draft_of(question, place=place, area_of=area_of, defaults=defaults, kept=kept)
        reasons = list(draft.faults or _clashes(draft, seen, bank))
        judged.faults += [Fault(where=question.where, reason=reason) for reason in reasons]
        if draft.item is not None:
            if not reasons:
                judged.kept.append(Kept(item=draft.item, where=question.where, missing=draft.missing))
            seen.setdefault(draft.item.id, question.where)
        if done % _TELL_EVERY == 0 or done == total:
            tell(done, total)
    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bank:
    """What is in the bank already, asked once for the whole file. stems: those of the other pool -> name."""

    names: frozenset[str]
    stems: Mapping[str, str]

    @classmethod
    def now(cls, pool: str) -> "_Bank":
        others = ItemVersion.objects.exclude(item__pool=pool).values_list("body__stem", "item__name")
        return cls(
            names=frozenset(Item.objects.values_list("name", flat=True)),
            stems=dict(others.iterator()),
        )


def _clashes(draft: Draft, seen: Mapping[str, str], bank: _Bank) -> Iterator[str]:
    """What stands between a sound question and the bank as it is."""
    item = draft.item
    assert item is not None
    own = item.id.startswith("X-")  # named after its text: the same name is the same question
    if item.id in seen:
        yield f"与{seen[item.id]}的题{'相同' if own else f'号相同（{item.id}）'}"
    elif item.id in bank.names:
        yield "这道题已在题库中，没有重复收入" if own else f"题号 {item.id} 已在题库中，请换一个题号"
    elif item.stem in bank.stems:
        yield f"与另一个题库的 {bank.stems[item.stem]} 题干相同，同一道题不能在两个题库"
