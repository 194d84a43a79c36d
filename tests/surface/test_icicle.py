from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.surface.icicle import ROW, WIDTH, Branch, slabs

TREES = st.recursive(
    st.builds(Branch, label=st.just("叶"), weight=st.integers(0, 50)),
    lambda children: st.builds(
        Branch,
        label=st.just("枝"),
        weight=st.integers(0, 50),
        children=st.lists(children, min_size=1, max_size=4),
    ),
    max_leaves=15,
)


def test_a_closed_case() -> None:
    tree = Branch(
        label="全部",
        children=[Branch(label="甲", weight=3), Branch(label="乙", weight=1, share=Decimal("0.5"))],
    )
    pieces, height = slabs(tree)
    assert height == 2 * ROW
    assert [(piece.branch.label, piece.left, piece.top, piece.width, piece.height) for piece in pieces] == [
        ("全部", 0, 0, WIDTH / 2, 72),
        ("甲", WIDTH / 2, 0, WIDTH / 2, 40.0),
        ("乙", WIDTH / 2, 40.0, WIDTH / 2, 32.0),
    ]
    assert pieces[2].fill_width == WIDTH / 4
    assert pieces[2].branch.percent == 50
    assert pieces[1].branch.percent is None


@given(TREES)
def test_children_fill_their_parent_and_nothing_leaves_the_picture(tree: Branch) -> None:
    pieces, height = slabs(tree)
    leaves = [piece for piece in pieces if not piece.branch.children]
    assert sum(piece.height for piece in leaves) == pytest.approx(height, abs=0.5)
    assert all(piece.left + piece.width <= WIDTH + 0.1 for piece in pieces)
    assert all(piece.left + piece.width == pytest.approx(WIDTH, abs=0.1) for piece in leaves)


def test_every_leaf_keeps_room_for_its_words() -> None:
    tree = Branch(label="全部", children=[Branch(label="重", weight=1000), Branch(label="轻", weight=0)])
    assert slabs(tree)[0][2].height == 28


def test_a_long_label_is_cut_to_its_room() -> None:
    name = "阿卜杜热合曼·买买提依明·艾合买提江·图尔逊尼亚孜的能力"
    tree = Branch(label="全部", children=[Branch(label="甲", children=[Branch(label=name, amount="100 分")])])
    piece = slabs(tree)[0][2]
    assert piece.words == "阿卜杜热合曼·买买提依明…"
    assert piece.branch.label == name
