"""GIFT, Aiken and Moodle XML: what is taken, what is not and why, what is left behind."""

import base64
from decimal import Decimal

import pytest

from tests.bank.travelling import PICTURE
from zhiheng.bank.core.exchange.formats import read
from zhiheng.bank.core.exchange.markup import text_of
from zhiheng.bank.core.exchange.moodle_xml import REASONS
from zhiheng.bank.core.exchange.terms import Question, Reading
from zhiheng.foundation.errors import Refused


def gift(text: str) -> Reading:
    return read(text.encode(), name="题.gift")


def key(question: Question) -> str:
    return "".join("ABCDEFGH"[place] for place, option in enumerate(question.options) if option.correct)


@pytest.mark.parametrize(
    ("text", "kind", "stem", "options", "right"),
    [
        ("甲？{=一 ~二 ~三}", "single", "甲？", ["一", "二", "三"], "A"),
        ("甲？{\n~一\n~二\n=三\n}", "single", "甲？", ["一", "二", "三"], "C"),
        ("::名::甲？{~%100%一 ~二}", "multiple", "甲？", ["一", "二"], "A"),
        ("甲？{~%50%一 ~%-100%二 ~%50%三}", "multiple", "甲？", ["一", "二", "三"], "AC"),
        ("1 \\+ 1 \\= \\{x\\}\\: {=\\~2 ~\\#3}", "single", "1 \\+ 1 = {x}:", ["~2", "#3"], "A"),
        ("上行\\n下行{=a ~b}", "single", "上行\n下行", ["a", "b"], "A"),
        ("[html]<p>甲<b>乙</b></p><p>丙</p>{=a ~b}", "single", "甲乙\n丙", ["a", "b"], "A"),
        ("[markdown]**甲**{=a ~b}", "single", "**甲**", ["a", "b"], "A"),
        ("地球绕{=太阳 ~月亮}转。", "single", "地球绕____转。", ["太阳", "月亮"], "A"),
        ("甲？{=一\n\n~二}", "single", "甲？", ["一", "二"], "A"),
    ],
)
def test_gift_choices(text: str, kind: str, stem: str, options: list[str], right: str) -> None:
    [question] = gift(text).questions
    assert (question.type, question.stem, key(question)) == (kind, stem, right)
    assert [option.text for option in question.options] == options


def test_gift_short_answers_and_essays() -> None:
    reading = gift("::S::甲？{=一 =%100%壹 =%50%弌#接近}\n\n::E::乙？{}\n\n::F::丙？{####评语}")

    assert [(q.id, q.type, q.answers, q.feedback) for q in reading.questions] == [
        ("S", "short", ("一", "壹"), ""),
        ("E", "short", (), ""),
        ("F", "short", (), "评语"),
    ]
    assert [remark.reason for remark in reading.remarks] == ["只得部分分数的答案“弌”（50%）没有收入"]


def test_gift_feedback_ids_comments_and_categories() -> None:
    text = "$CATEGORY: 甲/乙\n\n// [id:N-1] [tag:x]\n::题名::甲？{=一#对了 ~二#错了####总评}\n// 说明\n\n"
    reading = gift(text)

    [question] = reading.questions
    assert (question.id, question.feedback) == ("N-1", "总评\nA：对了\nB：错了")
    assert [remark.reason for remark in reading.remarks] == ["分类“甲/乙”没有收入"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("甲。{T}", "truefalse"),
        ("甲。{FALSE#为什么}", "truefalse"),
        ("几？{#3}", "numerical"),
        ("几？{#=3:0.5 =4}", "numerical"),
        ("配对{=a -> 1 =b -> 2 =c -> 3}", "matching"),
        ("只是一段话。", "description"),
        ("甲？{=一 =二 ~三}", "multichoice"),
    ],
)
def test_gift_kinds_not_asked_here(text: str, kind: str) -> None:
    reading = gift(f"::名::{text}\n\n好的{{=a ~b}}")
    assert [(entry.id, entry.type, bool(entry.reason)) for entry in reading.unsupported] == [
        ("名", kind, True)
    ]
    assert [question.stem for question in reading.questions] == ["好的"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("甲？{=一 ~二", "花括号不成对"),
        ("甲？}=一{", "花括号不成对"),
        ("甲？{一 二}", "没有以 = 或 ~ 开头"),
        ("{=一 ~二}", "题干是空的"),
        ("甲？{~一 ~二}", "没有标出正确答案"),
        ("甲？{=一 ~}", "第 2 个选项是空的"),
    ],
)
def test_gift_faults_name_the_line_and_the_next_question_is_read(text: str, part: str) -> None:
    reading = gift(f"// 头\n{text}\n\n::下::下一题{{=a ~b}}")
    [fault] = reading.errors
    assert (fault.where, part in fault.reason) == ("第 2 行", True)
    assert [question.id for question in reading.questions] == ["下"]


def test_aiken() -> None:
    text = (
        "甲？\n还有一行\nA. 一\nB) 二\nC、三\nANSWER: B\n\n乙？\nＡ．一\nＢ．二\n答案：A,B\n"
        "丙？\nA. 一\nB. 二\n  续行\nANSWER: 甲\n丁？\nANSWER: A\n戊？\nA. 一\n"
    )
    reading = read(text.encode("gb18030"), name="题.aiken")

    assert [(q.type, q.stem, key(q), q.where) for q in reading.questions] == [
        ("single", "甲？\n还有一行", "B", "第 1 行"),
        ("multiple", "乙？", "AB", "第 8 行"),
    ]
    assert [fault.where for fault in reading.errors] == ["第 12 行", "第 17 行", "第 19 行"]


