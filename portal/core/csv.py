"""The one safe way to write CSV: what somebody typed never becomes a formula in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_to_csv(rows: Iterable[Sequence]) -> str:
    """Rows as CSV with line ends as RFC 4180 has them."""
    out = io.StringIO()
    csv.writer(out).writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue()


def _plain(value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
