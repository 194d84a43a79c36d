"""Items and packages of other systems, in the three versions, as questions of ours or with the reason why not."""

import zipfile
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.qti_files import Dialect, manifest, packed, png, resource
from zhiheng.bank.core.exchange.qti import read_qti
from zhiheng.bank.core.exchange.qti_words import INTERACTIONS
from zhiheng.bank.core.exchange.terms import Choice, Media, Question, Reading, Unsupported
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.case import point_identifier

VERSIONS = [Dialect(version=version) for version in ("2.1", "2.2", "3.0")]
Q = Dialect(version="2.2")
every_version = pytest.mark.parametrize("qti", VERSIONS, ids=lambda qti: qti.version)


def read(content: bytes, name: str = "题.xml") -> Reading:
    return read_qti(content, name=name)


def question(content: bytes, name: str = "题.xml") -> Question:
    reading = read(content, name)
    assert (reading.unsupported, reading.errors) == ((), ())
    return reading.questions[0]


def fault(content: bytes) -> str:
    reading = read(content)
    assert (reading.questions, reading.unsupported, len(reading.errors)) == ((), (), 1)
    return reading.errors[0].reason


def options(*texts: str, right: str) -> tuple[Choice, ...]:
    return tuple(Choice(text=text, correct="ABCDEFGH"[place] in right) for place, text in enumerate(texts))


@every_version
def test_single_choice(qti: Dialect) -> None:
    body = qti(
        "itemBody",
        "<p>直播前</p>\n  <p>应当<b>公示</b>什么？</p>" + qti.choices("甲", "<p>乙</p>", prompt="请选一项。"),
    )
    outcomes = qti(
        "outcomeDeclaration",
        qti("defaultValue", qti("value", "2")),
        identifier="MAXSCORE",
        cardinality="single",
    )
    said = qti("modalFeedback", "<p>因为乙。</p>", outcomeIdentifier="F", identifier="f", showHide="show")
    assert question(qti.item(qti.response("B") + outcomes + body + said)) == Question(
        type="single",
        stem="直播前\n应当公示什么？\n请选一项。",
        options=options("甲", "乙", right="B"),
        feedback="因为乙。",
        id="q1",
        marks=Decimal(2),
        where="题.xml",
    )


@every_version
def test_multiple_choice_by_its_mapping(qti: Dialect) -> None:
    entries = "".join(
        qti("mapEntry", mapKey=key, mappedValue=marks) for key, marks in (("A", "1"), ("C", "1"), ("B", "-1"))
    )
    response = qti.response(cardinality="multiple", extra=qti("mapping", entries, defaultValue="0"))
    reading = read(
        qti.item(response + qti("itemBody", "<p>哪些？</p>" + qti.choices("甲", "乙", "丙", most="0")))
    )
    (found,) = reading.questions
    assert (found.type, found.options, found.marks) == (
        "multiple",
        options("甲", "乙", "丙", right="AC"),
        Decimal(2),
    )
    assert [remark.reason for remark in reading.remarks] == [
        "多项选择题按选项给的分没有带入，计分以考试规则为准",
        "选错倒扣的分没有带入",
    ]


@every_version
def test_written_answers(qti: Dialect) -> None:
    rubric = qti("rubricBlock", "<p>答出两点各得 5 分。</p>", view="scorer")
    box = qti("extendedTextInteraction", qti("prompt", "简述复盘的步骤。"), responseIdentifier="RESPONSE")
    score = qti("outcomeDeclaration", identifier="SCORE", cardinality="single", normalMaximum="10.0")
    with_answer = qti.response("先看数据，再找原因。", base="string")
    found = question(qti.item(with_answer + score + qti("itemBody", box + rubric)))
    assert (found.type, found.stem, found.marks) == ("short", "简述复盘的步骤。", Decimal(10))
    assert (found.answers, found.feedback) == (("先看数据，再找原因。",), "答出两点各得 5 分。")
    bare = question(qti.item(qti.response(base="string") + qti("itemBody", box + rubric)))
    assert (bare.answers, bare.feedback, bare.marks) == (("答出两点各得 5 分。",), "", None)


