"""One question of a finished paper replaced: only by what keeps every rule, the least change first."""

from dataclasses import replace
from decimal import Decimal

from tests.assembly.banks import SMALL_KINDS, blueprint, items, request
from zhiheng.assembly.core.assembling import assemble
from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.assembly.core.replacing import Offer, Setting, offers, replaced
from zhiheng.assembly.core.terms import Assembled, Form, PoolItem

PLAN = blueprint({"ethics": 2, "livestream": 10}, SMALL_KINDS)
POOL = [
    *items("ethics", "single", 24),
    *items("ethics", "multiple", 8),
    *items("livestream", "single", 32),
    *[
        replace(item, difficulty=Decimal(50 + number) / 100)
        for number, item in enumerate(items("livestream", "multiple", 16))
    ],
    *items("livestream", "short", 8),
]
BANK = {item.id: item for item in POOL}


def forms() -> tuple[Form, Form]:
    outcome = assemble(request(PLAN, POOL, 2))
    assert isinstance(outcome, Assembled)
    return outcome.forms[0], outcome.forms[1]


def setting(**changes: object) -> Setting:
    first, second = forms()
    used = frozenset(item.id for form in (first, second) for item in form.items)
    words = {
        "form": first,
        "siblings": [second],
        "bank": BANK,
        "blueprint": PLAN,
        "enemies": frozenset(),
        "kept_out": used,
    }
    return Setting(**{**words, **changes})  # type: ignore[arg-type]  # passed on


def of_type(form: Form, kind: str) -> str:
    return next(item.id for item in form.items if item.type == kind and item.area == "livestream")


def test_every_offer_keeps_the_proof_and_tells_the_new_figures() -> None:
    room = setting()
    for kind in ("single", "multiple", "short"):
        removed = of_type(room.form, kind)
        found = offers(room, removed)
        assert found
        for offer in found[:4]:
            after = [replaced(room.form, removed, offer.item, PLAN), *room.siblings]
            assert publishable(prove(after, BANK, PLAN)).granted
            figures = deviation(after, BANK, PLAN)
            assert abs(figures.forms[0].expected - offer.expected) < Decimal("0.005")
            assert abs(figures.score_gap - offer.score_gap) < Decimal("0.03")
            assert abs(figures.information_gap - offer.information_gap) < Decimal("0.005")


def test_the_least_change_comes_first() -> None:
    room = setting()
    found = offers(room, of_type(room.form, "multiple"))
    assert [offer.unlikeness for offer in found] == sorted(offer.unlikeness for offer in found)
    assert found[0].information_words.endswith("%")


def test_items_used_enemies_other_trades_and_too_many_of_a_key_are_not_offered() -> None:
    room = setting()
    removed = of_type(room.form, "single")
    plain = offers(room, removed)
    assert not {offer.item.id for offer in plain} & room.kept_out
    rest = next(item.id for item in room.form.items if item.id != removed)
    enemies = frozenset({frozenset({plain[0].item.id, rest})})
    assert plain[0].item.id not in ids(offers(setting(enemies=enemies), removed))
    other = {**BANK, plain[0].item.id: replace(plain[0].item, trades=frozenset("A"))}
    traded = replace(PLAN, trade="B")
    assert plain[0].item.id not in ids(offers(setting(bank=other, blueprint=traded), removed))
    letters = [
        BANK[item.id].key[0] for item in room.form.items if item.type == "single" and item.id != removed
    ]
    crowded = max(set(letters), key=letters.count)
    if letters.count(crowded) >= 2:
        assert crowded not in {offer.item.key[0] for offer in plain}


def test_a_lower_level_item_only_within_the_share() -> None:
    room = setting()
    removed = of_type(room.form, "multiple")
    lower: dict[str, PoolItem] = {
        name: replace(item, lower=True) if name not in room.kept_out else item for name, item in BANK.items()
    }
    assert offers(setting(bank=lower), removed) == ()
    assert offers(setting(bank=lower, lower_marks=Decimal(2)), removed)


def test_without_siblings_there_is_nothing_to_differ_from() -> None:
    room = setting(siblings=[])
    found = offers(room, of_type(room.form, "short"))
    assert {(offer.score_gap, offer.information_gap) for offer in found} == {(Decimal(0), Decimal(0))}


def ids(found: tuple[Offer, ...]) -> set[str]:
    return {offer.item.id for offer in found}
