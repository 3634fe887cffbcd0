"""The first page gathers what waits for a group from every feature, in few statements."""

import pytest
import sqlalchemy as sa

from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed
from portal.core.db import db
from portal.members import actions as members
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make
from tests.client import words


@pytest.fixture
def busy(kettle):
    """A group with a question, a proposal and a new organiser to agree to."""
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle, amount_pence=11_46, label="milk")
    make.receipt(kettle, amount_pence=1_00)
    receipts.ask(glyn, kettle, receipt.id, asks="what_for")
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="x")
    members.propose_organiser(make.actor(make.person("Joe")), kettle, email="new@example.org")
    return kettle


def test_an_organiser_sees_all_that_waits_and_a_helper_the_questions(client, busy):
    text = words(client.as_(make.person("Marsha")).get("/g/tuesday-kettle/"))
    assert "What was this for?" in text
    assert "Glyn Parry suggests a change" in text
    assert "Joe proposes a new organiser" in text
    assert "£12 .46" in text
    text = words(client.as_(make.person("Bernie")).get("/g/tuesday-kettle/"))
    assert "What was this for?" in text
    assert "suggests a change" not in text


def test_who_proposed_an_organiser_is_not_asked_to_agree(client, busy):
    assert "proposes a new organiser" not in words(client.as_(make.person("Joe")).get("/g/tuesday-kettle/"))


def test_what_staff_changed_can_be_undone_from_home(client, kettle):
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    receipts.describe(glyn, kettle, make.receipt(kettle).id, label="x")
    assert "See it, or undo" in words(client.as_(make.person("Marsha")).get("/g/tuesday-kettle/"))


def test_home_takes_at_most_six_statements(client, busy):
    client.as_(make.person("Marsha"))
    ran = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *said: ran.append(said[2]))
    assert client.get("/g/tuesday-kettle/").status_code == 200
    asked = [one for one in ran if not one.startswith(("BEGIN", "SET ", "ROLLBACK"))]
    assert len(asked) <= 6, asked
