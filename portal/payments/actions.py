"""What finance does: start a run, put costs in, hand it over; another releases it; the bank's files; what came back."""

import secrets
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import OperationalError

from portal.autonomy.areas import Duty
from portal.autonomy.door import Mistake, NotHere, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.payees import queries as payees
from portal.payments import checks, paydays, payment_returns, queries
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts.models import Receipt
from portal.spending import costs

FINANCE = frozenset({Role.FINANCE})


@dataclass(frozen=True)
class Fallen:
    """A payment that no longer holds: where it is, and why, as a plain sentence."""

    group_id: int
    payment_id: int
    ref: str
    why: str


class FallenOut(Mistake):
    """Some of a run no longer holds, and has to be left out before the rest is released."""

    def __init__(self, these: list[Fallen]):
        super().__init__(" ".join(f"{one.ref}: {one.why}" for one in these))
        self.these = these


@action(roles=FINANCE, scope=Scope.HOST, says="started a payment run")
def start(by, *, pay_on: date) -> PaymentRun:
    """Begin a run for one of the coming pay days."""
    if pay_on not in paydays.coming():
        raise Mistake("Choose one of the coming pay days.", "pay_on")
    mark = f"TR{pay_on:%Y%m%d}-{secrets.token_hex(8).upper()}"
    run = PaymentRun(pay_on=pay_on, prepared_by=by.person_id, message_id=mark)
    db.session.add(run)
    return run


def _for_them(by, receipt: Receipt, facts) -> str:
    """Nobody pays themselves, or decides where they said to have an interest of their own (F4)."""
    if costs.is_paid_to(receipt, by.person_id):
        return "This pays you. Someone else puts it in."
    if costs.stands_back(receipt, by.person_id):
        return "You said you have an interest of your own in this. Someone else puts it in."
    return ""


@action(duty=Duty.F3, roles=FINANCE, on=Receipt, bars=_for_them, says="put a cost into the payments")
def put_in(by, group, receipt, *, run_id: int) -> Payment:
    """Put a cost into a run, exactly as it was agreed to. Nothing of it moves any more."""
    run = _run(run_id)
    ever = queries.of_receipt(receipt)
    live = next((one for one in ever if one.taken_out_at is None and one.returned_at is None), None)
    if live and live.run_id == run.id:
        return live
    if run.ended_at:
        raise Mistake("This run was given up.")
    if run.handed_at:
        raise Mistake("This run is handed over, so nothing more is put in.")
    if receipt.agreed_mark and receipt.agreed_mark != costs.mark(receipt):
        raise Mistake(checks.MOVED)
    if why := costs.payable(receipt):
        raise Mistake(why)
    details = payees.current(group.id, receipt.payee_id)
    assert details is not None  # payable asked
    if any(one.returned_at and one.details_id == details.id for one in ever):
        raise Mistake("The bank sent it back on these details. It waits until they’re mended.")
    payment = Payment(
        group_id=group.id,
        run_id=run.id,
        receipt_id=receipt.id,
        details_id=details.id,
        fund_id=receipt.fund_id,
        pence=receipt.amount_pence,
        mark=receipt.agreed_mark,
        reference=f"TR {receipt.ref}" + (f"X{len(ever) + 1}" if ever else ""),
        put_by=by.person_id,
    )
    receipt.in_run_at = clock.now()
    db.session.add(payment)
    return payment


@action(duty=Duty.F3, roles=FINANCE, on=Payment, says="took a cost out of the payments")
def take_out(by, group, payment) -> Payment:
    """Take a cost out of a run that isn't released."""
    if _run(payment.run_id).released_at:
        raise Mistake("This is released already. If the bank sends it back, say so.")
    if payment.taken_out_at is None:
        payment.taken_out_at = clock.now()
        payment_returns.let_go(db.session.get_one(Receipt, payment.receipt_id))
    return payment


@action(roles=FINANCE, scope=Scope.HOST, on=PaymentRun, says="handed a payment run over for release")
def hand_over(by, run) -> PaymentRun:
    """It is ready for a second person: nothing more is put in."""
    _check_before_release(run)
    if not queries.in_run(run.id):
        raise Mistake("Nothing is in this run yet.")
    run.handed_at = run.handed_at or clock.now()
    return run


