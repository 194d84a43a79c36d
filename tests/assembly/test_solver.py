"""Papers or a true reason why not: small pools with known answers, then random ones."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assembly.banks import SMALL_KINDS, WEIGHTS, blueprint, items, printed_pool, request
from zhiheng.assembly.core.assembling import assemble
from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.assembly.core.solver import allocate, choose
from zhiheng.assembly.core.supply import Supply
from zhiheng.assembly.core.terms import Assembled, Blueprint, Infeasible, PoolItem, Request
from zhiheng.foundation.errors import Refused

# 12 marks: the single area must take everything.
ONE = blueprint({"livestream": 12}, SMALL_KINDS)
# ethics takes 2 singles; livestream 2 singles, 2 multiples, the short answer: or ethics one multiple, and so on.
TWO = blueprint({"ethics": 2, "livestream": 10}, SMALL_KINDS)


def full(area: str, papers: int = 1) -> list[PoolItem]:
    """Exactly what so many papers of ONE need."""
    return [
        *items(area, "single", 4 * papers),
        *items(area, "multiple", 2 * papers),
        *items(area, "short", papers),
    ]


def made(commission: Request) -> Assembled:
    outcome = assemble(commission)
    assert isinstance(outcome, Assembled)
    bank = {item.id: item for item in commission.pool}
    lines = prove(
        outcome.forms,
        bank,
        commission.blueprint,
        enemies=commission.enemies,
        forbidden=commission.forbidden,
        required=commission.required,
        shared=commission.shared,
    )
    assert publishable(lines).unmet == ()
    return outcome


def refused(commission: Request) -> list[tuple[str, str, int, int, int]]:
    outcome = assemble(commission)
    assert isinstance(outcome, Infeasible)
    return [(c.area, c.type, c.needed, c.available, c.missing) for c in outcome.conflicts]


def test_a_pool_of_exactly_one_paper_gives_that_paper() -> None:
    pool = full("livestream")
    (form,) = made(request(ONE, pool)).forms
    assert [item.id for item in form.items] == [item.id for item in pool]
    assert form.total == Decimal(12)


def test_a_pool_of_exactly_two_papers_is_dealt_out() -> None:
    pool = full("livestream", papers=2)
    forms = made(request(ONE, pool, 2)).forms
    assert sorted(item.id for form in forms for item in form.items) == sorted(item.id for item in pool)


@pytest.mark.parametrize(("kind", "taken"), [("single", 1), ("multiple", 2), ("short", 1)])
def test_the_missing_cell_is_named_with_the_number_that_cures_it(kind: str, taken: int) -> None:
    pool = full("livestream", papers=2)
    short = [item for item in pool if item.type == kind][:taken]
    needed = {"single": 8, "multiple": 4, "short": 2}[kind]
    left = [item for item in pool if item not in short]
    assert refused(request(ONE, left, 2)) == [("livestream", kind, needed, needed - taken, taken)]
    assert isinstance(assemble(request(ONE, left + short, 2)), Assembled)


def test_the_sentence_says_area_type_and_numbers() -> None:
    outcome = assemble(request(ONE, full("livestream")[:-1]))
    assert isinstance(outcome, Infeasible)
    assert [entry.sentence for entry in outcome.conflicts] == [
        "“直播营销”的简答题：1 份试卷共需 1 道，题库可用 0 道，还缺 1 道。"
    ]


def test_an_empty_pool_misses_every_area() -> None:
    plan = blueprint(WEIGHTS["B"])
    found = refused(request(plan, [], 2))
    assert {area for area, *_ in found} == set(WEIGHTS["B"])
    assert sum(missing for *_, missing in found) == 2 * (40 + 15 + 3)
    assert all((needed, available) == (missing, 0) for _, _, needed, available, missing in found)


def test_a_thousand_papers_are_refused_without_a_thousandfold_program() -> None:
    found = refused(request(ONE, full("livestream"), 1000))
    assert found == [
        ("livestream", "single", 4000, 4, 3996),
        ("livestream", "multiple", 2000, 2, 1998),
        ("livestream", "short", 1000, 1, 999),
    ]


def test_a_million_papers_are_refused_as_readily() -> None:
    assert [missing for *_, missing in refused(request(ONE, [], 10**6))] == [4 * 10**6, 2 * 10**6, 10**6]


def test_difficulties_with_many_decimals_are_compared_to_a_millionth() -> None:
    pool = [
        replace(item, difficulty=Decimal(number + 1) / Decimal("37.123456789"))
        for number, item in enumerate(full("livestream", papers=2))
    ]
    forms = made(request(ONE, pool, 2)).forms
    assert deviation(forms, {item.id: item for item in pool}, ONE).expected_spread <= Decimal("0.1")


def test_many_papers_are_made_when_the_pool_holds_them() -> None:
    assert len(made(request(ONE, full("livestream", papers=13), 13)).forms) == 13


def test_papers_made_in_turn_are_as_equal_as_papers_made_together() -> None:
    plan = blueprint(WEIGHTS["D"])
    pool = printed_pool("D", times=12, seed=5)
    pairs = frozenset(frozenset({one.id, other.id}) for one, other in pairwise(pool))
    forms = made(request(plan, pool, 8, enemies=pairs)).forms
    assert deviation(forms, {item.id: item for item in pool}, plan).expected_spread <= Decimal("0.10")


def test_papers_are_sought_together_when_made_in_turn_they_use_up_a_key() -> None:
    """Five papers of eight single choices with one D each: a paper that takes two leaves another without."""
    pool = [*keyed("ABC" * 11 + "AA" + "D" * 5), *items("livestream", "short", 4, start=1)]
    keys = {item.id: item.key for item in pool}
    forms = made(request(EIGHT, pool, 5)).forms
    found = [sum(keys[item.id] == ("D",) for item in form.items) for form in forms]
    assert found == [1, 1, 1, 1, 1]


def test_items_of_other_trades_areas_and_forbidden_ones_do_not_count() -> None:
    plan = replace(ONE, trade="B")
    pool = full("livestream")
    foreign = [replace(item, trades=frozenset("A")) if item.type == "short" else item for item in pool]
    own = [replace(item, trades=frozenset("AB")) for item in pool]
    assert refused(request(plan, foreign + items("video", "short", 5))) == [("livestream", "short", 1, 0, 1)]
    assert len(made(request(plan, own)).forms) == 1
    banned = frozenset({"livestream-short-000"})
    assert refused(request(plan, own, forbidden=banned)) == [("livestream", "short", 1, 0, 1)]


def test_types_outside_the_blueprint_are_left_alone() -> None:
    plan = blueprint({"livestream": 4}, (("single", 4, "1"),))
    (form,) = made(request(plan, full("livestream"))).forms
    assert {item.type for item in form.items} == {"single"}


def test_expected_scores_are_made_equal() -> None:
    easy = items("livestream", "single", 4, difficulty="0.90")
    hard = items("livestream", "single", 4, start=4, difficulty="0.50")
    rest = [*items("livestream", "multiple", 4), *items("livestream", "short", 2)]
    commission = request(ONE, [*easy, *hard, *rest], 2)
    forms = made(commission).forms
    figures = deviation(forms, {item.id: item for item in commission.pool}, ONE)
    assert figures.expected_spread == Decimal(0)
    assert [entry.expected for entry in figures.forms] == [Decimal("7.60"), Decimal("7.60")]


def test_enemies_are_put_into_different_papers() -> None:
    pool = full("livestream", papers=2)
    pair = frozenset({"livestream-multiple-000", "livestream-multiple-001"})
    forms = made(request(ONE, pool, 2, enemies=frozenset({pair, frozenset({"gone", "also-gone"})}))).forms
    assert [len(pair & {item.id for item in form.items}) for form in forms] == [1, 1]


def test_enemies_that_cannot_be_parted_are_the_conflict() -> None:
    pair = frozenset({"livestream-multiple-000", "livestream-multiple-001"})
    assert refused(request(ONE, full("livestream"), enemies=frozenset({pair}))) == [("", "", 1, 0, 1)]


def keyed(letters: str) -> list[PoolItem]:
    singles = [
        replace(item, key=(letter,))
        for item, letter in zip(items("livestream", "single", len(letters)), letters, strict=True)
    ]
    return [*singles, *items("livestream", "short", 1)]


EIGHT = blueprint({"livestream": 12}, (("single", 8, "1"), ("short", 1, "4")))


def test_keys_are_balanced_when_the_pool_allows() -> None:
    (form,) = made(request(EIGHT, keyed("AAAAAAAABBBCCD"))).forms
    pool = {item.id: item.key for item in keyed("AAAAAAAABBBCCD")}
    counts = Counter(pool[item.id][0] for item in form.items if item.type == "single")
    assert all(1 <= counts[letter] <= 3 for letter in "ABCD")


@pytest.mark.parametrize(
    ("letters", "conflicts", "words"),
    [
        ("AABBCCBA", [("", "single", 1, 0, 1)], "答案为 D 的单项选择题至少 1 道，1 份合计少 1 道"),
        ("AAAABBCD", [("", "single", 4, 4, 1)], "答案为 A 的单项选择题至多 3 道，1 份合计多出 1 道"),
        ("ABCDEEEE", [("", "single", 4, 4, 1)], "答案为 E 的单项选择题至多 3 道"),
    ],
)
def test_keys_that_cannot_be_balanced_are_the_conflict(
    letters: str, conflicts: list[tuple[str, str, int, int, int]], words: str
) -> None:
    commission = request(EIGHT, keyed(letters))
    assert refused(commission) == conflicts
    outcome = assemble(commission)
    assert isinstance(outcome, Infeasible)
    assert words in outcome.conflicts[0].sentence


def test_counts_are_changed_when_the_preferred_ones_cannot_keep_the_rules() -> None:
    """Two multiples of one area are enemies; the paper has to take one of them from the other area."""
    plan = blueprint({"ethics": 4, "livestream": 8}, SMALL_KINDS)
    pool = [
        *items("ethics", "single", 4),
        *items("ethics", "multiple", 2),
        *items("livestream", "single", 4),
        *items("livestream", "multiple", 2),
        *items("livestream", "short", 1),
    ]
    for area in ("ethics", "livestream"):
        pair = frozenset({f"{area}-multiple-000", f"{area}-multiple-001"})
        both = frozenset({pair})
        (form,) = made(request(plan, pool, enemies=both)).forms
        assert len(pair & {item.id for item in form.items}) <= 1
    everywhere = frozenset(
        {
            frozenset({"ethics-multiple-000", "ethics-multiple-001"}),
            *(
                frozenset({f"ethics-multiple-00{one}", f"livestream-multiple-00{other}"})
                for one, other in product(range(2), range(2))
            ),
        }
    )
    (form,) = made(request(plan, pool, enemies=everywhere)).forms
    assert {item.area for item in form.items if item.type == "multiple"} == {"livestream"}


def test_a_blueprint_without_any_division_is_refused() -> None:
    plan = blueprint({"ethics": 3, "livestream": 5}, (("multiple", 4, "2"),))
    with pytest.raises(Refused, match="蓝图自相矛盾"):
        assemble(request(plan, []))


def test_half_marks_stay_exact() -> None:
    plan = blueprint({"ethics": 1, "livestream": 3}, (("single", 4, "0.5"), ("multiple", 2, "1")))
    pool = [
        *items("ethics", "single", 2),
        *items("livestream", "single", 2),
        *items("livestream", "multiple", 2),
    ]
    (form,) = made(request(plan, pool)).forms
    assert (form.total, len(form.items)) == (Decimal("4.0"), 6)


@pytest.mark.parametrize("effort", [0.0, 0.0001])
def test_running_out_of_effort_is_said(effort: float) -> None:
    pool = printed_pool("A", times=3, seed=1)
    with pytest.raises(Refused, match="限定的计算量"):
        assemble(request(blueprint(WEIGHTS["A"]), pool, 2), effort=effort)


@pytest.mark.parametrize("trade", WEIGHTS)
def test_two_papers_of_a_printed_blueprint_are_alike(trade: str) -> None:
    plan = blueprint(WEIGHTS[trade])
    pool = printed_pool(trade, times=2.5, seed=7)
    forms = made(request(plan, pool, 2)).forms
    figures = deviation(forms, {item.id: item for item in pool}, plan)
    assert figures.expected_spread <= Decimal("0.10")
    assert all(entry.codes_used >= entry.codes_available * 0.7 for entry in figures.forms)


def test_the_same_request_gives_the_same_papers_and_another_seed_others() -> None:
    plan = blueprint(WEIGHTS["C"])
    pool = printed_pool("C", times=2.5, seed=3)
    first = made(request(plan, pool, 2, seed=5))
    assert made(request(plan, pool[::-1], 2, seed=5)) == first
    other = made(request(plan, pool, 2, seed=6))
    drawn = [{item.id for form in entry.forms for item in form.items} for entry in (first, other)]
    assert drawn[0] != drawn[1]


# --- random pools --------------------------------------------------------------------------------------

AREAS = ("ethics", "livestream")


@st.composite
def commissions(draw: st.DrawFn) -> Request:
    pool: list[PoolItem] = []
    for area, most in zip(AREAS, (5, 8), strict=True):
        for kind in ("single", "multiple", "short"):
            pool += items(area, kind, draw(st.integers(0, most if kind == "single" else 4)))  # type: ignore[arg-type]
    shares = draw(st.lists(st.integers(30, 90), min_size=len(pool), max_size=len(pool)))
    pool = [replace(item, difficulty=Decimal(share) / 100) for item, share in zip(pool, shares, strict=True)]
    marks = draw(st.integers(1, 8))
    plan = blueprint({"ethics": marks, "livestream": 12 - marks}, SMALL_KINDS)
    return request(plan, pool, draw(st.integers(1, 3)), seed=draw(st.integers(0, 99)))


def possible_papers(plan: Blueprint) -> list[tuple[int, ...]]:
    """All counts (area by area, type by type) one paper may have, by trying every one."""
    ranges = [range(rule.count + 1) for _ in plan.areas for rule in plan.kinds]
    width = len(plan.kinds)
    return [
        counts
        for counts in product(*ranges)
        if all(
            sum(n * rule.marks for n, rule in zip(counts[a * width :], plan.kinds, strict=False)) == row.marks
            for a, row in enumerate(plan.areas)
        )
        and all(
            sum(counts[a * width + t] for a in range(len(plan.areas))) == rule.count
            for t, rule in enumerate(plan.kinds)
        )
    ]


def fewest_missing(plan: Blueprint, pool: tuple[PoolItem, ...], forms: int) -> int:
    """The least number of items that would have to be added, by trying every combination of papers."""
    cells = [(row.area, rule.type) for row in plan.areas for rule in plan.kinds]
    held = Counter((item.area, item.type) for item in pool)
    sums = {(0,) * len(cells)}
    for _ in range(forms):
        sums = {
            tuple(a + b for a, b in zip(one, other, strict=True))
            for one in sums
            for other in possible_papers(plan)
        }
    return min(
        sum(max(0, need - held[cell]) for need, cell in zip(total, cells, strict=True)) for total in sums
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(commissions())
def test_either_proved_papers_or_a_true_conflict(commission: Request) -> None:
    missing = fewest_missing(commission.blueprint, commission.pool, commission.forms)
    outcome = assemble(commission)
    if isinstance(outcome, Assembled):
        assert missing == 0
        made(commission)
        return
    cells = [entry for entry in outcome.conflicts if entry.area]
    assert sum(entry.missing for entry in cells) == missing
    held = Counter((item.area, item.type) for item in commission.pool)
    assert all(entry.available == held[entry.area, entry.type] for entry in cells)
    assert all(entry.needed - entry.available == entry.missing for entry in cells)
    if not cells:
        assert {entry.type for entry in outcome.conflicts} == {"single"}


def test_required_items_are_in_every_paper_and_the_rest_is_not_shared() -> None:
    pool = full("livestream", papers=4)
    wanted = frozenset({pool[0].id, pool[-1].id})
    commission = request(ONE, pool, 3, required=wanted, shared=2)
    forms = made(commission).forms
    contents = [{item.id for item in form.items} for form in forms]
    assert [one & other for one, other in pairwise(contents)] == [wanted, wanted]


def test_papers_may_share_when_the_pool_is_too_small_for_disjoint_ones() -> None:
    pool = full("livestream", papers=2)
    assert isinstance(assemble(request(ONE, pool, 3)), Infeasible)
    forms = made(request(ONE, pool, 3, shared=5)).forms
    contents = [{item.id for item in form.items} for form in forms]
    assert max(len(one & other) for one, other in product(contents, contents) if one != other) <= 5


def test_sharing_that_cannot_be_arranged_is_refused_with_what_to_change() -> None:
    pool = full("livestream", papers=1)
    with pytest.raises(Refused) as refused:
        assemble(request(ONE, pool, 3, shared=1))
    assert refused.value.code == "assembly-effort"


def test_items_used_lately_are_taken_only_when_nothing_else_will_do() -> None:
    pool = full("livestream", papers=2)
    lately = frozenset(item.id for item in full("livestream"))
    (form,) = made(request(ONE, pool, avoided=lately)).forms
    assert {item.id for item in form.items} & lately == frozenset()
    (needed,) = made(request(ONE, full("livestream"), avoided=lately)).forms
    assert {item.id for item in needed.items} == lately


def test_required_items_of_a_tight_pool_reach_the_exact_search() -> None:
    """Enemies leave one choice only, which swaps inside cells with fixed counts cannot reach."""
    pool = [*items("ethics", "single", 3), *full("livestream", papers=1), *items("ethics", "multiple", 1)]
    enemies = frozenset({frozenset({"ethics-single-000", "ethics-single-001"})})
    commission = request(TWO, pool, required=frozenset({"ethics-single-000"}), enemies=enemies)
    (form,) = made(commission).forms
    assert "ethics-single-000" in {item.id for item in form.items}


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"shared": -1}, "shared"),
        ({"required": frozenset({"no-such-item"})}, "required-absent"),
        ({"required": frozenset({"livestream-single-000"}), "forms": 2}, "required-shared"),
    ],
)
def test_wishes_that_contradict_themselves_are_refused(wishes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        request(ONE, full("livestream", papers=2), **wishes)  # type: ignore[arg-type]  # passed on
    assert refused.value.code == code


def test_a_search_that_is_given_up_leaves_the_answer_to_the_solver() -> None:
    outcome = assemble(request(ONE, full("livestream", papers=2)), progress=lambda made, asked: False)
    assert isinstance(outcome, Assembled)
    assert outcome.nearness is None


@pytest.mark.parametrize(("papers", "required"), [(1, 2), (2, 0), (6, 0)])
def test_the_exact_search_alone_finds_papers_too(papers: int, required: int) -> None:
    pool = full("livestream", papers=papers + 1)
    wanted = frozenset(item.id for item in pool[:required])
    singles = [item.id for item in pool if item.type == "single"][2:]
    apart = frozenset(map(frozenset, zip(singles[::2], singles[1::2], strict=True)))
    supply = Supply(request(ONE, pool, papers, required=wanted, enemies=apart))
    plan = allocate(supply, effort=5)
    assert not isinstance(plan, Infeasible)
    chosen = choose(supply, plan)
    assert chosen is not None
    contents = [{item.id for item in paper} for paper in chosen]
    assert [len(content) for content in contents] == [7] * papers
    assert len(set().union(*contents)) == 7 * papers
    assert [wanted <= content for content in contents] == [True] * papers
