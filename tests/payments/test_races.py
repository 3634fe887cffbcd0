"""Several at once: one cost is in one run, one person releases, and nothing but what was agreed ever leaves."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, Event

import pytest
import sqlalchemy as sa

from portal.activity import happened
from portal.autonomy.door import Mistake, Refused
from portal.core import clock
from portal.core.db import db
from portal.disagreements import actions as disagreements
from portal.payments import actions, queries
from portal.payments.models import Payment, PaymentRun
from portal.people.models import Group
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make
from tests.payments import ready
from tests.payments.ready import finance
from tests.soak import times

pytestmark = pytest.mark.slow

ROUNDS = times(8, 25)
RACES = times(100, 500)


def together(app, *acts: Callable[[], object]) -> list[bool]:
    """All of them at the same moment, in a thread and on a connection each; which of them passed."""
    start = Barrier(len(acts))

    def one(act) -> bool:
        with app.app_context():
            db.session.rollback()
            start.wait()
            try:
                act()
                return True
            except (Mistake, Refused):
                return False
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def putting(by, group_id: int, receipt: int, run: int) -> Callable[[], object]:
    return lambda: actions.put_in(by, db.session.get_one(Group, group_id), receipt, run_id=run)


def releasing(by, run: int) -> Callable[[], object]:
    return lambda: actions.release(by, None, run)


def handing_over(by, run: int) -> Callable[[], object]:
    return lambda: actions.hand_over(by, None, run)


def taking_out(by, group_id: int, payment: int) -> Callable[[], object]:
    return lambda: actions.take_out(by, db.session.get_one(Group, group_id), payment)


def editing(by, group_id: int, receipt: int, pence: int) -> Callable[[], object]:
    return lambda: receipts.describe(by, db.session.get_one(Group, group_id), receipt, amount_pence=pence)


def live() -> list[Payment]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Payment).where(queries.IN_IT)))


def test_two_put_the_same_cost_into_two_runs_at_once(app, kettle):
    grocer, group_id = ready.payee(kettle), kettle.id
    glyn, sefa = finance("Glyn"), finance("Sefa")
    runs = [ready.run(glyn).id, ready.run(sefa, 1).id]
    for _ in range(ROUNDS):
        cost = ready.cost(ready.again(kettle), ready.again(grocer)).id
        db.session.remove()
        passed = together(app, putting(glyn, group_id, cost, runs[0]), putting(sefa, group_id, cost, runs[1]))
        assert sorted(passed) == [False, True]
    assert len(live()) == ROUNDS


def test_several_put_the_same_cost_into_one_run_at_once(app, kettle):
    cost, group_id, run = ready.cost(kettle, ready.payee(kettle)).id, kettle.id, ready.run().id
    people = [finance(name) for name in ("Glyn", "Sefa", "Ro", "Ri")]
    db.session.remove()
    assert together(app, *(putting(one, group_id, cost, run) for one in people)) == [True] * 4
    assert len(live()) == 1


def test_two_release_at_once_and_one_of_them_did(app, kettle):
    grocer = ready.payee(kettle)
    people = [finance(name) for name in ("Sefa", "Ro")]
    for _ in range(ROUNDS):
        kettle, grocer = ready.again(kettle), ready.again(grocer)
        run = ready.run()
        ready.put(kettle, ready.cost(kettle, grocer), run)
        number = actions.hand_over(finance(), None, run.id).id
        db.session.remove()
        passed = together(app, *(releasing(by, number) for by in people))
        assert sorted(passed) == [False, True]
        winner = people[passed.index(True)].person_id
        assert db.session.get_one(PaymentRun, number).released_by == winner


def test_taken_out_while_it_is_released_it_is_one_or_the_other(app, kettle, walkers):
    """Nobody waits for anybody for ever, and what was taken out isn't in what left."""
    payees = {group: ready.payee(group) for group in (kettle, walkers)}
    glyn, sefa, seen = finance(), finance("Sefa"), set()
    for _ in range(ROUNDS):
        run = ready.run()
        for group in payees:
            ready.put(ready.again(group), ready.cost(ready.again(group), ready.again(payees[group])), run)
        number, group_id = actions.hand_over(finance(), None, run.id).id, ready.again(kettle).id
        payment = queries.in_run(number)[0][0].id
        db.session.remove()
        released, taken = together(app, releasing(sefa, number), taking_out(glyn, group_id, payment))
        seen.add((released, taken))
        left = [one.id for one, _ in queries.in_run(number)]
        assert (payment in left) is not taken
        assert bool(db.session.get_one(PaymentRun, number).released_at) is released
        assert released or taken
    assert seen


