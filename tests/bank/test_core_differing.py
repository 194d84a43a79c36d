"""What two wordings do not share."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.bank.core_items import options, short, single
from zhiheng.bank.core.differing import Run, compare, compare_items


def test_only_what_differs_is_marked() -> None:
    found = compare("开播前核对库存", "开播前先核对价格")
    assert found.before == (Run(text="开播前核对", own=False), Run(text="库存", own=True))
    assert found.after == (
        Run(text="开播前", own=False),
        Run(text="先", own=True),
        Run(text="核对", own=False),
        Run(text="价格", own=True),
    )
    assert found.changed
    assert not compare("同", "同").changed


@given(st.text("直播选品", max_size=20), st.text("直播选品", max_size=20))
def test_the_pieces_are_the_texts(before: str, after: str) -> None:
    found = compare(before, after)
    assert "".join(run.text for run in found.before) == before
    assert "".join(run.text for run in found.after) == after
    assert found.changed == (before != after)


def test_every_part_of_a_question_is_compared() -> None:
    lines = compare_items(
        single(),
        single(options=options("库存", "音乐", "昵称"), difficulty=Decimal("0.6"), law=("《广告法》",)),
    )
    assert [line.label for line in lines if line.changed] == [
        "选项 A", "选项 B", "选项 C", "选项 D", "法规依据", "难度",
    ]  # fmt: skip
    assert [line.label for line in compare_items(short(), short())][:4] == [
        "题干",
        "参考答案",
        "采分点",
        "解析",
    ]
    assert not any(line.changed for line in compare_items(single(), single()))
