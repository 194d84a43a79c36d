"""From scores as they were given to answers that can be calibrated; what cannot be estimated is refused in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.answers import MISSING, Answers, lists, matrix
from zhiheng.psychometrics.core.irt.arrays import Flags, Places, Points, Reals
from zhiheng.psychometrics.core.irt.calibrating import Model
from zhiheng.psychometrics.core.irt.priors import Priors

DICHOTOMOUS: frozenset[Model] = frozenset({"1pl", "2pl", "3pl"})
MOST_SCORES = 20
SPARSE = 0.25  # up to this share of answers lists are faster than a matrix
LEAST_ITEMS: dict[Model, int] = {"1pl": 2, "2pl": 3, "3pl": 3, "gpcm": 3, "grm": 3}
LEAST_ANSWERS: dict[Model, int] = {"1pl": 20, "2pl": 50, "3pl": 100, "gpcm": 50, "grm": 50}
"""Answers without which an item is refused."""
ADVISED_ANSWERS: dict[Model, int] = {"1pl": 50, "2pl": 200, "3pl": 500, "gpcm": 200, "grm": 200}
"""Answers below which parameters are shaky, and a note says so."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """items: names, in the order of `answers`. values: for each item the points its scores 0, 1, … stand for.

    persons: places in the given data of those who answered anything. left_out: items and why. notes: in words.
    """

    answers: Answers
    items: tuple[str, ...]
    values: tuple[Reals, ...]
    persons: Places
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """Single answers, (answers,) each: who, which item, how many points. names: of the items. persons: how many."""

    person: Places
    item: Places
    points: Reals
    names: tuple[str, ...]
    persons: int
    order: Places = field(init=False)
    ends: Places = field(init=False)

    def __post_init__(self) -> None:
        counts = np.bincount(self.item, minlength=len(self.names))
        object.__setattr__(self, "order", np.argsort(self.item, kind="stable"))
        object.__setattr__(self, "ends", np.concatenate(([0], np.cumsum(counts))))

    def of_item(self, place: int) -> Places:
        """Which answers belong to an item."""
        return self.order[self.ends[place] : self.ends[place + 1]]


def from_matrix(scores: Reals, names: Sequence[str]) -> Given:
    """scores: (persons, items), NaN where nothing was presented."""
    person, item = np.nonzero(~np.isnan(scores))
    return Given(
        person=person, item=item, points=scores[person, item], names=tuple(names), persons=len(scores)
    )


def least_answers(model: Model, priors: Priors) -> int:
    return LEAST_ANSWERS[_as_simple_as(model, priors)]


def advised_answers(model: Model, priors: Priors) -> int:
    return ADVISED_ANSWERS[_as_simple_as(model, priors)]


def _as_simple_as(model: Model, priors: Priors) -> Model:
    """A prior on what a model adds (slopes, guessing) leaves as much to learn as a simpler one has."""
    if model == "3pl" and priors.guessing:
        model = "2pl"
    return "1pl" if model != "3pl" and priors.slope else model


def prepare(given: Given, *, model: Model, least: int, advised: int = 0, skip: bool = False) -> Prepared:
    """Scores of every item numbered from 0 in the order of the points that occur.

    Points that nobody got are closed up and noted: a step that nobody stands on has no parameter.
    least: answers an item needs. advised: with fewer a note says that its parameters are shaky. skip: leave out items that cannot be estimated instead of refusing.
    Raises: Refused for such items, for too few of them, for nobody.
    """
    values = [np.unique(given.points[given.of_item(place)]) for place in range(len(given.names))]
    faults = {
        name: why
        for place, name in enumerate(given.names)
        if (why := _fault(values[place], len(given.of_item(place)), model, least))
    }
    if faults and not skip:
        raise _refusal(faults)
    kept = np.array([place for place, name in enumerate(given.names) if name not in faults], dtype=np.int64)
    if len(kept) < LEAST_ITEMS[model]:
        raise Refused(
            what=f"能够标定的题目只有 {len(kept)} 题",
            remedy=f"{model.upper()} 至少需要 {LEAST_ITEMS[model]} 题",
            code="items-few",
        )
    names = tuple(given.names[place] for place in kept)
    answers, persons = _answers(given, kept, values)
    return Prepared(
        answers=answers,
        items=names,
        values=tuple(values[place] for place in kept),
        persons=persons,
        left_out=tuple(faults.items()),
        notes=(
            *_notes_on_persons(given, kept, persons, advised),
            *_notes_on_scores(given, kept, values),
        ),
    )


def _fault(values: Reals, answered: int, model: Model, least: int) -> str:
    if answered == 0:
        return "没有人作答"
    if len(values) == 1:
        return f"作答的人都得 {values[0]:g} 分，难度没有有限的估计"
    if model in DICHOTOMOUS and len(values) > 2:
        return f"有 {len(values)} 种得分，{model.upper()} 只用于答对、答错两种"
    if len(values) > MOST_SCORES:
        return f"有 {len(values)} 种得分，至多 {MOST_SCORES} 种"
    if answered < least:
        return f"只有 {answered} 人作答，至少要 {least} 人"
    return ""


def _refusal(faults: dict[str, str]) -> Refused:
    some = [f"题目“{name}”{why}" for name, why in list(faults.items())[:5]]
    more = f"，共 {len(faults)} 题如此" if len(faults) > 5 else ""
    ways = "请去掉这些题，或用 --skip 由程序略去"
    if any("种得分" in why for why in faults.values()):
        ways += "；多级计分的题请用 gpcm 或 grm"
    if any("至少要" in why for why in faults.values()):
        ways += "；作答人数少时可换参数更少的模型、给出先验，或用 --least 放宽"
    return Refused(what="；".join(some) + more, remedy=ways, code="items-unusable")


def _answers(given: Given, kept: Places, values: Sequence[Reals]) -> tuple[Answers, Places]:
    """Of the kept items and everybody who answered one of them."""
    new_place = np.full(len(given.names), MISSING)
    new_place[kept] = np.arange(len(kept))
    used = np.flatnonzero(new_place[given.item] >= 0)
    persons, person = np.unique(given.person[used], return_inverse=True)
    item = new_place[given.item[used]]
    score = np.empty(len(given.item), dtype=np.int64)
    for place in kept:
        mine = given.of_item(int(place))
        score[mine] = np.searchsorted(values[place], given.points[mine])
    categories = np.array([len(values[place]) for place in kept])
    if len(used) <= SPARSE * len(persons) * len(kept):
        found = lists(
            person=person, item=item, score=score[used], persons=len(persons), categories=categories
        )
        return found, persons
    full: Points = np.full((len(persons), len(kept)), MISSING, dtype=np.int8)
    full[person, item] = score[used]
    return matrix(full, categories), persons


def _notes_on_persons(given: Given, kept: Places, persons: Places, advised: int) -> Iterator[str]:
    if len(persons) < given.persons:
        yield f"{given.persons - len(persons)} 人没有一个答案，没有计入"
    few = [given.names[place] for place in kept if len(given.of_item(int(place))) < advised]
    if few:
        yield f"{_some(few)}作答不足 {advised} 人，参数不稳，请连同标准误一起看"
    parts = _parts(given, kept)
    if parts > 1:
        yield (f"题目分成 {parts} 组，各组之间没有共同的考生：只有各组考生水平相当时，参数才在同一尺度上")


def _some(names: Sequence[str]) -> str:
    quoted = "、".join(f"“{name}”" for name in names[:5])
    return f"题目{quoted}" if len(names) <= 5 else f"题目{quoted}等 {len(names)} 题"


def _parts(given: Given, kept: Places) -> int:
    """Into how many parts the items fall that no person has in common."""
    used = np.isin(given.item, kept)
    item, person = given.item[used], given.person[used]
    size = len(given.names) + given.persons
    links = coo_array((np.ones(len(item)), (item, person + len(given.names))), shape=(size, size))
    _, part = connected_components(links, directed=False)
    return len(np.unique(part[kept]))


def _notes_on_scores(given: Given, kept: Places, values: Sequence[Reals]) -> Iterator[str]:
    for place in kept:
        got = values[place]
        whole = np.arange(got[0], got[-1] + 1)
        if _all_whole(got).all() and len(got) < len(whole):
            nobody = "、".join(f"{value:g}" for value in np.setdiff1d(whole, got))
            yield f"题目“{given.names[place]}”没有人得 {nobody} 分，相邻的得分合为相连的等级"


def _all_whole(values: Reals) -> Flags:
    return np.asarray(values == np.round(values))
