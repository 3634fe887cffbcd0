"""The one writer of CSV. What people typed never becomes a formula in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A value as the text of a cell: with an apostrophe in front where a spreadsheet would begin to reckon."""
    text = "" if value is None else str(value)
    if text.startswith(BEGINS_A_FORMULA) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def pounds(pence: int) -> str:
    """Pence as a plain number of pounds: 1234.50, -14.10."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def written(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a file that every spreadsheet reads right: UTF-8 that says so, one record a line."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
