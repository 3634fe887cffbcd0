"""The promise clock: a few turns that went wrong once, each by itself; then any sequence of acts with a model beside it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.door import Mistake
from portal.core import clock
from portal.core.db import db
from portal.support import actions, queries
from portal.support.models import NOTHING_DUE, ReplyPromise, Request
from portal.support.states import State

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def now_of(request: Request) -> Request:
    db.session.rollback()
    return db.session.get_one(Request, request.id, populate_existing=True)


def answered(by, group, request: Request, **facts) -> None:
    actions.reply(by, group, request.id, words="Here is how.", seen=now_of(request).moved_at.isoformat(), **facts)


def state(request: Request, by) -> State:
    found = queries.thread_at_host(request.number, by)
    assert found
    return found.state


def still_open(request: Request) -> list[date]:
    waits = sa.select(ReplyPromise.due_on).where(
        ReplyPromise.request_id == request.id,
        ReplyPromise.kept_at.is_(None),
        ReplyPromise.replaced_at.is_(None),
        ReplyPromise.ended_at.is_(None),
    )
    return list(db.session.scalars(waits))


def test_a_later_day_asked_for_is_asked_no_more_once_there_is_an_answer(kettle, marsha, imani):
    asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
    later = clock.today() + timedelta(days=40)
    actions.snooze(imani, kettle, asked.id, until=later, reason="The council meets then.")
    answered(imani, kettle, asked)
    assert (now_of(asked).later_until, now_of(asked).due_on, still_open(asked)) == (None, NOTHING_DUE, [])
    actions.say(marsha, kettle, asked.id, words="And the key?")
    actions.snooze(imani, kettle, asked.id, until=later, reason="The council meets then.")
    actions.say_sorry(imani, kettle, asked.id, words="I’m sorry.", due_on=clock.today() + timedelta(days=50))
    assert now_of(asked).later_until is None


def test_opened_again_it_waits_for_the_host_whatever_came_after_its_closing(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
        actions.close(marsha, kettle, asked.id)
        moved.shift(timedelta(minutes=1))
        answered(imani, kettle, asked, asks=True)
        actions.snooze(imani, kettle, asked.id, until=date(2027, 3, 1), reason="Until spring.")
        moved.shift(timedelta(minutes=1))
        actions.reopen(marsha, kettle, asked.id)
        assert state(asked, imani) is State.ON_IT
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 11, 26)]


def test_a_yes_to_a_later_day_mends_no_broken_promise_and_comes_before_that_day(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?", wanted="week")
        for until in (date(2026, 12, 1), date(2026, 12, 10)):
            actions.snooze(imani, kettle, asked.id, until=until, reason="The council meets then.")
        moved.shift(timedelta(days=3))
        actions.answer_later(marsha, kettle, asked.id, agreed=True, seen="2026-12-10")
        broken = db.session.scalar(sa.select(ReplyPromise.replaced_at).where(ReplyPromise.due_on == date(2026, 11, 24)))
        assert broken == clock.now()
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 12, 10)]
        actions.snooze(imani, kettle, asked.id, until=date(2026, 12, 11), reason="A day later.")
        moved.move_to(datetime(2026, 12, 11, 10, 0, tzinfo=UTC))
        with pytest.raises(Mistake, match="That day has come"):
            actions.answer_later(marsha, kettle, asked.id, agreed=True, seen="2026-12-11")
        actions.answer_later(marsha, kettle, asked.id, agreed=False, seen="2026-12-11")
        assert still_open(asked) == [now_of(asked).due_on] == [date(2026, 12, 10)]


def test_a_clock_put_back_changes_no_order(kettle, marsha, imani):
    with time_machine.travel(MONDAY, tick=False) as moved:
        asked = actions.ask(marsha, kettle, words="Could someone open the hall?")
        answered(imani, kettle, asked)
        moved.shift(timedelta(hours=-3))
        actions.say(marsha, kettle, asked.id, words="And the key?")
        assert state(asked, imani) is State.ON_IT
        answered(imani, kettle, asked)
        actions.close(marsha, kettle, asked.id)
        actions.reopen(marsha, kettle, asked.id)
        assert state(asked, imani) is State.ON_IT
        said = [one.words for one in queries.thread_at_host(asked.number, imani).said]
        assert said == ["Could someone open the hall?", "Here is how.", "And the key?", "Here is how."]
