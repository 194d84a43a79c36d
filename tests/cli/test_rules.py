import pytest

from tests.cli.answers import run


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "rules", "list", "--json")
    assert answer.code == 0
    assert [list(row) for row in answer.data] == [
        ["id", "source", "title", "programmes", "levels", "trades"]
    ] * 4
    assert [row["id"] for row in answer.data] == ["ccia-000", "ccia-001", "ccia-002", "nos-4-01-02-07-2021"]
    assert [len(row["programmes"]) for row in answer.data] == [1, 1, 6, 1]
    assert answer.data[2]["levels"] == [
        {"id": "junior", "name": "初级"},
        {"id": "intermediate", "name": "中级"},
        {"id": "senior", "name": "高级"},
    ]
    assert answer.data[2]["trades"] == []
    assert answer.data[3]["trades"][3] == {"mark": "D", "name": "平台管理员", "levels": ["5", "4", "3"]}
    assert "ccia-002" in answer.data[3]["source"]


def test_list_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    paragraphs = run(capsys, "rules", "list").out.split("\n\n")
    assert [paragraph.split("（")[0] for paragraph in paragraphs] == [
        "ccia-000",
        "ccia-001",
        "ccia-002",
        "nos-4-01-02-07-2021",
    ]
    assert paragraphs[3].splitlines()[-1] == "  工种  A 选品员、B 直播销售员、C 视频创推员、D 平台管理员"
