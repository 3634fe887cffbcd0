"""What a group does with an ask, on both databases: answers, uses what it said before, changes it, takes it back, or skips
it; and what it led to."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.asks import actions, queries
from portal.asks.models import AskAnswer, SentAsk
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock, jobs
from portal.core.db import db
from portal.core.jobs import Job
from portal.home.queries import waiting_for_us
from portal.notices.jobs import send as mail_out
from portal.people.roles import Role
from tests import make
from tests.asks.conftest import again, ready, seen_on, send, there, typed
from tests.client import Client, words
from tests.people import TUESDAY_10AM


@pytest.fixture
def joe(marsha):
    return make.actor(make.person("Joe"))


@pytest.fixture
def sent(kettle, imani) -> SentAsk:
    return again(there(imani, kettle))


def read_by_host(sent: SentAsk) -> list[str]:
    """What the host reads of this group's answers."""
    db.session.rollback()
    return list(queries.answers_given(queries.one(again(sent).ask.number)).get(sent.group_id, {}).values())


def in_the_boxes(sent: SentAsk) -> list[str]:
    """What the group sees it wrote."""
    db.session.rollback()
    return [answer.stands for answer in queries.answers_of(sent).values()]


def waits(by, group) -> list[str]:
    """What waits for someone on the first page."""
    db.session.rollback()
    return [one.kind for one in waiting_for_us(group.id, by.person_id, organises=True)]


def test_nothing_reaches_the_host_until_they_send_it(kettle, marsha, joe, sent):
    actions.save(marsha, kettle, sent.id, **typed(sent, "Nine"))
    assert (read_by_host(sent), in_the_boxes(sent)) == ([], ["Nine"])
    actions.give(joe, kettle, sent.id, **typed(sent, "Nine or ten", "A room"))
    assert read_by_host(sent) == ["Nine or ten", "A room"]
    assert again(sent).given_by == joe.person_id


def test_two_who_write_at_once_lose_nothing(app, kettle, marsha, joe, sent):
    """Who wrote to another box adds to it; who wrote to the same one reads what the other wrote, and decides."""
    path = f"/g/tuesday-kettle/asks/{again(sent).ask.number}"
    first, second = (Client(app).as_(make.person(name)) for name in ("Marsha", "Joe"))
    opened = {"seen": seen_on(second.get(path))}
    first.post(f"{path}/answers", data=opened | {"answer_1": "Nine", "answer_2": ""})
    second.post(f"{path}/answers", data=opened | {"answer_1": "", "answer_2": "A room", "send": "y"})
    assert read_by_host(sent) == ["Nine", "A room"]
    late = second.post(f"{path}/answers", data=opened | {"answer_1": "Ten", "answer_2": "", "send": "y"})
    assert late.status_code == 422
    assert "Meanwhile someone else of us wrote “Nine”." in words(late)
    assert (">Ten</textarea>" in late.text, ">A room</textarea>" in late.text) == (True, True)
    assert read_by_host(sent) == ["Nine", "A room"]
    second.post(f"{path}/answers", data={"seen": seen_on(late), "answer_1": "Ten", "answer_2": "A room", "send": "y"})
    assert read_by_host(sent) == ["Ten", "A room"]


def test_one_answer_of_several_is_enough_and_none_is_no_answer(kettle, marsha, sent):
    with pytest.raises(Mistake, match="or skip it"):
        actions.give(marsha, kettle, sent.id, **typed(sent, " ", None))
    actions.give(marsha, kettle, sent.id, **typed(sent, None, "A room"))
    assert read_by_host(sent) == ["A room"]


def test_until_it_is_closed_they_change_it_and_what_they_changed_waits_for_them_to_send_it(kettle, marsha, imani, sent):
    actions.give(marsha, kettle, sent.id, **typed(sent, "Nine", "A room"))
    actions.save(marsha, kettle, sent.id, **typed(sent, "Ten", ""))
    assert (read_by_host(sent), in_the_boxes(sent)) == (["Nine", "A room"], ["Ten", ""])
    actions.save(marsha, kettle, sent.id, **typed(sent, "Nine", ""))
    assert [answer.draft for answer in queries.answers_of(sent).values()] == [None, ""]
    actions.give(marsha, kettle, sent.id, **typed(sent, "Ten", ""))
    assert read_by_host(sent) == ["Ten"]


