"""The demo's money, to the penny (shared demo data, "Money"): what came in, the fee, what was spent and is promised."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import posting
from portal.ledger.models import Account, Basis, FeeRate, Fund, HostFund, Kind, Restriction
from portal.ledger.posting import Line
from portal.receipts.models import Receipt

POT_DONATIONS, POT_AWARDED_ELSEWHERE = 2400_00, 950_00
SHORT = 107  # the Paths grant can’t cover it
PROMISED_RECEIPTS = frozenset({102, 105, 107, 108, 112})  # agreed to and not paid yet


@dataclass(frozen=True)
class Money:
    """One fund of the demo, in pence."""

    name: str
    source: Account
    came_in: int
    spent: int
    promised: int
    funder: str
    purpose: str


FUNDS = (
    Money("Community Hands grant", Account.GRANT, 4800_00, 1985_40, 210_00, "Community Hands",
          "A weekly drop-in with hot drinks and food, run by people who have used services."),
    Money("Donations", Account.DONATION, 640_00, 412_75, 0, "Friends of the garden", "Growing together at the allotment."),
    Money("Small Things award", Account.AWARD, 180_00, 143_88, 14_39, "Small Things Pot",
          "Video calls for people awake at night."),
    Money("Gather Well grant", Account.GRANT, 9500_00, 6120_00, 900_00, "Gather Well",
          "Cooking together, for Black and brown women."),
    Money("Paths grant", Account.GRANT, 2000_00, 1862_10, 52_00, "Paths", "Walks that everyone can come along on."),
    Money("Open Ear grant", Account.GRANT, 12000_00, 4275_50, 1350_00, "Open Ear",
          "Speakers, print, access and travel for people who hear voices."),
    Money("Zine donations", Account.DONATION, 1150_00, 96_00, 0, "Readers", "Printing and posting the zine."),
    Money("Start Here grant", Account.GRANT, 3000_00, 240_15, 0, "Start Here", "A table for dads to begin at."),
    Money("Make Do grant", Account.GRANT, 6200_00, 4702_20, 187_80, "Make Do", "Tools, clay and the kiln."),
)  # fmt: skip
MONTHS = 6


def lay_out(finance: int) -> None:
    """Open every fund and write its past; `finance` is who did it. After the receipts are there."""
    with wall.opened(None):
        pot = HostFund.SMALL_THINGS
        given = [Line(Account.BANK, POT_DONATIONS, pot), Line(Account.DONATION, -POT_DONATIONS, pot)]
        posting.post(None, Kind.MONEY_IN, given, on=_ago(220), words="Donations to the Small Things Pot", by=finance)
        awarded = [Line(Account.AWARDED, POT_AWARDED_ELSEWHERE, pot), Line(Account.BANK, -POT_AWARDED_ELSEWHERE, pot)]
        posting.post(None, Kind.COST, awarded, on=_ago(90), words="Seven awards to other groups", by=finance)
    db.session.commit()
    for money in FUNDS:
        fund = db.session.scalars(sa.select(Fund).where(Fund.name == money.name)).one()
        with wall.opened(fund.group_id):
            _fund(fund, money, finance)
        db.session.commit()


def _fund(fund: Fund, money: Money, finance: int) -> None:
    fund.restriction, fund.basis, fund.funder, fund.purpose = (
        Restriction.RESTRICTED,
        Basis.PART,
        money.funder,
        money.purpose,
    )
    fund.opened_at, fund.opened_by = clock.now() - timedelta(days=210), finance
    rate = {"version": 1, "basis_points": 500 if money.source is Account.GRANT else 0, "starts_on": _ago(210)}
    db.session.add(FeeRate(group_id=fund.group_id, fund_id=fund.id, made_by=finance, **rate))
    posting.receive(fund, money.source, money.came_in, on=_ago(205), words=money.name, by=finance)
    receipts = db.session.scalars(sa.select(Receipt).where(Receipt.fund_id == fund.id).order_by(Receipt.number)).all()
    paid = [one for one in receipts if one.paid_on]
    rest = money.spent - sum(one.amount_pence or 0 for one in paid)
    for month in range(MONTHS):
        part = rest // MONTHS + (rest % MONTHS if month == 0 else 0)
        posting.pay(fund, part, "5900", on=_ago(190 - 27 * month), words="Costs of the month", by=finance)
    for one in paid:
        words = f"{one.ref}, {one.shop}"
        posting.pay(fund, one.amount_pence or 0, one.ledger_code, on=one.paid_on or clock.today(), words=words, by=finance)
    agreed = [one for one in receipts if one.number in PROMISED_RECEIPTS]
    for one in agreed:
        posting.promise(fund, one, one.amount_pence or 0, short=one.number == SHORT)
    more = money.promised - sum(one.amount_pence or 0 for one in agreed)
    if more:
        posting.promise(fund, fund, more)  # what was agreed before there were receipts here


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
