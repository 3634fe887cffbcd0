"""Tell us after: the group hears of a change once a day at most, between 9am and 8pm, without any detail."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.areas import Area, Level
from portal.autonomy.jobs import next_moment
from portal.core import jobs
from portal.core.db import db
from portal.core.jobs import Job
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026, when London is on UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (at(9, 14), None, at(9, 14)),
        (at(9, 3), None, at(9, 9)),
        (at(9, 20), None, at(10, 9)),
        (at(9, 14), at(9, 10), at(10, 9)),
        (at(9, 14), at(8, 10), at(9, 14)),
        (datetime(2026, 6, 9, 7, 30, tzinfo=UTC), None, datetime(2026, 6, 9, 8, 0, tzinfo=UTC)),  # 9am in summer
    ],
)
def test_a_group_is_told_in_the_day_and_once_a_day(now, last, expected):
    assert next_moment(now, last) == expected


def tellings() -> list[Job]:
    return list(db.session.scalars(sa.select(Job).where(Job.name == "autonomy.tell")))


def test_several_changes_make_one_telling_and_an_own_change_makes_none(kettle):
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle)
    receipts.describe(make.actor(make.person("Marsha")), kettle, receipt.id, label="ours")
    assert tellings() == []
    for label in ("one", "two"):
        receipts.describe(glyn, kettle, receipt.id, label=label)
    assert len(tellings()) == 1


def test_each_organiser_gets_a_message_that_carries_no_detail(app, kettle):
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    with time_machine.travel(at(9, 12), tick=False):
        receipt = make.receipt(kettle)
        receipts.describe(glyn, kettle, receipt.id, label="secret word")
        (telling,) = tellings()
        assert jobs.run(telling.id)
    letters = db.session.scalars(sa.select(Job).where(Job.name == "core.mail")).all()
    assert sorted(row.arguments["ids"]["person_id"] for row in letters) == sorted(
        make.person(name).id for name in ("Marsha", "Joe")
    )
    template = app.jinja_env.get_template("mail/autonomy.tell/body.txt")
    assert "secret" not in template.render(url="", host="") + str([row.arguments for row in letters])
    assert timedelta(0) <= telling.due_at - at(9, 12) < timedelta(seconds=1)
