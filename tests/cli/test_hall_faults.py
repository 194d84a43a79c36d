"""`zhiheng bench hall --faults`: what would be wrong is found, and one round of each goes through."""

from collections.abc import Iterator

import pytest

from zhiheng.cli.hall_bench.faults import cases, watching
from zhiheng.cli.hall_bench.faults.report import run_faults
from zhiheng.cli.hall_bench.faults.trace import Watched, watch_trace
from zhiheng.cli.hall_ledger import Ack, Ledger, Name, Verdict, compare, outdated
from zhiheng.cli.spawning import Company, company
from zhiheng.delivery.core.attempt import Entry
from zhiheng.foundation.errors import Refused


def row(
    place: int, seq: int, *, item: str = "q1", epoch: int = 1, body: str = '"a"', kind: str = "answer"
) -> Entry:
    return Entry(
        id=place, attempt="one", epoch=epoch, item=item, seq=seq, kind=kind, body=body, server_time=place
    )


def ack(seq: int, *, item: str = "q1", epoch: int = 1, body: str = '"a"') -> Ack:
    return Ack(Name("one", epoch, item, seq), body)


def test_a_log_that_holds_everything_once_and_in_order_is_clean() -> None:
    rows = [row(1, 0, item="#opened", kind="opened"), row(2, 1), row(3, 2, item="q2"), row(5, 3)]
    found = compare([ack(1), ack(3)], rows)
    assert found == Verdict(acknowledged=2, rows=3)
    assert found.clean


def test_a_row_without_its_acknowledgement_is_no_fault() -> None:
    assert compare([], [row(1, 1)]) == Verdict(rows=1)


def test_an_acknowledged_answer_that_is_not_there_is_missing() -> None:
    assert compare([ack(1), ack(2)], [row(1, 1)]).missing == 1
    assert not compare([ack(2)], [row(1, 1)]).clean


def test_the_same_number_in_another_session_is_another_answer() -> None:
    assert compare([ack(1, epoch=1)], [row(1, 1, epoch=2)]).missing == 1
    assert compare([ack(1, epoch=2)], [row(1, 1, epoch=1), row(2, 1, epoch=2)]).clean


def test_another_body_a_second_row_and_a_wrong_order_are_found() -> None:
    assert compare([ack(1)], [row(1, 1, body='"b"')]).altered == 1
    assert compare([ack(1)], [row(1, 1), row(2, 1)]).twice == 1
    assert compare([], [row(1, 2), row(2, 1)]).disordered == 1
    assert compare([], [row(1, 1, epoch=2), row(2, 2, epoch=1)]).disordered == 1
    assert compare([], [row(2, 1), row(1, 2)]).disordered == 1
    assert compare([], [row(1, 2), row(2, 1, item="q2")]).clean


def test_a_ledger_takes_the_log_in_pieces() -> None:
    ledger = Ledger()
    ledger.take([row(1, 1)])
    ledger.settle([ack(1)])
    ledger.take([row(2, 2)])
    ledger.settle([ack(2), ack(3)])
    assert (ledger.last_id, ledger.verdict.acknowledged, ledger.verdict.missing) == (2, 3, 1)


@pytest.mark.parametrize(
    ("rows", "old"),
    [
        ([row(1, 1), row(2, 5)], 0),
        ([row(1, 5), row(2, 1)], 0),  # brought in late: the newer one counts
        ([row(1, 1)], 1),
        ([], 1),
        ([row(1, 5, epoch=2)], 0),  # newer than any acknowledged: sent, and its acknowledgement lost
        ([row(1, 5, item="q2")], 1),
        ([row(1, 1), row(2, 0, item="#submitted", kind="submitted"), row(3, 5)], 1),
    ],
)
def test_an_answer_that_counts_must_not_be_older_than_one_acknowledged(rows: list[Entry], old: int) -> None:
    assert outdated([ack(5), ack(1)], rows) == old


# --- acknowledgements before the disk had them ----------------------------------------------------------

LOG, OTHER = "/data/hall.sqlite3-wal", "/data/other"
ONE, TWO = 1000000001, 1000000002


