"""A paper as a spreadsheet: a sheet a table, amounts as numbers in pounds, words as words whatever they begin with."""

import io
from datetime import date

from portal.papers.sheets import Paper, Pence

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDE = {"Words": 44, "Line": 20, "": 26}


def made(paper: Paper) -> bytes:
    """The file."""
    out = io.BytesIO()
    from xlsxwriter import Workbook

    with Workbook(out, OPTIONS) as book:
        book.set_properties({"title": paper.title})
        styles = {
            "head": book.add_format({"bold": True}),
            "pounds": book.add_format({"num_format": "£#,##0.00;-£#,##0.00"}),
            "day": book.add_format({"num_format": "d mmm yyyy"}),
        }
        about = book.add_worksheet("About")
        about.set_column(0, 0, 26)
        about.set_column(1, 1, 60)
        about.write_string(0, 0, paper.title, styles["head"])
        for n, (name, words) in enumerate((*paper.facts, *paper.quotes), 1):
            about.write_string(n, 0, name)
            about.write_string(n, 1, words)
        for table in paper.tables:
            _sheet(book.add_worksheet(table.title[:31]), table, styles)
    return out.getvalue()


def _sheet(sheet, table, styles) -> None:
    for n, head in enumerate(table.heads):
        sheet.set_column(n, n, WIDE.get(head, 14))
        sheet.write_string(0, n, head, styles["head"])
    sheet.freeze_panes(1, 0)
    for row, cells in enumerate(table.rows, 1):
        for n, cell in enumerate(cells):
            if isinstance(cell, Pence):
                sheet.write_number(row, n, cell / 100, styles["pounds"])
            elif isinstance(cell, date):
                sheet.write_datetime(row, n, cell, styles["day"])
            elif cell:
                sheet.write_string(row, n, cell)
