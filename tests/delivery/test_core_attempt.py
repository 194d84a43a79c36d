"""An attempt is what its log amounts to."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.attempt import (
    Entry,
    ImpossibleHistory,
    fold,
    granted_entry,
    opened_entry,
    submitted_entry,
)

END = 1_000_000


def answer(number: int, item: str, value: object, *, at: int = 10, seq: int = 0, epoch: int = 1) -> Entry:
    return Entry(
        id=number, attempt="a", epoch=epoch, item=item, seq=seq or number, kind="answer",
        body=msgspec.json.encode(value).decode(), server_time=at,
    )  # fmt: skip


def numbered(*entries: Entry) -> list[Entry]:
    return [msgspec.structs.replace(entry, id=number) for number, entry in enumerate(entries, 1)]


def test_nothing_happened_yet() -> None:
    state = fold([], ends_at=END)

    assert (state.epoch, state.opened_at, state.submitted_at, state.given, state.deadline) == (
        0,
        None,
        None,
        {},
        END,
    )


def test_the_last_row_of_an_item_counts_and_a_cleared_one_is_absent() -> None:
    state = fold(
        [answer(1, "x", "A"), answer(2, "x", "B"), answer(3, "y", "C"), answer(4, "y", None)], ends_at=END
    )

    assert state.given == {"x": "B"}


def test_late_rows_are_kept_and_counted_only_when_admitted() -> None:
    rows = [answer(1, "x", "A"), answer(2, "x", "B", at=END + 1)]

    assert (fold(rows, ends_at=END).given, fold(rows, ends_at=END).late) == ({"x": "A"}, (2,))
    assert (
        fold(rows, ends_at=END, admitted=frozenset({2})).given,
        fold(rows, ends_at=END, admitted=frozenset({2})).late,
    ) == ({"x": "B"}, ())


def test_a_row_exactly_at_the_deadline_is_in_time() -> None:
    assert fold([answer(1, "x", "A", at=END)], ends_at=END).given == {"x": "A"}


def test_rows_after_the_submission_do_not_count() -> None:
    rows = numbered(
        opened_entry("a", epoch=1, at=1),
        answer(0, "x", "A", seq=1),
        submitted_entry("a", epoch=1, at=20),
        answer(0, "x", "B", seq=2, at=21),
    )
    state = fold(rows, ends_at=END)

    assert (state.opened_at, state.submitted_at, state.given, state.after_submit) == (1, 20, {"x": "A"}, (4,))


def test_granted_minutes_move_the_deadline() -> None:
    rows = numbered(
        granted_entry("a", serial=0, minutes=5, reason="断电", at=2),
        granted_entry("a", serial=1, minutes=7, reason="又断电", at=3),
        answer(0, "x", "A", seq=1, at=END + 6 * 60_000),
    )
    state = fold(rows, ends_at=END)

    assert (state.granted_minutes, state.deadline, state.given) == (7, END + 7 * 60_000, {"x": "A"})


def test_a_repeated_row_is_one_row() -> None:
    again = msgspec.structs.replace(answer(1, "x", "A"), id=2)

    assert fold([answer(1, "x", "A"), again], ends_at=END).given == {"x": "A"}


@pytest.mark.parametrize(
    "rows",
    [
        [answer(1, "x", "A"), msgspec.structs.replace(answer(2, "x", "A"), attempt="b")],
        [answer(2, "x", "A"), answer(1, "y", "A")],
        [answer(1, "x", "A"), msgspec.structs.replace(answer(1, "x", "B"), id=2)],
    ],
)
def test_histories_that_cannot_be_are_refused(rows: list[Entry]) -> None:
    with pytest.raises(ImpossibleHistory):
        fold(rows, ends_at=END)


_row = st.tuples(st.sampled_from("xyz"), st.sampled_from(["A", "B", None]), st.integers(1, 2 * END))


@given(st.lists(_row, max_size=15))
def test_the_fold_is_the_last_in_time_word_on_each_item(said: list[tuple[str, str | None, int]]) -> None:
    rows = [answer(number, item, value, at=at) for number, (item, value, at) in enumerate(said, 1)]
    expected = {item: value for item, value, at in said if at <= END}
    state = fold(rows, ends_at=END)

    assert state.given == {item: value for item, value in expected.items() if value is not None}
    assert list(state.late) == [number for number, (_, _, at) in enumerate(said, 1) if at > END]


@given(st.lists(_row, max_size=10), st.data())
def test_repeating_any_row_later_changes_nothing(
    said: list[tuple[str, str | None, int]], data: st.DataObject
) -> None:
    rows = [answer(number, item, value, at=at) for number, (item, value, at) in enumerate(said, 1)]
    again = data.draw(st.lists(st.sampled_from(rows), max_size=4)) if rows else []
    repeats = [msgspec.structs.replace(row, id=len(rows) + place) for place, row in enumerate(again, 1)]

    assert fold([*rows, *repeats], ends_at=END).given == fold(rows, ends_at=END).given
