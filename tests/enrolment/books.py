"""Spreadsheets to hand in, honest and hostile."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from tests.factories.world import id_number

HEADINGS = ("姓名", "身份证号码", "手机号", "学历", "毕业状态", "专业", "专业相关")


def book(rows: Sequence[Sequence[Any]], *, headings: Sequence[str] = HEADINGS) -> bytes:
    """An .xlsx with these rows under the headings; None leaves a cell empty."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        dates = file.add_format({"num_format": "yyyy-mm-dd"})
        for place, heading in enumerate(headings):
            sheet.write(0, place, heading)
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if hasattr(value, "isoformat"):
                    sheet.write_datetime(line, place, value, dates)
                elif value is not None:
                    sheet.write(line, place, value)
    return target.getvalue()


def student(serial: int, *, name: str = "") -> tuple[str, ...]:
    return (
        name or f"测学生{serial}",
        id_number(serial),
        f"1390000{serial:04d}",
        "大专",
        "在读",
        "电子商务",
        "是",
    )


def package(parts: dict[str, bytes], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return target.getvalue()


def replaced(content: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    """The same package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {entry: file.read(entry) for entry in file.namelist()}
    assert change[0] in parts[name]
    return package(parts | {name: parts[name].replace(*change)})
