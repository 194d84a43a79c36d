"""`zhiheng bank import` and `export`: what is in a file, what becomes of it, and what a format cannot hold."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.bank.documents import document
from tests.bank.sheets import as_csv, as_xlsx, row
from tests.cli.answers import Answer, run
from tests.factories.shipped import stock
from tests.factories.world import World
from zhiheng.bank.core.exchange.formats import WRITERS
from zhiheng.bank.models import ImportRun, Item, ItemStatus
from zhiheng.people.models import Role
from zhiheng.plumbing.models import AuditLine

GIFT = "::G-1::甲？{=一 ~二 ~三####因为是一。}\n\n::G-2::乙。{T}\n\n::G-3::丙？{=一 ~二\n\n::G-4::丁？{=戊}\n"


def imported(capsys: pytest.CaptureFixture[str], file: Path, content: bytes, *more: str) -> Answer:
    file.write_bytes(content)
    return run(capsys, "bank", "import", str(file), *more, "--json")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a database."""
    monkeypatch.setenv("ZHIHENG_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr("zhiheng.cli.bank.has_database", lambda: False)
    return tmp_path


def test_a_dry_run_needs_no_database_and_lists_everything(
    capsys: pytest.CaptureFixture[str], nowhere: Path
) -> None:
    answer = imported(capsys, nowhere / "题.gift", GIFT.encode(), "--dry-run")

    assert (answer.code, sorted(answer.data)) == (1, ["errors", "items", "remarks", "unsupported"])
    assert answer.data["items"] == [
        {
            "type": "single",
            "stem": "甲？",
            "options": [
                {"text": "一", "correct": True},
                {"text": "二", "correct": False},
                {"text": "三", "correct": False},
            ],
            "answers": [],
            "feedback": "因为是一。",
            "id": "G-1",
        },
        {"type": "short", "stem": "丁？", "options": [], "answers": ["戊"], "id": "G-4"},
    ]
    assert [(entry["id"], entry["type"]) for entry in answer.data["unsupported"]] == [("G-2", "truefalse")]
    assert [fault["where"] for fault in answer.data["errors"]] == ["第 5 行"]
    assert not (nowhere / "var").exists()


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("题.xlsx", as_xlsx(row()), "xlsx"),
        ("题.csv", as_csv(row(), encoding="gb18030"), "csv"),
        ("题.docx", document("1．先核对哪一项（　）", "A．库存 B．音乐 C．昵称 D．单号", "答案：A"), "docx"),
        ("题.txt", "甲？\nA. 一\nB. 二\nANSWER: A\n".encode(), "aiken"),
    ],
)
def test_the_format_is_told_or_given(
    capsys: pytest.CaptureFixture[str], nowhere: Path, name: str, content: bytes, form: str
) -> None:
    told = imported(capsys, nowhere / name, content, "--dry-run")
    given = imported(capsys, nowhere / name, content, "--dry-run", "--format", form)

    assert (told.code, len(told.data["items"])) == (0, 1)
    assert told.data == given.data


def test_several_files_are_one_answer_that_names_them(
    capsys: pytest.CaptureFixture[str], nowhere: Path
) -> None:
    (nowhere / "a.gift").write_text(GIFT, encoding="utf-8")
    answer = imported(capsys, nowhere / "b.gift", GIFT.encode(), str(nowhere / "a.gift"), "--dry-run")

    assert [fault["where"] for fault in answer.data["errors"]] == ["b.gift 第 5 行", "a.gift 第 5 行"]
    assert len(answer.data["items"]) == 4


@pytest.mark.parametrize(
    "words",
    [
        ("missing.gift", "--dry-run"),
        (".", "--dry-run"),
        ("a.gift", "--dry-run", "--format", "word"),
        ("a.gift", "--dry-run", "--pool", "secret"),
        ("a.gift", "--dry-run", "--difficulty", "2"),
        ("a.gift", "--dry-run", "--difficulty", "难"),
        ("a.gift",),
    ],
)
def test_unusable_input_is_a_sentence(
    capsys: pytest.CaptureFixture[str], nowhere: Path, words: tuple[str, ...]
) -> None:
    (nowhere / "a.gift").write_text(GIFT, encoding="utf-8")
    answer = run(capsys, "bank", "import", str(nowhere / words[0]), *words[1:], "--json")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err.strip().endswith("。")


