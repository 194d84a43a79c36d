"""Every printed condition has plain words in both languages, and they say what the data asks for."""

import re

import msgspec
import pytest

from zhiheng.foundation.wording import faults
from zhiheng.standards.core.conditions import Condition, Conditions, load_conditions, rule_sets
from zhiheng.standards.core.plain import paper_words, papers_of, plain_words
from zhiheng.standards.core.questions import load_questions

HAN = re.compile(r"[\u3400-\u9fff]")
EVERY = [
    pytest.param(conditions, condition, id=f"{conditions.rule_set}-{level.id}-{condition.number}")
    for conditions in rule_sets().values()
    for level in conditions.levels
    for condition in level.conditions
]


def said(rules: str, level: str, number: str, language: str = "zh") -> tuple[str, ...]:
    conditions = load_conditions(rules)
    (found,) = (one for one in conditions.for_level(level).conditions if one.number == number)
    return plain_words(found.requires, conditions, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(("conditions", "condition"), EVERY)
def test_each_condition_is_said_in_both_languages(conditions: Conditions, condition: Condition) -> None:
    chinese = plain_words(condition.requires, conditions)
    english = plain_words(condition.requires, conditions, "en")

    assert len(chinese) == len(english) >= 1
    assert HAN.findall("".join(english)) == []
    assert [faults(line) for line in (*chinese, *english)] == [()] * 2 * len(chinese)
    assert len(papers_of(condition.requires, conditions, "en")) >= 1


def test_the_numbers_are_those_of_the_data() -> None:
    assert said("004", "3", "1") == (
        "已有本职业或相关职业的四级或更高级别职业资格证书或技能等级证书",
        "取得证书以后，做本职业或相关职业的工作各段加起来满 3 年",
        "参加过本职业三级/高级工的正规培训，不少于 88 学时，并有结业证书",
    )
    assert said("000", "junior", "3", "en") == (
        "Secondary specialised school (vocational high school or technical school counts as well) or higher, completed",
        "1 year of work in a related field in all",
    )
    assert said("000", "中级", "2") == (
        "大专或更高学历，已毕业，什么专业都可以",
        "做相关领域的工作连续满 2 年，中间没有间断",
    )


def test_alternatives_are_told_apart() -> None:
    assert said("000", "初级", "4") == (
        "下列任一种：① 大专、本科、硕士或博士在读学生；或 ② 中专、职高或技校在读学生，专业相关",
    )
    assert said("004", "2", "3", "en")[0].startswith(
        "One of these: (a) a graduate of senior technical school"
    )


def test_another_reading_is_said_otherwise() -> None:
    conditions = load_conditions("000")
    strict = msgspec.structs.replace(
        conditions,
        readings=msgspec.structs.replace(
            conditions.readings,
            other_major_reading="unrelated",
            work_after_certificate=True,
            own_of_other_programme_is_other=False,
            higher_certificate_counts=False,
        ),
    )
    first, *_, own, other = strict.for_level("中级").conditions
    assert plain_words(first.requires, strict)[0] == "中专（职高、技校也算）或更高学历，已毕业，专业不相关"
    assert plain_words(first.requires, strict, "en")[0].endswith("completed, in an unrelated major")
    assert plain_words(own.requires, strict) == (
        "已有专委会发的初级证书（互联网营销师）",
        "取得证书以后，做相关领域的工作各段加起来满 1 年",
    )
    assert plain_words(own.requires, strict, "en")[1] == (
        "After the certificate, 1 year of work in a related field in all"
    )
    assert plain_words(other.requires, strict) == ("已有别的机构发的中级职业证书、技能证书或职称证书",)


def test_papers_are_named_once() -> None:
    conditions = load_conditions("004")
    condition = conditions.for_level("2").conditions[2]
    assert papers_of(condition.requires, conditions) == ("毕业证书复印件", "证书复印件", "工作证明")
    unknown = msgspec.structs.replace(conditions.proofs.work, name="推荐信")
    assert paper_words(unknown, conditions, "en") == "推荐信"


def test_every_question_is_asked_once_and_answered_in_both_languages() -> None:
    questions = load_questions()

    assert (questions[0].id, questions[0].question, questions[0].source) == (
        "how",
        "怎么报名？什么时候、在哪里报？",
        "002 第三部分一；第二部分四、1",
    )
    assert len({question.id for question in questions}) == len(questions)
    assert [
        question.id
        for question in questions
        if not (question.source and all((*question.answer, *question.answer_en)))
    ] == []
    assert [question.id for question in questions if len(question.answer) != len(question.answer_en)] == []
