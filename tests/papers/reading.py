"""Reading papers back: what a PDF, a spreadsheet, a CSV or a page says, as plain rows; what Beancount makes of a ledger."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import openpyxl
import pypdfium2
from beancount import loader
from beancount.core import data


def pence(text: str) -> int:
    """£1,234.50, −£14.10 or -14.10 as pence."""
    digits = re.sub(r"[£,\s]", "", text)
    return int(Decimal(digits.replace("−", "-")) * 100)


def pdf_text(content: bytes) -> str:
    """All its words, in one line."""
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)]
    return re.sub(r"\s+", " ", " ".join(pages))


def pdf_sum(content: bytes, name: str) -> int:
    """The amount beside these words."""
    return pence(re.search(rf"{re.escape(name)} (−?£[\d,]+\.\d\d)", pdf_text(content))[1])


def xlsx_rows(content: bytes) -> dict[str, list[tuple]]:
    """Each sheet's rows, the head first; days as days."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [tuple(_plain(cell) for cell in row) for row in sheet.values] for sheet in book.worksheets}


def _plain(cell):
    return cell.date() if hasattr(cell, "date") else cell


def xlsx_sums(content: bytes) -> dict[str, int]:
    """What it says in short, in pence."""
    return {name: round(pounds * 100) for name, pounds in xlsx_rows(content)["In short"][1:]}


def csv_rows(content: bytes) -> dict[str, list[list[str]]]:
    """The rows of each table by its title, the head first."""
    assert content.startswith(b"\xef\xbb\xbf")
    tables: dict[str, list[list[str]]] = {}
    for part in content.decode("utf-8-sig").split("\r\n\r\n")[1:]:
        (title,), *rows = csv.reader(io.StringIO(part))
        tables[title] = rows
    return tables


def csv_sums(content: bytes) -> dict[str, int]:
    return {name: pence(pounds) for name, pounds in csv_rows(content)["In short"][1:]}


def page_sums(html: str) -> dict[str, int]:
    """The sums of a page's tables, by the words before them."""
    found = re.findall(r'<th scope="row">([^<]+)</th><td class="n">([^<]+)</td>', html)
    return {unescape(name): pence(unescape(amount)) for name, amount in found}


def bean(text: str) -> tuple[dict[str, int], list]:
    """What each account comes to in pence, by Beancount's own reckoning; and the entries. Nothing may be wrong."""
    entries, errors, _ = loader.load_string(text)
    assert [error.message for error in errors] == []
    sums: dict[str, int] = {}
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            sums[posting.account] = sums.get(posting.account, 0) + int(posting.units.number * 100)
    return sums, entries


def bean_errors(text: str) -> list[str]:
    return [error.message for error in loader.load_string(text)[1]]


def transactions(entries) -> list[data.Transaction]:
    return [entry for entry in entries if isinstance(entry, data.Transaction)]


def days(entries) -> list[date]:
    return [entry.date for entry in entries]