@every_version
def test_a_gap_in_a_line_is_a_short_question(qti: Dialect) -> None:
    gap = qti("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="4")
    entries = qti("mapEntry", mapKey="广告法", mappedValue="2") + qti(
        "mapEntry", mapKey="《广告法》", mappedValue="1"
    )
    response = qti.response("广告法", base="string", extra=qti("mapping", entries))
    reading = read(qti.item(response + qti("itemBody", f"<p>依据是{gap}。</p>")))
    (found,) = reading.questions
    assert (found.stem, found.answers, found.marks) == (
        "依据是______。",
        ("广告法", "《广告法》"),
        Decimal(2),
    )
    assert [remark.reason for remark in reading.remarks] == [
        "各个可接受答案分值不同，只带入了答案，没有带入分值"
    ]


def test_words_and_lines_of_html() -> None:
    body = (
        "<div>甲  乙\n丙<!-- 注 --><br/>丁</div><ol><li>一</li><li><p>二</p></li></ol><ul><li>点</li></ul>"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
        "<p>x<sup>2</sup>、H<sub>2</sub>O、x<sup>乙</sup></p><pre> 左  空\n行</pre><style>p {}</style>"
    )
    assert question(Q.single(body)).stem.split("\n") == [
        "甲 乙 丙", "丁", "1. 一", "2. 二", "· 点", "a | b", "c", "x²、H₂O、x^(乙)", " 左  空", "行",
    ]  # fmt: skip


def test_feedback_of_every_place_once() -> None:
    first = "甲" + Q("feedbackInline", "不对", outcomeIdentifier="F", identifier="A", showHide="show")
    body = Q(
        "itemBody",
        "<p>选</p>"
        + Q.choices(first, "乙")
        + Q("feedbackBlock", "<p>记住</p>", outcomeIdentifier="F", identifier="x", showHide="show"),
    )
    shown = "".join(
        Q("modalFeedback", text, outcomeIdentifier="F", identifier="x", showHide="show")
        for text in ("记住", "完")
    )
    rubric = Q("rubricBlock", "<p>易错</p>", view="author tutor")
    found = question(Q.item(Q.response("B") + body.replace("<p>选</p>", f"<p>选</p>{rubric}") + shown))
    assert (found.stem, found.options[0].text, found.feedback) == ("选", "甲", "A：不对\n记住\n完\n易错")


def test_words_for_candidates_are_part_of_the_question() -> None:
    rubric = Q("rubricBlock", "<p>请读材料。</p>", view="candidate scorer")
    assert question(Q.single(f"{rubric}<p>选</p>")).stem == "请读材料。\n选"


@every_version
@pytest.mark.parametrize("kind", sorted(INTERACTIONS))
def test_other_kinds_are_named_with_their_reason(qti: Dialect, kind: str) -> None:
    reading = read(qti.item(qti("itemBody", "<p>题</p>" + qti(kind, responseIdentifier="RESPONSE"))))
    reason = f"{INTERACTIONS[kind]}；本平台只有单项选择题、多项选择题和简答题"
    assert reading == Reading(unsupported=(Unsupported(id="q1", type=kind, reason=reason, where="题.xml"),))


PLAIN = Q("itemBody", "<p>选</p>" + Q.choices("甲", "乙"))
FORMULA = '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi></m:math>'
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"/>'
INCLUDED = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
PARTIAL = Q(
    "mapping", Q("mapEntry", mapKey="A", mappedValue="1") + Q("mapEntry", mapKey="B", mappedValue="2")
)


@pytest.mark.parametrize(
    ("content", "type", "reason"),
    [
        (Q.item(Q.response("B") + PLAIN, adaptive="true"), "choiceInteraction", "自适应题"),
        (Q.item(Q("templateDeclaration", identifier="T") + PLAIN), "choiceInteraction", "模板题"),
        (Q.item(Q("itemBody", "<p>读一读</p>")), "assessmentItem", "没有作答的地方"),
        (Q.item(""), "assessmentItem", "没有作答的地方"),
        (
            Q.item(Q("itemBody", Q.choices("甲", "乙") + Q("extendedTextInteraction", responseIdentifier="R2"))),
            "choiceInteraction+extendedTextInteraction",
            "组合题，一道题里有 2 处作答",
        ),
        (Q.single(f"<p>{FORMULA}</p>"), "choiceInteraction", "题目里有公式"),
        (Q.single(DRAWING), "choiceInteraction", "题目里有内嵌的矢量图"),
        (Q.single(INCLUDED), "choiceInteraction", "题目引用其他文件的片段"),
        (Q.single(Q("printedVariable", identifier="T")), "choiceInteraction", "题目里有变量"),
        (Q.item(Q.response("A", cardinality="ordered") + PLAIN), "choiceInteraction", "选项须按次序作答"),
        (Q.item(Q.response("B", extra=PARTIAL) + PLAIN), "choiceInteraction", "单项选择题里另有选项给部分分"),
        (Q.item(Q("itemBody", Q("strangeInteraction"))), "strangeInteraction", "不认识的题型"),
        (b'<questestinterop ident="old"/>', "questestinterop", "这是 QTI 1.x 的题目"),
    ],
)  # fmt: skip
def test_what_is_not_asked_here(content: bytes, type: str, reason: str) -> None:
    (found,) = read(content).unsupported
    assert (found.type, found.reason[: len(reason)]) == (type, reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (Q.item(PLAIN), "作答处没有对应的答案声明（responseDeclaration）"),
        (Q.item(Q.response() + PLAIN), "没有标准答案"),
        (Q.item(Q.response("Z") + PLAIN), "标准答案“Z”不是选项之一"),
        (Q.item(Q.response("A", "B") + PLAIN), "单选题声明了 2 个正确选项"),
        (
            Q.item(Q.response("A") + Q("itemBody", "<p>选</p>" + Q.choices("甲"))),
            "选项有 1 个，应为 2 至 50 个且代号不重复",
        ),
        (Q.item(Q.response("A") + Q("itemBody", Q.choices("甲", "乙"))), "没有题干"),
        (Q.single("<p>" + "长" * 20_001 + "</p>"), "题干有 20001 个字，超过 20000 个字"),
        (b"<html/>", "不是 QTI 题目：文件的首个标签是 html"),
    ],
)
def test_what_is_broken(content: bytes, reason: str) -> None:
    assert fault(content).split("。")[0] == reason


