"""A module says what it is about and is about one thing."""

from tests.architecture.house import ROOT, modules, place

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
LONGEST = 400


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [place(path) for path in modules() if VAGUE & {path.stem, path.parent.name}] == []


def test_no_file_is_too_long_to_read() -> None:
    scripts = tuple((ROOT / "scripts").glob("*.py"))
    assert [path.name for path in modules() + scripts if len(path.read_text().splitlines()) > LONGEST] == []
