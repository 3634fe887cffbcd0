"""MT940, by the mt-940 package. Each statement adds up from its opening to its closing balance, or nothing is taken."""

import io
from datetime import date

from portal.bank.statement import CUT_OFF, TWO_ACCOUNTS, Line, Statement, Unreadable, in_pounds, pence_from, words_of

OPENS, CLOSES = (
    ("final_opening_balance", "intermediate_opening_balance"),
    ("final_closing_balance", "intermediate_closing_balance"),
)


def read(text: str) -> Statement:
    """The lines of an MT940 file, which holds one statement or more. Raises Unreadable."""
    import mt940

    blocks = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
    lines: list[Line] = []
    for block in blocks:
        opening, closing = _balance(block, OPENS), _balance(block, CLOSES)
        in_pounds(opening.amount.currency, "This account")
        own = [_line(one.data, f"Line {len(lines) + n}") for n, one in enumerate(block, start=1) if "amount" in one.data]
        if pence_from(opening.amount.amount, "Opening") + sum(one.pence for one in own) != _closing(closing):
            raise Unreadable(
                "Its lines don’t add up to its closing balance, so something is missing. Please export it again."
            )
        lines += own
    if len({block.data.get("account_identification") for block in blocks}) > 1:
        raise Unreadable(TWO_ACCOUNTS)
    return Statement("mt940", lines, _closing(closing), _plain(closing.date))


def _balance(block, names: tuple[str, ...]):
    found = next((block.data[name] for name in names if name in block.data), None)
    if found is None:
        raise Unreadable(CUT_OFF)
    return found


def _line(said: dict, where: str) -> Line:
    given = (
        said.get(name)
        for name in ("applicant_name", "purpose", "transaction_details", "extra_details", "customer_reference")
    )
    words = words_of(*(words for words in given if words != "NONREF"))
    on = _plain(said.get("entry_date") or said["date"])
    return Line(on, pence_from(said["amount"].amount, where), words, said.get("bank_reference") or "")


def _closing(balance) -> int:
    return pence_from(balance.amount.amount, "The closing balance")


def _plain(day) -> date:
    return date(day.year, day.month, day.day)  # theirs is a kind of its own
