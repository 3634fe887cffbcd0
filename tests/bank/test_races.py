"""Two people at once: a line settles one thing, a cost is paid once, a fund never pays more than it holds."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.autonomy.door import Mistake
from portal.bank import actions
from portal.bank.models import BankLine
from portal.core.db import db
from portal.ledger import queries
from portal.ledger.models import Fund, JournalEntry, Kind
from portal.people.models import Group
from tests import make
from tests.soak import times

pytestmark = pytest.mark.slow

ROUNDS = times(6, 15)


def together(app, by, group_id: int, tries: list[tuple]) -> list[bool]:
    """Each (action, row, line) at the same moment, from threads with a connection each; which of them passed."""
    begin = Barrier(len(tries))

    def one(tried) -> bool:
        action, row_id, line_id = tried
        with app.app_context():
            group = db.session.get_one(Group, group_id)
            db.session.rollback()
            begin.wait()
            try:
                action(by, group, row_id, line_id=line_id)
                return True
            except Mistake:
                return False
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tries)) as threads:
        return list(threads.map(one, tries))


def costs_written() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(JournalEntry.id)).where(JournalEntry.kind == Kind.COST)) or 0


def test_two_people_accept_the_same_line_and_one_line_is_taken_for_two_payments(app, kettle, glyn, cost):
    group_id = kettle.id
    for n in range(ROUNDS):
        first, second = make.payment(cost(1_00)).id, make.payment(cost(1_00)).id
        line, other = make.bank_line(-1_00).id, make.bank_line(-1_00).id
        db.session.remove()
        passed = together(app, glyn, group_id, [(actions.settle_payment, first, line)] * 2)
        assert sorted(passed) == [False, True]
        assert costs_written() == 2 * n + 1
        third = make.payment(cost(1_00)).id
        db.session.remove()
        tries = [(actions.settle_payment, second, other), (actions.settle_payment, third, other)]
        assert sorted(together(app, glyn, group_id, tries)) == [False, True]
        assert costs_written() == 2 * n + 2
    assert list(queries.faults()) == []


def test_one_payment_and_two_lines_pay_once_and_two_payments_never_overdraw_a_fund(app, kettle, glyn, fund, cost):
    group_id, fund_id = kettle.id, fund.id
    one = make.payment(cost(400_00)).id
    lines = [make.bank_line(-400_00).id for _ in range(2)]
    db.session.remove()
    assert sorted(together(app, glyn, group_id, [(actions.settle_payment, one, line) for line in lines])) == [False, True]
    two = [make.payment(cost(600_00)).id for _ in range(2)]
    lines = [make.bank_line(-600_00).id for _ in range(2)]
    db.session.remove()
    tries = list(zip([actions.settle_payment] * 2, two, lines, strict=True))
    assert sorted(together(app, glyn, group_id, tries)) == [False, True]
    db.session.rollback()
    assert queries.status(db.session.get_one(Fund, fund_id)).held == 0
    open_lines = db.session.scalar(sa.select(sa.func.count(BankLine.id)).where(BankLine.settled_at.is_(None)))
    assert open_lines == 2
    assert list(queries.faults()) == []


def test_one_line_is_not_received_into_two_funds_or_settled_and_put_into_suspense(app, kettle, glyn, fund):
    line = make.bank_line(50_00).id
    group_id, fund_id = kettle.id, fund.id
    db.session.remove()

    def received(by, group, row_id, *, line_id):
        return actions.receive_into(by, group, row_id, line_id=line_id, source="donation", words="A gift")

    def waits(by, group, row_id, *, line_id):
        return actions.to_suspense(by, None, line_id)

    def own(by, group, row_id, *, line_id):
        return actions.hosts_own(by, None, line_id, fund="fees")

    passed = together(app, glyn, group_id, [(received, fund_id, line)] * 2 + [(own, fund_id, line), (waits, fund_id, line)])
    assert sum(passed[:3]) == 1  # a line that waits in suspense can still be received
    assert list(queries.faults()) == []
