"""Why no papers exist, in a sentence a person can act on."""

from zhiheng.assembly.core.supply import Supply
from zhiheng.assembly.core.terms import Conflict, KeyBand, key_band, type_name

PARTED = "enemies"
TOO_MANY = "+"


def broken_rule(supply: Supply, what: str, missing: int) -> Conflict:
    """what: PARTED, a key letter of which there are too few, or TOO_MANY and a letter."""
    forms = supply.request.forms
    if what == PARTED:
        return inseparable(forms=forms, missing=missing)
    letter = what[-1]
    band = key_band(supply.blueprint.rule_of("single").count)
    available = sum(1 for item in supply.usable if item.type == "single" and item.key == (letter,))
    tell = rare_key if what == letter else frequent_key
    return tell(letter, band=band, forms=forms, available=available, missing=missing)


def short_cell(*, area: str, title: str, kind: str, forms: int, needed: int, available: int) -> Conflict:
    """A cell of the blueprint for which the pool holds too few items."""
    missing = needed - available
    return Conflict(
        area=area,
        title=title,
        type=kind,
        needed=needed,
        available=available,
        missing=missing,
        sentence=f"“{title}”的{type_name(kind)}：{forms} 份试卷共需 {needed} 道，"
        f"题库可用 {available} 道，还缺 {missing} 道。",
    )


def rare_key(letter: str, *, band: KeyBand, forms: int, available: int, missing: int) -> Conflict:
    """Too few single-choice items with a key letter for a balanced paper."""
    return _about_rule(
        kind="single",
        needed=available + missing,
        available=available,
        missing=missing,
        sentence=f"答案分布：每份试卷答案为 {letter} 的单项选择题至少 {band.least} 道，{forms} 份合计少 {missing} 道，"
        f"题库可用 {available} 道，请补充这样的题目或调整答案位置。",
    )


def frequent_key(letter: str, *, band: KeyBand, forms: int, available: int, missing: int) -> Conflict:
    """Too many single-choice items with one key letter; `missing` of them need another key."""
    return _about_rule(
        kind="single",
        needed=available,
        available=available,
        missing=missing,
        sentence=f"答案分布：每份试卷答案为 {letter} 的单项选择题至多 {band.most} 道，{forms} 份合计多出 {missing} 道，"
        "请补充其他答案的题目或调整答案位置。",
    )


def inseparable(*, forms: int, missing: int) -> Conflict:
    """Items that must not meet, and papers that cannot be filled without both."""
    return _about_rule(
        kind="",
        needed=missing,
        available=0,
        missing=missing,
        sentence=f"互斥题：{forms} 份试卷里至少有 {missing} 处要把互斥的两道题放进同一份，请补充可替换的题目。",
    )


def _about_rule(*, kind: str, needed: int, available: int, missing: int, sentence: str) -> Conflict:
    return Conflict(
        area="", title="", type=kind, needed=needed, available=available, missing=missing, sentence=sentence
    )
