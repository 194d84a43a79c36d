"""An attempt told in order: what the page reported, what the candidate said to it, what people did."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.attempt import (
    Entry,
    Kind,
    control_entry,
    granted_entry,
    opened_entry,
    rescued_entry,
    submitted_entry,
)
from zhiheng.delivery.core.chronicle import CONDUCT, Chronicle, chronicle, people_in


def numbered(*rows: Entry) -> list[Entry]:
    return [msgspec.structs.replace(row, id=place) for place, row in enumerate(rows, start=1)]


def answer(item: str, *, seq: int, at: int, flags: str = "") -> Entry:
    return Entry(
        attempt="a", epoch=1, item=item, seq=seq, kind="answer", body='"A"', server_time=at, flags=flags
    )


def event(kind: str, *, seq: int, at: int, **more: Any) -> Entry:
    return control_entry(
        Kind.EVENT, "a", serial=seq, epoch=1, body={"kind": kind, "at": "09:00"} | more, at=at
    )


def comment(text: str, *, seq: int, at: int) -> Entry:
    return control_entry(Kind.COMMENT, "a", serial=seq, epoch=1, body={"text": text}, at=at)


def told(*rows: Entry) -> list[tuple[int, str, str]]:
    return [(one.at, one.words, one.detail) for one in chronicle(numbered(*rows)).happenings]


def test_nothing_happened() -> None:
    assert chronicle([]) == Chronicle(happenings=(), tallies=(), comments=0)


def test_an_event_stands_with_the_candidates_own_words() -> None:
    record = chronicle(
        numbered(
            opened_entry("a", epoch=1, at=1, peer="10.0.0.7"),
            event("hidden", seq=5, at=2, seconds=12),
            event("hidden", seq=6, at=3, seconds=3),
            event("copy", seq=7, at=4),
            comment("系统弹出了更新提示", seq=5, at=9),
        )
    )
    lines = [(one.at, one.kind, one.words, one.seconds, one.comment) for one in record.happenings]

    assert lines == [
        (1, "opened", "第 1 次登录", None, ""),
        (2, "hidden", "离开考试页面", 12, "系统弹出了更新提示"),
        (3, "hidden", "离开考试页面", 3, ""),
        (4, "copy", "复制文字", None, ""),
    ]
    assert record.happenings[0].detail == "地址 10.0.0.7"
    assert (record.happenings[1].comment_at, record.happenings[1].machine_at) == (9, "09:00")
    assert [(one.words, one.count, one.seconds) for one in record.tallies] == [
        ("离开考试页面", 2, 15),
        ("复制文字", 1, 0),
    ]
    assert record.comments == 1


def test_answers_between_other_things_are_one_line() -> None:
    assert told(
        opened_entry("a", epoch=1, at=1),
        answer("x", seq=1, at=2),
        answer("x", seq=2, at=3),
        answer("y", seq=3, at=4),
        event("blur", seq=9, at=5),
        answer("y", seq=4, at=6, flags="late"),
        answer("y", seq=5, at=7, flags="after-submit"),
    ) == [
        (1, "第 1 次登录", ""),
        (2, "保存答案 3 次", "2 道题"),
        (5, "页面失去焦点", ""),
        (6, "保存答案 2 次", "1 道题，其中 2 次在截止或交卷之后"),
    ]


def test_what_people_did_is_told_with_who_and_why() -> None:
    def control(kind: Kind, at: int, **body: Any) -> Entry:
        return control_entry(kind, "a", serial=0, body=body, at=at)

    assert told(
        granted_entry("a", serial=0, minutes=10, reason="断网", at=1, by="监考甲"),
        granted_entry("a", serial=1, minutes=15, reason="停电", at=2),
        control(Kind.PAUSED, 3, by="监考甲", reason="消防演练"),
        control(Kind.RESUMED, 4, by="监考甲"),
        control(Kind.MESSAGE, 5, text="请保持安静"),
        control(Kind.ASKED, 6, peer="10.0.0.8", machine="m"),
        control(Kind.ALLOWED, 7, by="监考甲"),
        control(Kind.DENIED, 8, by="监考甲"),
        control(Kind.AWAY, 9, **{"from": 1_000, "until": 91_500}),
        control(Kind.AWAY, 10),
        rescued_entry(answer("z", seq=9, at=11)),
        submitted_entry("a", epoch=1, at=12, by="监考甲", reason="身体不适"),
        submitted_entry("a", epoch=1, at=13),
    ) == [
        (1, "延长时间，累计 10 分钟", "监考甲：断网"),
        (2, "延长时间，累计 15 分钟", "停电"),
        (3, "暂停", "监考甲：消防演练"),
        (4, "恢复", "监考甲"),
        (5, "监考员消息", "请保持安静"),
        (6, "另一台机器请求登录", ""),
        (7, "准许在另一台机器登录", "监考甲"),
        (8, "不准在另一台机器登录", "监考甲"),
        (9, "与考场失去联系 90 秒", "网络或机器中断，不是考生的操作"),
        (10, "与考场失去联系", "网络或机器中断，不是考生的操作"),
        (11, "从救援文件导入一条答案", ""),
        (12, "监考甲 代为交卷", "身体不适"),
        (13, "交卷", ""),
    ]


def test_people_are_called_by_their_names() -> None:
    rows = numbered(
        control_entry(Kind.PAUSED, "a", serial=0, body={"by": "id-1", "reason": "停电"}, at=1),
        control_entry(Kind.RESUMED, "a", serial=0, body={"by": "id-2"}, at=2),
        answer("x", seq=1, at=3),
    )
    record = chronicle(rows, {"id-1": "监考甲"})

    assert people_in(rows) == {"id-1", "id-2"}
    assert [one.detail for one in record.happenings] == ["监考甲：停电", "id-2", "1 道题"]


def test_what_is_not_known_is_told_all_the_same() -> None:
    strange = control_entry(Kind.EVENT, "a", serial=1, body={"text": "网络地址不在本考场"}, at=1)
    bare = control_entry(Kind.EVENT, "a", serial=2, body={"kind": "other", "seconds": "many"}, at=2)
    empty = control_entry(Kind.EVENT, "a", serial=3, body={}, at=3)
    new = msgspec.structs.replace(empty, kind="newer", item="#newer", server_time=4)
    alone = comment("刚才断网了", seq=77, at=5)
    record = chronicle(numbered(strange, bare, empty, new, alone))

    assert [(one.words, one.seconds, one.comment) for one in record.happenings] == [
        ("网络地址不在本考场", None, ""),
        ("other", None, ""),
        ("页面事件", None, ""),
        ("newer", None, ""),
        ("考生说明", None, "刚才断网了"),
    ]
    assert record.tallies == ()


@given(st.lists(st.sampled_from([*CONDUCT]), max_size=20), st.integers(0, 20))
def test_every_event_is_counted_once(kinds: list[str], saves: int) -> None:
    rows = [event(kind, seq=n + 1, at=n, seconds=2) for n, kind in enumerate(kinds)]
    rows += [answer("x", seq=100 + n, at=100 + n) for n in range(saves)]
    record = chronicle(numbered(*rows))

    assert sum(one.count for one in record.tallies) == len(kinds)
    assert sum(one.seconds for one in record.tallies) == 2 * len(kinds)
    assert len(record.happenings) == len(kinds) + bool(saves)
