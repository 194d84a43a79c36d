"""Word documents as teachers type them."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.bank.documents import document, paragraph, table
from tests.bank.travelling import PICTURE
from zhiheng.bank.core.exchange.docx_numbers import number_words
from zhiheng.bank.core.exchange.formats import read
from zhiheng.bank.core.exchange.terms import Question, Reading
from zhiheng.bank.core.terms import Point


def taken(*blocks: str) -> Reading:
    return read(document(*blocks), name="卷.docx")


def key(question: Question) -> str:
    return "".join("ABCDEFGH"[place] for place, option in enumerate(question.options) if option.correct)


def texts(question: Question) -> list[str]:
    return [option.text for option in question.options]


ONE = ("1．先核对哪一项（　）", "A．库存", "B．音乐", "C．昵称", "D．单号", "答案：A", "解析：先核对库存。")


@pytest.mark.parametrize(
    "lines",
    [
        ONE,
        ("1．先核对哪一项（　）", "A．库存  B．音乐  C．昵称  D．单号", "答案：A  解析：先核对库存。"),
        ("1．先核对哪一项（　）", "A．库存B．音乐", "C．昵称D．单号", "【答案】A【解析】先核对库存。"),
        ("1、先核对哪一项（A）", "A、库存\tB、音乐\tC、昵称\tD、单号", "解析：先核对库存。"),
        ("1. 先核对哪一项（ Ａ ）", "Ａ．库存　Ｂ．音乐　Ｃ．昵称　Ｄ．单号", "【解析】先核对库存。"),
        ("1．先核对哪一项（　）\nA．库存\nB．音乐\nC．昵称\nD．单号\n正确答案：Ａ\n答案解析：先核对库存。",),
        ("1．先核对哪一项（　） A．库存 B．音乐 C．昵称 D．单号", "答案: a", "解析: 先核对库存。"),
        ("（单选题）练习", *ONE),
    ],
)
def test_a_question_in_the_ways_it_is_typed(lines: Sequence[str]) -> None:
    reading = taken(*lines)

    [question] = reading.questions
    assert (question.type, question.stem.replace(" ", "")) == ("single", "先核对哪一项（　）")
    assert texts(question) == ["库存", "音乐", "昵称", "单号"]
    assert (key(question), question.feedback) == ("A", "先核对库存。")
    assert (reading.errors, reading.unsupported) == ((), ())


def test_sections_name_the_kind_and_the_keys_stand_at_the_end() -> None:
    reading = taken(
        "一、单项选择题（每题 2 分，共 4 分）",
        "1．甲（　）",
        "A．一 B．二 C．三",
        "2．乙（　）",
        "A．一 B．二 C．三",
        "二、多项选择题",
        "1．丙（　）",
        "A．一 B．二 C．三",
        "三、判断题",
        "1．天是蓝的。（　）",
        "四、填空题",
        "1．水的沸点是▁度。",
        "五、简答题",
        "1．怎样核对库存？",
        "参考答案：",
        "一、单项选择题",
        "1-2 CB",
        "二、多项选择题：1．AC",
        "三、判断题 1．√",
        "四、填空题",
        "1．100",
        "五、简答题",
        "1．先看后台，",
        "再试播。",
    )

    assert [(q.type, q.stem, key(q), q.answers) for q in reading.questions] == [
        ("single", "甲（　）", "C", ()),
        ("single", "乙（　）", "B", ()),
        ("multiple", "丙（　）", "AC", ()),
        ("short", "怎样核对库存？", "", ("先看后台，\n再试播。",)),
    ]
    assert [(entry.type, entry.where) for entry in reading.unsupported] == [
        ("truefalse", "第 1 题（第 10 段）"),
        ("fill-in", "第 1 题（第 12 段）"),
    ]
    assert reading.errors == ()


@pytest.mark.parametrize(
    "keys",
    [
        ("参考答案", "1-5 ABCAB"),
        ("参考答案：", "1～5：A B C A B"),
        ("【答案】", "1．A 2．B 3．C 4．A 5．B"),
        ("答案及解析", "1.A；2.B；3.C；4.A；5.B"),
        ("参考答案", "1-3 ABC 4-5 AB"),
        ("参考答案", "１－５　ＡＢＣＡＢ"),
        ("参考答案", "1．A", "2．B", "3．C", "4．A", "5．B"),
    ],
)
def test_keys_at_the_end(keys: Sequence[str]) -> None:
    questions = [line for n in range(1, 6) for line in (f"{n}．第{n}问（　）", "A．甲 B．乙 C．丙")]
    reading = taken(*questions, *keys)

    assert [key(question) for question in reading.questions] == list("ABCAB")
    assert reading.errors == ()


def test_keys_at_the_end_in_a_table() -> None:
    questions = [line for n in range(1, 4) for line in (f"{n}．第{n}问（　）", "A．甲 B．乙 C．丙")]
    reading = taken(*questions, "参考答案", table([["题号", "1", "2", "3"], ["答案", "C", "AB", "A"]]))

    assert [(question.type, key(question)) for question in reading.questions] == [
        ("single", "C"),
        ("multiple", "AB"),
        ("single", "A"),
    ]


def test_word_s_own_numbers_count_as_typed_ones() -> None:
    reading = taken(
        paragraph("单项选择题", style="Section"),
        paragraph("甲（　）", number="1"),
        *(paragraph(text, number="1", depth=1) for text in ("一", "二", "三")),
        "答案：B",
        paragraph("乙（　）", number="1"),
        *(paragraph(text, number="1", depth=1) for text in ("四", "五", "六")),
        "答案：C",
        paragraph("简答题", style="Section"),
        paragraph("丙？", number="3"),
        "答案：丁。",
    )

    assert [(q.type, q.stem, texts(q), key(q), q.answers) for q in reading.questions] == [
        ("single", "甲（　）", ["一", "二", "三"], "B", ()),
        ("single", "乙（　）", ["四", "五", "六"], "C", ()),
        ("short", "丙？", [], "", ("丁。",)),
    ]


def test_pictures_and_underlined_gaps_stay() -> None:
    reading = taken("1．看图▣，填▁一项（　）", "A．甲 B．乙▣ C．丙", "答案：B")

    [question] = reading.questions
    assert question.stem == "看图［图：image1.png］，填____一项（　）"
    assert texts(question) == ["甲", "乙［图：image1.png］", "丙"]
    assert [(entry.name, entry.content) for entry in question.media] == [("image1.png", PICTURE.content)]


def test_short_answers_keep_their_own_counting_and_their_points() -> None:
    reading = taken(
        "二、简答题",
        "1．怎样核对？",
        "答案：",
        "1．看后台；",
        "2．试播一次。",
        "评分标准：看后台（6分）；试播（4分）",
        "2．怎样收尾？",
        "答案：复盘。",
        "难度：0.55　考点：skill:4.1.1",
    )

    one, other = reading.questions
    assert one.answers == ("1．看后台；\n2．试播一次。",)
    assert one.points == (
        Point(text="看后台", marks=Decimal(6)),
        Point(text="试播", marks=Decimal(4)),
    )
    assert (other.stem, other.answers) == ("怎样收尾？", ("复盘。",))
    assert (other.difficulty, other.codes) == (Decimal("0.55"), ("skill:4.1.1",))


def test_a_table_of_questions_is_read_as_a_sheet() -> None:
    rows = [["题干", "选项A", "选项B", "选项C", "答案"], ["甲？", "一", "二", "三", "B"]]
    reading = taken("下面是题目", table(rows))

    assert [(question.stem, key(question)) for question in reading.questions] == [("甲？", "B")]


def test_what_is_wrong_is_named_with_its_place() -> None:
    reading = taken("1．甲（　）", "A．一 B．二 C．三", "答案：E", "2．乙（　）", "A．一 B．二 C．三")

    assert reading.questions == ()
    assert [(fault.where, fault.reason) for fault in reading.errors] == [
        ("第 1 题（第 1 段）", "答案“E”不是选项。选择题的答案写字母，如 A 或 ACD"),
        ("第 2 题（第 4 段）", "没有标出正确答案，请补上答案"),
    ]


@pytest.mark.parametrize(
    ("number", "style", "words"),
    [
        (3, "decimal", "3"),
        (27, "upperLetter", "AA"),
        (2, "lowerLetter", "b"),
        (12, "chineseCounting", "十二"),
        (20, "chineseCounting", "二十"),
        (101, "chineseCounting", "101"),
        (2, "decimalEnclosedCircle", "②"),
        (21, "decimalEnclosedCircle", "21"),
        (5, "decimalZero", "05"),
    ],
)
def test_numbers_in_words(number: int, style: str, words: str) -> None:
    assert number_words(number, style) == words
