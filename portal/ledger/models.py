"""Fund, JournalEntry, Posting, Balance, Commitment: a group's money, to the penny. All amounts are whole pence.

Double entry, by fund: each entry's postings sum to zero within every fund they touch, so what a fund holds (its postings to
`bank` and `float`) always equals what came in less what went out. Postings are only ever added (`posting.py`).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.autonomy.areas import Area
from portal.core import clock
from portal.core.db import GROUP_OWNED, HOST, RECORD, GroupOwned, Word, db, within_group


class Restriction(StrEnum):
    """What binds a fund (Charities SORP, module 2)."""

    RESTRICTED = "restricted"
    DESIGNATED = "designated"
    UNRESTRICTED = "unrestricted"


RESTRICTION_WORDS = {
    Restriction.RESTRICTED: "Restricted: the funder said what it’s for",
    Restriction.DESIGNATED: "Designated: set aside by us",
    Restriction.UNRESTRICTED: "Unrestricted: for anything the charity does",
}


class Basis(StrEnum):
    """On what footing the host holds it: as part of the charity, or for the group as its agent."""

    PART = "part"
    HELD = "held"


BASIS_WORDS = {Basis.PART: "Part of the charity", Basis.HELD: "Held for you"}


class Account(StrEnum):
    """What a posting is to. Debits are positive: money held, fees, costs; credits negative: money in."""

    BANK = "bank"
    FLOAT = "float"
    GRANT = "grant"
    DONATION = "donation"
    AWARD = "award"
    FEE = "fee"
    COST = "cost"
    TRANSFER = "transfer"
    FEE_INCOME = "fee_income"
    UNMATCHED = "unmatched"
    AWARDED = "awarded"


HELD = (Account.BANK, Account.FLOAT)
MONEY_IN = (Account.GRANT, Account.DONATION, Account.AWARD)
SOURCE_WORDS = {
    Account.GRANT: "A grant",
    Account.DONATION: "A donation",
    Account.AWARD: "From the Small Things Pot",
    Account.FLOAT: "What is left of a float",
}


class HostFund(StrEnum):
    """The host's own funds."""

    FEES = "fees"
    SMALL_THINGS = "small_things"
    SUSPENSE = "suspense"  # money that came in and nobody can place yet


HOST_FUNDS = {
    HostFund.FEES: "Our own money",
    HostFund.SMALL_THINGS: "Small Things Pot",
    HostFund.SUSPENSE: "Not placed yet",
}


class Fund(GroupOwned, db.Model):
    """A pot of money held for a group, by the name the group uses; the restriction in the funder's words.

    One without `opened_at` was named before the ledger knew its money: it binds nothing yet.
    """

    __tablename__ = "funds"
    OWNERS: ClassVar = {
        Area.BUDGET: "name",
        HOST: "restriction funder purpose agreed basis from_on until_on",
    }
    WORDS: ClassVar = {
        "restriction": "What binds it",
        "purpose": "What it is for",
        "agreed": "Agreed by",
        "basis": "How it is held",
        "from_on": "From",
        "until_on": "Until",
    }
    READS: ClassVar = {"restriction": RESTRICTION_WORDS.get, "basis": BASIS_WORDS.get}

    name: Mapped[str] = mapped_column(sa.String(80))
    restriction: Mapped[Restriction | None] = mapped_column(Word(Restriction))
    funder: Mapped[str | None] = mapped_column(sa.String(120))
    purpose: Mapped[str | None] = mapped_column(sa.Text)  # in the funder's words
    agreed: Mapped[str | None] = mapped_column(sa.String(200))  # who agreed to it, and when
    basis: Mapped[Basis | None] = mapped_column(Word(Basis))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @property
    def ref(self) -> str:
        return f"F{self.id}"


class FeeRate(GroupOwned, db.Model):
    """A version of the host's fee on a fund's grants, in hundredths of a per cent, from a day on. A new one never
    reaches back."""

    __tablename__ = "fee_rates"
    OWNERS: ClassVar = {HOST: "version basis_points starts_on words"}

    fund_id: Mapped[int]
    version: Mapped[int]
    basis_points: Mapped[int]
    starts_on: Mapped[date]
    words: Mapped[str | None] = mapped_column(sa.String(200))  # what was agreed, by whom; or why it changes
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))

    @classmethod
    def extra_constraints(cls):
        return (
            within_group("fund_id", "funds"),
            sa.UniqueConstraint("fund_id", "version"),
            sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="fee"),
        )

    @property
    def ref(self) -> str:
        return f"F{self.fund_id}"


class Kind(StrEnum):
    """What an entry is."""

    MONEY_IN = "money_in"
    COST = "cost"
    TRANSFER = "transfer"
    REVERSAL = "reversal"


