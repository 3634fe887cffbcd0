"""Finance, a fund with two lines, and entries of any day in it."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import posting
from portal.ledger.models import Account, Fund, JournalEntry, Kind, Posting
from portal.ledger.posting import Line
from portal.people.roles import Role
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


class Books:
    """One fund, and what is written in it over a year or two."""

    def __init__(self, fund: Fund):
        self.id, self.group_id = fund.id, fund.group_id

    def write(self, on: date, words: str = "x", *, kind=Kind.COST, code=None, **pence: int) -> JournalEntry:
        """An entry of so many pence to each of these accounts, the rest to or from the bank."""
        sides = [Line(Account(account), amount, self.id, code) for account, amount in pence.items()]
        if rest := sum(pence.values()):
            sides.append(Line(Account.BANK, -rest, self.id))
        with wall.opened(self.group_id):
            entry = posting.post(self.group_id, kind, sides, on=on, words=words, by=None)
        db.session.commit()
        return entry

    def on_line(self, pence: int, on: date, line: str) -> None:
        """A cost on a budget line, as its rows lie in the ledger."""
        own = {"group_id": self.group_id}
        line_id = db.session.scalar(sa.select(BudgetLine.id).where(BudgetLine.name == line, BudgetLine.fund_id == self.id))
        with wall.opened(self.group_id):
            entry = JournalEntry(**own, kind=Kind.COST, on=on, words="On a line")
            cost = Posting(**own, fund_id=self.id, account=Account.COST, code="5300", line_id=line_id, pence=pence)
            entry.postings = [cost, Posting(**own, fund_id=self.id, account=Account.BANK, pence=-pence)]
            db.session.add(entry)
        db.session.commit()

    def reverse(self, entry: JournalEntry, on: date) -> None:
        with wall.opened(self.group_id):
            posting.reverse(entry, on=on, words="Wrong", by=None)
        db.session.commit()


@pytest.fixture
def books(kettle, glyn) -> Books:
    """A restricted grant with a line each for the room and for food; nothing in it yet."""
    binds = {"restriction": "restricted", "basis": "part", "funder": "Community Hands", "purpose": "A warm drop-in."}
    fund = ledger.open_fund(glyn, kettle, name="Community Hands grant", fee_basis_points=500, **binds)
    with wall.opened(kettle.id):
        own = {"group_id": kettle.id, "fund_id": fund.id}
        lines = (("room", 50_00), ("food", 30_00))
        db.session.add_all(BudgetLine(**own, name=name, planned_pence=pence) for name, pence in lines)
    db.session.commit()
    return Books(fund)
