"""Barred words are found however they are written, plain statements pass, and no public text holds one."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.foundation.public_texts import public_texts
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.wording import WORDS, faults, require_plain

STATEMENT = "该证书不是职业资格证书，也不是职业技能等级证书。"
PLAIN = [
    STATEMENT,
    "由中国通信工业协会互联网产业专业委员会颁发",
    "《中华人民共和国广告法》相关知识。",
    "《互联网营销师国家职业技能标准（2021 年版）》1.9.3",
    "取得四级/中级工职业资格证书（技能等级证书）后，累计工作 3 年（含）以上",
    "职业技能证书",
    "考试不能替考",
    "第一考场；最高学历；报名费",
    "",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_passes(text: str) -> None:
    assert faults(text) == ()
    assert require_plain(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("国家职业资格证书", ["国家职业资格"]),
        ("国家认证持证上岗", ["国家认证", "持证上岗"]),
        ("颁发职业技能等级证书", ["职业技能等级证书"]),
        ("本证书是职业技能等级证书，不是职业资格证书", ["职业技能等级证书", "职业资格证书"]),
        ("包过", ["包过"]),
        ("未来五年最挣钱的职业", ["最挣钱"]),
        ("高薪，月入过万，起薪都在1W左右", ["高薪", "月入过万", "起薪"]),
        ("权威机构颁发", ["权威"]),
        ("考生通过率还是挺高的", ["通过率还是挺高"]),
        ("全国通用", ["全国"]),
        ("中国 通信协会", ["中国"]),
        ("证书背面印国徽", ["国徽"]),
        ("《国家认证包过秘籍》", ["国家认证", "包过"]),
        (
            "Nationally recognised; you are guaranteed to pass",
            ["Nationally recognised", "guaranteed to pass"],
        ),
    ],
)
def test_barred_words_are_found(text: str, words: list[str]) -> None:
    assert [fault.word for fault in faults(text)] == words


@pytest.mark.parametrize("text", ["国 家 认 证", "国家\u200b认证", "国\n家\t认证"])
def test_gaps_do_not_hide_a_word(text: str) -> None:
    assert len(faults(text)) == 1
    assert faults(text)[0].start == 0


def test_a_fault_says_why_by_which_document_and_where() -> None:
    (fault,) = faults("本班包过")

    assert (fault.word, fault.start) == ("包过", 2)
    assert fault.why == "对通过考试、取得证书作保证性承诺"
    assert "《广告法》第二十四条" in fault.source


def test_a_barred_text_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        require_plain("权威机构包过", field="机构简介")

    assert refused.value.code == "wording-barred"
    assert refused.value.what.startswith("机构简介里有不能对外使用的字样，第 1 个字起的“权威”")
    assert "第 5 个字起的“包过”" in refused.value.what
    assert refused.value.rule == "人社部函〔2022〕25号；《广告法》第二十八条；《广告法》第二十四条第一项"


@given(st.text(alphabet="abc 测试，。", max_size=30), st.text(alphabet="abc 测试，。", max_size=30))
def test_a_word_is_found_at_its_place_in_any_text(before: str, after: str) -> None:
    assert [(fault.word, fault.start) for fault in faults(f"{before}敲门砖{after}")] == [
        ("敲门砖", len(before))
    ]


def test_every_word_and_exception_has_its_reason() -> None:
    file = msgspec.yaml.decode(WORDS.read_bytes())

    assert all(word["why"] and word["source"] for word in file["words"])
    assert all(entry["why"] and ("text" in entry) != ("pattern" in entry) for entry in file["exceptions"])


def test_no_public_text_holds_a_barred_word() -> None:
    texts = list(public_texts())
    places = {place for place, _ in texts}
    found = [(place, fault.word, fault.start) for place, text in texts for fault in faults(text)]

    assert found == []
    assert {"portal/templates/portal/about.html", "certificates/typst/certificate.typ"} <= places
    assert {
        "standards/data/rulesets/ccia-002/ruleset.yaml",
        "portal/locale/en/LC_MESSAGES/django.po",
    } <= places
