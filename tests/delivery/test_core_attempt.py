"""An attempt is what its log amounts to."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.attempt import (
    Entry,
    ImpossibleHistory,
    Kind,
    control_entry,
    fold,
    granted_entry,
    is_accommodation,
    opened_entry,
    pauses,
    rescued_entry,
    submitted_entry,
    until_submitted,
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


@pytest.mark.parametrize(("epoch", "seq"), [(1, 9), (2, 4)])
def test_an_older_answer_that_another_hall_brings_in_later_does_not_count(epoch: int, seq: int) -> None:
    """An older session's however high its number, or an older number of the same session."""
    rows = [
        answer(1, "x", "newer", epoch=2, seq=5),
        answer(2, "x", "older", epoch=epoch, seq=seq),
        answer(3, "y", "Y", epoch=1, seq=1),
    ]
    state = fold(rows, ends_at=END)

    assert (state.given, state.late, state.after_submit) == ({"x": "newer", "y": "Y"}, (), ())


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


def pause(kind: Kind, at: int, serial: int = 0) -> Entry:
    return control_entry(kind, "a", serial=serial, body={"by": "w"}, at=at)


def test_finished_pauses_move_the_deadline() -> None:
    rows = numbered(
        pause(Kind.RESUMED, 5, serial=9),
        pause(Kind.PAUSED, 100),
        pause(Kind.PAUSED, 150, serial=1),
        pause(Kind.RESUMED, 400),
        pause(Kind.PAUSED, 500, serial=2),
        pause(Kind.RESUMED, 450, serial=1),
        answer(0, "x", "A", seq=1, at=END + 300),
        answer(0, "x", "B", seq=2, at=END + 301),
    )
    state = fold(rows, ends_at=END)

    assert (state.deadline, state.deadline_at(END * 2), state.paused_at) == (END + 300, END + 300, None)
    assert (state.given, state.late) == ({"x": "A"}, (8,))


def test_while_the_clock_stands_nothing_is_late() -> None:
    rows = numbered(pause(Kind.PAUSED, 100), answer(0, "x", "A", seq=1, at=END * 3))
    state = fold(rows, ends_at=END)

    assert (state.given, state.late, state.paused_at) == ({"x": "A"}, (), 100)
    assert [state.deadline_at(now) for now in (50, 100, 1100)] == [END, END, END + 1000]
    early = numbered(answer(0, "x", "A", seq=1, at=END + 50), pause(Kind.PAUSED, END + 60))
    assert fold(early, ends_at=END).late == (1,)


def test_rescued_answers_count_whenever_they_come_but_not_over_what_came_after_them() -> None:
    rows = numbered(
        answer(0, "x", "new", seq=1, epoch=2),
        answer(0, "y", "old", seq=4, epoch=1),
        submitted_entry("a", epoch=2, at=20),
        rescued_entry(answer(0, "x", "lost", seq=9, epoch=1, at=END * 2)),
        rescued_entry(answer(0, "y", "lost", seq=5, epoch=1, at=END * 2)),
        rescued_entry(answer(0, "z", "lost", seq=6, epoch=1, at=END * 2)),
    )
    state = fold(rows, ends_at=END)

    assert (state.given, state.late, state.after_submit) == ({"x": "new", "y": "lost", "z": "lost"}, (), ())


def test_a_receipt_speaks_of_the_rows_until_the_submission() -> None:
    rows = numbered(
        answer(0, "x", "A", seq=1), submitted_entry("a", epoch=1, at=20), answer(0, "x", "B", seq=2)
    )

    assert (until_submitted(rows), until_submitted(rows[:1])) == (rows[:2], rows[:1])


def test_a_row_says_who_did_it() -> None:
    by_staff = submitted_entry("a", epoch=3, at=1, by="w", reason="违纪")
    opened = opened_entry("a", epoch=2, at=1, machine="m", peer="10.0.0.1")

    assert (by_staff.body, by_staff.client_time) == ('{"by":"w","reason":"违纪"}', "epoch 3")
    assert opened.body == '{"epoch":2,"machine":"m","peer":"10.0.0.1"}'
    assert granted_entry("a", serial=0, minutes=5, reason="断电", at=1, by="w").body == (
        '{"by":"w","minutes":5,"reason":"断电"}'
    )
    assert (pause(Kind.PAUSED, 1).item, pause(Kind.PAUSED, 1).key.epoch) == ("#paused", 0)


def test_minutes_of_the_room_are_no_accommodation() -> None:
    granted = [{}, {"key": ""}, {"key": "form/1/5"}, {"key": "1f"}]

    assert [is_accommodation(body) for body in granted] == [False, False, False, True]


@given(st.lists(st.integers(0, 1000), max_size=8, unique=True).map(sorted))
def test_pauses_never_take_time_away(moments: list[int]) -> None:
    kinds = [Kind.PAUSED, Kind.RESUMED] * 4
    rows = [
        pause(kind, at, serial=place) for place, (kind, at) in enumerate(zip(kinds, moments, strict=False))
    ]
    total, since = pauses(numbered(*rows))

    assert total == sum(end - start for start, end in zip(moments[::2], moments[1::2], strict=False))
    assert since == (moments[-1] if len(moments) % 2 else None)
