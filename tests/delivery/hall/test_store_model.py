"""The SQLite log against the simplest log there is: a list, searched from its beginning for every row."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall import sqlite_store
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore, sqlite3
from zhiheng.delivery.hall.store import Fate
from zhiheng.foundation.errors import Refused

rows = st.builds(
    Entry,
    attempt=st.sampled_from("ab"),
    epoch=st.integers(1, 2),
    item=st.sampled_from(["x", "y", "#message"]),
    seq=st.integers(0, 4),
    kind=st.sampled_from(["answer", "rescued", "message"]),
    body=st.sampled_from(['"A"', '"B"']),
    server_time=st.just(1),
)
REOPEN = None
steps = st.lists(st.one_of(st.lists(rows, min_size=1, max_size=6), st.just(REOPEN)), max_size=12)


class PlainLog:
    def __init__(self) -> None:
        self.rows: list[Entry] = []

    def append(self, entry: Entry) -> tuple[Fate, str]:
        held = next((row for row in self.rows if row.key == entry.key), None)
        if held is None:
            self.rows.append(entry)
            return Fate.APPENDED, entry.body
        return (Fate.REPEATED if held.body == entry.body else Fate.CONFLICT), held.body


@pytest.mark.parametrize("named", [1, 200])
@given(batches=steps)
def test_every_row_has_the_fate_a_plain_list_would_give_it(
    named: int, batches: list[list[Entry] | None]
) -> None:
    """named: attempts whose names are kept; with one, the other's are forgotten again and again."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_store, "_NAMED", named)
        store, plain = SqliteStore(Path(folder) / LOG_FILE), PlainLog()
        for batch in batches:
            if batch is REOPEN:
                store.close()
                store = SqliteStore(Path(folder) / LOG_FILE)
                continue
            expected = [plain.append(entry) for entry in batch]
            found = [(outcome.fate, outcome.entry.body) for outcome in store.append(batch)]
            assert found == expected
        for attempt in "ab":
            kept = store.attempt(attempt)
            assert [row.key for row in kept] == [row.key for row in plain.rows if row.attempt == attempt]
            assert [row.id for row in kept] == sorted({row.id for row in kept})
        store.close()


def test_of_a_name_looked_up_again_only_the_rows_that_came_since_are_read(tmp_path: Path) -> None:
    store, said = SqliteStore(tmp_path / LOG_FILE), list[str]()

    def answer(seq: int) -> Entry:
        return Entry(attempt="a", epoch=1, item="x", seq=seq, kind="answer", body='"A"', server_time=1)

    store.append([answer(seq) for seq in (1, 2, 3)])
    store._writer.set_trace_callback(said.append)
    for seqs in [[2], [4, 5, 4], [1], [6], [6]]:
        store.append([answer(seq) for seq in seqs])
    store.close()

    assert [sql.partition("json_each(")[2] for sql in said if "SELECT id, epoch" in sql] == [
        "'[1, 2, 3]'))",
        "'[5, 6]'))",
        "'[9]'))",
    ]


def test_a_log_of_the_form_before_is_not_written_on(tmp_path: Path) -> None:
    file = sqlite3.connect(tmp_path / LOG_FILE)
    file.execute("CREATE TABLE log (id INTEGER PRIMARY KEY)")
    file.close()
    with pytest.raises(Refused) as refused:
        SqliteStore(tmp_path / LOG_FILE)
    assert refused.value.code == "hall-log-form"
