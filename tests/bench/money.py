"""A group's money with a million postings."""

from datetime import timedelta

from portal.budget.models import BudgetLine
from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import queries
from portal.ledger.models import Balance, Fund, JournalEntry, LineBalance, MonthBalance, Posting
from portal.people.models import Group, Person
from tests.bench.timing import cost


def money_pages(client, postings: int) -> tuple[float, ...]:
    """CPU seconds of the Makers' money with so many postings: the Money page; the first page of movements and the deepest;
    a search's first page and its deepest."""
    group = db.session.scalars(db.select(Group).where(Group.slug == "makers-moving-on")).one()
    hana = db.session.scalars(db.select(Person).where(Person.name == "Hana")).one()
    big_ledger(group, postings)
    oldest = db.session.scalar(db.select(db.func.min(JournalEntry.id)).where(JournalEntry.group_id == group.id)) or 0
    db.session.remove()
    client.as_(hana)
    money = "/g/makers-moving-on/money/"
    first, deep = f"{money}movements/", f"{money}movements/?before={oldest + 40}"
    assert "Earlier ones" in client.get(deep).text
    search, further = f"{first}?q=nothing", f"{first}?q=nothing&before={oldest + queries.WINDOW}"
    return tuple(cost(lambda page=page: client.get(page), 5) for page in (money, first, deep, search, further))


def big_ledger(group: Group, postings: int) -> None:
    """Costs of a group until there are so many postings, over months and two budget lines, and their balances with them."""
    fund = db.session.scalars(db.select(Fund).where(Fund.group_id == group.id)).one()
    there = db.session.scalar(db.select(db.func.count()).select_from(Posting)) or 0
    first = (db.session.scalar(db.select(db.func.max(JournalEntry.id))) or 0) + 1
    own, today = {"group_id": group.id}, clock.today()
    with wall.opened(group.id):
        if db.session.scalar(db.select(BudgetLine.id).where(BudgetLine.group_id == group.id)) is None:
            db.session.add_all(
                BudgetLine(**own, fund_id=fund.id, name=name, planned_pence=3000_00) for name in ("Clay", "Kiln")
            )
            db.session.flush()
        lines = db.session.scalars(db.select(BudgetLine.id).where(BudgetLine.group_id == group.id)).all()
        last = first + (postings - there) // 2
        for start in range(first, last, 50_000):
            numbers = range(start, min(start + 50_000, last))
            made = {"kind": "cost", "made_at": clock.now()}
            db.session.execute(
                db.insert(JournalEntry.__table__),
                [
                    {**own, **made, "id": n, "on": today - timedelta(days=n % 230), "words": f"Clay {n % 977}"}
                    for n in numbers
                ],
            )
            sides = [
                {**own, "entry_id": n, "account": account, "fund_id": fund.id, "line_id": line, "pence": pence}
                for n in numbers
                for account, line, pence in (("cost", lines[n % 2], 1), ("bank", None, -1))
            ]
            db.session.execute(db.insert(Posting.__table__), sides)
        for table, keys in (
            (Balance, {"fund_id": Posting.fund_id, "account": Posting.account}),
            (LineBalance, {"line_id": Posting.line_id}),
            (MonthBalance, {"fund_id": Posting.fund_id, "month": db.func.date(JournalEntry.on, "start of month")}),
        ):
            db.session.execute(db.delete(table).where(table.group_id == group.id))
            sums = db.select(Posting.group_id, *keys.values(), db.func.sum(Posting.pence))
            sums = sums.where(Posting.group_id == group.id, Posting.fund_id.is_not(None))
            if table is MonthBalance:
                sums = sums.join(JournalEntry, JournalEntry.id == Posting.entry_id).where(Posting.account == "cost")
            if table is LineBalance:
                sums = sums.where(Posting.line_id.is_not(None))
            db.session.execute(
                db.insert(table).from_select(["group_id", *keys, "pence"], sums.group_by(Posting.group_id, *keys.values()))
            )
    db.session.commit()
    assert list(queries.faults()) == []
