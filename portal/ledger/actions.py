"""What finance does in the ledger: open a fund, record money that came in, correct an entry by its reversal."""

from datetime import date

import sqlalchemy as sa

from portal.autonomy.areas import Duty
from portal.autonomy.door import Mistake, action
from portal.core import clock
from portal.core.db import db
from portal.ledger import posting, queries
from portal.ledger.models import HELD, Account, Basis, FeeRate, Fund, HostFund, JournalEntry, Kind, Restriction
from portal.people.roles import Role

FINANCE = frozenset({Role.FINANCE})


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
    if wanted is Account.AWARD:
        pot = queries.host_sums()
        if sum(pot.get((HostFund.SMALL_THINGS, account), 0) for account in HELD) < pence:
            raise Mistake("The Small Things Pot doesn’t hold that much.", "pence")
    return posting.receive(fund, wanted, pence, on=on, words=words, by=by.person_id)


@action(duty=Duty.F1, roles=FINANCE, asks_again=True, on=JournalEntry, says="corrected an entry in the books")
def correct(by, group, entry, *, words: str) -> JournalEntry:
    """Reverse an entry that was wrong. Both stay."""
    if entry.kind is Kind.REVERSAL:
        raise Mistake("This is a correction already. Record what is right as a new entry.", "words")
    if db.session.scalar(sa.select(JournalEntry.id).where(JournalEntry.reverses_id == entry.id)):
        raise Mistake("This was corrected already.", "words")
    return posting.reverse(entry, on=clock.today(), words=words, by=by.person_id)


def _check_opened(fund: Fund) -> None:
    if fund.opened_at is None:
        raise Mistake("Open this pot as a fund first.", "source")
