"""The rows of a batch that stayed out, as a sheet to be mended and uploaded again."""

import io

import xlsxwriter

from zhiheng.enrolment.batches.queries import rows_of
from zhiheng.enrolment.batches.rows import Fault, row_of
from zhiheng.enrolment.models import Batch, RowState

REASONS = "错误说明"


def corrections(batch: Batch) -> bytes:
    """The original cells of every bad row under the original headings; bad cells coloured, reasons in a last column."""
    target = io.BytesIO()
    headings = [text for text in batch.headings if text != REASONS]
    kept = [place for place, text in enumerate(batch.headings) if text != REASONS]
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        bad = book.add_format({"num_format": "@", "bg_color": "#F6CFCB", "border": 1})
        told = book.add_format({"text_wrap": True, "font_color": "#B0302A", "num_format": "@"})
        sheet = book.add_worksheet("需要修改")
        sheet.set_column(0, max(len(headings) - 1, 0), 18, text)
        sheet.set_column(len(headings), len(headings), 80)
        for column, heading in enumerate([*headings, REASONS]):
            sheet.write_string(0, column, heading, head)
        bad_rows = [row_of(entry) for entry in rows_of(batch, RowState.BAD) if entry.content]
        for line, row in enumerate(bad_rows, 1):
            wrong = {fault.place for fault in row.faults}
            for column, place in enumerate(kept):
                value = row.cells[place] if place < len(row.cells) else ""
                sheet.write_string(line, column, value, bad if place in wrong else text)
            sheet.write_string(line, len(headings), "\n".join(map(sentence, row.faults)), told)
        sheet.freeze_panes(1, 1)
    return target.getvalue()


def sentence(fault: Fault) -> str:
    where = f"{fault.column}：" if fault.column else ""
    return where + fault.reason
