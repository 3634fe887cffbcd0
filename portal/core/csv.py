"""The one writer of CSV. What people typed never becomes a formula in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A value as the text of a cell: with an apostrophe in front where a spreadsheet would begin to reckon."""
    shown = "" if value is None else str(value)
    if shown.startswith(BEGINS_A_FORMULA) and not PLAIN_NUMBER.fullmatch(shown):
        return f"'{shown}"
    return shown


def pounds(pence: int) -> str:
    """Pence as a plain number of pounds: 1234.50, -14.10."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as RFC 4180 has them, one record a line."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def written(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a file that every spreadsheet reads right: UTF-8 that says so."""
    return text(rows).encode("utf-8-sig")
