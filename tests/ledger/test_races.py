"""Two people at once: nothing is paid twice, and a fund never pays more than it holds."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from portal.autonomy.door import Mistake
from portal.core import clock
from portal.core.db import db
from portal.ledger import actions, queries
from portal.ledger.models import Fund, JournalEntry, Kind
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make

ROUNDS = 25


def pay_together(app, by, group_id: int, numbers: tuple[int, int]) -> list[bool]:
    """Both are paid at the same moment, from two threads with a connection each; which of them passed."""
    together = Barrier(2)

    def pay(number: int) -> bool:
        with app.app_context():
            group = db.session.get_one(Group, group_id)
            db.session.rollback()
            together.wait()
            try:
                receipts.record_payment(by, group, number, paid_on=clock.today())
                return True
            except Mistake:
                return False
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(pay, numbers))


def checked(by, group, fund_id: int, pence: int) -> int:
    """A receipt of that much in that fund, checked, and let go where a short fund held it."""
    receipt = make.receipt(group).id
    receipts.describe(make.actor(make.person("Marsha")), group, receipt, amount_pence=pence, fund_id=fund_id)
    receipts.accept(by, group, receipt, ledger_code="5100", amount_pence=pence)
    receipts.release(by, group, receipt)
    return receipt


def test_two_payments_at_once_of_one_receipt_and_of_one_short_fund(app, kettle):
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    fund = actions.open_fund(glyn, kettle, name="Ours", restriction="unrestricted", basis="part").id
    group_id = kettle.id
    for _ in range(ROUNDS):
        group = db.session.get_one(Group, group_id)
        actions.receive(glyn, group, fund, source="donation", pence=100_00, on=clock.today(), words="In")
        same = checked(glyn, group, fund, 40_00)
        db.session.remove()
        assert pay_together(app, glyn, group_id, (same, same)) == [True, True]  # the second is answered, and pays nothing
        group = db.session.get_one(Group, group_id)
        two = checked(glyn, group, fund, 60_00), checked(glyn, group, fund, 60_00)
        db.session.remove()
        assert sorted(pay_together(app, glyn, group_id, two)) == [False, True]
        db.session.rollback()
        assert queries.status(db.session.get_one(Fund, fund)).held == 0
        left = two[0] if not paid(two[0]) else two[1]
        receipts.withdraw(make.actor(make.person("Marsha")), db.session.get_one(Group, group_id), left)
    costs = sa.select(sa.func.count()).select_from(JournalEntry).where(JournalEntry.kind == Kind.COST)
    assert db.session.scalar(costs) == 2 * ROUNDS
    assert list(queries.faults()) == []


def paid(number: int) -> bool:
    db.session.rollback()
    return db.session.get_one(receipts.Receipt, number).paid_on is not None
