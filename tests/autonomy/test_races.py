"""A setting is tightened while staff change something: whoever comes first, nothing of theirs passes afterwards."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import actions
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Refused
from portal.core.db import db
from portal.people.models import Group
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from tests import make

RACES = 5000 if os.environ.get("SOAK") else 500  # on each database


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