def test_what_organisers_disagree_about_just_then_is_not_released(app, kettle):
    """The release waits for a group whose change isn't over, and sees it then."""
    run, receipt = ready.run(), ready.cost(kettle, ready.payee(kettle))
    ready.put(kettle, receipt, run)
    marsha, sefa, about = make.actor(make.person("Marsha")), finance("Sefa"), receipt.ref
    number, group_id = actions.hand_over(finance(), None, run.id).id, kettle.id
    db.session.remove()
    inside, go = Event(), Event()

    def hold(_action, *, entry, group):
        if entry.action == "disagreements.disagree":
            inside.set()
            assert go.wait(30)

    def disagreeing() -> object:
        group = db.session.get_one(Group, group_id)
        return disagreements.disagree(marsha, group, about=about, words="Too much", among="ourselves")

    def alone(act: Callable[[], object]) -> object:
        with app.app_context():
            try:
                return act() and None
            except actions.FallenOut as fallen:
                return [one.ref for one in fallen.these]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as threads, happened.connected_to(hold):
        disagreed = threads.submit(alone, disagreeing)
        assert inside.wait(30)
        released = threads.submit(alone, releasing(sefa, number))
        assert not wait([released], timeout=0.3).done
        go.set()
        assert disagreed.result() is None
        assert released.result() == [about]
    assert db.session.get_one(PaymentRun, number).released_at is None


def test_put_in_while_it_is_handed_over_it_is_in_before_or_not_at_all(app, kettle):
    grocer = ready.payee(kettle)
    for _ in range(ROUNDS):
        kettle, grocer = ready.again(kettle), ready.again(grocer)
        run, group_id = ready.run(), kettle.id
        ready.put(kettle, ready.cost(kettle, grocer), run)
        cost, number, by = ready.cost(kettle, grocer).id, run.id, finance()
        db.session.remove()
        _, passed = together(app, handing_over(by, number), putting(by, group_id, cost, number))
        in_it = {receipt.id: payment.put_at for payment, receipt in queries.in_run(number)}
        assert (cost in in_it) is passed


def test_edited_while_it_is_put_in_never_pays_anything_but_what_was_agreed(app, kettle):
    """Whoever comes first: a payment is at the sum that was agreed to, or there is none."""
    grocer, group_id = ready.payee(kettle), kettle.id
    glyn, marsha, run = finance(), make.actor(make.person("Marsha")), ready.run().id
    cost = ready.cost(kettle, grocer, 1000).id
    won = {"put in": 0, "edited": 0}
    for n in range(RACES):
        agreed = agree_anew(cost)
        db.session.remove()
        passed, edited = together(app, putting(glyn, group_id, cost, run), editing(marsha, group_id, cost, 2000 + n))
        assert passed is not edited
        found = db.session.get_one(Receipt, cost)
        if passed:
            (payment,) = live()
            assert (payment.pence, payment.mark) == (found.amount_pence, agreed)
            actions.take_out(glyn, db.session.get_one(Group, group_id), payment.id)
        else:
            assert (live(), found.agreed_mark, found.in_run_at) == ([], None, None)
        won["put in" if passed else "edited"] += 1
    assert sum(won.values()) == RACES


def agree_anew(number: int) -> str:
    """The group and the desk say yes to it as it now is."""
    receipt = ready.again(db.session.get_one(Receipt, number))
    ready.agree(receipt, accepted_at=clock.now())
    return receipt.agreed_mark


KILLED = """
import os, sys
from portal import config
from portal.app import create_app
from portal.core.db import db
from portal.payments import actions, views
from portal.people.models import Group
from tests.payments.ready import finance

settings, run, group, step, *costs = sys.argv[1:]
app = create_app(config.read(eval(settings)))
with app.app_context():
    glyn, sefa = finance("Glyn"), finance("Sefa")
    for n, cost in enumerate(costs):
        if int(step) == n:
            os.kill(os.getpid(), 9)
        actions.put_in(glyn, db.session.get_one(Group, int(group)), int(cost), run_id=int(run), key=f"a-form-of-a-test-{n}")
    os.kill(os.getpid(), 9)
"""


def test_killed_between_putting_in_and_releasing_nothing_is_doubled_and_the_rest_goes_on(app, kettle):
    grocer = ready.payee(kettle)
    costs = [ready.cost(kettle, grocer).id for _ in range(4)]
    finance("Sefa")
    run, group_id = ready.run().id, kettle.id
    values = app.config["SETTINGS"].values
    given = {name: str(value) for name, value in values.items() if isinstance(value, str) or name == "PORTAL_DATA"}
    db.session.remove()
    for step in (1, 3, 4):
        db.session.remove()
        told = [repr(given), str(run), str(group_id), str(step), *map(str, costs)]
        ended = subprocess.run([sys.executable, "-c", KILLED, *told], env=os.environ, check=False, capture_output=True)
        assert ended.returncode == -9, ended.stderr.decode()
        assert sorted(one.receipt_id for one in live()) == costs[:step]
    for n, cost in enumerate(costs):  # the same form again, as a browser sends it
        actions.put_in(finance(), ready.again(kettle), cost, run_id=run, key=f"a-form-of-a-test-{n}")
    actions.hand_over(finance(), None, run)
    actions.release(finance("Sefa"), None, run)
    assert sorted(one.receipt_id for one in live()) == costs
