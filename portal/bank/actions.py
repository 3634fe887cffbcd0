"""What finance does with the bank's lines: takes a file in, and says what each line is. A line is settled once."""

from dataclasses import asdict
from datetime import date, timedelta

import sqlalchemy as sa

from portal.autonomy.areas import Duty
from portal.autonomy.door import Mistake, NotHere, Scope, action
from portal.bank import matching, queries
from portal.bank.models import SOURCES, BankAccount, BankImport, BankLine
from portal.bank.statement import Statement
from portal.bank.statement_files import fresh
from portal.bank.table import Columns
from portal.core import clock, jobs
from portal.core.db import db
from portal.core.filters import pounds
from portal.ledger import posting
from portal.ledger import queries as ledger
from portal.ledger.models import Account, Fund, HostFund, JournalEntry, Kind
from portal.ledger.posting import Line
from portal.payments import payment_returns
from portal.payments.models import Payment, PaymentRun
from portal.people.roles import Role
from portal.receipts import fund_cover
from portal.receipts.models import CostKind, Receipt
from portal.spending import costs

FINANCE = frozenset({Role.FINANCE})
PAST = "This line is settled already."


@action(scope=Scope.HOST, roles=FINANCE, says="named a bank account")
def open_account(by, *, name: str) -> BankAccount:
    """Name an account of the host's, so that its files can be taken in. Its number isn't kept."""
    if db.session.scalar(sa.select(BankAccount.id).where(sa.func.lower(BankAccount.name) == name.lower())):
        raise Mistake("There’s an account of that name.", "name")
    account = BankAccount(name=name)
    db.session.add(account)
    return account


@action(scope=Scope.HOST, roles=FINANCE, says="sent a bank’s file to look at")
def hold_file(by, *, name: str) -> None:
    """Keep a file while a person looks at its columns; a day later it is forgotten, whatever came of it."""
    jobs.enqueue("receipts.forget_files", due_at=clock.now() + queries.FILE_LASTS, names=[name])


@action(scope=Scope.HOST, roles=FINANCE, on=BankAccount, says="took in a bank’s file")
def import_file(
    by,
    account,
    *,
    sha256: str,
    shown_name: str,
    statement: Statement,
    columns: Columns | None = None,
    held: str | None = None,
) -> BankImport:
    """Add the lines that are new, all or none; what is there already is left alone."""
    news = fresh(statement, queries.known(account.id, statement))
    made = BankImport(
        account_id=account.id,
        sha256=sha256,
        shown_name=shown_name,
        kind=statement.kind,
        lines=len(statement.lines),
        fresh=len(news),
        closing_pence=statement.closing_pence,
        closing_on=statement.closing_on,
        imported_by=by.person_id,
    )
    db.session.add(made)
    db.session.flush()
    own = {"account_id": account.id, "import_id": made.id}
    db.session.add_all(
        BankLine(mark=mark, on=line.on, pence=line.pence, words=line.words, **own)
        for mark, line in sorted(news, key=lambda one: one[1].on)
    )
    if columns:
        account.columns = asdict(columns)
    if held:
        jobs.enqueue("receipts.forget_files", names=[held])
    return made


@action(scope=Scope.HOST, roles=FINANCE, on=BankImport, says="took a bank’s file out again")
def take_back(by, made) -> BankImport:
    """The wrong file, account or columns: as long as nothing came of its lines, they go again."""
    lines = sa.select(BankLine).where(BankLine.import_id == made.id).with_for_update()
    rows = db.session.scalars(lines.execution_options(populate_existing=True)).all()
    if any(row.settled_at or row.suspense_id for row in rows):
        raise Mistake("Some of its lines are settled. Undo those first.")
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    db.session.delete(made)
    return made


@action(duty=Duty.F1, roles=FINANCE, on=Payment, says="saw on the bank’s statement that it’s paid")
def settle_payment(by, group, payment, *, line_id: int) -> Receipt:
    """The line is a payment we released: exactly so much, and no other's reference on it."""
    line = _open_line(line_id)
    if not _run(payment).released_at or payment.taken_out_at or payment.returned_at:
        raise Mistake("This payment isn’t on its way, so no line can be it.")
    if payment.entry_id:
        raise Mistake("This payment has its line already.")
    _check_amount(line, -payment.pence, payment.reference)
    _check_reference(line, payment)
    receipt = db.session.get_one(Receipt, payment.receipt_id, with_for_update=True, populate_existing=True)
    entry = _pay(by, line, receipt, payment.fund_id, payment.pence)
    payment.entry_id = entry.id
    return receipt


