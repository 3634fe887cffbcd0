"""A hold is one item's, says why and until when, and is over on its day unless somebody looked again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from portal.autonomy.door import Mistake
from portal.autonomy.models import Hold
from portal.core import clock, wall, workdays
from portal.core.db import db
from portal.people.roles import Role
from portal.receipts import actions as receipts
from portal.receipts import queries
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def held(kettle, glyn):
    receipt = make.receipt(kettle, amount_pence=5200)
    receipts.hold(glyn, kettle, receipt.id, rule="F5", reason="The fund is short.", releases="Money coming in.")
    return receipt


def the_hold() -> Hold:
    return db.session.scalars(sa.select(Hold)).one()


def end_it(kettle) -> None:
    """Its day has passed."""
    with wall.opened(kettle.id):
        the_hold().review_on = clock.today() - timedelta(days=1)
    db.session.commit()


def test_held_on_it_says_the_new_reason_for_5_working_days_more(kettle, held, glyn):
    receipts.renew_hold(glyn, kettle, held.id, reason="Still short, a grant comes Friday.")
    assert the_hold().reason == "Still short, a grant comes Friday."
    assert the_hold().review_on == workdays.after(clock.today(), 5)
    assert queries.parts_of(held)[2] is not None


def test_past_its_day_it_is_over_and_is_not_held_on_but_held_anew(kettle, held, glyn):
    end_it(kettle)
    assert queries.parts_of(held)[2] is None
    with pytest.raises(Mistake, match="isn’t held any more"):
        receipts.renew_hold(glyn, kettle, held.id, reason="Still short.")


@pytest.mark.parametrize("wrong", [{"review_on": None}, {"days": 40}, {"reason": ""}, {"releases": ""}])
def test_the_database_itself_refuses_a_hold_without_an_end_or_a_reason(kettle, held, wrong):
    days = wrong.get("days")
    values = {"review_on": clock.today() + timedelta(days=days)} if days else wrong
    with pytest.raises(DatabaseError), wall.opened(kettle.id):
        db.session.execute(sa.update(Hold).values(**values))


def test_the_database_itself_refuses_a_new_hold_whose_day_is_far_off(kettle, held):
    own = {"group_id": kettle.id, "item_table": "receipts", "item_id": held.id, "rule": "F2"}
    words = {"reason": "It has to wait.", "releases": "Time."}
    far = clock.today() + timedelta(days=40)
    with pytest.raises(DatabaseError, match="within 5 working days"), wall.opened(kettle.id):
        db.session.execute(sa.insert(Hold), [{**own, **words, "review_on": far, "placed_at": clock.now()}])
