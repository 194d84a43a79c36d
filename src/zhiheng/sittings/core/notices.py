"""A year's holiday notice, read from a small file and checked before anything is reckoned by it."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import yaml

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.foundation.nesting import too_deep

MOST_BYTES = 64 * 1024
_DEEPEST = 10  # a notice needs three levels
YEARS = range(2004, 2100)
OFF_DAYS = range(11, 61)
FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
STATUTORY = "《全国年节及纪念日放假办法》第二条"
SHAPE = "CSV 每行“年份,2027”“文号,…”“放假,起,止”或“上班,日期”；YAML 与 JSON 写 year、notice、holidays、makeup_workdays"
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice orders. off_days: every day off, weekends included; makeup: weekend days that are worked."""

    year: int
    number: str
    off_days: frozenset[date]
    makeup: frozenset[date]

    @property
    def facts(self) -> dict[str, object]:
        """The notice as plain JSON, the same for the same content."""
        return {
            "year": self.year,
            "number": self.number,
            "off_days": sorted(day.isoformat() for day in self.off_days),
            "makeup": sorted(day.isoformat() for day in self.makeup),
        }


class _Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: date
    last: date


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    year: int
    notice: str
    holidays: list[_Span]
    makeup_workdays: list[date] = []


def read_notice(content: bytes, *, name: str) -> Notice:
    """The notice in a .yaml, .json or .csv file. Raises: Refused naming what is wrong with it."""
    if len(content) > MOST_BYTES:
        raise _refusal(f"文件“{name}”超过 64 KB", remedy="一年的放假安排只有几十行，请检查是否选错了文件")
    try:
        text = content.decode("utf-8-sig")
        file = _from_csv(text) if name.lower().endswith(".csv") else _from_yaml(text)
    except (UnicodeDecodeError, yaml.YAMLError, msgspec.MsgspecError, ValueError) as fault:
        raise _refusal(f"文件“{name}”读不懂：{fault}", remedy=f"请按格式重新填写：{SHAPE}") from None
    return _checked(file)


def _from_yaml(text: str) -> _File:
    spot = too_deep(text, deepest=_DEEPEST)
    if spot is not None:
        raise ValueError(f"从第 {spot.line} 行第 {spot.column} 列起嵌套超过 {_DEEPEST} 层")
    return msgspec.yaml.decode(text, type=_File)


def _from_csv(text: str) -> _File:
    facts: dict[str, str] = {}
    spans: list[_Span] = []
    worked: list[date] = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        kind, *cells = [cell.strip() for cell in row] or [""]
        cells = [cell for cell in cells if cell]
        if kind in ("年份", "文号") and len(cells) == 1:
            facts[kind] = cells[0]
        elif kind == "放假" and len(cells) in (1, 2):
            spans.append(_Span(first=date.fromisoformat(cells[0]), last=date.fromisoformat(cells[-1])))
        elif kind == "上班" and len(cells) == 1:
            worked.append(date.fromisoformat(cells[0]))
        elif kind or cells:
            raise ValueError(f"第 {number} 行“{'，'.join(row)}”不是已知的行")
    return _File(
        year=int(facts.get("年份", "0")), notice=facts.get("文号", ""), holidays=spans, makeup_workdays=worked
    )


def _checked(file: _File) -> Notice:
    if file.year not in YEARS:
        raise _refusal(f"年份 {file.year} 不在 {YEARS.start} 至 {YEARS.stop - 1} 之间", remedy="请填写年份")
    number = file.notice.strip()
    if not number or len(number) > 60:
        raise _refusal(
            "没有写通知的文号，或文号超过 60 个字",
            remedy="请照国务院办公厅的通知填写，例如 国办发明电〔2026〕1号",
        )
    first, last = date(file.year - 1, 12, 1), date(file.year + 1, 1, 31)
    off: list[date] = []
    for span in file.holidays:
        if not first <= span.first <= span.last <= last:
            raise _refusal(
                f"放假期间 {span.first} 至 {span.last} 起止颠倒，或不在 {file.year} 年前后",
                remedy="请核对这一行",
            )
        off += [span.first + timedelta(days=step) for step in range((span.last - span.first).days + 1)]
    _no_clash(off, file.makeup_workdays, first, last)
    _complete(file.year, frozenset(off))
    return Notice(
        year=file.year, number=number, off_days=frozenset(off), makeup=frozenset(file.makeup_workdays)
    )


def _no_clash(off: list[date], worked: list[date], first: date, last: date) -> None:
    twice = [day for day, times in Counter(off + worked).items() if times > 1]
    if twice:
        raise _refusal(f"{chinese_day(min(twice))}写了两次", remedy="一天只能放假或上班，请删去一处")
    for day in worked:
        if day.weekday() < _SATURDAY or not first <= day <= last:
            raise _refusal(
                f"上班日 {chinese_day(day)} 不是该年前后的周六或周日", remedy="调休上班只发生在周末，请核对"
            )


def _complete(year: int, off: frozenset[date]) -> None:
    missing = [date(year, month, day) for month, day in FIXED if date(year, month, day) not in off]
    if missing:
        raise _refusal(
            f"{chinese_day(missing[0])} 是法定节日，文件里没有放假",
            rule=STATUTORY,
            remedy="请补全各个放假期间",
        )
    here = [day for day in off if day.year == year]
    if len(here) not in OFF_DAYS:
        raise _refusal(
            f"全年放假 {len(here)} 天，应在 {OFF_DAYS.start} 至 {OFF_DAYS.stop - 1} 天之间",
            rule=STATUTORY,
            remedy="请核对是否漏了或多了放假期间",
        )


def _refusal(what: str, *, remedy: str, rule: str = "国务院办公厅关于部分节假日安排的通知") -> Refused:
    return Refused(what=what, rule=rule, remedy=remedy, code="notice-unfit")