def test_taken_back_the_host_doesnt_read_it_any_more_and_the_group_keeps_it(kettle, marsha, joe, sent):
    actions.give(marsha, kettle, sent.id, **typed(sent, "Nine", "A room"))
    actions.save(marsha, kettle, sent.id, **typed(sent, "Ten", "A room"))
    actions.take_back(joe, kettle, sent.id)
    assert (read_by_host(sent), in_the_boxes(sent)) == ([], ["Ten", "A room"])
    assert db.session.scalars(sa.select(AskAnswer.words)).all() == [None, None]
    actions.give(marsha, kettle, sent.id, **typed(sent, "Ten", "A room"))
    assert read_by_host(sent) == ["Ten", "A room"]


def test_undone_the_host_doesnt_read_the_answers_any_more_and_the_group_keeps_them(app, kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.TELL_AFTER)
    sent = send(imani, kettle, ready(imani))
    actions.give(marsha, kettle, sent.id, **typed(sent, "Nine", "A room"))
    autonomy.undo(marsha, kettle, make.newest_entry(kettle, "asks.send").id)
    assert (read_by_host(sent), in_the_boxes(sent)) == ([], ["Nine", "A room"])
    page = Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/asks/{again(sent).ask.number}").text
    assert "A room" in page


def test_skipping_is_one_step_without_a_reason_and_they_can_still_answer(kettle, marsha, sent):
    assert "ask" in waits(marsha, kettle)
    actions.skip(marsha, kettle, sent.id)
    actions.skip(marsha, kettle, sent.id)
    assert "ask" not in waits(marsha, kettle)
    actions.give(marsha, kettle, sent.id, **typed(sent, "Nine"))
    assert (read_by_host(sent), again(sent).skipped_at) == (["Nine"], None)
    with pytest.raises(Mistake, match="We can take that back"):
        actions.skip(marsha, kettle, sent.id)


@pytest.mark.slow
def test_silence_and_skipping_bring_no_reminder_and_nothing_else(time, kettle, walkers, marsha, imani):
    """Nothing happens in two months but the one mail that there is news."""
    skipped, silent = there(imani, kettle), there(imani, walkers)
    actions.skip(marsha, kettle, skipped.id)
    before = db.session.scalar(sa.select(sa.func.count(Entry.id)))
    news = []
    for days in range(1, 60):
        time.move_to(TUESDAY_10AM + timedelta(days=days))
        jobs.run_waiting()
        mail_out()
        jobs.run_waiting()
        letters = db.session.scalars(sa.select(Job).where(Job.name == "core.mail")).all()
        news.append(sum("'news': True" in str(letter.arguments) for letter in letters))
    assert news == [3] * 59  # Marsha, Joe and Sam, once
    assert db.session.scalar(sa.select(sa.func.count(Entry.id))) == before
    assert again(silent).is_open


def test_only_organisers_answer(kettle, sent, imani):
    bernie = make.actor(make.person("Bernie"), Role.HELPER)
    for by in (bernie, imani):
        for act, facts in (
            (actions.save, {"answers": {}}),
            (actions.give, {"answers": {}}),
            (actions.skip, {}),
            (actions.take_back, {}),
        ):
            with pytest.raises(Refused):
                act(by, kettle, sent.id, **facts)


def test_what_is_held_isnt_a_task_and_isnt_there_to_answer(kettle, marsha, imani):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    autonomy.rest(marsha, kettle, days=14)
    sent = send(imani, kettle, ready(imani))
    assert "ask" not in waits(marsha, kettle)
    for act, facts in ((actions.give, typed(sent)), (actions.save, typed(sent)), (actions.skip, {})):
        with pytest.raises(NotHere):
            act(marsha, kettle, sent.id, **facts)


def test_another_group_and_another_asks_question_are_out_of_reach(kettle, walkers, marsha, imani, sent):
    other = again(there(imani, walkers))
    with pytest.raises(NotHere):
        actions.give(marsha, kettle, other.id, **typed(other, "Slipped in"))
    both = typed(sent, "Nine")["answers"] | typed(other, "Slipped in")["answers"]
    actions.give(marsha, kettle, sent.id, answers=both, seen={})
    assert db.session.scalars(sa.select(AskAnswer.words)).all() == ["Nine"]