class JournalEntry(db.Model):
    """One thing that happened to money, on a day, in a group's books or (without a group) the host's own. Never changed: an
    error is corrected by an entry that reverses it, once."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "id"),
        sa.UniqueConstraint("reverses_id"),
        sa.Index("ix_journal_entries_kind", "kind", "on"),
        {"info": {**GROUP_OWNED, "owners": {RECORD: "kind on words made_at made_by"}}},
    )

    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), index=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    on: Mapped[date]
    words: Mapped[str] = mapped_column(sa.String(200))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_entries.id"))

    postings: Mapped[list["Posting"]] = relationship(order_by="Posting.id")

    @property
    def ref(self) -> str:
        return f"L{self.id}"


class Posting(db.Model):
    """One side of an entry: so many pence to an account of one fund, of the group's or of the host's."""

    __tablename__ = "postings"
    __table_args__ = (
        sa.UniqueConstraint("group_id", "id"),
        within_group("fund_id", "funds"),
        within_group("line_id", "budget_lines"),
        sa.CheckConstraint("(fund_id IS NULL) <> (host_fund IS NULL)", name="one_fund"),
        sa.CheckConstraint("pence <> 0", name="something"),
        sa.Index(  # what moved in the host's own funds, found among everything that moved
            *("ix_postings_host", "entry_id", "host_fund"),
            sqlite_where=sa.text("host_fund IS NOT NULL"),
            postgresql_where=sa.text("host_fund IS NOT NULL"),
        ),
        sa.Index("ix_postings_fund", "group_id", "fund_id", "entry_id"),
        {"info": {**GROUP_OWNED, "owners": {RECORD: "account code host_fund pence"}}},
    )

    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), index=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("journal_entries.id"), index=True)
    account: Mapped[Account] = mapped_column(Word(Account))
    code: Mapped[str | None] = mapped_column(sa.String(4))  # the host's ledger code of a cost
    fund_id: Mapped[int | None]
    host_fund: Mapped[HostFund | None] = mapped_column(Word(HostFund))
    line_id: Mapped[int | None]  # the budget line a cost is spent on
    pence: Mapped[int] = mapped_column(sa.BigInteger)


class Balance(GroupOwned, db.Model):
    """What the postings to one account of one fund sum to, kept in each posting's own transaction."""

    __tablename__ = "balances"
    OWNERS: ClassVar = {RECORD: "account pence"}

    fund_id: Mapped[int]
    account: Mapped[Account] = mapped_column(Word(Account))
    pence: Mapped[int] = mapped_column(sa.BigInteger)

    @classmethod
    def extra_constraints(cls):
        return (within_group("fund_id", "funds"), sa.UniqueConstraint("fund_id", "account"))


class LineBalance(GroupOwned, db.Model):
    """The same for what was spent on one budget line."""

    __tablename__ = "line_balances"
    OWNERS: ClassVar = {RECORD: "pence"}

    line_id: Mapped[int] = mapped_column(unique=True)
    pence: Mapped[int] = mapped_column(sa.BigInteger)

    @classmethod
    def extra_constraints(cls):
        return (within_group("line_id", "budget_lines"),)


class MonthBalance(GroupOwned, db.Model):
    """The same for what was spent of one fund in one month, named by its first day."""

    __tablename__ = "month_balances"
    OWNERS: ClassVar = {RECORD: "month pence"}

    fund_id: Mapped[int]
    month: Mapped[date]
    pence: Mapped[int] = mapped_column(sa.BigInteger)

    @classmethod
    def extra_constraints(cls):
        return (within_group("fund_id", "funds"), sa.UniqueConstraint("fund_id", "month"))


class HostBalance(db.Model):
    """The same for the host's own funds."""

    __tablename__ = "host_balances"
    __table_args__ = (sa.UniqueConstraint("host_fund", "account"),)

    host_fund: Mapped[HostFund] = mapped_column(Word(HostFund))
    account: Mapped[Account] = mapped_column(Word(Account))
    pence: Mapped[int] = mapped_column(sa.BigInteger)


class ClosedYear(db.Model):
    """A year of the host's whose accounts are closed: nothing more is dated on or before its last day (a trigger
    holds it)."""

    __tablename__ = "closed_years"

    ends_on: Mapped[date] = mapped_column(unique=True)
    closed_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_by: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))


class BooksCheck(db.Model):
    """The books were added up anew: when, and the first thing that didn't add up, if any."""

    __tablename__ = "books_checks"

    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    faults: Mapped[int]
    first: Mapped[str | None] = mapped_column(sa.Text)

    @property
    def words(self) -> str:
        """What doesn't add up, in a few words that go on."""
        return "One thing doesn’t add up," if self.faults == 1 else f"{self.faults} things don’t add up,"


class Commitment(GroupOwned, db.Model):
    """Money of a fund that is promised to one thing and not paid yet; over when it is paid or no longer wanted. One that
    the fund can't cover is `short`: it waits, and takes nothing from what can be covered."""

    __tablename__ = "commitments"
    OWNERS: ClassVar = {RECORD: "item_table pence short"}

    fund_id: Mapped[int]
    item_table: Mapped[str] = mapped_column(sa.String(40))
    item_id: Mapped[int]
    line_id: Mapped[int | None]
    pence: Mapped[int] = mapped_column(sa.BigInteger)
    short: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @classmethod
    def extra_constraints(cls):
        live = sa.text("ended_at IS NULL")
        return (
            within_group("fund_id", "funds"),
            within_group("line_id", "budget_lines"),
            sa.CheckConstraint("pence > 0", name="something"),
            sa.Index(
                *("uq_commitments_live", "group_id", "item_table", "item_id"),
                unique=True,
                sqlite_where=live,
                postgresql_where=live,
            ),
        )


# The host's own codes for its accounts, on its side of a receipt (autonomy guide, "Two layers").
LEDGER_CODES = {
    "5100": "Food and drink",
    "5200": "Materials and equipment",
    "5300": "Rooms and hire",
    "5400": "Travel",
    "5500": "Fees to people",
    "5600": "Print and post",
    "5700": "Phone, software and online",
    "5900": "Other costs of the work",
}


def fund_names(group_id: int) -> dict[int, str]:
    """A group's pots, by id."""
    rows = db.session.execute(sa.select(Fund.id, Fund.name).where(Fund.group_id == group_id).order_by(Fund.id))
    return dict(rows.all())
