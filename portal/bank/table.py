"""CSV, as banks write it: any delimiter, one signed amount or paid in and paid out. Which column is which is guessed,
shown to a person, corrected once, and remembered."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from portal.bank.statement import Line, Statement, Unreadable, day_of, in_pounds, pence_of, words_of

ABOVE = 30  # so many lines of other things may stand above the names of the columns
NAMES = {
    "day": "date transactiondate dateposted postingdate posted bookingdate completeddate datetime valuedate".split(),
    "words": "description transactiondescription details narrative narrative1 memo transaction transactions name".split(),
    "more": "counterparty payee reference paymentreference merchant notes narrative2 additionalinformation".split(),
    "amount": "amount value transactionamount net netamount debitcredit creditdebit amountinout".split(),
    "paid_in": "paidin moneyin credit creditamount credits deposit deposits in receipts".split(),
    "paid_out": "paidout moneyout debit debitamount debits withdrawal withdrawals out payments".split(),
    "balance": "balance accountbalance runningbalance closingbalance".split(),
    "own": "transactionid fitid uniqueid transactionreferencenumber".split(),
}
CURRENCY = {"currency", "ccy", "currencycode", "transactioncurrency"}


@dataclass(frozen=True)
class Columns:
    """Which column is what, by number. `header` is how this bank's files begin: another one is looked at anew."""

    header: list[str]
    day: int | None = None
    words: int | None = None
    more: int | None = None
    amount: int | None = None
    paid_in: int | None = None
    paid_out: int | None = None
    balance: int | None = None
    own: int | None = None

    @property
    def missing(self) -> str:
        """What is still to be said before lines can be read, as a plain sentence."""
        if self.day is None:
            return "Say which column is the day."
        if self.words is None:
            return "Say which column has the words."
        if self.amount is None and (self.paid_in is None or self.paid_out is None):
            return "Say which column is the amount, or which two are paid in and paid out."
        if self.amount is not None and (self.paid_in is not None or self.paid_out is not None):
            return "Either one amount, or paid in and paid out."
        return ""


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file, each with its number in the file."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def rows_of(text: str) -> Table:
    """Take the file apart. Raises Unreadable."""
    every = _split(text)
    at = next((n for n, (_, cells) in enumerate(every[:ABOVE]) if _is_header(cells)), None)
    if at is None:
        width = Counter(len(cells) for _, cells in every[:ABOVE]).most_common(1)[0][0] if every else 0
        header, rows = [f"Column {n}" for n in range(1, width + 1)], every
    else:
        header, rows = [cell.strip() for cell in every[at][1]], every[at + 1 :]
    if len(header) < 3 or not rows:
        raise Unreadable("That isn’t a bank’s list of lines: there are no columns in it.")
    return Table(header, [(number, _fitted(cells, len(header), number)) for number, cells in rows])


def guess(table: Table) -> Columns:
    """Which column is probably what: by its name, or by what is in it."""
    plain = [_plain(name) for name in table.header]
    found = {role: next((plain.index(name) for name in names if name in plain), None) for role, names in NAMES.items()}
    if found["paid_in"] is not None and found["paid_out"] is not None:
        found["amount"] = None
    elif found["amount"] is not None:
        found["paid_in"] = found["paid_out"] = None
    some = [cells for _, cells in table.rows[:20]]
    if found["day"] is None:
        found["day"] = _first(some, day_of)
    if found["amount"] is None and found["paid_in"] is None:
        found["amount"] = _first(some, pence_of, {found["day"]})
    if found["words"] is None:
        taken = set(found.values())
        widest = {n: sum(len(cells[n]) for cells in some) for n in range(len(table.header)) if n not in taken}
        found["words"] = max(widest, key=lambda n: widest[n], default=None)
    return Columns(table.header, **found)


def read(table: Table, columns: Columns) -> Statement:
    """The lines of the table. Rows without an amount move nothing and are left out. Raises Unreadable."""
    if columns.missing or columns.header != table.header:
        raise Unreadable(columns.missing or "The columns of this file are named otherwise than before.")
    currency = next((n for n, name in enumerate(table.header) if _plain(name) in CURRENCY), None)
    lines, balances = [], []
    for number, cells in table.rows:
        where = f"Line {number}"
        pence = _pence(cells, columns, where)
        if not pence:
            continue
        in_pounds(cells[currency] if currency is not None else None, where)
        said = (cells[n] for n in (columns.words, columns.more) if n is not None)
        own = cells[columns.own].strip() if columns.own is not None else ""
        lines.append(Line(day_of(cells[columns.day or 0], where), pence, words_of(*said), own))
        if columns.balance is not None:
            balances.append(pence_of(cells[columns.balance], where) if cells[columns.balance].strip() else None)
    return Statement("csv", lines, *_closing(lines, balances))


def _split(text: str) -> list[tuple[int, list[str]]]:
    """Its rows, taken apart at whichever delimiter gives the most rows of one width. Empty rows are left out."""
    best: list[tuple[int, list[str]]] = []
    weight = (0, 0)
    for delimiter in ",;\t|":
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
        except csv.Error:
            continue
        width, often = Counter(len(cells) for _, cells in rows).most_common(1)[0] if rows else (0, 0)
        if width > 2 and (often, width) > weight:
            best, weight = rows, (often, width)
    return best


def _is_header(cells: list[str]) -> bool:
    plain = {_plain(cell) for cell in cells}
    money = {*NAMES["amount"], *NAMES["paid_in"], *NAMES["paid_out"]}
    return bool(plain & set(NAMES["day"])) and bool(plain & money)


def _fitted(cells: list[str], width: int, number: int) -> list[str]:
    """A row as wide as its header. Empty cells too many or too few at its end don't matter."""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != width:
        raise Unreadable(f"Line {number} has {len(cells)} columns where the others have {width}.")
    return cells


def _pence(cells: list[str], columns: Columns, where: str) -> int:
    if columns.amount is not None:
        return pence_of(cells[columns.amount], where) if cells[columns.amount].strip() else 0
    paid_in, paid_out = (
        pence_of(cells[n], where) if n is not None and cells[n].strip() else 0 for n in (columns.paid_in, columns.paid_out)
    )
    if paid_in and paid_out:
        raise Unreadable(f"{where} says both paid in and paid out.")
    return paid_in or -abs(paid_out)


def _closing(lines: list[Line], balances: list[int | None]) -> tuple[int | None, date | None]:
    """The balance at the end, where the balances follow from one another; the newest line may come first or last."""
    held = [pence for pence in balances if pence is not None]
    if not lines or len(held) != len(lines):
        return None, None
    steps = list(pairwise(zip(held, lines, strict=True)))
    for end, follows in (
        (-1, all(before + line.pence == after for (before, _), (after, line) in steps)),
        (0, all(after == before - line.pence for (before, line), (after, _) in steps)),
    ):
        if follows:
            return held[end], lines[end].on
    return None, None


def _first(some: list[list[str]], reads, but=frozenset()) -> int | None:
    """The first column in which every filled cell can be read so."""

    def fits(cell: str) -> bool:
        try:
            reads(cell, "")
        except Unreadable:
            return False
        return True

    for n in range(len(some[0]) if some else 0):
        filled = [cells[n] for cells in some if cells[n].strip()]
        if n not in but and filled and all(map(fits, filled)):
            return n
    return None


def _plain(name: str) -> str:
    """A column's name without what differs between banks."""
    return re.sub(r"[^a-z0-9]|gbp", "", name.casefold())