def quiz(*questions: str) -> Reading:
    content = f'<?xml version="1.0" encoding="UTF-8"?><quiz>{"".join(questions)}</quiz>'
    return read(content.encode(), name="题.xml")


def asked(kind: str, inside: str, *, text: str = "<![CDATA[<p>甲？</p>]]>", name: str = "名") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>{text}</text></questiontext>{inside}</question>'
    )


def answer(fraction: str, text: str, more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{more}</answer>'


def test_moodle_choices() -> None:
    told = "<feedback><text>因为</text></feedback>"
    reading = quiz(
        asked("multichoice", answer("100", "一", told) + answer("-33.33", "二")),
        asked(
            "multichoice",
            "<single>false</single>" + answer("50", "一") + answer("50", "二") + answer("-100", "三"),
        ),
        asked("multichoice", "<single>true</single>" + answer("100", "一") + answer("100", "二")),
        asked("multichoice", answer("0", "一") + answer("0", "二")),
    )

    assert [(q.type, key(q), q.feedback, q.id) for q in reading.questions] == [
        ("single", "A", "A：因为", "名"),
        ("multiple", "AB", "", "名"),
    ]
    assert [entry.type for entry in reading.unsupported] == ["multichoice"]
    assert [(fault.where, fault.reason) for fault in reading.errors] == [
        ("第 4 题", "没有标出正确答案，请补上答案")
    ]
    assert [remark.where for remark in reading.remarks] == ["第 1 题"]


def test_moodle_short_answers_essays_and_what_they_leave_behind() -> None:
    reading = quiz(
        '<question type="category"><category><text>$course$/甲</text></category></question>',
        asked("shortanswer", answer("100", "一") + answer("80", "弌") + "<hint><text>想想</text></hint>"),
        asked(
            "essay",
            "<idnumber>E-1</idnumber><defaultgrade>10</defaultgrade><graderinfo format='html'><text>"
            "&lt;p&gt;先看后台&lt;/p&gt;</text></graderinfo><generalfeedback><text>总评</text></generalfeedback>",
        ),
    )

    assert [(q.id, q.answers, q.marks, q.feedback) for q in reading.questions] == [
        ("名", ("一",), None, ""),
        ("E-1", ("先看后台",), Decimal(10), "总评"),
    ]
    assert [(remark.where, remark.reason) for remark in reading.remarks] == [
        ("第 1 题", "分类“$course$/甲”没有收入"),
        ("第 2 题", "不得满分的答案“弌”没有收入"),
        ("第 2 题", "多次作答的提示没有收入"),
    ]


@pytest.mark.parametrize("kind", [*REASONS, "crossword"])
def test_moodle_kinds_not_asked_here(kind: str) -> None:
    reading = quiz(asked(kind, ""))
    [entry] = reading.unsupported
    assert (entry.id, entry.type, entry.where) == ("名", kind, "第 1 题")
    assert entry.reason == REASONS.get(kind, f"题型“{kind}”不在三种题型之内")


def test_moodle_pictures_come_with_the_question_and_scripts_do_not() -> None:
    content = base64.b64encode(PICTURE.content).decode()
    reading = quiz(
        '<question type="essay"><name><text/></name><questiontext format="html"><text><![CDATA['
        '<p>看<img src="@@PLUGINFILE@@/a%20b.png"><script>alert(1)</script></p><p>10<sup>2</sup> 与 x<sub>n</sub></p>'
        f']]></text><file name="a b.png" path="/" encoding="base64">{content}</file>'
        '<file name="坏.png" encoding="base64">!!</file></questiontext></question>'
    )

    [question] = reading.questions
    assert question.stem == "看［图：a b.png］\n10² 与 x_(n)"
    assert [(entry.name, entry.content) for entry in question.media] == [("a b.png", PICTURE.content)]
    assert [remark.reason for remark in reading.remarks] == ["附件“坏.png”损坏，没有收入"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("甲\n乙", "甲乙"),
        ("a\n  b", "a b"),
        ("<ul><li>甲</li><li>乙</li></ul>", "甲\n乙"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲　乙"),
        ("1 &lt; 2 &amp;&nbsp;3", "1 < 2 & 3"),
        ('<img src="https://a.invalid/x.png">', "［图：https://a.invalid/x.png］"),
        ('<img src="data:image/png;base64,AAAA">', "［图：图片］"),
        ("甲<sup></sup>", "甲"),
        ('<a href="javascript:alert(1)">甲</a>', "甲"),
        ("<style>p{}</style>甲", "甲"),
    ],
)
def test_markup_to_lines(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_a_quiz_in_gb18030_says_so_and_is_read() -> None:
    text = f'<?xml version="1.0" encoding="GB18030"?><quiz>{asked("essay", "")}</quiz>'
    assert [q.stem for q in read(text.encode("gb18030"), name="a.xml").questions] == ["甲？"]


def test_what_is_no_quiz_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(b"<quizzes/>", name="a.xml", form="moodle-xml")
    assert refused.value.code == "not-moodle"
