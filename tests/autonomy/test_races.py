"""A setting is tightened while staff change something: whoever comes first, nothing of theirs passes afterwards."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, Event

import pytest
import sqlalchemy as sa

from portal.activity import happened
from portal.activity.models import Entry
from portal.autonomy import actions
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Refused
from portal.core.db import db
from portal.people.models import Group
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from tests import make
from tests.soak import times

pytestmark = pytest.mark.slow

RACES = times(100, 5000)


def test_once_it_is_tighter_no_change_begun_before_passes(app, kettle):
    """Two real threads with a connection each, started together. Order is the log's, never the clock's."""
    marsha, glyn = make.actor(make.person("Marsha")), make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt, group_id = make.receipt(kettle, label="0").id, kettle.id
    db.session.remove()
    won = {"staff first": 0, "group first": 0}
    with ThreadPoolExecutor(2) as threads:
        for n in range(1, RACES + 1):
            with app.app_context():
                make.set_level(db.session.get_one(Group, group_id), Area.RECEIPTS, Level.TELL_AFTER)
                start = db.session.scalar(sa.select(sa.func.max(Entry.seq)).where(Entry.group_id == group_id))
                db.session.remove()
            together = Barrier(2)
            changed = threads.submit(change, app, glyn, group_id, receipt, str(n), together)
            tightened = threads.submit(tighten, app, marsha, group_id, together)
            passed = changed.result()
            tightened.result()
            with app.app_context():
                after = sa.select(Entry.action, Entry.outcome).where(Entry.group_id == group_id, Entry.seq > start)
                lines = [tuple(row) for row in db.session.execute(after.order_by(Entry.seq))]
                db.session.remove()
            theirs = [("receipts.describe", "allow_tell"), ("autonomy.set_level", "allow")]
            ours = [("autonomy.set_level", "allow"), ("receipts.describe", "deny")]
            assert lines == (theirs if passed else ours)
            won["staff first" if passed else "group first"] += 1
    assert sum(won.values()) == RACES


def change(app, glyn: Actor, group_id: int, receipt: int, label: str, together: Barrier) -> bool:
    with app.app_context():
        group = db.session.get_one(Group, group_id)
        db.session.rollback()
        together.wait()
        try:
            receipts.describe(glyn, group, receipt, label=label)
            return True
        except Refused:
            return False
        finally:
            db.session.remove()


def tighten(app, marsha: Actor, group_id: int, together: Barrier) -> None:
    with app.app_context():
        group = db.session.get_one(Group, group_id)
        db.session.rollback()
        together.wait()
        actions.set_level(marsha, group, area="receipts", level="only_us")
        db.session.remove()


HELD = 5  # on each database, each way round


def test_while_one_holds_its_transaction_open_the_other_waits_and_comes_after(app, kettle):
    """Staff's change is made and not yet committed when the group tightens; and the other way round."""
    marsha, glyn = make.actor(make.person("Marsha")), make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt, group_id = make.receipt(kettle, label="0").id, kettle.id
    db.session.remove()
    for n in range(2 * HELD):
        with app.app_context():
            make.set_level(db.session.get_one(Group, group_id), Area.RECEIPTS, Level.TELL_AFTER)
            start = db.session.scalar(sa.select(sa.func.max(Entry.seq)).where(Entry.group_id == group_id))
            db.session.remove()
        staff_first = n % 2 == 0
        held = "receipts.describe" if staff_first else "autonomy.set_level"
        inside, go = Event(), Event()

        def hold(_action, *, entry, group, held=held, inside=inside, go=go):
            if entry.action == held:
                inside.set()
                assert go.wait(30)

        with ThreadPoolExecutor(2) as threads, happened.connected_to(hold):
            change_, tighten_ = (change, app, glyn, group_id, receipt, f"held {n}"), (tighten, app, marsha, group_id)
            first, after = (change_, tighten_) if staff_first else (tighten_, change_)
            began = threads.submit(*first, Barrier(1))
            assert inside.wait(30)
            waits = threads.submit(*after, Barrier(1))
            assert not wait([waits], timeout=0.2).done  # it is kept out for as long as the first one isn't over
            go.set()
            assert began.result() is (True if staff_first else None)
            assert waits.result() is (None if staff_first else False)
        with app.app_context():
            lines = sa.select(Entry.action, Entry.outcome).where(Entry.group_id == group_id, Entry.seq > start)
            found = [tuple(row) for row in db.session.execute(lines.order_by(Entry.seq))]
            db.session.remove()
        ours, theirs = ("autonomy.set_level", "allow"), ("receipts.describe", "allow_tell" if staff_first else "deny")
        assert found == ([theirs, ours] if staff_first else [ours, theirs])