@action(duty=Duty.F1, roles=FINANCE, on=Receipt, says="saw on the bank’s statement that it’s paid")
def settle_cost(by, group, receipt, *, line_id: int) -> Receipt:
    """The line is a cost that was agreed to and checked, and paid outside a run: by card, by direct debit."""
    line = _open_line(line_id)
    if why := costs.payable(receipt, by_transfer=False):
        raise Mistake(why)
    _check_amount(line, -(receipt.amount_pence or 0), receipt.ref)
    _check_reference(line)
    _pay(by, line, receipt, receipt.fund_id, receipt.amount_pence or 0)
    return receipt


@action(duty=Duty.F1, roles=FINANCE, on=Fund, says="recorded money that came in")
def receive_into(by, group, fund, *, line_id: int, source: str, words: str) -> JournalEntry:
    """The line is money for this fund. Out of suspense, where it waited there."""
    line = _open_line(line_id, waiting=True)
    if line.pence < 0:
        raise Mistake("This line went out, so it is no money in.")
    if fund.opened_at is None:
        raise Mistake("Open this pot as a fund first.")
    if Account(source) not in SOURCES:
        raise Mistake("Say whether it is a grant, a donation, or what is left of a float.", "source")
    waited = line.suspense_id is not None
    entry = posting.receive(
        fund, Account(source), line.pence, on=_day(line), words=words, by=by.person_id, from_suspense=waited
    )
    return _settle(by, line, entry)


@action(duty=Duty.F1, roles=FINANCE, on=Payment, says="saw on the bank’s statement that it came back")
def returned(by, group, payment, *, line_id: int) -> Receipt:
    """The line is a payment the bank sent back: it isn't paid any more, and can be paid anew."""
    line = _open_line(line_id)
    if payment.returned_at or not payment.entry_id:
        raise Mistake("Match the line by which this payment left first.")
    _check_amount(line, payment.pence, payment.reference)
    _check_reference(line, payment)
    entry = payment_returns.bring_back(payment, on=_day(line), by=by.person_id)
    assert entry is not None  # it was paid
    _settle(by, line, entry)
    return db.session.get_one(Receipt, payment.receipt_id)


@action(duty=Duty.F1, roles=FINANCE, on=JournalEntry, says="took back what a line of the bank’s was taken for")
def undo(by, group, entry) -> JournalEntry:
    """It was something else: the entry is reversed, the line open again."""
    line = db.session.scalar(sa.select(BankLine).where(BankLine.entry_id == entry.id).with_for_update())
    if line is None:
        raise NotHere("bank line")
    if entry.kind is Kind.REVERSAL:
        raise Mistake("This payment came back, and can be paid anew. That isn’t undone.")
    payment = db.session.scalar(sa.select(Payment).where(Payment.group_id == group.id, Payment.entry_id == entry.id))
    if payment and payment.returned_at:
        raise Mistake("This payment came back since. That isn’t undone.")
    receipt = db.session.get(Receipt, line.receipt_id) if line.receipt_id else None
    back = _reverse(by, entry, line)
    if payment:
        payment.entry_id = None
    if receipt:
        receipt.paid_on = None
        fund_cover.look(receipt)
    _reopen(line)
    return back


@action(scope=Scope.HOST, roles=FINANCE, on=BankLine, says="put money that came in into suspense")
def to_suspense(by, line) -> BankLine:
    """Nobody can place it yet: it waits where everyone in finance sees it, with its age."""
    line = _open_line(line.id)
    if line.pence < 0:
        raise Mistake("Only money that came in waits in suspense.")
    waits = HostFund.SUSPENSE
    lines = [Line(Account.BANK, line.pence, waits), Line(Account.UNMATCHED, -line.pence, waits)]
    line.suspense_id = posting.post(None, Kind.MONEY_IN, lines, on=_day(line), words=line.ref, by=by.person_id).id
    return line


