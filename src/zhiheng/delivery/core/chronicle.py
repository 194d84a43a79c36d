"""What happened in one attempt, told in order from the rows of the log: for people who have to judge it fairly.

Nothing here judges. Events of the page are told with the candidate's own words beside them; answers are counted,
not shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from zhiheng.delivery.core.attempt import Entry, Flag, Kind

CONDUCT = {
    "hidden": "离开考试页面",
    "blur": "页面失去焦点",
    "copy": "复制文字",
    "cut": "剪切文字",
    "paste": "粘贴文字",
    "print": "打印页面",
    "fullscreen-left": "退出全屏",
    "devtools-none": "打开开发者工具",
}
"""Kinds of events a page reports, in the order in which they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line. at, comment_at: ms since 1970 UTC by the hall's clock.

    kind: of the log row, or of the page's event. machine_at: when the machine says it was, "" when it says nothing.
    seconds: how long it lasted. comment: what the candidate said to it.
    """

    at: int
    kind: str
    words: str
    detail: str = ""
    machine_at: str = ""
    seconds: int | None = None
    comment: str = ""
    comment_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    kind: str
    words: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """tallies: of the page's events, those that happened. comments: how many the candidate made."""

    happenings: tuple[Happening, ...]
    tallies: tuple[Tally, ...]
    comments: int


def people_in(entries: Iterable[Entry]) -> frozenset[str]:
    """The accounts that acted on the attempt, as the rows name them."""
    return frozenset(str(facts["by"]) for row in entries if (facts := _facts(row)).get("by"))


def chronicle(entries: Iterable[Entry], names: Mapping[str, str] | None = None) -> Chronicle:
    """entries: of one attempt in log order. names: account id -> what the person is called."""
    rows = list(entries)
    comments = {(row.epoch, row.seq): row for row in rows if row.kind == Kind.COMMENT}
    events = {(row.epoch, row.seq) for row in rows if row.kind == Kind.EVENT}
    lines: list[Happening] = []
    saves: list[Entry] = []
    for row in rows:
        name = (row.epoch, row.seq)
        if row.kind == Kind.ANSWER:
            saves.append(row)
        elif row.kind != Kind.COMMENT or name not in events:  # a comment stands beside its event
            lines += _saves(saves)
            saves = []
            lines.append(
                _event(row, comments.get(name)) if row.kind == Kind.EVENT else _control(row, names or {})
            )
    lines += _saves(saves)
    return Chronicle(happenings=tuple(lines), tallies=_tallies(lines), comments=len(comments))


def _tallies(lines: Iterable[Happening]) -> tuple[Tally, ...]:
    counts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for line in lines:
        if line.kind in CONDUCT:
            counts[line.kind] += 1
            seconds[line.kind] += line.seconds or 0
    return tuple(
        Tally(kind=kind, words=words, count=counts[kind], seconds=seconds[kind])
        for kind, words in CONDUCT.items()
        if counts[kind]
    )


def _saves(rows: list[Entry]) -> list[Happening]:
    """Answers between two other things are one line."""
    if not rows:
        return []
    late = sum(Flag.LATE in row.flags or Flag.AFTER_SUBMIT in row.flags for row in rows)
    questions = len({row.item for row in rows})
    detail = f"{questions} 道题" + (f"，其中 {late} 次在截止或交卷之后" if late else "")
    return [
        Happening(at=rows[0].server_time, kind="answers", words=f"保存答案 {len(rows)} 次", detail=detail)
    ]


def _event(row: Entry, comment: Entry | None) -> Happening:
    facts = _facts(row)
    kind = str(facts.get("kind", ""))
    seconds = facts.get("seconds")
    return Happening(
        at=row.server_time,
        kind=kind,
        words=CONDUCT.get(kind) or str(facts.get("text") or kind or "页面事件"),
        machine_at=str(facts.get("at", "")),
        seconds=seconds if isinstance(seconds, int) else None,
        comment=str(_facts(comment).get("text", "")) if comment is not None else "",
        comment_at=comment.server_time if comment is not None else None,
    )


def _control(row: Entry, names: Mapping[str, str]) -> Happening:
    tell = _TOLD.get(row.kind)
    facts = dict(_facts(row))
    if "by" in facts:
        facts["by"] = names.get(str(facts["by"]), facts["by"])
    words, detail = tell(row, facts) if tell is not None else (row.kind, "")
    said = str(facts.get("text", "")) if row.kind == Kind.COMMENT else ""
    return Happening(
        at=row.server_time,
        kind=row.kind,
        words=words,
        detail=detail,
        comment=said,
        comment_at=row.server_time if said else None,
    )


def _facts(row: Entry) -> Mapping[str, Any]:
    """A row's body as an object; empty when it is none, as a rescued answer's is not."""
    facts = msgspec.json.decode(row.body)
    return facts if isinstance(facts, dict) else {}


Told = tuple[str, str]


def _opened(row: Entry, facts: Mapping[str, Any]) -> Told:
    return f"第 {row.epoch} 次登录", f"地址 {facts['peer']}" if facts.get("peer") else ""


def _submitted(row: Entry, facts: Mapping[str, Any]) -> Told:
    if facts.get("by"):
        return f"{facts['by']} 代为交卷", str(facts.get("reason", ""))
    return "交卷", ""


def _granted(row: Entry, facts: Mapping[str, Any]) -> Told:
    who = f"{facts['by']}：" if facts.get("by") else ""
    return f"延长时间，累计 {facts.get('minutes', 0)} 分钟", f"{who}{facts.get('reason', '')}"


def _away(row: Entry, facts: Mapping[str, Any]) -> Told:
    since, until = facts.get("from"), facts.get("until")
    gone = f"{max(until - since, 0) // 1000} 秒" if isinstance(since, int) and isinstance(until, int) else ""
    return "与考场失去联系" + (f" {gone}" if gone else ""), "网络或机器中断，不是考生的操作"


def _by(words: str) -> Callable[[Entry, Mapping[str, Any]], Told]:
    def tell(row: Entry, facts: Mapping[str, Any]) -> Told:
        said = str(facts.get("reason") or facts.get("text") or "")
        who = str(facts.get("by", ""))
        return words, f"{who}：{said}" if who and said else who or said

    return tell


_TOLD: Mapping[str, Callable[[Entry, Mapping[str, Any]], Told]] = {
    Kind.COMMENT: lambda row, facts: ("考生说明", ""),  # on something that never arrived
    Kind.OPENED: _opened,
    Kind.SUBMITTED: _submitted,
    Kind.GRANTED_TIME: _granted,
    Kind.AWAY: _away,
    Kind.PAUSED: _by("暂停"),
    Kind.RESUMED: _by("恢复"),
    Kind.MESSAGE: _by("监考员消息"),
    Kind.ASKED: _by("另一台机器请求登录"),
    Kind.ALLOWED: _by("准许在另一台机器登录"),
    Kind.DENIED: _by("不准在另一台机器登录"),
    Kind.ADJUSTED: lambda row, facts: ("考试便利", str(facts.get("zh") or "不再有")),
    Kind.RESCUED: _by("从救援文件导入一条答案"),
}
