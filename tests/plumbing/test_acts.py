"""Acts have Chinese names, and what the table does not know is shown as it is."""

import ast
from pathlib import Path

from zhiheng.plumbing.acts import act_names, act_words

SOURCE = Path(__file__).parents[2] / "src/zhiheng"


def written() -> set[str]:
    """Every text constant of the code: acts are among them, whole or as the front of a composed one."""
    return {
        node.value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_names_are_chinese_and_each_its_own() -> None:
    names = list(act_names().values())
    assert all(any("\u3400" <= character <= "\u9fff" for character in name) for name in names)
    assert len(set(names)) == len(names)


def test_no_name_is_kept_for_an_act_nobody_does() -> None:
    known = written()
    composed = tuple(text for text in known if text.endswith("-"))
    idle = {act for act in act_names() if act not in known and not act.startswith(composed)}
    assert idle == set()


def test_an_act_by_its_name_and_an_unknown_one_by_its_code() -> None:
    assert act_words("sitting-called") == "设立考期"
    assert act_words("moon-landed") == "moon-landed"
