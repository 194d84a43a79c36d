"""Applications kept in a spreadsheet: rows of cells in, drafts or faults that name row and column out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.columns import COLUMNS, EXAMPLE, Column
from zhiheng.enrolment.core.headings import Headings, find_headings, text_of
from zhiheng.enrolment.core.workbook import LIMIT_ROWS, Cell
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name, parse_resident_id
from zhiheng.standards.core.conditions import Conditions

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_YES = {"是": True, "有": True, "y": True, "yes": True, "true": True, "√": True, "1": True}
_NO = {"否": False, "无": False, "n": False, "no": False, "false": False, "×": False, "0": False}
_PHONE = re.compile(r"1\d{10}")
_EXACT = 10**15  # a spreadsheet keeps no more than 15 digits of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What every row of the sheet is applying for."""

    conditions: Conditions
    programme: str
    level: str
    trade: str
    today: date
    offering: str = ""  # its id, where several may be meant


class Chooser(Protocol):
    """Tells from a row's own words which offering it means."""

    def choose(self, *, programme: str, level: str, trade: str) -> Wanted:
        """Raises: Refused, its code naming the column: "unknown-programme", "unknown-level" or "unknown-trade"."""

    @property
    def fallback(self) -> Wanted:
        """What the other columns of such a row are read against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row was left out. row: as the spreadsheet counts; column "" = the whole row."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One candidate, ready to be written down."""

    row: int
    name: str
    id_number: str
    phone: str
    address: str
    condition: str
    profile: dict[str, Any]
    offering: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRead:
    rows: tuple[SheetRow, ...]
    faults: tuple[RowFault, ...]


def read_sheet(
    cells: Sequence[Sequence[Cell]], *, wanted: Wanted | Chooser, headings: Headings | None = None
) -> SheetRead:
    """Every row under the headings; empty rows and the example are passed over.

    wanted: what every row applies for, or who tells from the row. headings: as somebody settled them, else found here.
    Raises: Refused when there are no headings or too many rows.
    """
    settled = headings or find_headings(cells)
    settled.require()
    top, columns = settled.top, settled.columns
    rows: list[SheetRow] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(cells[top + 1 :], top + 2):
        values = {column: line[place] if place < len(line) else "" for place, column in columns.items()}
        if not any(text_of(value) for value in values.values()) or _is_example(values):
            continue
        if len(rows) + len({fault.row for fault in faults}) >= LIMIT_ROWS:
            raise Refused(
                what=f"表格里的考生超过 {LIMIT_ROWS} 行", remedy="请分成几个文件导入", code="sheet-rows"
            )
        reader = _RowReader(number=number, values=values, wanted=wanted)
        row = reader.row()
        if row is not None and row.id_number in seen:
            reader.blame("身份证号码", row.id_number, f"与第 {seen[row.id_number]} 行是同一个人，请删去一行")
        elif row is not None:
            seen[row.id_number] = number
            rows.append(row)
        faults += reader.faults
    return SheetRead(rows=tuple(rows), faults=tuple(faults))


def _is_example(values: dict[Column, Cell]) -> bool:
    return any(
        column.key == "name" and text_of(value).startswith(EXAMPLE) for column, value in values.items()
    )


