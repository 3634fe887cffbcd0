"""When the host may contact a group: by its level, in its hours, never while it rests but for what it must know."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import ContactTry, Proposal
from portal.contact import actions, times
from portal.contact.jobs import let_go
from portal.contact.models import MustKnow
from portal.core import clock, wall
from portal.core.db import db
from portal.people.roles import SYSTEM, Role
from portal.support import actions as support
from portal.support import queries
from portal.support.models import ReplyBy, Request
from portal.support.states import State
from tests import make
from tests.people import TUESDAY_10AM


@pytest.fixture
def marsha(time, kettle):
    return make.actor(make.person("Marsha"))


@pytest.fixture
def imani(time, app):
    return make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def glyn(imani):
    return make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)


def seen_by(by, group) -> list[str]:
    """What an organiser sees that the host asks."""
    db.session.rollback()
    return [line.gist for line in queries.ours(by, group.id).lines if line.by_host]


def ask(by, group, about="The fair in June", **facts) -> Request:
    return actions.ask(by, group, about=about, **facts)


def held(request: Request) -> bool:
    db.session.rollback()
    return db.session.get_one(Request, request.id, populate_existing=True).is_held


def test_at_only_us_nothing_but_answers(kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.ONLY_US)
    with pytest.raises(Refused):
        ask(imani, kettle)
    assert seen_by(marsha, kettle) == []
    asked = support.ask(marsha, kettle, words="Is the hall free?")
    support.reply(imani, kettle, asked.id, words="It is.", seen=asked.moved_at.isoformat())


def test_at_ask_first_one_short_question_and_only_a_yes_lets_it_in(kettle, marsha, imani):
    with pytest.raises(Proposed) as waits:
        ask(imani, kettle)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Request)) == 0
    assert seen_by(marsha, kettle) == []
    autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
    assert seen_by(marsha, kettle) == ["The fair in June"]
    (row,) = db.session.scalars(sa.select(Request)).all()
    assert (row.holder_id, row.by_host, row.group_to_answer_at) == (imani.person_id, True, TUESDAY_10AM)


@pytest.mark.parametrize(
    ("set_to", "asked_at", "leaves_at"),
    [
        (None, datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)),
        (None, datetime(2026, 11, 24, 17, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)),
        (None, datetime(2026, 11, 27, 18, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)),
        (None, datetime(2026, 12, 24, 17, tzinfo=UTC), datetime(2026, 12, 29, 9, tzinfo=UTC)),
        (None, datetime(2026, 6, 2, 7, 59, tzinfo=UTC), datetime(2026, 6, 2, 8, tzinfo=UTC)),  # summer
        (("sat", 19, 21), datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 28, 19, tzinfo=UTC)),
        (("mon tue", 12, 14), datetime(2026, 11, 24, 13, 59, tzinfo=UTC), datetime(2026, 11, 24, 13, 59, tzinfo=UTC)),
        (("mon tue", 12, 14), datetime(2026, 11, 24, 14, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)),
    ],
)
def test_told_after_it_leaves_in_the_hours_the_group_set(time, kettle, marsha, imani, set_to, asked_at, leaves_at):
    make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
    if set_to:
        days, from_hour, until_hour = set_to
        actions.set_times(marsha, kettle, days=days, from_hour=from_hour, until_hour=until_hour, reach_by="text")
    time.move_to(asked_at)
    request = ask(imani, kettle, words="Shall we help with the table?")
    assert request.reply_by is (ReplyBy.TEXT if set_to else ReplyBy.HERE)
    if leaves_at > asked_at:
        assert held(request)
        time.move_to(leaves_at - timedelta(seconds=1))
        let_go()
        assert seen_by(marsha, kettle) == []
        time.move_to(leaves_at)
        let_go()
    assert seen_by(marsha, kettle) == ["The fair in June"]
    let_go()
    told = sa.select(sa.func.count()).select_from(Entry).where(Entry.action == "contact.release")
    assert db.session.scalar(told) == (leaves_at > asked_at)


def test_looked_after_it_leaves_on_any_working_day_from_9_to_5(time, kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    actions.set_times(marsha, kettle, days="sun", from_hour=9, until_hour=10, reach_by="here")
    assert not ask(imani, kettle).is_held
    time.move_to(datetime(2026, 11, 24, 17, tzinfo=UTC))
    assert ask(imani, kettle).is_held


def test_told_after_the_group_can_undo_it(kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
    request = ask(imani, kettle)
    autonomy.undo(marsha, kettle, make.newest_entry(kettle, "contact.ask").id)
    db.session.rollback()
    assert queries.thread_at_host(request.number, imani).state is State.CLOSED


def test_told_after_the_group_can_undo_that_it_was_let_go_and_is_asked_nothing_more(time, kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
    time.move_to(datetime(2026, 11, 24, 19, tzinfo=UTC))
    request = ask(imani, kettle)
    time.move_to(datetime(2026, 11, 25, 10, tzinfo=UTC))
    let_go()
    autonomy.undo(marsha, kettle, make.newest_entry(kettle, "contact.release").id)
    let_go()
    db.session.rollback()
    assert queries.thread_at_host(request.number, imani).state is State.CLOSED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0


@pytest.mark.parametrize("level", [Level.TELL_AFTER, Level.YOU_DO])
def test_a_group_that_cant_be_reached_isnt_asked_whether_it_may_be_asked(time, kettle, imani, level):
    make.set_level(kettle, Area.CONTACT, level)
    time.move_to(datetime(2026, 11, 24, 19, tzinfo=UTC))
    request = ask(imani, kettle)
    with wall.opened(kettle.id):
        for days in (40, 20):
            db.session.add(
                ContactTry(
                    group_id=kettle.id, at=clock.now() - timedelta(days=days), person_id=imani.person_id, how="By phone"
                )
            )
    db.session.commit()
    time.move_to(datetime(2026, 11, 25, 10, tzinfo=UTC))
    for _ in range(3):
        let_go()
    assert held(request)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0


def test_what_the_host_began_it_adds_to_only_once_the_group_wrote(kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    must_know = actions.tell(imani, kettle, must_know=MustKnow.SAFETY.value, words="The hall’s boiler is shut off.")
    for request in (ask(imani, kettle), must_know):

        def more(request=request):
            support.reply(imani, kettle, request.id, words="And?", seen=request.moved_at.isoformat(), asks=True)

        for add in (more, lambda request=request: support.keep_note(imani, kettle, request.id, words="And?")):
            with pytest.raises(Mistake, match="Nothing of theirs waits"):
                add()
        support.keep_note(imani, kettle, request.id, words="Their own", reason="others_data")
        support.say(marsha, kettle, request.id, words="What does it mean?")
        db.session.rollback()
        db.session.refresh(request)
        more()


def test_what_is_held_can_be_called_off_and_what_has_left_cant(time, kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    there = ask(imani, kettle)
    with pytest.raises(Mistake, match="left already"):
        actions.call_off(imani, kettle, there.id)
    time.move_to(datetime(2026, 11, 24, 19, tzinfo=UTC))
    waits = ask(imani, kettle, "The winter market")
    actions.call_off(imani, kettle, waits.id)
    time.move_to(datetime(2026, 11, 25, 10, tzinfo=UTC))
    let_go()
    assert seen_by(marsha, kettle) == ["The fair in June"]


@pytest.mark.parametrize("tightened", [Level.ASK_FIRST, Level.ONLY_US])
def test_what_is_held_follows_the_setting_at_the_moment_it_would_leave(time, kettle, marsha, imani, tightened):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    time.move_to(datetime(2026, 11, 24, 19, tzinfo=UTC))
    request = ask(imani, kettle)
    autonomy.set_level(make.actor(make.person("Marsha")), kettle, area="contact", level=tightened)
    time.move_to(datetime(2026, 11, 25, 10, tzinfo=UTC))
    let_go()
    assert held(request)
    with pytest.raises(Refused if tightened is Level.ONLY_US else Proposed):
        actions.release(SYSTEM, kettle, request.id)
    assert held(request)


class TestWhileTheyRest:
    """Quiet mode: non-urgent asks are held; only the must-know list gets through."""

    def test_a_question_waits_until_they_are_back(self, time, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
        autonomy.rest(marsha, kettle, days=14)
        request = ask(imani, kettle)
        for days in (1, 6, 12):
            time.move_to(TUESDAY_10AM + timedelta(days=days))
            let_go()
            assert held(request)
        assert [line.ref for line in queries.queue("quiet", imani).lines] == [request.ref]
        time.move_to(TUESDAY_10AM + timedelta(days=14, seconds=1))
        let_go()
        assert seen_by(marsha, kettle) == ["The fair in June"]

    def test_told_after_becomes_a_question_first(self, kettle, marsha, imani):
        make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
        autonomy.rest(marsha, kettle, days=14)
        with pytest.raises(Proposed) as waits:
            ask(imani, kettle)
        assert seen_by(marsha, kettle) == []
        autonomy.say_yes(marsha, kettle, waits.value.proposal.id)
        assert seen_by(marsha, kettle) == ["The fair in June"]

    @pytest.mark.parametrize("level", list(Level))
    def test_what_they_must_know_is_there_at_once_and_its_kind_is_in_their_log(self, kettle, marsha, glyn, level):
        make.set_level(kettle, Area.CONTACT, level)
        autonomy.rest(marsha, kettle, days=14)
        request = actions.tell(glyn, kettle, must_know="security", words="Someone tried your account.")
        assert seen_by(marsha, kettle) == ["Someone tried your account."]
        assert (request.must_know, request.group_to_answer_at) == ("security", None)
        assert make.newest_entry(kettle, "contact.tell").about == request.ref

    def test_the_list_has_four_things_and_nothing_else_is_taken(self, kettle, marsha, glyn):
        assert [one.value for one in MustKnow] == ["safety", "security", "legal_date", "failed_payment"]
        with pytest.raises(ValueError, match="survey"):
            actions.tell(glyn, kettle, must_know="survey", words="Four questions")


def test_days_that_are_all_shut_never_come_from_the_form(app):
    assert times.OFFICE.opens(TUESDAY_10AM) == TUESDAY_10AM
    with pytest.raises(AssertionError, match="no day"):
        times.Times(days=()).opens(TUESDAY_10AM)
