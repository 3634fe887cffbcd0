"""The demo's money, to the penny (shared demo data, "Money"): what came in, the fee, what was spent and is promised, on
which budget lines, and in which months."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa

from portal.budget.models import BudgetLine
from portal.core import clock, wall
from portal.core.db import db
from portal.demo import earlier_receipts
from portal.ledger import posting
from portal.ledger.models import Account, Basis, FeeRate, Fund, HostFund, Kind, Restriction
from portal.ledger.posting import Line
from portal.receipts.models import Receipt

POT_DONATIONS, POT_AWARDED_ELSEWHERE = 2400_00, 950_00
SHORT = 107  # the Paths grant can’t cover it
ON_LINES = {
    **{told.number: told.line for told in earlier_receipts.RECEIPTS if told.line},
    **{100: "Print", 101: "Food", 102: "Room", 103: "Travel", 108: "Speakers"},
}  # receipts that are on one
# Agreed to and not paid yet.
PROMISED_RECEIPTS = {102, 105, 107, 108, 112} | {told.number for told in earlier_receipts.RECEIPTS if told.is_promised}


@dataclass(frozen=True)
class Cost:
    """What a fund was spent on each month: how it is called, under which code, on which line; its share of it all."""

    words: str
    code: str
    share: int = 1
    line: str | None = None


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
    costs: tuple[Cost, ...]
    lines: dict[str, int] = field(default_factory=dict)


FUNDS = (
    Money("Community Hands grant", Account.GRANT, 4800_00, 1985_40, 210_00, "Community Hands",
          "A weekly drop-in with hot drinks and food, run by people who have used services.",
          (Cost("Ashbrook Village Hall", "5300", 36, "Room"), Cost("Corner Grocer", "5100", 41, "Food"),
           Cost("Paper, paint and cups", "5200", 14, "Materials"), Cost("Bus fares", "5400", 9, "Travel")),
          {"Room": 1800_00, "Food": 1560_00, "Materials": 700_00, "Travel": 500_00}),
    Money("Donations", Account.DONATION, 640_00, 412_75, 0, "Friends of the garden", "Growing together at the allotment.",
          (Cost("Seeds and compost", "5200"),)),
    Money("Small Things award", Account.AWARD, 180_00, 143_88, 14_39, "Small Things Pot",
          "Video calls for people awake at night.", (Cost("Roomtone Video", "5700"),)),
    Money("Gather Well grant", Account.GRANT, 9500_00, 6120_00, 900_00, "Gather Well",
          "Cooking together, for Black and brown women.",
          (Cost("Merkato Spices", "5100", 3), Cost("Community kitchen", "5300", 5), Cost("Childminding", "5500", 2))),
    Money("Paths grant", Account.GRANT, 2000_00, 1862_10, 52_00, "Paths", "Walks that everyone can come along on.",
          (Cost("Dale Minibus Hire", "5400", 3), Cost("Tea on the way", "5100"))),
    Money("Open Ear grant", Account.GRANT, 12000_00, 4275_50, 1350_00, "Open Ear",
          "Speakers, print, access and travel for people who hear voices.",
          (Cost("Speaker fees", "5500", 38, "Speakers"), Cost("Inkwell Print", "5600", 27, "Print"),
           Cost("Captions and a quiet room", "5900", 23, "Access"), Cost("Train fares", "5400", 12, "Travel")),
          {"Speakers": 4000_00, "Print": 3400_00, "Access": 2500_00, "Travel": 1500_00}),
    Money("Zine donations", Account.DONATION, 1150_00, 96_00, 0, "Readers", "Printing and posting the zine.",
          (Cost("Post Office", "5600"),)),
    Money("Start Here grant", Account.GRANT, 3000_00, 240_15, 0, "Start Here", "A table for dads to begin at.",
          (Cost("Morning Café", "5100"),)),
    Money("Make Do grant", Account.GRANT, 6200_00, 4702_20, 187_80, "Make Do", "Tools, clay and the kiln.",
          (Cost("Clayworks", "5200", 3), Cost("Workshop rent", "5300", 2))),
)  # fmt: skip
MONTHS = (9, 11, 10, 13, 7, 12, 14)  # how much of it all in each month, the longest ago first; Augusts are quiet


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
    own = {"group_id": fund.group_id, "fund_id": fund.id, "made_at": clock.now() - timedelta(days=200)}
    lines = {name: BudgetLine(**own, name=name, planned_pence=pence) for name, pence in money.lines.items()}
    db.session.add_all(lines.values())
    db.session.flush()
    numbers = {name: line.id for name, line in lines.items()}
    for one in receipts:
        one.line_id = numbers.get(ON_LINES.get(one.number, ""))
    paid = [one for one in receipts if one.paid_on]
    for days, cost, pence in _past(money.costs, money.spent - sum(one.amount_pence or 0 for one in paid)):
        on_line = numbers.get(cost.line or "")
        posting.pay(fund, pence, cost.code, on=_ago(days), words=cost.words, by=finance, line_id=on_line)
    for one in paid:
        words, on = f"{one.ref}, {one.shop}", one.paid_on or clock.today()
        posting.pay(fund, one.amount_pence or 0, one.ledger_code, on=on, words=words, by=finance, line_id=one.line_id)
    agreed = [one for one in receipts if one.number in PROMISED_RECEIPTS]
    for one in agreed:
        posting.promise(fund, one, one.amount_pence or 0, short=one.number == SHORT, line_id=one.line_id)
    more = money.promised - sum(one.amount_pence or 0 for one in agreed)
    if more:  # what was agreed before there were receipts here
        posting.promise(fund, fund, more, line_id=next(iter(numbers.values()), None))


def _past(costs: tuple[Cost, ...], pence: int) -> Iterator[tuple[int, Cost, int]]:
    """So many pence spread over months and costs, to the penny: days ago, which cost, how much. Oldest first."""
    weights = [(month, cost, share * cost.share) for month, share in enumerate(MONTHS) for cost in costs]
    total, left = sum(weight for _, _, weight in weights), pence
    for n, (month, cost, weight) in enumerate(weights, 1):
        part = left if n == len(weights) else pence * weight // total // 5 * 5  # prices end in 0 or 5
        left -= part
        yield 200 - 29 * month - 4 * costs.index(cost), cost, part


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)
