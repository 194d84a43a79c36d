"""The page's own files: one version, whole, and kept by the worker in one piece."""

import json
import re
from pathlib import Path

import pytest

from zhiheng.delivery.hall import assets
from zhiheng.delivery.hall.assets import PAGE, STATIC, WORKER, Assets
from zhiheng.delivery.hall.http import Request, Response

_IMPORT = re.compile(r'from "\./([\w-]+\.js)"')


def get(path: str, **headers: str) -> Response:
    return Assets().find(Request(method="GET", path=path, headers=headers))


def header(response: Response, name: str) -> str:
    return dict(response.headers)[name]


def shell() -> dict[str, object]:
    line = get(WORKER).body.split(b"\n", 1)[0].decode()
    found: dict[str, object] = json.loads(line.removeprefix("self.shell = ").removesuffix(";"))
    return found


def test_the_page_names_only_files_of_its_version() -> None:
    version = Assets().version
    page = get(PAGE).body.decode()
    named = re.findall(r'"(/hall/static/[^"]+)"', page)
    assert {path.split("/")[3] for path in named} == {version}
    assert {get(path).status for path in named} == {200}


def test_the_worker_keeps_every_module_the_page_imports() -> None:
    wanted, seen = ["exam.js"], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            wanted += _IMPORT.findall((STATIC / name).read_text())
    files = shell()["files"]
    assert isinstance(files, list)
    version = Assets().version
    missing = {f"/hall/static/{version}/{name}" for name in (*seen, "exam.css")} - set(files)
    assert missing == set()
    assert PAGE in files


def test_what_has_a_version_stays_for_good_and_what_has_none_is_asked_for_again() -> None:
    version = Assets().version
    assert header(get(f"/hall/static/{version}/exam.js"), "Cache-Control").endswith("immutable")
    assert [header(get(path), "Cache-Control") for path in (PAGE, WORKER, "/hall/static/exam.js")] == [
        "no-cache"
    ] * 3


def test_the_version_is_of_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Assets().version
    assert Assets().version == before
    changed = {path.name: path.read_bytes() for path in STATIC.iterdir() if path.is_file()}
    for name, body in changed.items():
        (tmp_path / name).write_bytes(body + b"\n" if name == "words.js" else body)
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    assert Assets().version != before


def test_a_page_not_changed_is_not_sent_again() -> None:
    tag = header(get(PAGE), "ETag")
    again = get(PAGE, **{"if-none-match": tag})
    assert (again.status, again.body) == (304, b"")


def test_another_versions_files_are_not_here() -> None:
    assert get("/hall/static/0123456789abcdef/exam.js").status == 404
