"""A cost's whole life, in any order: asked, agreed to, changed, checked, held, put in a run, released, on the bank's
statement, sent back, undone. Nothing is paid twice, or other than the group said yes to, or from money that isn't there.

The model keeps what a person at each step saw, in plain values; what it expects is read off that, never off the portal.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import hypothesis
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Hold, SpendingLimit
from portal.bank import actions as bank
from portal.bank.models import BankLine
from portal.core import clock, jobs, wall, workdays
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import queries as books
from portal.ledger.models import Account, Commitment, Fund
from portal.payees import actions as payees
from portal.payees import details
from portal.payments import actions as payments
from portal.payments import paydays, transfers
from portal.payments.models import Payment
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts import queries
from portal.receipts.models import Receipt
from portal.spending import actions, costs
from tests import make
from tests.installation import settings_for
from tests.smtp import listening
from tests.soak import SOAK, times

pytestmark = pytest.mark.slow

RUNS, STEPS = {"sqlite": times(25, 1000), "postgresql": times(6, 1000)}, times(50, 60)
EVERY_WAY = 25  # runs, by which a cost has come to everything that it can come to
START = datetime(2026, 11, 9, 10, tzinfo=clock.UTC)
PENCE = st.one_of(st.integers(1, 60_00), st.sampled_from([1, 100_00, 10**9]))
OURS, KINDS = ("Marsha", "Joe", "Sal"), ("pay_back", "invoice", "advance", "fee", "from_float")
THEN = ("", "by card", "back on its way", "back once paid", "undone")
picks, funds, whos = st.integers(0, 99), st.integers(0, 1), st.sampled_from(OURS)


@dataclass
class Cost:
    """What people know of one cost."""

    id: int
    kind: str
    payee: str
    fund: int
    pence: int
    shop: str
    yeses: dict[str, tuple] = field(default_factory=dict)  # what each of us said yes to
    back: set[str] = field(default_factory=set)
    staffs_yes: tuple | None = None
    undo_until: date | None = None
    checked: bool = False
    asked: bool = True
    gone: bool = False
    payment: int | None = None
    approved: tuple | None = None  # what the payment was put in for
    released: bool = False
    line: int | None = None
    paid: bool = False


class Life(RuleBasedStateMachine):
    """One group of three that asks two yeses of itself, two funds, and its host's finance."""

    runs = 0
    came_to: Counter[str] = Counter()
    founded = False

    def __init__(self):
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()

    def teardown(self):
        self.travel.stop()

    @initialize(staff=st.sampled_from(Level), kind=st.sampled_from(KINDS), then=st.sampled_from(THEN))
    def found(self, staff, kind, then):
        db.session.rollback()
        Life.runs += 1
        self.n, self.level = Life.runs, staff
        group = make.group(f"Life {self.n}", organisers=tuple(f"{name}{self.n}" for name in OURS))
        self.group = group.id
        make.set_level(group, Area.SPENDING, staff)
        with wall.opened(group.id):
            db.session.add(SpendingLimit(group_id=group.id, each_pence=50_00, month_pence=80_00))
        db.session.commit()
        for name, role in (("Glyn", Role.FINANCE), ("Sefa", Role.FINANCE), ("Imani", Role.COORDINATOR)):
            if self.n == 1:
                make.staff(name, role)
        self.two = staff in {Level.ONLY_US, Level.ASK_FIRST}  # staff never stand in for two
        if self.two:
            actions.set_rule(self.us("Marsha"), group, needs="two")
        kinds = {"restriction": "unrestricted", "basis": "part", "fee_basis_points": 0}
        self.funds = [ledger.open_fund(self.glyn, group, name=name, **kinds).id for name in ("Grant", "Gifts")]
        self.bank, self.float = [0, 0], [0, 0]
        self.gifts: list[tuple[int, int, int]] = []
        self.digits, self.payees = {}, {}
        for name in ("Hall", "Joe"):
            self.digits[name] = f"{self.n:04}{len(self.digits):04}"
            mine = {"who": "me"} if name == "Joe" else {"who": "business", "email": f"hall{self.n}@example.org"}
            added = payees.add(self.us("Joe"), group, name=name, details=self.account(name), **mine)
            self.payees[name] = added.id
        self.costs: list[Cost] = []
        self.run: int | None = None
        self.handed = False
        self.founded = True
        self.all_the_way(kind, 0, 40_00, then)

    # Who acts, and what they know.

    @property
    def at(self) -> Group:
        return db.session.get_one(Group, self.group)

    def us(self, name):
        return make.actor(make.person(f"{name}{self.n}"))

    @property
    def glyn(self):
        return make.actor(make.person("Glyn"), Role.FINANCE)

    @property
    def sefa(self):
        return make.actor(make.person("Sefa"), Role.FINANCE)

    def account(self, name):
        return details.of("089999", self.digits[name])

    def content(self, cost) -> tuple:
        """Everything a yes is to."""
        digits = self.digits.get(cost.payee) if cost.kind != "from_float" else None
        return (cost.pence, cost.kind, digits, cost.fund, cost.shop)

    def deciders(self, cost) -> set[str]:
        paid = {cost.payee} if cost.kind != "from_float" else set()
        return set(OURS) - paid - cost.back

    def is_agreed(self, cost) -> bool:
        """Whether the group, or staff where it lets them, said yes to exactly this."""
        able, now = self.deciders(cost), self.content(cost)
        if not able or cost.staffs_yes == now:
            return True
        return len([who for who in able if cost.yeses.get(who) == now]) >= min(len(able), 2 if self.two else 1)

    def is_open(self, cost) -> bool:
        return not (cost.gone or cost.paid or cost.payment)

    def pick(self, pick, *conditions) -> Cost | None:
        found = [cost for cost in self.costs if all(condition(cost) for condition in conditions)]
        return found[pick % len(found)] if found else None

    def tried(self, act):
        """What came of it, or None where it was refused or only suggested."""
        try:
            return act()
        except (Mistake, Refused, NotHere, Proposed):
            return None
        finally:
            db.session.rollback()

    def mark(self, cost) -> str:
        return costs.mark(db.session.get_one(Receipt, cost.id))

    # The group's side.

    @rule(n=funds, pence=PENCE)
    def money_comes_in(self, n, pence):
        made = ledger.receive(
            self.glyn, self.at, self.funds[n], source="donation", pence=pence, on=clock.today(), words="In"
        )
        self.gifts.append((made.id, n, pence))
        self.bank[n] += pence

    @rule(pick=picks)
    def a_gift_was_entered_wrongly(self, pick):
        if self.gifts:
            entry, n, pence = self.gifts.pop(pick % len(self.gifts))
            ledger.correct(self.glyn, self.at, entry, words="Never came")
            self.bank[n] -= pence

    @rule(who=whos, kind=st.sampled_from(KINDS), payee=st.sampled_from(("Hall", "Joe")), n=funds, pence=PENCE)
    def asked_for(self, who, kind, payee, n, pence):
        shop = f"Shop {make.count()}"
        facts = {"payee_id": self.payees[payee], "fund_id": self.funds[n], "amount_pence": pence, "shop": shop}
        made = actions.ask_anew(self.us(who), self.at, receipt_key=f"key-of-life-{shop}", kind=kind, **facts)
        self.costs.append(Cost(made.id, kind, payee, n, pence, shop))

    @rule(pick=picks, who=whos)
    def said_yes_to(self, pick, who):
        if cost := self.pick(pick):
            by, may = self.us(who), self.is_open(cost) and cost.asked and who in self.deciders(cost)
            given = self.tried(lambda: actions.say_yes(by, self.at, cost.id, mark=self.mark(cost)))
            if given:
                cost.yeses[who] = self.content(cost)
            assert bool(given) == may or (cost.kind == "from_float" and not given)
            self.from_float(cost)

    @rule(pick=picks, who=whos)
    def said_yes_to_what_was_there_before(self, pick, who):
        """Its page lay open while its amount was changed."""
        if cost := self.pick(pick, self.is_open, lambda one: one.asked):
            old = self.mark(cost)
            changed = self.tried(
                lambda: receipts.describe(self.us("Marsha"), self.at, cost.id, amount_pence=cost.pence + 1)
            )
            assert changed
            cost.pence, cost.checked, cost.staffs_yes = cost.pence + 1, False, None
            assert self.tried(lambda: actions.say_yes(self.us(who), self.at, cost.id, mark=old)) is None

    @rule(pick=picks, who=whos)
    def a_yes_is_taken_back(self, pick, who):
        if (cost := self.pick(pick, self.is_open)) and self.tried(
            lambda: actions.take_back_yes(self.us(who), self.at, cost.id)
        ):
            cost.yeses.pop(who, None)
            cost.staffs_yes = None

    @rule(pick=picks, who=whos)
    def stands_back(self, pick, who):
        if (cost := self.pick(pick, self.is_open)) and self.tried(
            lambda: actions.stand_back(self.us(who), self.at, cost.id)
        ):
            if who not in cost.back:
                cost.staffs_yes = None
            cost.back.add(who)
            self.from_float(cost)

    @rule(pick=picks, pence=PENCE, n=funds)
    def changed(self, pick, pence, n):
        if cost := self.pick(pick):
            facts = {"amount_pence": pence, "fund_id": self.funds[n]}
            done = self.tried(lambda: receipts.describe(self.us("Sal"), self.at, cost.id, **facts))
            assert bool(done) == self.is_open(cost) or (cost.kind == "from_float" and not done)  # more than it holds
            if done:
                self.bound(cost, pence=pence, fund=n)
            self.from_float(cost)

    @rule(pick=picks)
    def not_this_time_and_asked_again(self, pick):
        if cost := self.pick(pick, self.is_open):
            assert self.tried(lambda: actions.unask(self.us("Sal"), self.at, cost.id))
            cost.yeses, cost.staffs_yes, cost.asked = {}, None, False
            facts = {"payee_id": self.payees[cost.payee], "fund_id": self.funds[cost.fund], "shop": cost.shop}
            if self.tried(lambda: actions.ask(self.us("Sal"), self.at, cost.id, kind=cost.kind, **facts)):
                cost.asked = True
            self.from_float(cost)

    @rule(pick=picks, back=st.booleans())
    def taken_back_or_brought_back(self, pick, back):
        if cost := self.pick(pick, lambda one: not one.paid and not one.payment):
            act = receipts.restore if back else receipts.withdraw
            if self.tried(lambda: act(self.us("Marsha"), self.at, cost.id)):
                cost.gone = not back
            self.from_float(cost)

    @rule(name=st.sampled_from(("Hall", "Joe")))
    def paid_elsewhere_from_now_on(self, name):
        """Another account: told, seconded, and 48 hours old."""
        self.digits[name] = f"{make.count() % 10**8:08}"
        new = payees.change_details(self.us("Marsha"), self.at, self.payees[name], details=self.account(name))
        payees.second(self.us("Sal"), self.at, new.id)
        self.clock.shift(timedelta(hours=49))
        jobs.run_waiting()
        for cost in self.costs:
            if self.is_open(cost) and cost.payee == name and cost.kind != "from_float":
                cost.staffs_yes = None

    # The host's side.

    @rule(pick=picks)
    def staff_say_yes(self, pick):
        if cost := self.pick(pick, self.is_open, lambda one: one.asked):
            by = make.actor(make.person("Imani"), Role.COORDINATOR)
            if self.tried(lambda: actions.say_yes_for(by, self.at, cost.id, mark=self.mark(cost))):
                assert self.level in {Level.TELL_AFTER, Level.YOU_DO}
                assert cost.pence <= 50_00
                cost.staffs_yes = self.content(cost)
                last = workdays.after(clock.today(), actions.UNDO_WORKING_DAYS)
                cost.undo_until = last if self.level is Level.TELL_AFTER else None
            self.from_float(cost)

    @rule(pick=picks)
    def checked_at_the_desk(self, pick):
        if cost := self.pick(pick):
            facts = {"ledger_code": "5100", "amount_pence": cost.pence}
            if self.tried(lambda: receipts.accept(self.glyn, self.at, cost.id, **facts)):
                assert self.is_open(cost)
                cost.checked = True
            self.from_float(cost)

    @rule(pick=picks, release=st.booleans())
    def held_or_let_go(self, pick, release):
        if cost := self.pick(pick, lambda one: not one.gone and not one.paid):
            if release:
                self.tried(lambda: receipts.release(self.glyn, self.at, cost.id))
            else:
                why = {"rule": "F3", "reason": "The total is unclear.", "releases": "A clearer photo."}
                self.tried(lambda: receipts.hold(self.glyn, self.at, cost.id, **why))

    @rule(pick=picks)
    def put_into_the_payments(self, pick):
        if cost := self.pick(pick):
            if self.run is None:
                self.run = payments.start(self.glyn, pay_on=paydays.coming()[0]).id
            held = queries.parts_of(db.session.get_one(Receipt, cost.id))[2] is not None
            put = self.tried(lambda: payments.put_in(self.glyn, self.at, cost.id, run_id=self.run))
            if put and cost.payment != put.id:
                assert self.is_open(cost)
                assert cost.asked
                assert cost.checked
                assert self.is_agreed(cost)
                assert not held
                assert cost.kind != "from_float"
                assert not self.handed
                assert cost.staffs_yes is None or cost.undo_until is None or cost.undo_until < clock.today()
                cost.payment, cost.approved = put.id, self.content(cost)

    @rule(pick=picks)
    def taken_out(self, pick):
        if cost := self.pick(pick, lambda one: one.payment is not None):
            out = self.tried(lambda: payments.take_out(self.glyn, self.at, cost.payment))
            assert bool(out) == (not cost.released)
            if out:
                cost.payment = cost.approved = None

    @rule()
    def released(self):
        """Handed over by one, released by another; what no longer holds is left out. The file says what was agreed."""
        if self.run is None:
            return
        run, inside = self.run, [cost for cost in self.costs if cost.payment and not cost.released]
        if not self.tried(lambda: payments.hand_over(self.glyn, None, run)):
            return
        self.handed = True
        assert self.tried(lambda: payments.release(self.glyn, None, run)) is None
        try:
            payments.release(self.sefa, None, run)
        except payments.FallenOut as fallen:
            db.session.rollback()
            out = {one.payment_id for one in fallen.these}
            for cost in [cost for cost in inside if cost.payment in out]:
                payments.take_out(self.sefa, self.at, cost.payment)
                cost.payment = cost.approved = None
            inside = [cost for cost in inside if cost.payment]
            if not inside:
                payments.give_up(self.glyn, None, run)
                self.run, self.handed = None, False
                return
            payments.release(self.sefa, None, run)
        for cost in inside:
            assert cost.approved == self.content(cost)
            assert self.is_agreed(cost)
            cost.released = True
        told = transfers.of(db.session.get_one(payments.PaymentRun, run))
        assert sorted((one.account_number, one.pence) for one in told) == sorted(
            (cost.approved[2], cost.approved[0]) for cost in inside
        )
        self.run, self.handed = None, False

    @rule(pick=picks, wrong=st.sampled_from((0, 0, 0, 1, -1)))
    def on_the_banks_statement(self, pick, wrong):
        """A line for a payment, or for a cost that was paid by card."""
        if cost := self.pick(pick):
            line = make.bank_line(-cost.pence + wrong or -2)
            if cost.payment:
                put = cost.payment
                took = self.tried(lambda: bank.settle_payment(self.glyn, self.at, put, line_id=line.id))
                assert bool(took) == (cost.released and not cost.paid and not wrong and self.bank[cost.fund] >= cost.pence)
            else:
                took = self.tried(lambda: bank.settle_cost(self.glyn, self.at, cost.id, line_id=line.id))
                if took:
                    assert self.is_open(cost)
                    assert cost.asked
                    assert cost.checked
                    assert self.is_agreed(cost)
                    assert not wrong
            if took:
                assert self.bank[cost.fund] >= cost.pence
                self.moved(cost, cost.pence)
                cost.paid, cost.line = True, line.id
                self.seen("in a run" if cost.payment else "by card")

    @rule(pick=picks, by_line=st.booleans())
    def sent_back_by_the_bank(self, pick, by_line):
        if cost := self.pick(pick, lambda one: one.payment is not None):
            put = cost.payment
            if by_line:
                line = make.bank_line(cost.pence)
                came = self.tried(lambda: bank.returned(self.glyn, self.at, put, line_id=line.id))
                assert not came or cost.paid
            else:
                came = self.tried(lambda: payments.returned(self.glyn, self.at, put))
                assert bool(came) == (cost.released and not cost.paid)
            if came:
                self.seen("back once paid" if cost.paid else "back on its way")
                if cost.paid:
                    self.moved(cost, -cost.pence)
                cost.payment = cost.approved = cost.line = None
                cost.paid = cost.released = False

    @rule(pick=picks)
    def a_match_is_undone(self, pick):
        if cost := self.pick(pick, lambda one: one.line is not None):
            entry = db.session.get_one(BankLine, cost.line).entry_id
            if self.tried(lambda: bank.undo(self.glyn, self.at, entry)):
                self.moved(cost, -cost.pence)
                cost.paid, cost.line = False, None
                self.seen("undone")

    @rule(kind=st.sampled_from(KINDS), n=funds, pence=st.integers(1, 100_00), then=st.sampled_from(THEN))
    def all_the_way(self, kind, n, pence, then):
        """As most do: money is there, it is asked for, agreed to, checked, released, on the bank's statement; and then."""
        if kind == "from_float":
            self.all_the_way("advance", n, 100_00, "")
        self.money_comes_in(n, 100_00)
        self.asked_for("Marsha", kind, "Hall", n, pence)
        newest = -1
        for who in OURS:
            self.said_yes_to(newest, who)
        self.checked_at_the_desk(newest)
        if then != "by card":
            self.put_into_the_payments(newest)
            self.released()
        if then == "back on its way":
            return self.sent_back_by_the_bank(newest, False)
        self.on_the_banks_statement(newest, 0)
        if then == "back once paid":
            self.sent_back_by_the_bank(newest, True)
        elif then == "undone":
            self.a_match_is_undone(newest)

    @rule(days=st.integers(1, 4))
    def days_go_by(self, days):
        self.clock.shift(timedelta(days=days))

    @rule()
    def the_worker_comes_round(self):
        jobs.run_waiting()

    # What follows.

    def bound(self, cost, *, pence, fund):
        """Something a yes is bound to was changed."""
        if pence != cost.pence:
            cost.checked = False
        if (pence, fund) != (cost.pence, cost.fund):
            cost.staffs_yes = None
        cost.pence, cost.fund = pence, fund

    def seen(self, what):
        """So that the test can say it got there."""
        Life.came_to[what] += 1

    def moved(self, cost, pence):
        self.bank[cost.fund] -= pence
        if cost.kind == "advance":
            self.float[cost.fund] += pence

    def from_float(self, cost):
        """What was paid out of a float is paid as soon as it is agreed to and checked."""
        if cost.kind == "from_float" and not cost.paid and db.session.get_one(Receipt, cost.id).paid_on:
            assert cost.asked
            assert cost.checked
            assert self.is_agreed(cost)
            assert not cost.gone
            assert self.float[cost.fund] >= cost.pence
            self.float[cost.fund] -= cost.pence
            cost.paid = True
            self.seen("out of a float")

    @invariant()
    def the_books_say_the_same(self):
        if not self.founded:
            return
        db.session.rollback()
        assert list(books.faults()) == []
        for n, number in enumerate(self.funds):
            sums = books.status(db.session.get_one(Fund, number)).sums
            assert sums.get(Account.BANK, 0) == self.bank[n]
            assert sums.get(Account.FLOAT, 0) == self.float[n]
        assert all(pence >= 0 for pence in self.float)

    @invariant()
    def each_cost_is_paid_once_and_as_agreed(self):
        for cost in self.costs if self.founded else ():
            row = db.session.get_one(Receipt, cost.id)
            assert (row.paid_on is not None) == cost.paid
            live = sa.select(sa.func.count(Payment.id)).where(
                Payment.receipt_id == cost.id, Payment.taken_out_at.is_(None), Payment.returned_at.is_(None)
            )
            assert db.session.scalar(live) == (cost.payment is not None)
            if row.agreed_at and row.agreed_mark == costs.mark(row):
                assert self.is_agreed(cost)
                assert cost.asked

    @invariant()
    def what_a_fund_cant_cover_is_held(self):
        """After the worker came round, no more is promised as covered than there is; what is short is held, not paid."""
        if not self.founded:
            return
        jobs.run_waiting()
        live = sa.select(Commitment).where(Commitment.group_id == self.group, Commitment.ended_at.is_(None))
        promised = db.session.scalars(live).all()
        for n, number in enumerate(self.funds):
            covered = [one for one in promised if one.fund_id == number and not one.short]
            away = {cost.id for cost in self.costs if cost.payment}
            later = sum(one.pence for one in covered if one.item_id not in away)
            assert not later or sum(one.pence for one in covered) <= self.bank[n]
        for one in promised:
            row = db.session.get_one(Receipt, one.item_id)
            if one.short and row.in_run_at is None:
                assert costs.payable(row)
                assert db.session.scalars(sa.select(Hold.id).where(Hold.item_id == row.id)).all()  # lapsed or not
        db.session.rollback()


@pytest.fixture
def settings(url, data_folder):
    with listening() as post:
        yield settings_for(data_folder, PORTAL_DATABASE_URL=url, PORTAL_MAIL_URL=post.url)


@pytest.mark.sampled
def test_no_sequence_pays_twice_or_other_than_agreed(app, dialect):
    Life.runs = 0
    Life.came_to.clear()
    run_state_machine_as_test(
        Life,
        settings=hypothesis.settings(
            max_examples=RUNS[dialect],
            stateful_step_count=STEPS,
            derandomize=not SOAK,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    if RUNS[dialect] >= EVERY_WAY:
        assert set(Life.came_to) == {"in a run", "out of a float", *THEN} - {""}
