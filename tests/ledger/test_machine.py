"""Whatever finance and a group do in any order: entries balance, balances are the sums of their postings, nothing is paid
twice, or beyond what its fund holds, or other than what was checked."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.autonomy.door import Mistake, Refused
from portal.bank import actions as bank
from portal.budget import actions as budget
from portal.core import clock, jobs
from portal.core.db import db
from portal.ledger import actions, posting, queries
from portal.ledger.models import Fund
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make

pytestmark = pytest.mark.slow

PENCE = st.one_of(st.integers(1, 300_00), st.sampled_from([1, 99, 10**9]))


class Books(RuleBasedStateMachine):
    """Two funds of one group, with a model beside them: what came in, the fee, what was paid, all in plain numbers."""

    count = 0

    @initialize()
    def lay_out(self):
        db.session.rollback()
        Books.count += 1
        group = make.group(f"Books {Books.count}", organisers=(f"Marsha{Books.count}",))
        self.group, self.marsha = group.id, make.person(f"Marsha{Books.count}").id
        glyn = make.person("Glyn")
        self.glyn = make.staff("Glyn", Role.FINANCE).id if Books.count == 1 else glyn.id
        self.funds = [
            actions.open_fund(
                self.finance, group, name=name, restriction="unrestricted", basis="part", fee_basis_points=fee
            ).id
            for name, fee in (("Grant", 500), ("Gifts", 0))
        ]
        self.points = dict(zip(self.funds, (500, 0), strict=True))
        self.model = {fund: {"in": 0, "fee": 0, "spent": 0, "moved": 0} for fund in self.funds}
        self.entries: list[tuple[int, int, int, int]] = []  # number, fund, pence in, fee
        self.receipts: list[int] = []
        self.checked: dict[int, int] = {}

    @property
    def finance(self):
        return make.actor(make.person("Glyn"), Role.FINANCE)

    @property
    def organiser(self):
        return make.actor(make.person(f"Marsha{Books.count}"))

    @property
    def at(self) -> Group:
        return db.session.get_one(Group, self.group)

    @rule(n=st.integers(0, 1), pence=PENCE, grant=st.booleans())
    def money_comes_in(self, n, pence, grant):
        fund, source = self.funds[n], "grant" if grant else "donation"
        made = actions.receive(self.finance, self.at, fund, source=source, pence=pence, on=clock.today(), words="In")
        fee = posting.fee_on(pence, self.points[fund]) if grant else 0
        self.model[fund]["in"] += pence
        self.model[fund]["fee"] += fee
        self.entries.append((made.id, fund, pence, fee))

    @rule(pick=st.integers(0, 99))
    def an_entry_is_corrected(self, pick):
        if not self.entries:
            return
        number, fund, pence, fee = self.entries.pop(pick % len(self.entries))
        actions.correct(self.finance, self.at, number, words="Wrong")
        self.model[fund]["in"] -= pence
        self.model[fund]["fee"] -= fee
        with pytest.raises(Mistake):
            actions.correct(self.finance, self.at, number, words="Again")

    @rule(n=st.integers(0, 1), pence=PENCE)
    def a_receipt_comes(self, n, pence):
        receipt = make.receipt(self.at)
        receipts.describe(self.organiser, self.at, receipt.id, amount_pence=pence, fund_id=self.funds[n])
        self.receipts.append(receipt.id)

    @rule(pick=st.integers(0, 99), n=st.integers(0, 1), pence=PENCE)
    def a_receipt_is_changed(self, pick, n, pence):
        if self.receipts:
            number = self.receipts[pick % len(self.receipts)]
            self.tried(
                lambda: receipts.describe(self.organiser, self.at, number, amount_pence=pence, fund_id=self.funds[n])
            )

    @rule(pick=st.integers(0, 99))
    def a_receipt_is_checked(self, pick):
        if self.receipts:
            number = self.receipts[pick % len(self.receipts)]
            pence = db.session.get_one(Receipt, number).amount_pence
            facts = {"ledger_code": "5100", "amount_pence": pence}
            if self.tried(lambda: receipts.accept(self.finance, self.at, number, **facts)):
                self.checked[number] = pence

    @rule(pick=st.integers(0, 99), back=st.booleans())
    def a_receipt_is_taken_back_or_brought_back(self, pick, back):
        if self.receipts:
            number, act = self.receipts[pick % len(self.receipts)], receipts.restore if back else receipts.withdraw
            self.tried(lambda: act(self.organiser, self.at, number))

    @rule(pick=st.integers(0, 99))
    def a_receipt_is_paid(self, pick):
        if not self.receipts:
            return
        number = self.receipts[pick % len(self.receipts)]
        row = db.session.get_one(Receipt, number)
        was_paid, fund, pence = row.paid_on, row.fund_id, row.amount_pence
        held = self.model[fund]["in"] - self.model[fund]["fee"] - self.model[fund]["spent"] + self.model[fund]["moved"]
        if not was_paid:
            make.agreed(row)
        line = make.bank_line(-pence).id
        if self.tried(lambda: bank.settle_cost(self.finance, self.at, number, line_id=line)):
            assert not was_paid
            assert pence == self.checked[number]
            assert pence <= held
            self.model[fund]["spent"] += pence

    @rule(n=st.integers(0, 1), pence=PENCE)
    def money_moves_to_the_other_fund(self, n, pence):
        fund, other = self.funds[n], self.funds[1 - n]
        free = queries.status(db.session.get_one(Fund, fund)).free
        facts = {"to_id": other, "amount_pence": pence}
        moved = self.tried(lambda: budget.move_between_funds(self.organiser, self.at, fund, **facts))
        assert moved == (pence <= free)
        if moved:
            self.model[fund]["moved"] -= pence
            self.model[other]["moved"] += pence

    @rule()
    def the_worker_comes_round(self):
        jobs.run_waiting()

    def tried(self, act) -> bool:
        try:
            act()
        except (Mistake, Refused):
            return False
        finally:
            db.session.rollback()
        return True

    @invariant()
    def it_all_adds_up(self):
        if not getattr(self, "funds", None):
            return
        db.session.rollback()
        assert list(queries.faults()) == []
        for one in queries.statuses(self.group):
            model = self.model[one.fund.id]
            assert (one.came_in, one.fee, one.spent) == (model["in"], model["fee"], model["spent"])
            assert one.moved == model["moved"]
            assert one.held == model["in"] - model["fee"] - model["spent"] + model["moved"]
        paid = sa.select(sa.func.sum(Receipt.amount_pence)).where(
            Receipt.group_id == self.group, Receipt.paid_on.is_not(None)
        )
        assert (db.session.scalar(paid) or 0) == sum(model["spent"] for model in self.model.values())


@pytest.mark.sampled
def test_no_sequence_breaks_the_books(app):
    Books.count = 0
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
