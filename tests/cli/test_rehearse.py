"""The rehearsal's cast is always the same, and an earlier demonstration is cleared without touching anything else."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from zhiheng.cli.rehearsal import demo_data
from zhiheng.cli.rehearsal.cast import LONG_NAME, RARE_NAME, cast, chance
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name, parse_resident_id


def test_thirty_people_have_their_ends_written() -> None:
    players = cast(30)

    assert Counter((player.regime, player.part) for player in players) == {
        ("association", "pass"): 16,
        ("association", "fail"): 2,
        ("association", "absent"): 2,
        ("national", "pass"): 7,
        ("national", "skill-fail"): 1,
        ("national", "fail"): 1,
        ("national", "absent"): 1,
    }
    assert players == cast(30)


@pytest.mark.parametrize("count", [1, 2, 3, 29, 200])
def test_everybody_is_somebody(count: int) -> None:
    players = cast(count)

    assert [player.serial for player in players] == list(range(1, count + 1))
    assert len({player.id_number for player in players}) == count
    assert all(parse_resident_id(player.id_number, today=date(2026, 11, 1)) for player in players)
    assert all(normal_name(player.name) == player.name for player in players)


def test_names_that_break_systems_take_part() -> None:
    assert {LONG_NAME, RARE_NAME} <= {player.name for player in cast(3)}
    assert len(LONG_NAME) <= 25


def test_chance_depends_on_its_words_only() -> None:
    assert chance("a", 1).random() == chance("a", 1).random() != chance("a", 2).random()


def test_only_a_demonstration_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    demo_data.clear(tmp_path)
    (tmp_path / "zhiheng.sqlite3").write_text("x")
    (tmp_path / "vault").mkdir()
    (tmp_path / "keys.json").write_text("kept")
    demo_data.clear(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["DEMO", "keys.json"]


def test_data_that_is_not_a_demonstration_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "zhiheng.sqlite3").write_text("precious")

    with pytest.raises(Refused) as refused:
        demo_data.clear(tmp_path)

    assert refused.value.code == "demo-data"
    assert (tmp_path / "zhiheng.sqlite3").read_text() == "precious"


def test_a_database_elsewhere_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")

    with pytest.raises(Refused) as refused:
        demo_data.clear(tmp_path)

    assert refused.value.code == "demo-database"
