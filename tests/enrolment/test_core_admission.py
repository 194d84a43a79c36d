"""Until when somebody may be enrolled, and which papers the claimed condition asks for."""

from datetime import date, datetime, timedelta

import pytest

from zhiheng.enrolment.core.admission import Standing, decide_open
from zhiheng.enrolment.core.documents import decide_complete, required_kinds
from zhiheng.enrolment.core.eligibility import Assessment, ConditionLine
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.core.authorisation import Authority, Line, Wish
from zhiheng.standards.core.conditions import Proof

ENDS = datetime(2026, 11, 22, tzinfo=SHANGHAI)
PERIOD = {"begins": date(2026, 1, 1), "until": date(2026, 12, 31)}


def standing(*, suspended: bool = False) -> Standing:
    return Standing(
        authority=Authority(
            institution="青禾", province="福建省", suspended=suspended, line=Line(**PERIOD), **PERIOD
        ),
        wish=Wish(programme="internet-marketing", name="互联网营销师（初级）"),
        ends=ENDS,
    )


def test_enrolment_is_open_until_the_moment_it_ends() -> None:
    last = decide_open(standing(), now=ENDS - timedelta(microseconds=1))
    over = decide_open(standing(), now=ENDS)

    assert (last.granted, over.granted) == (True, False)
    assert [(reason.code, reason.remedy) for reason in over.unmet] == [("enrolment-open", "请改报下一考期")]
    assert last.reasons[-1].remedy == ""


def test_who_may_not_enrol_at_all_hears_that_too() -> None:
    found = decide_open(standing(suspended=True), now=ENDS)
    assert [reason.code for reason in found.unmet] == ["institution-suspended", "enrolment-open"]


def assessment(*lines: ConditionLine) -> Assessment:
    return Assessment(rule_set="ccia-000", level="junior", as_of=date(2026, 11, 28), lines=lines)


def line(number: str, *materials: str) -> ConditionLine:
    proofs = tuple(Proof(name=material, material=material) for material in materials)
    return ConditionLine(
        number=number,
        met=True,
        parts=(),
        earliest=None,
        proofs=proofs,
        printed="",
        source="",
        text="",
        remedy="",
    )


FOUND = assessment(line("（1）"), line("（2）", "evidence", "photo", "education_copy", "evidence"))
ALWAYS = ("id_front", "id_back", "photo")


@pytest.mark.parametrize(
    ("claimed", "kinds"),
    [
        ("（1）", ALWAYS),
        ("（2）", (*ALWAYS, "proof", "education")),
        ("（9）", (*ALWAYS, "education", "proof")),
    ],
)
def test_the_claimed_condition_says_which_papers(claimed: str, kinds: tuple[str, ...]) -> None:
    assert required_kinds(FOUND, claimed) == kinds


def test_each_paper_that_is_missing_is_named() -> None:
    decision = decide_complete(ALWAYS, ["photo", "id_front"], rule="002 二")

    assert [(reason.code, reason.met, reason.text, reason.remedy) for reason in decision.reasons] == [
        ("document-id_front", True, "身份证人像面已上传", ""),
        ("document-id_back", False, "身份证国徽面未上传", "请上传身份证国徽面"),
        ("document-photo", True, "一寸免冠白底彩色照片已上传", ""),
    ]
    assert decide_complete(ALWAYS, ALWAYS, rule="002 二").granted
