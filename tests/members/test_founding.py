"""Two sendings of the form that founds a group meet: one group, and an answer for each."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.core.db import db
from portal.members.models import Invitation
from portal.people.models import Group
from portal.people.roles import Role
from tests import make
from tests.client import Client

pytestmark = pytest.mark.slow

FORM = {"name": "The Long Table", "email": "new@example.org", "key": "k" * 20}
RACES = 5


@pytest.fixture
def two(app):
    """Two browsers of one coordinator's."""
    imani = make.staff("Imani Okafor", Role.COORDINATOR)
    return [Client(app).as_(imani) for _ in range(2)]


def at_once(two, *forms):
    db.session.remove()
    together = Barrier(2)

    def send(client, form):
        with client.app.app_context():
            together.wait()
            return client.post("/host/groups/", data=form)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(send, two, forms))


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_double_tap_founds_one_group_and_both_get_its_answer(two):
    for n in range(1, RACES + 1):
        form = FORM | {"name": f"Table {n}", "key": f"{n:020}"}
        answers = at_once(two, form, form)
        assert [(one.status_code, one.headers.get("Location")) for one in answers] == [(303, f"/host/groups/table-{n}")] * 2
        assert (count(Group), count(Invitation)) == (n, n)


def test_the_same_form_once_more_later_gets_the_first_answer(two):
    first, again = [client.post("/host/groups/", data=FORM) for client in two]
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"] == "/host/groups/the-long-table"


def test_of_two_groups_by_one_name_the_second_is_told_so_beside_the_name(two):
    for n in range(1, RACES + 1):
        forms = [FORM | {"name": f"Table {n}", "key": f"{n:018}{which}", "email": f"{which}@example.org"} for which in "ab"]
        answers = sorted(at_once(two, *forms), key=lambda one: one.status_code)
        assert [one.status_code for one in answers] == [303, 422]
        assert "There is a group by that name already" in answers[1].text
        assert (count(Group), count(Invitation)) == (n, n)
