"""Finance, a fund with lines, and entries of any day in it."""

from datetime import date

import pytest

from portal.budget.models import BudgetLine
from portal.core import wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import posting
from portal.ledger.models import Account, Fund, HostFund, Kind, Posting
from portal.ledger.posting import Line
from portal.people.roles import Role
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def grant(kettle, glyn) -> Fund:
    """A restricted grant with a fee of 5%, and a line each for the room and for food."""
    binds = {"restriction": "restricted", "basis": "part", "funder": "Community Hands", "purpose": "A warm drop-in."}
    fund = ledger.open_fund(glyn, kettle, name="Community Hands grant", fee_basis_points=500, **binds)
    with wall.opened(kettle.id):
        own = {"group_id": kettle.id, "fund_id": fund.id}
        db.session.add_all(
            BudgetLine(**own, name=name, planned_pence=pence) for name, pence in (("room", 50_00), ("food", 30_00))
        )
    db.session.commit()
    return fund


class Books:
    """Writes entries into one fund, as finance would over a year or two."""

    def __init__(self, fund: Fund):
        self.fund = fund

    def write(self, pence: int, on: date, words: str = "x", *, account=Account.COST, line=None, code="5300"):
        """Pence out (positive) or in (negative), to an account, against the bank."""
        sides = [Line(account, pence, self.fund.id, code if account is Account.COST else None)]
        sides += [Line(Account.BANK, -pence, self.fund.id)]
        with wall.opened(self.fund.group_id):
            kind = Kind.COST if account is Account.COST else Kind.MONEY_IN
            entry = posting.post(self.fund.group_id, kind, sides, on=on, words=words, by=None)
        db.session.commit()
        return entry

    def on_line(self, pence: int, on: date, line: BudgetLine):
        """A cost on a budget line."""
        own = {"group_id": self.fund.group_id, "fund_id": self.fund.id}
        with wall.opened(self.fund.group_id):
            entry = posting.post(
                self.fund.group_id,
                Kind.COST,
                [Line(Account.FLOAT, 1, self.fund.id), Line(Account.FLOAT, -1, self.fund.id)],
                on=on,
                words=line.name,
                by=None,
            )
            both = {Account.COST: pence, Account.BANK: -pence}
            for account, amount in both.items():
                on_it = {"line_id": line.id, "code": "5300"} if account is Account.COST else {}
                db.session.add(Posting(**own, entry_id=entry.id, account=account, pence=amount, **on_it))
                posting._move(self.fund.group_id, account, self.fund.id, amount)
        db.session.commit()


@pytest.fixture
def books(grant) -> Books:
    return Books(grant)


@pytest.fixture
def pot(app):
    """Something in the Small Things Pot."""
    sides = [Line(Account.BANK, 100_00, HostFund.SMALL_THINGS), Line(Account.DONATION, -100_00, HostFund.SMALL_THINGS)]
    with wall.opened(None):
        posting.post(None, Kind.MONEY_IN, sides, on=date(2025, 1, 1), words="Gifts", by=None)
    db.session.commit()
