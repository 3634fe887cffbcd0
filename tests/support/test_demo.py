"""The demo's requests stand as the shared demo data has them, and its logs tell of the past in order. Typed anew."""

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.core import clock
from portal.core.db import db
from portal.people.models import Group, Person
from portal.support.models import ReplyPromise, Request
from portal.support.states import state_of
from tests import demo as demos

pytestmark = pytest.mark.slow

# Reference, group, when, state, with whom (where the page says it).
TABLE = """
S1  Hillfoot Queer Walkers week    New
S2  Tuesday Kettle         week    On it           Imani
S3  Hearsay Collective     soon    New
S4  Eastmoor Dads’ Table   no_rush Answered
S5  Nightshift Poets       soon    Our turn
S6  The Long Table         soon    Closed
S7  Makers Moving On       soon    On it           Glyn
S8  The Quiet Allotment    no_rush Held
S9  Hearsay Collective     week    On it           Sefa
S10 Tuesday Kettle         no_rush Closed
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo on its own day."""
    with demos.opened(tmp_path_factory.mktemp("demo-requests"), demos.ITS_OWN_DAY) as app:
        yield app


def test_the_ten_of_the_table_stand_as_it_says(demo):
    rows = db.session.execute(
        sa.select(Request, Group.name, Person.name)
        .join(Group, Group.id == Request.group_id)
        .join(Person, Person.id == Request.holder_id)
    )
    stand = {row.ref: (row, name, state_of(row, clock.today()), holder) for row, name, holder in rows}
    earlier = [state for row, _, state, _ in stand.values() if row.number > 10]
    assert (len(stand) - len(earlier), {state.words for state in earlier}) == (10, {"Closed"})
    for line in TABLE.strip().splitlines():
        ref, name, wanted, words, holder = line[:4].strip(), line[4:27].strip(), line[27:35].strip(), line[35:51], line[51:]
        row, group, state, held = stand[ref]
        assert (group, row.wanted) == (name, wanted), ref
        assert words.strip() in {state.words, state.ours.partition(",")[0]}, (ref, state)
        assert held.startswith(holder), ref


def test_whenever_a_group_waits_a_day_is_named_that_has_not_gone_by(demo):
    for row in db.session.scalars(sa.select(Request).where(Request.by_host.is_(False))):
        promised = (
            sa.select(ReplyPromise)
            .where(ReplyPromise.request_id == row.id, ReplyPromise.kept_at.is_(None))
            .where(ReplyPromise.replaced_at.is_(None))
        )
        open_ones = db.session.scalars(promised).all()
        waits = state_of(row, clock.today()).words in {"New", "On it"}
        assert [one.due_on for one in open_ones] == ([row.due_on] if waits else []), row.ref
        assert row.due_on >= clock.today()


def test_each_log_tells_of_the_past_in_the_order_it_was(demo):
    for group_id in db.session.scalars(sa.select(Group.id)):
        moments = db.session.scalars(sa.select(Entry.at).where(Entry.group_id == group_id).order_by(Entry.seq)).all()
        assert moments
        assert moments == sorted(moments)