def test_a_choice_of_one_in_a_multiple_declaration_is_single() -> None:
    content = Q.item(
        Q.response("B", cardinality="multiple") + Q("itemBody", "<p>选</p>" + Q.choices("甲", "乙"))
    )
    assert question(content).type == "single"


# Packages


def test_pictures_are_kept_with_their_words() -> None:
    body = '<p>看图 <img src="../img/a%20b.png" alt="证照"/>与<img src="../other/a%20b.png" alt=""/></p>'
    files = {
        "imsmanifest.xml": manifest(resource("items/q1.xml", files=("img/a%20b.png", "css/a.css"))),
        "items/q1.xml": Q.single(body),
        "img/a b.png": png(1),
        "other/a b.png": png(2),
    }
    reading = read(packed(files), "题.zip")
    (found,) = reading.questions
    assert found.stem == "看图 ［图：a b.png］与［图：2-a b.png］"
    assert found.media == (
        Media(name="a b.png", content=png(1), alt="证照"),
        Media(name="2-a b.png", content=png(2)),
    )
    assert reading.remarks == ()


def test_a_picture_inside_the_text_itself() -> None:
    import base64

    inline = f'<p>看<img alt="" src="data:image/png;base64,{base64.b64encode(png()).decode()}"/></p>'
    found = question(Q.single(inline))
    assert (found.stem, found.media) == ("看［图：picture.png］", (Media(name="picture.png", content=png()),))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("none.png", "包里没有文件“items/none.png”"),
        ("../../a.png", "题目引用的位置“../../a.png”不在包里"),
        ("/etc/passwd", "题目引用的位置“/etc/passwd”不在包里"),
        ("https://example.org/a.png", "题目引用包外的地址“https://example.org/a.png”，不会去下载"),
        ("//example.org/a.png", "题目引用包外的地址“//example.org/a.png”，不会去下载"),
        ("file:///etc/passwd", "题目引用包外的地址“file:///etc/passwd”，不会去下载"),
        ("", "题目引用的位置“”不在包里"),
        ("../words.png", "“words.png”的内容不是图片、录音或录像"),
        ("data:image/png;base64,AAAA", "“picture.bin”的内容不是图片、录音或录像"),
        ("data:image/png;base64,A", "题目里内嵌的图片已损坏"),
    ],
)
def test_pictures_that_are_not_there(address: str, reason: str) -> None:
    files = {
        "imsmanifest.xml": manifest(resource("items/q1.xml")),
        "items/q1.xml": Q.single(f'<p>看<img src="{address}" alt="图"/></p>'),
        "words.png": b"not a picture",
    }
    reading = read(packed(files), "题.zip")
    assert [(error.where, error.reason.split("。")[0]) for error in reading.errors] == [
        ("items/q1.xml", reason)
    ]