@action(scope=Scope.HOST, roles=FINANCE, on=BankLine, says="kept a line of the bank’s as the host’s own")
def hosts_own(by, line, *, fund: str) -> BankLine:
    """It has to do with no group: the host's own income and costs, or its Small Things Pot."""
    line = _open_line(line.id)
    own = HostFund(fund)
    if own is HostFund.SUSPENSE:
        raise Mistake("Choose our own money, or the pot.", "fund")
    came_in = Account.DONATION if own is HostFund.SMALL_THINGS else Account.FEE_INCOME
    other = came_in if line.pence > 0 else Account.COST
    lines = [Line(Account.BANK, line.pence, own), Line(other, -line.pence, own)]
    kind = Kind.MONEY_IN if line.pence > 0 else Kind.COST
    _settle(by, line, posting.post(None, kind, lines, on=_day(line), words=line.ref, by=by.person_id))
    return line


@action(scope=Scope.HOST, roles=FINANCE, on=BankLine, says="opened a line of the bank’s again")
def reopen(by, line) -> BankLine:
    """It isn't the host's own after all, or needn't wait in suspense: the entry is reversed, the line open again."""
    number = line.entry_id or line.suspense_id
    entry = db.session.get(JournalEntry, number) if number else None
    if entry is None or entry.group_id is not None:
        raise Mistake("There’s nothing of the host’s own to undo here.")
    _reverse(by, entry, line)
    if line.settled_at:
        _reopen(line)
    else:
        line.suspense_id = None
    return line


def _open_line(line_id: int, *, waiting: bool = False) -> BankLine:
    """The line, kept for this change alone. Raises Mistake where it is settled; in suspense too, unless that is fine."""
    line = db.session.get(BankLine, line_id, with_for_update=True, populate_existing=True)
    if line is None:
        raise NotHere("bank line")
    if line.settled_at:
        raise Mistake(PAST)
    if line.suspense_id and not waiting:
        raise Mistake("This line waits in suspense. Take it out first.")
    return line


def _check_amount(line: BankLine, pence: int, ref: str) -> None:
    if line.pence != pence:
        way = "in" if line.pence > 0 else "out"
        raise Mistake(
            f"The bank says {pounds(abs(line.pence))} {way}, and {ref} is for {pounds(abs(pence))}. Nothing was matched."
        )


def _check_reference(line: BankLine, payment: Payment | None = None) -> None:
    """A line that names another payment is never taken for this one."""
    named = matching.references(line.words)
    if payment and payment.reference in named:
        return
    other = sa.select(Payment.reference).where(Payment.reference.in_(named), Payment.taken_out_at.is_(None)).limit(1)
    if named and (found := db.session.scalar(other)):
        raise Mistake(f"This line names {found}, which is another payment. Nothing was matched.")


def _pay(by, line: BankLine, receipt: Receipt, fund_id: int | None, pence: int) -> JournalEntry:
    """The fund pays, on the day the bank says."""
    fund = ledger.fund(receipt.group_id, fund_id)
    assert fund is not None  # nothing is payable from a pot that isn't open as a fund
    if ledger.held(fund) < pence:
        raise Mistake("Its fund doesn’t hold that much. This line waits until money comes in.")
    about = receipt.shop or receipt.label or "a cost"
    facts = {"on": _day(line), "words": f"{receipt.ref}, {about}", "by": by.person_id}
    if receipt.kind is CostKind.ADVANCE:
        entry = posting.advance(fund, pence, **facts)
    else:
        entry = posting.pay(fund, pence, receipt.ledger_code, line_id=receipt.line_id, **facts)
    receipt.paid_on, line.receipt_id = line.on, receipt.id
    fund_cover.look(receipt)
    return _settle(by, line, entry)


def _settle(by, line: BankLine, entry: JournalEntry) -> JournalEntry:
    line.entry_id, line.settled_at, line.settled_by = entry.id, clock.now(), by.person_id
    return entry


def _reopen(line: BankLine) -> None:
    line.entry_id = line.receipt_id = line.settled_at = line.settled_by = None


def _day(line: BankLine) -> date:
    """The day the bank says; the first day after it where that year is closed."""
    closed = ledger.closed_until()
    return max(line.on, closed + timedelta(days=1)) if closed else line.on


def _reverse(by, entry: JournalEntry, line: BankLine) -> JournalEntry:
    """The entry's opposite, today; or the one there is already, where it was corrected in the books."""
    there = db.session.scalar(sa.select(JournalEntry).where(JournalEntry.reverses_id == entry.id))
    words = f"{line.ref} was something else"
    return there or posting.reverse(entry, on=clock.today(), words=words, by=by.person_id)


def _run(payment: Payment) -> PaymentRun:
    return db.session.get_one(PaymentRun, payment.run_id, populate_existing=True)
