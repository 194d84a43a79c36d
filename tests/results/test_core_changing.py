"""Whether the answers behind a result may still change."""

from datetime import UTC, datetime

from zhiheng.results.core.changing import decide_change, decide_mark_change

AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def test_until_the_results_are_handed_in_they_may() -> None:
    decision = decide_change(title="初级", proposed=False, released_at=None)
    assert (decision.granted, decision.unmet) == (True, ())


def test_a_proposal_has_to_go_back_first() -> None:
    decision = decide_change(title="初级", proposed=True, released_at=None)
    assert (decision.granted, decision.unmet[0].code) == (False, "results-proposed")


def test_released_results_are_put_right_by_others_and_the_moment_is_named() -> None:
    decision = decide_change(title="初级", proposed=True, released_at=AT)
    (reason,) = decision.reasons
    assert (decision.granted, reason.code, reason.text) == (
        True,
        "results-released",
        "初级的成绩已于 2026年12月1日 10:00 发布",
    )
    assert "两位成绩管理员更正后才变" in reason.remedy


def test_marks_of_a_panel_stand_once_results_are_out() -> None:
    (reason,) = decide_mark_change(title="五级", proposed=True, released_at=AT).unmet
    assert (reason.code, reason.text) == ("results-released", "五级的成绩已于 2026年12月1日 10:00 发布")
    assert [
        [
            reason.code
            for reason in decide_mark_change(title="五级", proposed=proposed, released_at=None).unmet
        ]
        for proposed in (False, True)
    ] == [[], ["results-proposed"]]