@every_version
def test_a_shared_text_stands_before_each_question_on_it(qti: Dialect) -> None:
    reference = qti("assessmentStimulusRef", identifier="S", href="../texts/s.xml")
    stimulus = qti(
        "assessmentStimulus", qti("stimulusBody", '<p>材料一<img src="s.png" alt="表"/></p>'), identifier="S"
    )
    item = qti("itemBody", "<p>选</p>" + qti.choices("甲", "乙"))
    files = {
        "imsmanifest.xml": manifest(
            resource("items/q1.xml"),
            resource("items/q2.xml"),
            resource("texts/s.xml", type="imsqti_stimulus_xmlv3p0"),
        ),
        "items/q1.xml": qti.item(qti.response("B") + reference + item),
        "items/q2.xml": qti.item(qti.response("A") + reference + item, identifier="q2"),
        "texts/s.xml": stimulus,
        "texts/s.png": png(),
    }
    reading = read(packed(files), "题.zip")
    assert [found.stem for found in reading.questions] == ["材料一［图：s.png］\n选"] * 2
    assert [found.media for found in reading.questions] == [
        (Media(name="s.png", content=png(), alt="表"),)
    ] * 2
    del files["texts/s.xml"]
    lost = read(packed(files), "题.zip")
    assert [error.reason.split("。")[0] for error in lost.errors] == ["包里没有文件“texts/s.xml”"] * 2


@pytest.mark.parametrize(
    ("stimulus", "reason"),
    [
        ("<assessmentStimulus/>", "共用材料“s.xml”里没有正文"),
        (
            f"<assessmentStimulus><stimulusBody>{'长' * 20_001}</stimulusBody></assessmentStimulus>",
            "共用材料“s.xml”有 20001 个字，超过 20000 个字",
        ),
    ],
)
def test_shared_texts_that_cannot_be_used(stimulus: str, reason: str) -> None:
    item = Q.item(Q.response("B") + Q("assessmentStimulusRef", identifier="S", href="s.xml") + PLAIN)
    files = {"imsmanifest.xml": manifest(resource("q1.xml")), "q1.xml": item, "s.xml": stimulus}
    assert [error.reason.split("。")[0] for error in read(packed(files), "题.zip").errors] == [reason]


def test_tests_are_named_and_their_items_read() -> None:
    test = '<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="T1"/>'
    files = {
        "imsmanifest.xml": manifest(resource("t.xml", type="imsqti_test_xmlv2p1"), resource("q1.xml")),
        "t.xml": test,
        "q1.xml": Q.single(),
    }
    reading = read(packed(files), "题.zip")
    assert reading.unsupported == (
        Unsupported(
            id="T1", type="assessmentTest", reason="试卷结构不导入，其中的题目已逐题读入", where="t.xml"
        ),
    )
    assert [found.id for found in reading.questions] == ["q1"]