class TestUsedAgain:
    """Where a group answered the same words before, that answer is offered; it goes nowhere by itself."""

    def asked_again(self, time, imani, group, *questions, days=63) -> SentAsk:
        time.shift(timedelta(days=days))
        return again(send(imani, group, ready(imani, questions=questions)))

    def test_the_newest_answer_to_the_same_words_is_offered(self, time, kettle, marsha, imani, sent):
        actions.give(marsha, kettle, sent.id, **typed(sent, "Nine", "A room"))
        second = self.asked_again(time, imani, kettle, "how many of you come", "Who pays?")
        one = queries.questions(second.ask_id)[0]
        said = queries.said_before(second)
        assert {number: (was.words, was.at) for number, was in said.items()} == {one.id: ("Nine", TUESDAY_10AM)}
        assert read_by_host(second) == []
        actions.give(make.actor(make.person("Marsha")), kettle, second.id, **typed(second, "Eleven", ""))
        third = self.asked_again(time, imani, kettle, "How many of you come?", "Who pays?")
        (was,) = queries.said_before(third).values()
        assert was.words == "Eleven"

    def test_what_was_never_sent_or_was_taken_back_isnt_offered(self, time, kettle, marsha, imani, sent):
        actions.save(marsha, kettle, sent.id, **typed(sent, "Nine"))
        second = self.asked_again(time, imani, kettle, *[one.words for one in queries.questions(sent.ask_id)])
        assert queries.said_before(second) == {}
        by = make.actor(make.person("Marsha"))
        actions.give(by, kettle, sent.id, **typed(sent, "Nine"))
        assert len(queries.said_before(again(second))) == 1
        actions.take_back(by, kettle, sent.id)
        assert queries.said_before(again(second)) == {}

    def test_another_groups_answer_never_is(self, time, kettle, walkers, marsha, imani):
        ask = ready(imani)
        for group in (kettle, walkers):
            make.set_level(group, Area.CONTACT, Level.YOU_DO)
        ours, theirs = again(send(imani, kettle, ask)), again(send(imani, walkers, ask))
        sam = make.actor(make.person("Sam"))
        actions.give(sam, walkers, theirs.id, **typed(theirs, "Forty"))
        assert queries.said_before(again(ours)) == {}
        second = self.asked_again(time, imani, kettle, *[one.words for one in queries.questions(ask.id)])
        assert queries.said_before(second) == {}


class TestWhatItLedTo:
    def test_nothing_yet_names_a_day_and_an_outcome_ends_the_waiting(self, kettle, marsha, imani, sent):
        ask = again(sent).ask
        with pytest.raises(Mistake, match="or choose the day"):
            actions.close(imani, None, ask.id)
        for day in (clock.today(), clock.today() + timedelta(days=91)):
            with pytest.raises(Mistake, match="90 days"):
                actions.close(imani, None, ask.id, look_again_on=day)
        actions.close(imani, None, ask.id, look_again_on=date(2027, 1, 11))
        assert (again(ask).closed_at, ask.look_again_on) == (TUESDAY_10AM, date(2027, 1, 11))
        actions.close(imani, None, ask.id, outcome="The council pays for rooms.")
        assert (again(ask).outcome, ask.look_again_on) == ("The council pays for rooms.", None)

    def test_from_then_on_answers_stay_as_they_are(self, kettle, marsha, imani, sent):
        actions.give(marsha, kettle, sent.id, **typed(sent, "Nine"))
        actions.close(imani, None, again(sent).ask_id, outcome="It helped.")
        for act, facts in (
            (actions.save, typed(sent, "Ten")),
            (actions.give, typed(sent, "Ten")),
            (actions.skip, {}),
            (actions.take_back, {}),
        ):
            with pytest.raises(Mistake, match="It is closed"):
                act(marsha, kettle, sent.id, **facts)
        assert read_by_host(sent) == ["Nine"]
        assert "ask" not in waits(marsha, kettle)

    def test_each_group_is_told_and_where_it_is_held_it_leaves_no_more(self, time, kettle, walkers, marsha, imani):
        from portal.contact.jobs import let_go

        ask = ready(imani)
        for group in (kettle, walkers):
            make.set_level(group, Area.CONTACT, Level.YOU_DO)
        autonomy.rest(make.actor(make.person("Sam")), walkers, days=14)
        ours, theirs = send(imani, kettle, ask), send(imani, walkers, ask)
        with pytest.raises(Mistake, match="first"):
            actions.tell(imani, kettle, ours.id)
        actions.close(imani, None, ask.id, outcome="It helped.")
        actions.tell(imani, kettle, ours.id)
        assert make.newest_entry(kettle, "asks.tell").about == again(ask).ref
        time.shift(timedelta(days=20))
        let_go()
        assert again(theirs).released_at is None

    def test_nothing_is_said_of_what_wasnt_sent(self, imani):
        made = actions.draft(imani, questions=["One?"], title="A", purpose="B", gets="C", sees="D", minutes=1)
        with pytest.raises(Mistake, match="sent"):
            actions.close(imani, None, made.id, outcome="x")