def test_a_file_larger_than_any_is_not_even_read(capsys: pytest.CaptureFixture[str], nowhere: Path) -> None:
    with (nowhere / "a.csv").open("wb") as file:
        os.truncate(file.fileno(), 200 * 1024 * 1024)
    answer = run(capsys, "bank", "import", str(nowhere / "a.csv"), "--dry-run", "--json")

    assert (answer.code, "超过 100 MB" in answer.err) == (2, True)


def test_questions_become_drafts(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.cli.bank.has_database", lambda: True)
    answer = imported(
        capsys, tmp_path / "题.gift", GIFT.encode(), "--codes", "skill:4.1.1", "--difficulty", "0.6"
    )

    assert answer.code == 1
    assert [draft["name"] for draft in answer.data["drafts"]] == [
        item.name for item in Item.objects.order_by("name")
    ]
    assert {item.status for item in Item.objects.all()} == {ItemStatus.DRAFT}
    assert Item.objects.get(name="G-1").area == "livestream"
    assert "写入 2 / 2 道" in answer.err
    assert ImportRun.objects.get().by == world[Role.ITEM_WRITER]


def test_one_bad_file_leaves_nothing_of_the_others(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.cli.bank.has_database", lambda: True)
    (tmp_path / "b.xml").write_bytes(b"<quiz><question>")
    answer = imported(capsys, tmp_path / "a.csv", as_csv(row()), str(tmp_path / "b.xml"))

    assert (answer.code, Item.objects.count(), ImportRun.objects.count()) == (2, 0, 0)


def test_nobody_of_that_name(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.cli.bank.has_database", lambda: True)
    answer = imported(capsys, tmp_path / "a.csv", as_csv(row()), "--by", "nobody")
    assert (answer.code, "nobody" in answer.err) == (2, True)


@pytest.mark.parametrize("form", list(WRITERS))
def test_the_shipped_bank_leaves_and_comes_back(
    capsys: pytest.CaptureFixture[str], nowhere: Path, form: str
) -> None:
    out = nowhere / f"题.{WRITERS[form].suffix}"
    words = ("--format", form, "--out", str(out), "--level", "5", "--standard", "4-01-02-07-2021")
    answer = run(capsys, "bank", "export", *words, "--json")
    back = run(capsys, "bank", "import", str(out), "--dry-run", "--json")

    assert (answer.code, back.code, answer.data["bytes"]) == (0, 0, out.stat().st_size)
    assert answer.data["items"] == len(back.data["items"]) > 100
    assert (back.data["errors"], back.data["unsupported"]) == ([], [])


def bank_file(folder: Path, **changes: Any) -> Path:
    item = {
        "id": "F-1",
        "type": "single",
        "codes": ["skill:4.1.1"],
        "difficulty": "0.7",
        "stem": "甲？",
        "options": {"A": "一", "B": "二", "C": "三"},
        "key": ["B"],
        "explanation": "因为是二。",
        **changes,
    }
    path = folder / "bank.json"
    path.write_text(json.dumps([item], ensure_ascii=False), encoding="utf-8")
    return path


def test_a_file_of_ones_own_leaves(capsys: pytest.CaptureFixture[str], nowhere: Path) -> None:
    bank, out = bank_file(nowhere, law=["《广告法》第九条"]), nowhere / "a.gift"
    answer = run(
        capsys, "bank", "export", "--format", "gift", "--out", str(out), "--bank", str(bank), "--json"
    )

    assert answer.data["items"] == 1
    assert answer.data["lost"] == [
        "1 道题的考点代码没有写入",
        "1 道题的难度没有写入",
        "1 道题的法规依据没有写入",
    ]
    assert out.read_text(encoding="utf-8").startswith("::F-1::[plain]甲？ {")


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "word", "--out", "a"),
        ("--format", "gift", "--out", "a", "--level", "9"),
        ("--format", "gift", "--out", "no/such/folder/a", "--level", "5"),
        ("--format", "gift", "--out", "a", "--bank", "missing.yaml"),
        ("--format", "gift"),
    ],
)
def test_an_export_that_cannot_be_is_a_sentence(
    capsys: pytest.CaptureFixture[str], nowhere: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(nowhere)
    answer = run(capsys, "bank", "export", *words, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.strip().endswith("。")


def test_an_export_from_the_database_is_recorded(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.cli.bank.has_database", lambda: True)
    stock()
    words = ("--format", "xlsx", "--out", str(tmp_path / "a.xlsx"), "--level", "5")
    answer = run(capsys, "bank", "export", *words, "--json")

    assert (answer.code, answer.data["items"] > 100) == (0, True)
    line = AuditLine.objects.latest("id")
    assert (line.act, line.detail["keys"]) == ("items-exported", True)
