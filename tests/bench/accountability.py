"""How are we doing, with 1,000 groups: what a page costs for their month, and when ten times as much lies before it.

The month itself has to be counted, so more in it costs more; only what lies outside it must not.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from portal.accountability import figures, queries
from portal.accountability.date_spans import chosen
from portal.activity.models import Entry
from portal.app import create_app
from portal.autonomy.models import Hold
from portal.core import clock, migrate, wall
from portal.core.db import db
from portal.ledger.models import Fund, JournalEntry, Posting
from portal.people.models import Group, Membership
from portal.people.roles import Role
from portal.receipts.models import Receipt
from portal.support.models import ReplyBy, ReplyPromise, Request, Wanted
from tests import make
from tests.bench.timing import base, costs, within
from tests.client import Client
from tests.installation import settings_for

GROUPS, EACH, TIMES = 1_000, 5, 10  # groups; requests, receipts and grants of each in a month; how much more before it
SAID = (
    "support.ask",
    "support.reply",
    "support.close",
    "receipts.upload",
    "receipts.accept",
    "receipts.ask",
    "spending.ask",
)
HOSTS, OURS = "/host/doing/", "/g/group-7/doing/"
_number = count(1)


def measure() -> bool:
    """Print the ratios. Whether each is as it should be."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        data.mkdir()
        app = create_app(settings_for(data))
        with app.app_context():
            migrate.upgrade()
            imani, org = make.staff("Imani", Role.COORDINATOR), make.person("Org")
            groups = _groups(org.id)
            _lay(groups, org.id, since=1, days=25, each=EACH)
            staff, ours = Client(app).as_(imani), Client(app).as_(org)
            pages = (lambda: staff.get(HOSTS), lambda: ours.get(OURS), lambda: staff.get(f"{HOSTS}replies"))
            before, counted = costs(*pages, times=3), _counted()
            _lay(groups, org.id, since=400, days=250, each=EACH * TIMES)
            assert counted == _counted(), "what lies before the month is in it"
            after = costs(*pages, times=3)
            deep = _deepest(staff)
            deepest = costs(lambda: staff.get(deep), times=3)[0]
    base(f"how are we doing, a month of {GROUPS:,} groups", before[0])
    held = within(f"the same with {TIMES} times as much before", after[0], before[0], 1.5)
    base("for a group", before[1])
    held = within(f"the same with {TIMES} times as much before", after[1], before[1], 1.5) and held
    base("the list of replies", before[2])
    held = within(f"the same with {TIMES} times as much before", after[2], before[2], 1.5) and held
    return within("its deepest page", deepest, after[2], 1.5) and held


def _counted() -> figures.Figures:
    db.session.remove()
    found = figures.of(chosen("month", clock.today()))
    assert found.kept == found.sent == found.paid == GROUPS * EACH
    db.session.remove()
    return found


def _deepest(staff: Client) -> str:
    """The address of the list's last page."""
    ours = sa.select(ReplyPromise.id).where(ReplyPromise.kept_at >= chosen("month", clock.today()).since)
    last = db.session.scalars(ours.order_by(ReplyPromise.kept_at, ReplyPromise.id).offset(queries.PAGE).limit(1)).one()
    db.session.remove()
    address = f"{HOSTS}replies?after={last}"
    assert staff.get(address).text.count('class="item"') == queries.PAGE
    return address


def _groups(by: int) -> list[int]:
    made = [Group(name=f"Group {n}", slug=f"group-{n}") for n in range(GROUPS)]
    db.session.add_all(made)
    db.session.flush()
    for group in made:
        with wall.opened(group.id):
            db.session.add(Membership(group_id=group.id, person_id=by, role=Role.ORGANISER))
            db.session.add(Fund(group_id=group.id, name="Ours"))
            db.session.flush()
    db.session.commit()
    return [group.id for group in made]


def _lay(groups: list[int], by: int, *, since: int, days: int, each: int) -> None:
    """So much of each group, over some days that ended `since` days ago."""
    funds = dict(map(tuple, db.session.execute(sa.select(Fund.group_id, Fund.id))))
    for group_id in groups:
        with wall.opened(group_id):
            for model, rows in _rows(group_id, funds[group_id], by, list(_moments(since, days, each))).items():
                db.session.execute(sa.insert(model.__table__), rows)
    db.session.commit()
    db.session.remove()


def _moments(since: int, days: int, each: int) -> Iterator[datetime]:
    return (clock.now() - timedelta(days=since + days * n / each, minutes=next(_number) % 600) for n in range(each))


def _rows(group_id: int, fund_id: int, by: int, moments: list[datetime]) -> dict[type, list[dict]]:
    own = {"group_id": group_id}
    rows: dict[type, list[dict]] = {
        model: [] for model in (Request, ReplyPromise, Receipt, Hold, Entry, JournalEntry, Posting)
    }
    for at in moments:
        n, later = next(_number), at + timedelta(hours=20)
        facts = {"added_by": by, "added_at": at, "number": n, "id": n}
        asked = {"by_host": False, "wanted": Wanted.NO_RUSH.key, "reply_by": ReplyBy.HERE, "shared": True, "gist": "Help?"}
        rows[Request].append(own | facts | asked | {"moved_at": later, "answered_at": later, "closed_at": later})
        due_on = (later + timedelta(days=9)).date()
        rows[ReplyPromise].append(own | {"request_id": n, "made_at": at, "due_on": due_on, "kept_at": later, "kept_by": by})
        rows[Receipt].append(own | facts | {"key": f"bench-{n}", "paid_on": later.date()})
        held = {"item_table": "receipts", "item_id": n, "rule": "F2", "reason": "x", "releases": "x"}
        rows[Hold].append(own | held | {"review_on": later.date(), "placed_at": at, "released_at": later})
        said = {"person_id": by, "role": Role.ORGANISER, "outcome": "allow", "says": "did", "subject_id": n}
        rows[Entry] += [own | said | {"at": at, "action": action} for action in SAID]
        rows[JournalEntry].append(own | {"id": n, "kind": "money_in", "on": at.date(), "words": "In", "made_at": at})
        sides = (("bank", 10_000), ("donation", -10_000))
        rows[Posting] += [
            own | {"entry_id": n, "account": side, "fund_id": fund_id, "pence": pence} for side, pence in sides
        ]
    return rows
