"""What finance does in the ledger: open a fund, record money that came in, correct an entry by its reversal, close a year.
And what coordinators do: agree another fee."""

from datetime import date, timedelta

import sqlalchemy as sa
from flask import current_app

from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Duty
from portal.autonomy.door import Mistake, NotHere, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.core.filters import full_day, percent
from portal.ledger import posting, queries, year
from portal.ledger.models import (
    Account,
    Basis,
    ClosedYear,
    FeeRate,
    Fund,
    HostFund,
    JournalEntry,
    Kind,
    Restriction,
)
from portal.ledger.posting import Line
from portal.people.roles import Role

FINANCE = frozenset({Role.FINANCE})
COORDINATORS = frozenset({Role.COORDINATOR})


@action(duty=Duty.F1, roles=FINANCE, asks_again=True, says="opened a fund")
def open_fund(
    by,
    group,
    *,
    name: str,
    restriction: str,
    basis: str,
    funder: str | None = None,
    purpose: str | None = None,
    agreed: str | None = None,
    fee_basis_points: int = 0,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Fund:
    """Open a fund in the books: what binds it, in the funder's words, and on what footing it is held. A pot that the group
    has named already becomes that fund."""
    if from_on and until_on and until_on < from_on:
        raise Mistake("It ends before it begins. Check the two days.", "until_on")
    if Restriction(restriction) is Restriction.RESTRICTED and not purpose:
        raise Mistake("Write what it is for, in the funder’s words.", "purpose")
    same = sa.select(Fund).where(Fund.group_id == group.id, sa.func.lower(Fund.name) == name.lower())
    fund = db.session.scalar(same)
    if fund and fund.opened_at:
        raise Mistake("The group has a fund of that name.", "name")
    fund = fund or Fund(group_id=group.id, name=name)
    fund.restriction, fund.basis, fund.funder, fund.purpose = Restriction(restriction), Basis(basis), funder, purpose
    fund.agreed, fund.from_on, fund.until_on = agreed, from_on, until_on
    fund.opened_at, fund.opened_by = clock.now(), by.person_id
    db.session.add(fund)
    db.session.flush()
    rate = {"version": 1, "basis_points": fee_basis_points, "starts_on": from_on or clock.today(), "words": agreed}
    db.session.add(FeeRate(group_id=group.id, fund_id=fund.id, made_by=by.person_id, **rate))
    return fund


@action(duty=Duty.F1, roles=FINANCE, asks_again=True, on=Fund, says="recorded money that came in")
def receive(by, group, fund, *, source: str, pence: int, on: date, words: str) -> JournalEntry:
    """A grant or a donation came in, or an award from the host's Small Things Pot. The fee is its own line."""
    _check_opened(fund)
    wanted = Account(source)
    if wanted is Account.AWARD and queries.held_by_host(HostFund.SMALL_THINGS) < pence:
        raise Mistake("The Small Things Pot doesn’t hold that much.", "pence")
    return posting.receive(fund, wanted, pence, on=on, words=words, by=by.person_id)


@action(duty=Duty.F1, roles=FINANCE, asks_again=True, on=JournalEntry, says="corrected an entry in the books")
def correct(by, group, entry, *, words: str) -> JournalEntry:
    """Reverse an entry that was wrong. Both stay. Its opposite has today’s day, so it works for a closed year too."""
    return _reversed(by, entry, words)


@action(duty=Duty.F1, roles=COORDINATORS, asks_again=True, on=Fund, says="changed the fee on a fund, from a later day")
def change_fee(by, group, fund, *, basis_points: int, starts_on: date, words: str) -> FeeRate:
    """Another fee on a fund’s grants, as a new version. It is told ahead of its day, and never reaches back."""
    _check_opened(fund)
    versions = [one.rate for one in queries.fees(group.id).get(fund.id, [])]
    if versions and versions[-1].basis_points == basis_points:
        raise Mistake(f"The fee is {percent(basis_points)} already.", "fee")
    first = fee_may_start(group.id)
    if starts_on < first:
        raise Mistake(f"The group hears of it first. Use {full_day(first)} or a day after it.", "starts_on")
    facts = {"version": len(versions) + 1, "basis_points": basis_points, "starts_on": starts_on, "words": words}
    rate = FeeRate(group_id=group.id, fund_id=fund.id, made_by=by.person_id, **facts)
    db.session.add(rate)
    return rate


def fee_may_start(group_id: int) -> date:
    """The first day that a fee announced today may hold from. While a group rests, its notice hasn’t begun."""
    quiet = autonomy.quiet_now(group_id)
    told = clock.in_london(quiet.until).date() if quiet else clock.today()
    return told + timedelta(days=current_app.config["SETTINGS"].PORTAL_FEE_NOTICE_DAYS)


@action(scope=Scope.HOST, roles=FINANCE, asks_again=True, says="recorded money of our own that came in")
def receive_ours(by, *, fund: str, source: str, pence: int, on: date, words: str) -> JournalEntry:
    """A donation or a grant came into one of the host’s own funds."""
    own, wanted = HostFund(fund), Account(source)
    lines = [Line(Account.BANK, pence, own), Line(wanted, -pence, own)]
    return posting.post(None, Kind.MONEY_IN, lines, on=on, words=words, by=by.person_id)


@action(scope=Scope.HOST, roles=FINANCE, asks_again=True, on=JournalEntry, says="corrected an entry in our own books")
def correct_ours(by, entry, *, words: str) -> JournalEntry:
    """Reverse an entry of the host’s own books that was wrong. Both stay."""
    if entry.group_id is not None:
        raise NotHere("ledger.correct_ours")
    return _reversed(by, entry, words)


@action(scope=Scope.HOST, roles=FINANCE, asks_again=True, says="closed a year in the books")
def close_year(by, *, ends_on: date) -> ClosedYear:
    """Close the year that is over, for good, once everything adds up. Nothing more is dated on or before its last day."""
    if ends_on != year.just_over().ends_on:
        raise Mistake("Only the year that is over can be closed, with all before it.", "ends_on")
    posting.alone()
    closed = queries.closed_until()
    if closed and closed >= ends_on:
        raise Mistake("That year is closed already.", "ends_on")
    if fault := next(queries.faults(), None):
        raise Mistake(f"The books don’t add up yet: {fault}", "ends_on")
    row = ClosedYear(ends_on=ends_on, closed_by=by.person_id)
    db.session.add(row)
    return row


def _reversed(by, entry: JournalEntry, words: str) -> JournalEntry:
    if entry.kind is Kind.REVERSAL:
        raise Mistake("This is a correction already. Record what is right as a new entry.", "words")
    if db.session.scalar(sa.select(JournalEntry.id).where(JournalEntry.reverses_id == entry.id)):
        raise Mistake("This was corrected already.", "words")
    return posting.reverse(entry, on=clock.today(), words=words, by=by.person_id)


def _check_opened(fund: Fund) -> None:
    if fund.opened_at is None:
        raise Mistake("Open this pot as a fund first.", "source")