class _RowReader:
    """Reads one row column by column and collects what is wrong instead of stopping at the first fault."""

    def __init__(self, *, number: int, values: dict[Column, Cell], wanted: Wanted | Chooser) -> None:
        self.number = number
        self.cells = {column.key: (column, value) for column, value in values.items()}
        self.faults: list[RowFault] = []
        self.chosen = not isinstance(wanted, Wanted)
        self.wanted = wanted if isinstance(wanted, Wanted) else self._chosen(wanted)

    def _chosen(self, chooser: Chooser) -> Wanted:
        said = {key: self._plain(key) for key in ("programme", "level", "trade")}
        try:
            return chooser.choose(**said)
        except Refused as refused:
            key = refused.code.removeprefix("unknown-")
            known = self.cells.get(key)
            self.blame(known[0].heading if known else "", said.get(key, ""), refused.sentence)
            return chooser.fallback

    def blame(self, heading: str, value: str, reason: str) -> None:
        self.faults.append(RowFault(row=self.number, column=heading, value=value, reason=reason))

    def row(self) -> SheetRow | None:
        name = self._checked("name", normal_name)
        id_number = self._id_number()
        phone = self._checked("phone", _phone)
        if not self.chosen:
            self._check_offering()
        condition = self._condition()
        facts = self._facts()
        if not self.faults:
            self._check_facts(facts)
        if self.faults:
            return None
        return SheetRow(
            row=self.number,
            name=name,
            id_number=id_number,
            phone=phone,
            address=self._plain("address"),
            condition=condition,
            profile=facts,
            offering=self.wanted.offering,
        )

    def _plain(self, key: str) -> str:
        if key not in self.cells:
            return ""
        column, value = self.cells[key]
        text = text_of(value)
        if len(text) > column.limit:
            self.blame(column.heading, text[:40] + "…", f"超过 {column.limit} 个字，请核对是否填错了列")
        return text

    def _checked(self, key: str, check: Any) -> str:
        text = self._plain(key)
        heading = next(column.heading for column in COLUMNS if column.key == key)
        try:
            return str(check(text))
        except Refused as refused:
            self.blame(heading, text, refused.sentence)
            return ""

    def _id_number(self) -> str:
        _, value = self.cells["id_number"]
        if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= _EXACT:
            self.blame(
                "身份证号码",
                text_of(value),
                "号码被表格软件存成了数字，末几位已经丢失。请把这一列设为文本格式后重新填写。",
            )
            return ""
        return self._checked(
            "id_number", lambda text: parse_resident_id(text, today=self.wanted.today).number
        )

    def _check_offering(self) -> None:
        conditions, wanted = self.wanted.conditions, self.wanted
        for key, look_up, own in (
            ("programme", lambda text: conditions.programme(text).id, conditions.programme(wanted.programme).id),
            ("level", lambda text: conditions.for_level(text).id, conditions.for_level(wanted.level).id),
            ("trade", self._trade, wanted.trade),
        ):  # fmt: skip
            text = self._plain(key)
            if not text:
                continue
            heading = self.cells[key][0].heading
            try:
                if look_up(text) != own:
                    self.blame(heading, text, "与这次导入的科目不同，请到对应科目下导入，或改正这一格")
            except Refused as refused:
                self.blame(heading, text, refused.sentence)

    def _trade(self, text: str) -> str:
        conditions = self.wanted.conditions
        trade = conditions.trade(text.upper() if len(text) == 1 else text)
        level = conditions.for_level(self.wanted.level)
        if level.id not in trade.levels:
            offered = "、".join(conditions.for_level(known).name for known in trade.levels)
            raise Refused(
                what=f"{trade.name}不设{level.name}，只设{offered}",
                rule=conditions.title,
                remedy="请改报该工种设有的级别，或改报其他工种",
                code="trade-level",
            )
        return trade.mark

    def _condition(self) -> str:
        text = self._plain("condition").strip("（()）第条 ")
        known = [
            condition.number for condition in self.wanted.conditions.for_level(self.wanted.level).conditions
        ]
        if text and text not in known:
            self.blame(
                "报名条件", text, f"没有这一条。请填写（{'）（'.join(known)}）中的编号，或留空由系统核算。"
            )
        return text

    def _facts(self) -> dict[str, Any]:
        records: dict[str, dict[str, dict[str, Any]]] = {}
        for key, (column, value) in self.cells.items():
            if "." not in key or not text_of(value):
                continue
            found = self._value(column, value)
            *path, name = key.split(".")
            if found is not None:
                records.setdefault(path[0], {}).setdefault(path[-1], {})[name] = found
        facts: dict[str, Any] = {
            section: [by_place[place] for place in sorted(by_place)] for section, by_place in records.items()
        }
        if "apprenticeship" in facts:
            facts["apprenticeship"] = {"completed": False} | facts["apprenticeship"][0]
        for course in facts.get("training", []):
            course.setdefault("completion_certificate", False)
        return facts

    def _value(self, column: Column, value: Cell) -> Any:
        text = self._plain(column.key)
        if column.kind == "text":
            return text
        if column.kind == "date":
            return self._date(column, text)
        if column.kind == "yes":
            known = {**_YES, **_NO}.get(text.casefold())
            if known is None:
                self.blame(column.heading, text, "只能填“是”或“否”")
            return known
        if column.kind == "whole":
            if not (text.isascii() and text.isdigit() and len(text) <= 4):
                self.blame(column.heading, text, "应为 0 至 9999 的整数")
                return None
            return int(text)
        found = column.choices.get(text) or column.usual.get(text)
        if found is None:
            self.blame(
                column.heading,
                text,
                f"只能填{'、'.join(word for word in column.choices if not word.isascii())}",
            )
        return found

    def _date(self, column: Column, text: str) -> str | None:
        match = _DATE.fullmatch(text)
        parts = [int(part) for part in match.groups() if part] if match else []
        try:
            day = date(*parts)
        except (ValueError, TypeError):
            self.blame(column.heading, text, "不是一个日期，请按 2024-03-01 的样子填写")
            return None
        if day > self.wanted.today:
            self.blame(column.heading, text, "日期在今天之后，只能填写已经发生的日期")
        return day.isoformat()

    def _check_facts(self, facts: dict[str, Any]) -> None:
        missing = {
            "education": {"level": "学历", "status": "毕业状态"},
            "employment": {"start": "工作开始日"},
            "certificates": {"kind": "证书种类"},
            "training": {"level": "培训级别", "hours": "培训学时"},
        }
        for section, needed in missing.items():
            for record in facts.get(section, []):
                for name, heading in needed.items():
                    if name not in record:
                        self.blame(heading, "", "填了同一段的其他内容，这一格也要填")
        if self.faults:
            return
        try:
            profile_from_facts(facts, as_of=self.wanted.today)
        except Refused as refused:
            self.blame("", "", refused.sentence)


def _phone(text: str) -> str:
    phone = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not _PHONE.fullmatch(phone):
        raise Refused(what="不是 11 位手机号", remedy="请填写考生本人的手机号", code="phone")
    return phone
