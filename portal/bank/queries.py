"""Reads of the bank's lines: the host's alone, for finance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from portal.bank.models import BankAccount, BankImport, BankLine
from portal.bank.statement import Statement
from portal.bank.statement_files import Known
from portal.core import clock
from portal.core.db import db
from portal.core.filters import pounds
from portal.core.ids import id_of
from portal.ledger.models import Account, Balance, Fund, HostBalance, JournalEntry
from portal.payees.models import Payee
from portal.payments.models import Payment
from portal.people.models import Group, Person
from portal.receipts.models import Receipt

PAGE = 20
FILE_LASTS = timedelta(days=1)
VIEWS = {"match": "To match", "suspense": "In suspense", "settled": "Settled"}
_IN_VIEW = {
    "match": (BankLine.settled_at.is_(None), BankLine.suspense_id.is_(None)),
    "suspense": (BankLine.settled_at.is_(None), BankLine.suspense_id.is_not(None)),
    "settled": (BankLine.settled_at.is_not(None),),
}


@dataclass(frozen=True)
class Item:
    """One line, with its account, and what settled it: entry, whose books, who in finance."""

    line: BankLine
    account: str
    entry: JournalEntry | None
    group: str | None
    slug: str | None
    settled_by: str | None

    @property
    def amount(self) -> str:
        """How much came in or went out."""
        return f"{pounds(abs(self.line.pence))} {'in' if self.line.pence > 0 else 'out'}"

    @property
    def waited(self) -> str:
        """For how long it has waited for a place."""
        return f"waits for {(clock.today() - self.line.on).days} days"


@dataclass(frozen=True)
class Page:
    """Some lines, and the key of the next page where there is one."""

    items: list[Item]
    after: int | None


def view_of(line: BankLine) -> str:
    return "settled" if line.settled_at else "suspense" if line.suspense_id else "match"


def item(line_id: int) -> Item | None:
    """One line."""
    row = db.session.execute(_items().where(BankLine.id == line_id)).first()
    return Item(*row) if row else None


def listed(view: str, after: int | None = None, *, at: BankLine | None = None) -> Page:
    """A page of a view: the open ones by day, the oldest first; the settled ones by number, the newest first. `at`: the
    page opens where this line lies."""
    query = _items().where(*_IN_VIEW[view])
    place = sa.tuple_(BankLine.on, BankLine.id)
    if view == "settled":
        query = query.order_by(BankLine.id.desc())
        if at or after:
            query = query.where(BankLine.id <= at.id if at else BankLine.id < after)
    else:
        query = query.order_by(BankLine.on, BankLine.id)
        if at:
            query = query.where(place >= sa.tuple_(at.on, at.id))
        elif after:
            day = sa.select(BankLine.on).where(BankLine.id == after).scalar_subquery()
            query = query.where(place > sa.tuple_(day, sa.literal(after)))
    items = [Item(*row) for row in db.session.execute(query.limit(PAGE + 1))]
    return Page(items[:PAGE], items[PAGE - 1].line.id if len(items) > PAGE else None)


def _items() -> sa.Select:
    return (
        sa.select(BankLine, BankAccount.name, JournalEntry, Group.name, Group.slug, Person.name)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .outerjoin(JournalEntry, JournalEntry.id == BankLine.entry_id)
        .outerjoin(Group, Group.id == JournalEntry.group_id)
        .outerjoin(Person, Person.id == BankLine.settled_by)
    )


@dataclass(frozen=True)
class Sums:
    """How many lines wait, what they come to, and what the books say the bank holds. Pence."""

    match: int
    suspense: int
    waiting_pence: int
    books_pence: int


def sums() -> Sums:
    """One statement."""
    held = (Account.BANK,)
    books = [
        sa.select(sa.func.coalesce(sa.func.sum(table.pence), 0)).where(table.account.in_(held)).scalar_subquery()
        for table in (Balance, HostBalance)
    ]

    def over(what, view: str) -> sa.ScalarSelect:
        return sa.select(what).where(*_IN_VIEW[view]).scalar_subquery()

    pence = sa.func.coalesce(sa.func.sum(BankLine.pence), 0)
    row = db.session.execute(
        sa.select(
            *(over(sa.func.count(BankLine.id), "match"), over(sa.func.count(BankLine.id), "suspense")),
            *(over(pence, "match"), *books),
        )
    ).one()
    return Sums(row[0], row[1], int(row[2]), int(row[3]) + int(row[4]))


def accounts() -> Sequence[sa.Row]:
    """Every account, with what its newest statement closed at, and on which day."""

    def newest(column) -> sa.ScalarSelect:
        return (
            sa.select(column)
            .where(BankImport.account_id == BankAccount.id, BankImport.closing_on.is_not(None))
            .order_by(BankImport.closing_on.desc(), BankImport.id.desc())
            .limit(1)
            .scalar_subquery()
        )

    closing = newest(BankImport.closing_pence).label("closing_pence"), newest(BankImport.closing_on).label("closing_on")
    return db.session.execute(sa.select(BankAccount, *closing).order_by(BankAccount.id)).all()


def imports(before: int | None = None) -> Sequence[sa.Row]:
    """Every file that was read, the newest first, with its account and who sent it; paged by key."""
    query = (
        sa.select(BankImport, BankAccount.name, Person.name)
        .join(BankAccount, BankAccount.id == BankImport.account_id)
        .join(Person, Person.id == BankImport.imported_by)
        .order_by(BankImport.id.desc())
    )
    return db.session.execute((query.where(BankImport.id < before) if before else query).limit(PAGE + 1)).all()


def account(account_id: int | None) -> BankAccount | None:
    return db.session.get(BankAccount, account_id) if account_id else None


def known(account_id: int, statement: Statement) -> list[Known]:
    """The account's lines within the days of a statement."""
    days = [line.on for line in statement.lines]
    rows = db.session.execute(
        sa.select(BankLine.mark, BankLine.on, BankLine.pence, BankImport.kind)
        .join(BankImport, BankImport.id == BankLine.import_id)
        .where(BankLine.account_id == account_id, BankLine.on.between(min(days), max(days)))
    )
    return [Known(*row) for row in rows]


def costs_like(words: str):
    """The costs somebody looks for: by reference, payee, shop or group."""
    number = words.upper().removeprefix("TR").strip().removeprefix("R")
    like = f"%{words.strip().lower()}%"
    named = (sa.func.lower(column).like(like) for column in (Payee.name, Receipt.shop, Receipt.label, Group.name))
    return sa.or_(Receipt.number == id_of(number), Payment.reference == words.upper(), *named)


def funds_like(words: str):
    """The funds somebody looks for: by name, giver or group."""
    like = f"%{words.strip().lower()}%"
    return sa.or_(*(sa.func.lower(column).like(like) for column in (Fund.name, Fund.funder, Group.name)))
