"""A paper as plain tables, made once for the PDF, the spreadsheet and the CSV alike, so that they can't differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from portal.core import clock
from portal.ledger.models import Account, Kind
from portal.papers.queries import Movement, Report, Statement


class Pence(int):
    """An amount of money in a table, whole pence."""


Cell = str | date | Pence | None
Rows = Iterable[tuple[Cell, ...]]
WHAT = {
    **{Account.GRANT: "Grant", Account.DONATION: "Donation", Account.AWARD: "Award", Account.FEE: "Fee"},
    **{Account.COST: "Paid", Account.TRANSFER: "Moved"},
}


@dataclass(frozen=True)
class Table:
    """A titled table with as many heads as each row has cells."""

    title: str
    heads: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Paper:
    """A title, a few lines of what it is about, what is quoted by whom, and tables."""

    title: str
    facts: tuple[tuple[str, str], ...]
    quotes: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def what(movement: Movement) -> str:
    """What a movement is, in a word or two."""
    word = WHAT.get(movement.account, "Moved")
    return f"{word}, corrected" if movement.kind is Kind.REVERSAL else word


def statement(made: Statement, movements: Iterable[Movement], host: str) -> Paper:
    """A fund's statement."""
    tables = [Table("In short", ("", "Amount"), in_short(made))]
    if made.lines:
        rows: Rows = [(one.name, Pence(one.spent)) for one in made.lines]
        tables.append(Table("Spent, by budget line", ("Line", "Spent"), rows))
    months: Rows = [
        (_month(one.first), *map(_some, (one.came_in, one.fee, one.spent, one.moved)), Pence(one.closing))
        for one in made.months
    ]
    tables.append(Table("By month", ("Month", "In", "Fee", "Spent", "Moved", "At its end"), months))
    heads = ("Day", "Entry", "What", "Words", "Line", "Code", "In", "Out", "Held then")
    tables.append(Table("What moved", heads, _moved(made, movements)))
    return Paper(f"Statement: {made.fund.name}", _facts(made, host), (), tuple(tables))


def report(made: Report, host: str) -> Paper:
    """A report to a fund's funder: sums and lines, never who or what for; the group's words where it agreed."""
    of, fund = made.statement, made.statement.fund
    facts = [*_facts(of, host), ("Costs with a receipt", costs(made))]
    quotes = [(f"What it is for, in the words of {fund.funder or 'the funder'}", fund.purpose or "")]
    quotes += [(f"In the words of {of.group}", made.words or "")]
    tables = [Table("In short", ("", "Amount"), so_far(of))]
    if of.lines:
        rows: Rows = [(one.name, *map(_amount, (one.planned, one.spent, one.left))) for one in of.lines]
        tables.append(Table("By budget line", ("Line", "Planned in all", "Spent in this time", "Left to spend"), rows))
    told = tuple((who, words) for who, words in quotes if words)
    return Paper(f"Report on {fund.name}", tuple(facts), told, tuple(tables))


def in_short(made: Statement) -> list[tuple[str, Pence]]:
    """The few sums that say it all."""
    rows = [("Of it in a float", made.in_float)] if made.in_float else []
    rows += [("Promised now", made.promised), ("Free now", made.free)] if made.is_now else []
    return so_far(made) + [(words, Pence(pence)) for words, pence in rows]


def so_far(made: Statement) -> list[tuple[str, Pence]]:
    """What was there, what happened, what is there."""
    rows = [("There at the beginning", made.opening), ("Came in", made.came_in), ("Fee", made.fee), ("Spent", made.spent)]
    rows += [("Moved in or out", made.moved)] if made.moved else []
    rows += [("There at the end", made.closing)]
    return [(words, Pence(pence)) for words, pence in rows]


def costs(made: Report) -> str:
    """How many of the costs that were paid have a receipt."""
    return f"{made.receipts} of {made.costs}" if made.costs else "None in this time"


def _facts(made: Statement, host: str) -> tuple[tuple[str, str], ...]:
    fund = made.fund
    binds = f"{fund.restriction.capitalize()}{f', from {fund.funder}' if fund.funder else ''}" if fund.restriction else ""
    facts = (("Group", made.group), ("Fund", fund.name), ("Time", made.period.words), ("Held by", host))
    made_on = format_date(clock.today(), "d MMMM y", locale="en_GB")
    return tuple((name, words) for name, words in (*facts, ("Kind", binds), ("Made on", made_on)) if words)


def _moved(made: Statement, movements: Iterable[Movement]) -> Iterator[tuple[Cell, ...]]:
    held = made.opening
    for one in movements:
        held += one.pence
        sides = (Pence(one.pence), None) if one.pence > 0 else (None, Pence(-one.pence))
        yield (one.on, one.ref, what(one), one.words, one.line or "", one.code or "", *sides, Pence(held))


def _amount(pence: int | None) -> Pence | None:
    return None if pence is None else Pence(pence)


def _some(pence: int) -> Pence | None:
    """An amount, or nothing for nothing."""
    return Pence(pence) if pence else None


def _month(first: date) -> str:
    return format_date(first, "MMMM y", locale="en_GB")