def write(number: int, *, file: str = LOG, pid: int = 7, end: str = ") = 4096") -> str:
    return rf'{pid} pwrite64(5<{file}>, "\0\1K{number}K{number}\\", 4096, 4120{end}'


def sync(*, file: str = LOG, pid: int = 7, end: str = ") = 0") -> str:
    return f"{pid} fdatasync(5<{file}>{end}"


def send(number: int, *, pid: int = 6) -> str:
    return rf'{pid} write(9<socket:[77]>, "HTTP/1.1 200 OK\r\n\r\n{{\"seq\":{number},\"saved_at\":\"x\"}}", 120) = 120'


@pytest.mark.parametrize(
    ("lines", "early"),
    [
        ([write(ONE), sync(), send(ONE)], 0),
        ([write(ONE), send(ONE), sync()], 1),
        ([send(ONE)], 1),
        ([write(ONE), sync(file=OTHER), send(ONE)], 1),
        ([write(ONE), sync(end=") = -1 EIO (Input/output error)"), send(ONE)], 1),
        ([write(ONE, end=") = -1 ENOSPC (No space left on device)"), sync(), send(ONE)], 1),
        ([write(ONE), sync(), write(TWO), send(ONE)], 0),
        ([write(ONE), sync(), write(TWO), send(TWO)], 1),
        ([write(ONE), sync(end=" <unfinished ...>"), send(ONE), "7 <... fdatasync resumed>) = 0"], 1),
        ([write(ONE), sync(end=" <unfinished ...>"), "7 <... fdatasync resumed>) = 0", send(ONE)], 0),
        (
            [sync(pid=8, end=" <unfinished ...>"), write(ONE), "8 <... fdatasync resumed>) = 0", send(ONE)],
            1,
        ),
        (
            [write(ONE, end=" <unfinished ...>"), sync(pid=8), "7 <... pwrite64 resumed>) = 4096", send(ONE)],
            1,
        ),
        (["7 +++ exited with 0 +++", "nonsense", write(ONE), sync(), send(ONE)], 0),
    ],
)
def test_an_acknowledgement_is_early_until_a_later_fsync_has_returned(lines: list[str], early: int) -> None:
    found = watch_trace(lines)
    assert (found.acknowledged, found.early) == (1, early)


def test_several_answers_in_one_send_are_told_apart() -> None:
    both = rf'6 writev(9<socket:[77]>, [{{iov_base="{{\"seq\":{ONE}}}", iov_len=9}}, {{iov_base="{{\"seq\": {TWO}}}", iov_len=9}}], 2) = 18'
    assert watch_trace([write(ONE), sync(), both]) == Watched(acknowledged=2, early=1, syncs=1)


# --- the real thing, in small ---------------------------------------------------------------------------


@pytest.fixture
def own() -> Iterator[Company]:
    with company() as made:
        yield made


def quiet(line: str) -> None:
    """Nobody reads the progress of a test."""


def test_the_hall_is_killed_and_nothing_is_missing(own: Company) -> None:
    found = cases.kill_hall(own, rounds=1, say=quiet)
    assert [(one.reached, one.figures["restarts"], one.figures["missing"]) for one in found] == [(True, 1, 0)]
    assert found[0].figures["breaks"] > 0


def test_a_full_disk_ends_the_hall_and_loses_nothing(own: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "FULL_TIMES", 1)
    (found,) = cases.full_disk(own, rounds=1, say=quiet)
    if found.why:
        pytest.skip(found.why)
    facts = (
        found.figures["missing"],
        found.figures["acknowledged_while_full"],
        found.figures["ended_by_itself"],
    )
    assert facts == (0, 0, True)


def test_acknowledgements_wait_for_the_disk_and_a_hall_that_does_not_is_caught(
    own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SAVES", 100)
    (found,) = watching.watch_sqlite(own, rounds=1, say=quiet)
    if found.why:
        pytest.skip(found.why)
    assert found.figures["early"] == 0
    assert found.figures["acknowledged"] >= 100
    assert found.figures["control_early"] > 50


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        run_faults(rounds=1, only="flood", say=quiet)
    assert refused.value.code == "bench-section"