LABELS = """<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM">
<educational><difficulty><source>LOMv1.0</source><value>easy</value></difficulty></educational>
<classification><purpose><source>LOMv1.0</source><value>competency</value></purpose><taxonPath>
<taxon><id>skill:4.1.1</id></taxon><taxon><id>K-12.3</id></taxon></taxonPath></classification></lom></metadata>"""


ALIGNED = """<metadata><curriculumStandardsMetadataSet xmlns="http://www.imsglobal.org/xsd/imscsmd_v1p1">
<curriculumStandardsMetadata><setOfGUIDs><labelledGUID><label>x</label><GUID>{guid}</GUID></labelledGUID>
<labelledGUID><GUID>6ba7b810-9dad-11d1-80b4-00c04fd430c8</GUID></labelledGUID></setOfGUIDs>
</curriculumStandardsMetadata></curriculumStandardsMetadataSet></metadata>"""


def test_an_alignment_with_our_framework_becomes_a_code() -> None:
    guid = point_identifier("4-01-02-07-2021", "5", "skill", "4.1.1")
    files = {
        "imsmanifest.xml": manifest(resource("q1.xml", inside=ALIGNED.format(guid=guid))),
        "q1.xml": Q.single(),
    }
    assert question(packed(files), "题.zip").codes == ("skill:4.1.1",)


OWN_WORDS = """<metadata><lom><general><identifier><catalog>URI</catalog><entry>x</entry></identifier></general>
<classification><purpose><value>difficulty</value></purpose><taxonPath><taxon><id>hard</id></taxon>
<taxon><id>0.4</id></taxon></taxonPath></classification></lom></metadata>"""


def test_a_difficulty_in_words_is_passed_over_for_one_in_numbers() -> None:
    files = {"imsmanifest.xml": manifest(resource("q1.xml", inside=OWN_WORDS)), "q1.xml": Q.single()}
    found = question(packed(files), "题.zip")
    assert (found.id, found.difficulty) == ("q1", Decimal("0.4"))


def test_a_listed_recording_that_is_none() -> None:
    files = {
        "imsmanifest.xml": manifest(resource("q1.xml", files=("a.mp3",))),
        "q1.xml": Q.single(),
        "a.mp3": b"words",
    }
    (error,) = read(packed(files), "题.zip").errors
    assert error.reason.startswith("“a.mp3”的内容不是图片、录音或录像")


def test_the_key_is_taken_from_the_mapping_of_a_single_choice() -> None:
    entries = "".join(
        Q("mapEntry", mapKey=key, mappedValue=marks)
        for key, marks in (("A", "nothing"), ("B", "2"), ("C", "NaN"))
    )
    other = Q("responseDeclaration", identifier="OTHER", cardinality="single")
    response = other + Q.response(extra=Q("mapping", entries, upperBound="3"))
    found = question(Q.item(response + Q("itemBody", "<p>选</p>" + Q.choices("甲", "乙", "丙"))))
    assert (found.options, found.marks) == (options("甲", "乙", "丙", right="B"), Decimal(3))


def test_recordings_and_empty_entries() -> None:
    sound = b"ID3\x03" + bytes(300)
    body = '<p>听<audio><source src="a.mp3"/>浏览器不能播放</audio></p><ul><li/><li>乙</li></ul>'
    files = {"imsmanifest.xml": manifest(resource("q1.xml")), "q1.xml": Q.single(body), "a.mp3": sound}
    found = question(packed(files), "题.zip")
    assert (found.stem, found.media) == ("听［图：a.mp3］\n·\n· 乙", (Media(name="a.mp3", content=sound),))


