"""Which files may be approved together with others."""

from dataclasses import replace

import pytest

from zhiheng.enrolment.core.together import FileFacts, decide_together

GOOD = FileFacts(
    status="",
    held_by="",
    eligible=True,
    claimed_met=True,
    missing=(),
    unseen=(),
    differences=(),
    pending=(),
)


def test_a_file_in_order() -> None:
    decision = decide_together(GOOD)
    assert (decision.granted, len(decision.reasons), decision.unmet) == (True, 8, ())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"status": "已通过"}, "现在是“已通过”"),
        ({"held_by": "另一审核员"}, "另一审核员正在审核"),
        ({"eligible": False, "claimed_met": False}, "按所填内容不符合任何一条报名条件"),
        ({"claimed_met": False}, "所报的那一条条件不满足"),
        ({"missing": ("身份证人像面", "照片")}, "缺少身份证人像面、照片"),
        ({"unseen": ("学历证复印件 第 2 页，共 2 页",)}, "还没有看学历证复印件 第 2 页，共 2 页"),
        ({"differences": ("甲", "乙")}, "甲；乙"),
        ({"pending": ("照片",)}, "机器核对还没有做完：照片"),
    ],
)
def test_each_thing_that_stands_against_it_is_told_alone(change: dict[str, object], text: str) -> None:
    decision = decide_together(replace(GOOD, **change))  # type: ignore[arg-type]  # as the case says
    assert (decision.granted, [reason.text for reason in decision.unmet]) == (False, [text])
    assert all(reason.remedy for reason in decision.unmet)