def _second_person(by, run: PaymentRun, facts) -> str:
    """Whoever prepared a run, or put something in, or is paid by it, never releases it (F3, F4)."""
    put_in, is_paid = queries.parts_of(run.id, by.person_id)
    if put_in or run.prepared_by == by.person_id:
        return "You prepared this one. Someone else releases it."
    if is_paid:
        return "One of these pays you, or you said you have an interest in it. Someone else releases this run."
    return ""


@action(
    roles=FINANCE,
    scope=Scope.HOST,
    on=PaymentRun,
    asks_again=True,
    bars=_second_person,
    says="released a payment run",
)
def release(by, run) -> PaymentRun:
    """Let it go to the bank, once all of it holds at this moment. Raises FallenOut where something doesn't.

    Every group in it is locked meanwhile. Nothing is posted: the money stays promised until the bank's own line says it's
    paid.
    """
    _check_before_release(run)
    if run.handed_at is None:
        raise Mistake("It isn’t handed over yet.")
    groups = sa.select(Payment.group_id).where(Payment.run_id == run.id)
    db.session.execute(sa.select(Group.id).where(Group.id.in_(groups)).order_by(Group.id).with_for_update())
    these = queries.in_run(run.id)
    fallen = [
        Fallen(payment.group_id, payment.id, receipt.ref, why)
        for payment, receipt in these
        if (why := checks.broken(payment, receipt))
    ]
    if fallen:
        raise FallenOut(fallen)
    if not these:
        raise Mistake("Nothing is left in this run.")
    run.released_at, run.released_by = clock.now(), by.person_id
    return run


@action(roles=FINANCE, scope=Scope.HOST, on=PaymentRun, says="gave a payment run up")
def give_up(by, run) -> PaymentRun:
    """Nothing of it is paid. All of it was taken out before."""
    if run.released_at:
        raise Mistake("This run is released already.")
    if queries.in_run(run.id):
        raise Mistake("Something is still in this run. Take it out first.")
    run.ended_at = run.ended_at or clock.now()
    return run


@action(roles=FINANCE, scope=Scope.HOST, on=PaymentRun, asks_again=True, says="fetched a payment run’s file for the bank")
def fetch(by, run) -> PaymentRun:
    """The bank details in a run leave as a file."""
    if run.released_at is None:
        raise Mistake("It isn’t released yet.")
    if current_app.config["SETTINGS"].bank is None:
        raise Mistake(
            "The account to pay from isn’t set. Set PORTAL_BANK_NAME, PORTAL_BANK_SORT_CODE and PORTAL_BANK_ACCOUNT."
        )
    return run


@action(duty=Duty.F1, roles=FINANCE, on=Payment, says="noted that the bank sent a payment back")
def returned(by, group, payment) -> Payment:
    """The bank sent it back, before its line said that it was paid."""
    if payment.taken_out_at or not _run(payment.run_id).released_at:
        raise Mistake("It hasn’t left yet.")
    if payment.entry_id and not payment.returned_at:
        raise Mistake("The bank’s line says it’s paid. Match the line by which it came back instead.")
    if payment.returned_at is None:
        payment_returns.bring_back(payment, on=clock.today(), by=by.person_id)
    return payment


def _check_before_release(run: PaymentRun) -> None:
    if run.released_at:
        raise Mistake("This run is released already.")
    if run.ended_at:
        raise Mistake("This run was given up.")


def _run(run_id: int) -> PaymentRun:
    """The run, kept as it is until this change is over. Never waited for: whoever holds a run may wait for a group."""
    kept = sa.select(PaymentRun).where(PaymentRun.id == run_id).with_for_update(read=True, nowait=True)
    try:
        run = db.session.scalar(kept.execution_options(populate_existing=True))
    except OperationalError as error:
        raise Mistake("Someone is just working on this run. Look again in a moment.") from error
    if run is None:
        raise NotHere("payment run")
    return run
