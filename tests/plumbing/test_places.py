"""Data lie in one place, whatever folder a command is called from."""

from pathlib import Path

import pytest

from zhiheng.plumbing import places


@pytest.fixture(autouse=True)
def nothing_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in `tmp_path`, whose environment says nothing; what a `.env` adds to it goes again."""
    for name in ("ZHIHENG_VAR", "ZHIHENG_HALL_DATA", "DATABASE_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(places, "ROOT", tmp_path)
    return tmp_path


def test_the_usual_place_is_beside_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert (places.var_folder(), places.hall_folder()) == (tmp_path / "var", tmp_path / "var" / "hall")


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIHENG_VAR", str(tmp_path / "data"))
    assert (places.var_folder(), places.hall_folder()) == (tmp_path / "data", tmp_path / "data" / "hall")

    monkeypatch.setenv("ZHIHENG_HALL_DATA", str(tmp_path / "exam"))
    assert (places.var_folder(), places.hall_folder()) == (tmp_path / "data", tmp_path / "exam")

    monkeypatch.setenv("ZHIHENG_VAR", "")
    assert places.var_folder() == tmp_path / "var"


def test_the_file_of_settings_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"ZHIHENG_VAR={tmp_path / 'written'}\nDATABASE_URL=postgres://written\n")
    assert places.var_folder() == tmp_path / "written"
    assert places.environment().str("DATABASE_URL") == "postgres://written"

    monkeypatch.setenv("ZHIHENG_VAR", str(tmp_path / "said"))
    assert places.var_folder() == tmp_path / "said"
