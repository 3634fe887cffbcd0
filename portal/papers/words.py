"""What the pages of papers say beside their sums: facts in, a sentence out, nothing looked up."""

from collections.abc import Mapping

from portal.core.filters import day, pounds
from portal.papers import sheets
from portal.papers.queries import Month, Movement, Statement


def time(made: Statement, side: str) -> str:
    """The time a statement is of; at the host, whose it is."""
    return f"{made.period.words}, {made.group}" if side else made.period.words


def moved(movement: Movement) -> str:
    """How much came or went, with its sign."""
    return f"{'+' if movement.pence > 0 else '−'}{pounds(abs(movement.pence))}"


def movement(one: Movement, side: str) -> str:
    """When it moved, as what, and on which line; the ledger's code is the host's."""
    return ", ".join(filter(None, [day(one.on), sheets.what(one).lower(), one.line, one.code if side else None]))


def month(one: Month) -> str:
    """What happened in a month: spent, and what else there was."""
    sums = (("in", one.came_in), ("fee", one.fee), ("moved", one.moved))
    return ", ".join([f"Spent {pounds(one.spent)}", *(f"{word} {pounds(pence)}" for word, pence in sums if pence)])


def too_long(made: Statement, longest: Mapping[str, int]) -> str:
    """Why not every kind of file is offered, and what helps."""
    holds = f"A PDF holds up to {longest['pdf']:,} movements, a spreadsheet or CSV up to {longest['csv']:,}."
    if made.period.is_month:
        return f"This is a long one. {holds} Every entry is in the file for a bookkeeping program, under Papers."
    return f"This is a long one. {holds} A month or a year at a time may fit."
