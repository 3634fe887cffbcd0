"""At the same moment (safety guide, "Money and repeats"): one yes each and one transition; never more than the fund holds;
never a yes to something else than was seen. Half of the guide's counts on each database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.autonomy.door import Mistake
from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger.models import Commitment
from portal.people.models import Group
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from portal.receipts.models import CostKind, Receipt
from portal.spending import actions, costs
from portal.spending.models import Approval
from tests import make
from tests.soak import times

pytestmark = pytest.mark.slow

EIGHT = [f"Org{n}" for n in range(8)]


def together(app, acts: list[Callable[[], object]]) -> None:
    """Every act in a thread and a connection of its own, let go at one moment; a plain refusal is an answer."""
    db.session.rollback()  # nothing of this thread’s is in their way
    ready = Barrier(len(acts))

    def run(act) -> None:
        with app.app_context():
            try:
                db.session.execute(sa.text("SELECT 1"))
                db.session.rollback()
                ready.wait()
                act()
            except Mistake:
                pass
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))


@pytest.fixture
def eight(app):
    return make.group("Eight", organisers=tuple(EIGHT))


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def hall(eight):
    return make.payee(eight)


def fund_of(group, glyn, pence: int) -> int:
    made = ledger.open_fund(glyn, group, name=f"Fund {make.count()}", restriction="unrestricted", basis="part").id
    ledger.receive(glyn, group, made, source="donation", pence=pence, on=clock.today(), words="In")
    return made


def asked(group, hall, fund: int, pence: int, how_many: int) -> list[int]:
    """Costs that were asked for, laid down."""
    by = db.session.scalar(sa.select(sa.func.min(Receipt.added_by))) or make.person(EIGHT[0]).id
    told = {"kind": CostKind.INVOICE, "amount_pence": pence, "shop": "Hall", "payee_id": hall.id, "fund_id": fund}
    with wall.opened(group.id):
        made = [Receipt.begin(group_id=group.id, key=f"race-{make.count()}", added_by=by) for _ in range(how_many)]
        for row in made:
            row.change(**told)
            row.asked_at, row.asked_by = clock.now(), by
        db.session.flush()
        numbers = [row.id for row in made]
    db.session.commit()
    return numbers


def mark_of(receipt_id: int) -> str:
    found = costs.mark(db.session.get_one(Receipt, receipt_id))
    db.session.rollback()
    return found


def says_yes(group_id: int, by: Actor, receipt_id: int, mark: str):
    return lambda: actions.say_yes(by, db.session.get_one(Group, group_id), receipt_id, mark=mark)


def test_eight_say_yes_at_once_one_yes_each_and_one_transition(app, eight, glyn, hall):
    fund = fund_of(eight, glyn, 100_000_00)
    people = [make.actor(make.person(name)) for name in EIGHT]
    for _ in range(times(20, 100)):
        (cost,) = asked(eight, hall, fund, 10_00, 1)
        mark = mark_of(cost)
        together(app, [says_yes(eight.id, by, cost, mark) for by in people])
        yeses = sa.select(Approval.person_id).where(Approval.receipt_id == cost, Approval.ended_at.is_(None))
        assert sorted(db.session.scalars(yeses)) == sorted(by.person_id or 0 for by in people)
        promised = sa.select(sa.func.count()).where(Commitment.item_id == cost, Commitment.item_table == "receipts")
        row = db.session.get_one(Receipt, cost, populate_existing=True)
        assert (db.session.scalar(promised), row.agreed_mark) == (1, mark)
        first = db.session.scalar(sa.select(sa.func.min(Approval.said_at)).where(Approval.receipt_id == cost))
        assert row.agreed_at >= first
        assert row.agreed_by == db.session.scalar(yeses.order_by(Approval.id).limit(1))  # the first yes, and none again
        db.session.rollback()


def test_twenty_of_ten_pounds_against_a_hundred_exactly_ten_are_covered(app, eight, glyn, hall):
    by = make.actor(make.person(EIGHT[0]))
    for _ in range(times(10, 50)):
        fund = fund_of(eight, glyn, 100_00)
        twenty = asked(eight, hall, fund, 10_00, 20)
        marks = [mark_of(one) for one in twenty]
        together(app, [says_yes(eight.id, by, one, mark) for one, mark in zip(twenty, marks, strict=True)])
        live = sa.select(sa.func.count()).where(Commitment.fund_id == fund, Commitment.ended_at.is_(None))
        assert db.session.scalar(live.where(Commitment.short.is_(False))) == 10
        assert db.session.scalar(live.where(Commitment.short.is_(True))) == 10
        db.session.rollback()


def test_changed_while_it_is_agreed_to_never_something_else_is_agreed(app, eight, glyn, hall):
    fund = fund_of(eight, glyn, 100_000_00)
    one, other = (make.actor(make.person(name)) for name in EIGHT[:2])
    came_first, group_id = set(), eight.id
    for n in range(times(60, 250)):
        (cost,) = asked(eight, hall, fund, 10_00, 1)
        mark = mark_of(cost)

        def changes(cost=cost):
            receipts.describe(other, db.session.get_one(Group, group_id), cost, amount_pence=99_00)

        acts = [says_yes(group_id, one, cost, mark), changes]
        together(app, acts if n % 2 else acts[::-1])
        row = db.session.get_one(Receipt, cost, populate_existing=True)
        assert (row.amount_pence, row.agreed_at) == (99_00, None)
        came_first.add(db.session.scalar(sa.select(sa.func.count()).where(Approval.receipt_id == cost)))
        db.session.rollback()
    assert came_first == {0, 1}  # both orders really happened
