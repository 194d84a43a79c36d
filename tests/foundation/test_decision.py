import pytest

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused, ZhihengError

MET = Reason(code="years", text="连续 2 年 0 天 ≥ 2 年", met=True, rule="ccia-000 中级(2)")
SHORT = Reason(
    code="years",
    text="连续 1 年 364 天 < 2 年",
    met=False,
    rule="ccia-000 中级(2)",
    remedy="2026-11-22 起满足",
)
PHOTO = Reason(code="photo", text="照片不是白底。", met=False, remedy="请重新上传")


@pytest.mark.parametrize(
    ("lines", "granted"), [((), True), ((MET,), True), ((MET, SHORT), False), ((SHORT, PHOTO), False)]
)
def test_all_of(lines: tuple[Reason, ...], granted: bool) -> None:
    assert Decision.all_of(*lines) == Decision(granted=granted, reasons=lines)


def test_yes_and_no_keep_their_reasons() -> None:
    assert Decision.yes(MET) == Decision(granted=True, reasons=(MET,))
    assert Decision.no(MET, SHORT).unmet == (SHORT,)


def test_requiring_a_yes_does_nothing() -> None:
    assert Decision.yes(MET).require() is None


def test_requiring_a_no_refuses_with_every_unmet_line() -> None:
    with pytest.raises(Refused) as refused:
        Decision.all_of(MET, SHORT, PHOTO).require()
    error = refused.value
    assert (error.what, error.rule, error.remedy, error.code) == (
        "连续 1 年 364 天 < 2 年；照片不是白底。",
        "ccia-000 中级(2)",
        "2026-11-22 起满足",
        "years",
    )


def test_a_no_without_reasons_still_refuses() -> None:
    with pytest.raises(Refused) as refused:
        Decision.no().require()
    assert (refused.value.sentence, refused.value.code) == ("未获准许。", "refused")


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (Refused(what="照片太小"), "照片太小。"),
        (Refused(what="照片太小。", remedy="请换一张。"), "照片太小。请换一张。"),
        (
            Refused(what="人数为偶数", rule="标准 1.9.3", remedy="请改为 5 名"),
            "人数为偶数。依据：标准 1.9.3。请改为 5 名。",
        ),
    ],
)
def test_a_refusal_is_one_chinese_sentence_after_another(refused: Refused, sentence: str) -> None:
    assert refused.sentence == sentence
    assert str(refused) == sentence
    assert isinstance(refused, ZhihengError)