def test_labels_of_a_foreign_list() -> None:
    files = {"imsmanifest.xml": manifest(resource("q1.xml", inside=LABELS)), "q1.xml": Q.single()}
    found = question(packed(files), "题.zip")
    assert (found.id, found.codes, found.difficulty) == ("q1", ("skill:4.1.1",), Decimal("0.80"))
    assert (found.trades, found.law) == (frozenset(), ())


def test_a_package_in_a_folder_with_a_base_and_items_the_list_forgot() -> None:
    files = {
        "题库/imsmanifest.xml": manifest(
            resource("q1.xml"), resource("q2.xml"), resource("q1.xml"), base=' xml:base="in/"'
        ),
        "题库/in/q1.xml": Q.single(),
        "题库/forgotten.xml": Q.single(identifier="q9"),
        "题库/other.xml": "<other/>",
        "题库/broken.xml": "<other",
    }
    reading = read(packed(files), "题.zip")
    assert [found.where for found in reading.questions] == ["题库/in/q1.xml", "题库/forgotten.xml"]
    assert [(error.where, error.reason.split("。")[0]) for error in reading.errors] == [
        ("题库/in/q2.xml", "包里没有文件“题库/in/q2.xml”"),
        ("题库/in/q1.xml", "清单里另有一项指向同一个文件，只读入了一次"),
    ]


def test_an_entry_without_a_file_and_one_that_is_no_item() -> None:
    files = {
        "imsmanifest.xml": manifest(
            '<resource identifier="R" type="imsqti_item_xmlv2p1"/>', resource("x.xml"), resource("w.html", type="webcontent"),
            resource("w.xml", type="webcontent"), resource("lost.xml", type="webcontent"),
            resource("w.xml", type="webcontent"),
        ),
        "x.xml": "<x/>",
        "w.xml": Q.single(),
    }  # fmt: skip
    reading = read(packed(files), "题.zip")
    assert [(error.where, error.reason.split("。")[0]) for error in reading.errors] == [
        ("R", "包里没有文件“”"),
        ("x.xml", "不是 QTI 题目：文件的首个标签是 x"),
    ]
    assert [found.where for found in reading.questions] == ["w.xml"]


MADE = {
    "good": lambda n: Q.single(identifier=f"q{n}"),
    "other": lambda n: Q.item(Q("itemBody", Q("orderInteraction")), identifier=f"q{n}"),
    "keyless": lambda n: Q.item(Q.response() + PLAIN, identifier=f"q{n}"),
    "broken": lambda n: b"<assessmentItem",
    "foreign": lambda n: b"<html/>",
    "missing": lambda n: None,
}


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(MADE)), max_size=12))
def test_every_item_of_the_list_is_a_question_a_reason_or_a_fault(kinds: list[str]) -> None:
    names = {f"items/q{number}.xml": MADE[kind](number) for number, kind in enumerate(kinds)}
    files = {name: content for name, content in names.items() if content is not None}
    reading = read(packed({"imsmanifest.xml": manifest(*map(resource, names)), **files}), "题.zip")
    told = [found.where for found in (*reading.questions, *reading.unsupported, *reading.errors)]
    assert Counter(told) == Counter(list(names))
    assert (len(reading.questions), len(reading.unsupported)) == (kinds.count("good"), kinds.count("other"))


def test_an_item_the_list_forgot_and_nobody_can_read() -> None:
    files = {
        "imsmanifest.xml": manifest(),
        "cut.xml": Q.single()[:-20],
        "kept.xml": Q.single(),
        "other.xml": "<cut",
    }
    content = packed(files, level=zipfile.ZIP_STORED)
    at = content.index("选哪一个".encode(), content.index(b"kept.xml"))
    reading = read(content[:at] + b"xxx" + content[at + 3 :], "题.zip")
    assert (reading.questions, [error.where for error in reading.errors]) == ((), ["cut.xml", "kept.xml"])


def test_an_archive_without_questions_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(packed({"readme.txt": "x"}), "题.zip")
    assert refused.value.code == "qti-empty"
