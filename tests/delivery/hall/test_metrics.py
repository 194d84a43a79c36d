"""The figures say what happened, in the form that is read by machines."""

from pathlib import Path

from tests.delivery.hall.desks import MINUTE, START, office
from zhiheng.delivery.hall.committer import CommitFigures
from zhiheng.delivery.hall.metrics import Figures, metrics
from zhiheng.delivery.hall.seats import SeatBoard

LATER = START + 10 * MINUTE


def told(text: str) -> dict[str, str]:
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("zhiheng_hall_"): value for name, value in lines}


def test_every_figure_is_named_explained_and_counted(tmp_path: Path) -> None:
    hall = office(tmp_path)
    commits = CommitFigures()
    for rows, seconds in ((1, 0.0004), (3, 0.0015), (5000, 9.0)):
        commits.count(rows, seconds)
    hall.token(1, now=LATER)
    hall.token(2, now=LATER)
    board = SeatBoard(hall.desk)
    board.tick(now=LATER)
    board.tick(now=LATER + 2 * MINUTE)
    hall.token(1, now=LATER + 2 * MINUTE)
    hall.desk.refused["answer"] += 2
    hall.desk.refused["token"] += 1
    hall.desk.saves = 7
    text = metrics(hall.desk, Figures(commits=commits, waiting=4, connections=9, consoles=2))
    found = told(text)

    assert {
        name: found[name] for name in ("saves_total", "rows_total", "waiting_rows", "consoles", "packs")
    } == {
        "saves_total": "7",
        "rows_total": "5004",
        "waiting_rows": "4",
        "consoles": "2",
        "packs": "1",
    }
    assert (found["open_attempts"], found["silent_attempts"]) == ("2", "1")
    assert (found['refused_total{code="answer"}'], found['refused_total{code="token"}']) == ("2", "1")
    buckets = [int(value) for name, value in found.items() if name.startswith("commit_seconds_bucket")]
    assert (buckets[0], buckets[2], buckets[-2:], found["commit_seconds_count"]) == (1, 2, [2, 3], "3")
    assert (found['batch_rows_bucket{le="+Inf"}'], found["batch_rows_sum"]) == ("3", "5004")
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert names == {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert len(names) == 13
