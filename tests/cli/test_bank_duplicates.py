"""`zhiheng bank duplicates` and `zhiheng bench duplicates`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bank.test_actions import BODY
from tests.cli.answers import run

ALIKE = {**BODY, "id": "B", "stem": "开播之前最先核对哪一项内容？"}
OTHER = {
    **BODY, "id": "C", "stem": "退货期限从哪天算起？",
    "options": {"A": "签收次日", "B": "下单当天", "C": "发货当天", "D": "付款次日"},
}  # fmt: skip


def bank(folder: Path, *rows: dict[str, Any]) -> str:
    path = folder / "bank.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_pairs_with_their_similarity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = bank(tmp_path, {**BODY, "id": "A"}, ALIKE, OTHER)
    heard = run(capsys, "bank", "duplicates", "--bank", file, "--json")
    found = heard.data
    assert (heard.code, found["items"], found["threshold"]) == (0, 3, "0.60")
    assert [(pair["first"], pair["second"]) for pair in found["pairs"]] == [("A", "B")]
    assert 0.6 <= found["pairs"][0]["similarity"] < 1

    heard = run(capsys, "bank", "duplicates", "--bank", file, "--threshold", "1.00")
    assert (heard.code, heard.out) == (0, "3 道题，相似度不低于 1.00 的有 0 对\n")


@pytest.mark.parametrize("threshold", ["0", "1.5", "NaN", "much"])
def test_an_unusable_threshold_is_a_sentence(threshold: str, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "bank", "duplicates", "--threshold", threshold)
    assert (heard.code, heard.out) == (2, "")
    assert "--threshold" in heard.err


def test_two_questions_of_one_id_and_missing_files_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = bank(tmp_path, {**BODY, "id": "A"}, {**OTHER, "id": "A"})
    heard = run(capsys, "bank", "duplicates", "--bank", twice)
    assert (heard.code, "题号 A" in heard.err) == (2, True)
    heard = run(capsys, "bank", "duplicates", "--bank", str(tmp_path / "none.yaml"))
    assert (heard.code, "没有这个文件" in heard.err) == (2, True)


def test_the_measurement_finds_what_it_planted(capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "bench", "duplicates", "--items", "300", "--json")
    found = heard.data
    assert (heard.code, found["planted"], found["planted_found"], found["reached"]) == (0, 3, 3, True)
