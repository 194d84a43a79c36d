"""Skill tasks, score sheets and the mark they come to."""

from decimal import Decimal as Dec

import msgspec
import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.practicals.core import task as tasks
from zhiheng.practicals.core.notes import Note, notes_of
from zhiheng.practicals.core.scoring import Sheet, check_sheet, decide_sign_off, skill_mark
from zhiheng.practicals.core.task import (
    Criterion,
    Descriptors,
    Part,
    SkillTask,
    TaskFault,
    check_sums,
    load_tasks,
)
from zhiheng.standards.core.loader import load_occupation

WORDS = Descriptors(full="全", partial="半", none="无")
TASK = SkillTask(
    id="t",
    ruleset="r",
    standard="s",
    level="5",
    trade="B",
    title="题",
    minutes=90,
    marks=Dec(3),
    mark_step=Dec("0.5"),
    situation="情境",
    schedule=(),
    equipment=(),
    materials=(),
    examiner={},
    parts=(
        Part(
            area="livestream",
            title="直播",
            minutes=90,
            codes=("skill:4.1.1",),
            marks=Dec(3),
            do=("做",),
            rubric=(
                Criterion(id="a", text="甲", marks=Dec(2), levels=WORDS),
                Criterion(id="b", text="乙", marks=Dec(1), levels=WORDS),
            ),
        ),
    ),
)


def test_a_sheet_is_read_criterion_by_criterion() -> None:
    assert check_sheet(TASK, {"a": "1.5", "b": "0"}) == {"a": Dec("1.5"), "b": Dec(0)}


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ({"a": "1"}, "criterion-score"),
        ({"a": "1", "b": "x"}, "criterion-score"),
        ({"a": "2.5", "b": "0"}, "criterion-score"),
        ({"a": "0.7", "b": "0"}, "criterion-score"),
        ({"a": "1", "b": "0", "c": "1"}, "criterion-unknown"),
        ({"a": "sNaN", "b": "0"}, "criterion-score"),
    ],
)
def test_a_bad_sheet_is_refused(scores: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_sheet(TASK, scores)

    assert refused.value.code == code


def test_the_chair_waits_for_every_sheet() -> None:
    sheets = [Sheet(examiner="x", total=Dec(60))]

    assert decide_sign_off(sheets, panel=["x"]).granted
    assert decide_sign_off(sheets, panel=["x", "y"]).unmet[0].remedy == "还有 1 名考评员未交评分表"


def test_the_mark_is_the_mean_of_independent_totals() -> None:
    mark = skill_mark(
        [Sheet(examiner=name, total=Dec(total)) for name, total in (("x", "60"), ("y", "61.5"), ("z", "58"))]
    )

    assert (mark.marks, mark.reckoning) == (Dec("59.83"), "(60 + 61.5 + 58) ÷ 3 = 59.83")


def test_a_rubric_that_does_not_add_up_is_a_fault() -> None:
    part = TASK.parts[0]
    short = msgspec.structs.replace(TASK, parts=(msgspec.structs.replace(part, marks=Dec(4)),))
    twice = msgspec.structs.replace(
        TASK,
        parts=(msgspec.structs.replace(part, marks=Dec(4), rubric=(part.rubric[0], part.rubric[0])),),
    )
    low = msgspec.structs.replace(TASK, marks=Dec(100))
    twice = msgspec.structs.replace(twice, marks=Dec(4))
    for faulty in (short, twice, low):
        with pytest.raises(TaskFault):
            check_sums(faulty)


def test_an_unreadable_file_is_a_fault(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "rules"
    folder.mkdir()
    (folder / "5-B.yaml").write_text("id: t\n")
    monkeypatch.setattr(tasks, "DATA", Path(str(tmp_path)))
    load_tasks.cache_clear()
    with pytest.raises(TaskFault):
        load_tasks()
    load_tasks.cache_clear()


def test_shipped_tasks_follow_the_skill_weights() -> None:
    weights = load_occupation().skill_weights.rows
    for task in load_tasks():
        printed = {
            area: row[task.level][task.trade]
            for area, row in weights.items()
            if task.trade in row.get(task.level, {})
        }

        assert {part.area: part.marks for part in task.parts} == printed
        assert task.total == 100
        assert task.minutes >= 90


def test_the_panels_answers_become_rows_of_words() -> None:
    answers = {
        "questions": [{"text": "问", "answer": "答"}, {"text": "又问", "answer": ["甲", "乙"]}],
        "notes": "一句话",
        "weights": [1, [2, 3]],
    }

    assert notes_of(msgspec.structs.replace(TASK, examiner=answers)) == (
        Note(title="观众问题与参考回答", rows=(("问", "答"), ("又问", "甲、乙"))),
        Note(title="评分说明", rows=(("一句话",),)),
        Note(title="weights", rows=(("1",), ("2、3",))),
    )
    assert notes_of(TASK) == ()
