"""Where the readers of questions come to the end of what they count: letters, rows, points, characters."""

import pytest

from tests.enrolment.books import book
from zhiheng.bank.core import files
from zhiheng.bank.core.exchange import paper_text, sheet_layouts, tables
from zhiheng.bank.core.exchange.blocks import POINTS, read_marker_text
from zhiheng.bank.core.files import Place, read_items
from zhiheng.foundation.errors import Refused


def test_points_that_cannot_be_read_stay_words_of_the_model_answer() -> None:
    answers, points = read_marker_text(f"先核对库存\n{POINTS}\n没有分值的一行")
    assert points == ()
    assert "没有分值的一行" in "\n".join(answers)


def test_after_the_last_letter_no_further_option_is_looked_for() -> None:
    assert paper_text._cut_options("普通的一行", 26) == ("普通的一行", [])


def test_a_line_with_every_letter_is_cut_before_each() -> None:
    letters = sheet_layouts._LETTERS
    line = " ".join(f"{letter}. 选项{number}" for number, letter in enumerate(letters))
    assert len(sheet_layouts._lettered(line)) == len(letters)


def test_a_sheet_longer_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = book([["一", "二"]] * 5, headings=["题干", "答案"])
    monkeypatch.setattr(tables, "LIMIT_ROWS", 2)
    monkeypatch.setattr(tables, "_HEADING_ROWS", 0)
    with pytest.raises(Refused) as refused:
        tables.xlsx_tables(content, name="题.xlsx")
    assert "超过 2 行" in refused.value.sentence


def test_a_bank_file_longer_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST", 10)
    with pytest.raises(Refused) as refused:
        read_items("- id: something long", source="题.yaml", place=Place())
    assert refused.value.code == "bank-syntax"
