"""News: between 9am and 8pm, one batch a day, to whom it concerns, as they chose; no detail; none while they rest."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity import chain
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed
from portal.autonomy.models import Proposal
from portal.core import jobs, mail
from portal.core.db import db
from portal.core.jobs import Job
from portal.notices import actions, queries
from portal.notices.jobs import send
from portal.notices.models import How, NoticeChoice
from portal.people.models import Person
from portal.people.roles import SYSTEM, Role
from portal.receipts import actions as receipts
from tests import make


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment in November 2026, when London is on UTC; the 9th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def time():
    with time_machine.travel(at(10), tick=False) as moved:
        yield moved


@pytest.fixture
def told(time, kettle):
    """A group that is told after. Calling it: finance changes a label once more."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle)
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)

    def change(label="refreshments"):
        receipts.describe(glyn, kettle, receipt.id, label=label)
        jobs.run_waiting()

    return change


def organiser(name: str):
    return make.actor(make.person(name))


def chosen(name: str, how: How, weekday: int = 0) -> None:
    db.session.add(NoticeChoice(person_id=make.person(name).id, how=how, weekday=weekday))
    db.session.commit()


def mailed() -> list[str]:
    """Who got the news so far, by name, in order."""
    rows = db.session.scalars(sa.select(Job).where(Job.name == "core.mail").order_by(Job.id))
    ids = [row.arguments["ids"]["person_id"] for row in rows if row.arguments["message"] == "notices.news"]
    return [db.session.get_one(Person, number).name for number in ids]


@pytest.mark.parametrize(
    ("changed", "sends", "comes"),
    [
        (at(10, 14), at(10, 14), True),
        (at(10, 3), at(10, 8, 59), False),
        (at(10, 3), at(10, 9), True),
        (at(10, 19, 59), at(10, 20), False),
        (at(10, 21), at(11, 9), True),
        (datetime(2026, 6, 9, 5, tzinfo=UTC), datetime(2026, 6, 9, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 9, 5, tzinfo=UTC), datetime(2026, 6, 9, 8, 0, tzinfo=UTC), True),  # 9am in summer
    ],
)
def test_mail_comes_between_9_and_8_in_london(time, told, changed, sends, comes):
    time.move_to(changed)
    told()
    time.move_to(sends)
    send()
    assert mailed() == (["Marsha", "Joe"] if comes else [])


def test_several_changes_make_one_batch_and_the_next_one_waits_for_the_next_day(time, told):
    for label in ("one", "two"):
        told(label)
    send()
    send()
    assert mailed() == ["Marsha", "Joe"]
    told("three")
    time.move_to(at(10, 19))
    send()
    assert mailed() == ["Marsha", "Joe"]
    time.move_to(at(11, 9))
    send()
    assert mailed() == ["Marsha", "Joe", "Marsha", "Joe"]


def test_what_one_did_oneself_is_no_news_and_what_another_asks_is(time, kettle):
    receipt = make.receipt(kettle)
    receipts.describe(organiser("Marsha"), kettle, receipt.id, label="ours")
    jobs.run_waiting()
    send()
    assert mailed() == []
    with time_machine.travel(at(20), tick=False):  # Marsha is an organiser for more than 7 days
        autonomy.set_level(organiser("Marsha"), kettle, area="budget", level="you_do")
        jobs.run_waiting()
        send()
    assert mailed() == ["Joe"]


def test_the_mail_says_nothing_of_what_it_is(app, told, monkeypatch):
    sent = []
    monkeypatch.setattr(mail, "_hand_in", lambda url, message: sent.append(message))  # the post office, not ours
    told("a secret word")
    send()
    jobs.run_waiting()
    assert [message["Subject"] for message in sent] == ["News in Trellis"] * 2
    for message in sent:
        for word in ("secret", "Kettle", "Glyn", "receipt", "label"):
            assert word.lower() not in (message["Subject"] + message.get_content()).lower()


def test_off_means_nothing_and_weekly_means_that_day(time, told):
    chosen("Marsha", How.OFF)
    chosen("Joe", How.WEEKLY, weekday=4)
    told()
    for day in range(10, 13):
        time.move_to(at(day))
        send()
    assert mailed() == []
    time.move_to(at(13, 9))
    send()
    assert mailed() == ["Joe"]


def test_each_week_an_organiser_gets_a_fingerprint_that_fits_the_log_later(app, time, told, kettle, monkeypatch):
    told()
    sent = []
    monkeypatch.setattr(mail, "_hand_in", lambda url, message: sent.append(message))
    time.move_to(at(16, 9))
    send()
    time.move_to(at(16, 10))
    send()
    jobs.run_waiting()
    assert len(sent) == 2
    line = next(line for line in sent[0].get_content().splitlines() if line[:1].isdigit())
    told("later")
    assert list(chain.faults(kettle.id, [line])) == []
    time.move_to(at(17, 12))
    send()
    time.move_to(at(22, 12))
    send()
    jobs.run_waiting()
    assert len(sent) == 4  # the news of the 16th; no second weekly one within the week
    assert all(":" not in line for line in sent[3].get_content().splitlines() if line[:1].isdigit())


def test_taking_turns_news_goes_to_who_had_none_for_the_longest(time, told, kettle):
    actions.share(organiser("Marsha"), kettle, in_turn=True)
    for day in (10, 11, 12, 13):
        time.move_to(at(day))
        told(f"day {day}")
        told(f"day {day} again")
        send()
    assert mailed() == ["Marsha", "Joe", "Marsha", "Joe"]


def test_a_resting_group_hears_nothing_until_the_one_summary_at_the_end(time, told, kettle):
    autonomy.rest(organiser("Marsha"), kettle, days=14)
    make.receipt(kettle)
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    for day in (12, 16, 20):
        time.move_to(at(day))
        receipts.ask(imani, kettle, make.receipt(kettle).id, asks="what_for")
        jobs.run_waiting()
        send()
    assert mailed() == []
    time.move_to(at(24, 12, 1))
    jobs.run_waiting()
    send()
    assert mailed() == ["Marsha", "Joe"]
    time.move_to(at(25))
    jobs.run_waiting()
    send()
    assert mailed() == ["Marsha", "Joe"]


def test_back_early_the_summary_comes_then_and_not_again(time, told, kettle):
    autonomy.rest(organiser("Marsha"), kettle, days=14)
    time.move_to(at(12))
    autonomy.wake(organiser("Joe"), kettle)
    for day in (12, 24, 25):
        time.move_to(at(day, 13))
        jobs.run_waiting()
        send()
    assert mailed() == ["Marsha", "Joe"]


def test_news_of_a_group_that_rests_doesnt_leave_with_that_of_another(time, told, kettle):
    other = make.group("Other", organisers=("Marsha", "Kim"))
    make.set_level(other, Area.RECEIPTS, Level.TELL_AFTER)
    told()
    autonomy.rest(organiser("Joe"), kettle, days=7)
    send()
    assert mailed() == []
    time.move_to(at(11))
    receipts.describe(make.actor(make.person("Glyn Parry"), Role.FINANCE), other, make.receipt(other).id, label="bus")
    jobs.run_waiting()
    send()
    assert sorted(mailed()) == ["Kim", "Marsha"]


def test_a_mail_that_was_due_when_the_rest_began_waits_for_its_end(time, told, kettle):
    time.move_to(at(10, 21))
    told()
    autonomy.rest(organiser("Marsha"), kettle, days=7)
    time.move_to(at(11, 9))
    send()
    assert mailed() == []


@pytest.fixture
def proposal(time, kettle) -> int:
    receipt = make.receipt(kettle)
    glyn = make.actor(make.staff("Glyn Parry", Role.FINANCE), Role.FINANCE)
    with pytest.raises(Proposed) as raised:
        receipts.describe(glyn, kettle, receipt.id, label="tea")
    return raised.value.proposal.id


def reminders() -> list[datetime]:
    db.session.rollback()
    return [moment for moment in db.session.scalars(sa.select(Proposal.reminded_at)) if moment]


def test_a_proposal_is_reminded_of_once_after_ten_days(time, proposal):
    for day in (19, 20, 21, 23):
        time.move_to(at(day, 12, 1))
        jobs.run_waiting()
    assert reminders() == [at(20, 12, 1)]


def test_a_reminder_waits_while_they_rest_and_an_answered_one_needs_none(time, kettle, proposal):
    time.move_to(at(12))
    autonomy.rest(organiser("Marsha"), kettle, days=7)
    time.move_to(at(21))
    jobs.run_waiting()
    assert reminders() == []
    time.move_to(at(27, 12, 1))
    jobs.run_waiting()
    assert reminders() == [at(27, 12, 1)]


def test_an_answered_proposal_is_not_reminded_of(time, kettle, proposal):
    autonomy.say_no(organiser("Marsha"), kettle, proposal)
    time.move_to(at(21))
    jobs.run_waiting()
    assert reminders() == []
    with pytest.raises(Mistake, match="answered"):
        actions.remind(SYSTEM, kettle, proposal)


def test_the_summary_page_says_what_staff_did_while_we_rested(client, time, kettle):
    autonomy.rest(organiser("Marsha"), kettle, days=14)
    time.move_to(at(12))
    imani = make.actor(make.staff("Imani Okafor", Role.COORDINATOR), Role.COORDINATOR)
    receipts.ask(imani, kettle, make.receipt(kettle).id, asks="what_for")
    client.as_(make.person("Joe"))
    assert "While we rested" not in client.get("/g/tuesday-kettle/").text
    time.move_to(at(24, 13))
    client.as_(make.person("Joe"))
    home = client.get("/g/tuesday-kettle/").text
    path = home.split('href="/g/tuesday-kettle/rest/')[1].partition('"')[0]
    page = client.get(f"/g/tuesday-kettle/rest/{path}").text
    assert "Imani asked about a receipt" in page
    time.move_to(at(24, 13) + timedelta(days=8))
    client.as_(make.person("Joe"))
    assert "While we rested" not in client.get("/g/tuesday-kettle/").text


def test_what_someone_chooses_is_kept_and_shown(client, kettle):
    client.as_(make.person("Joe"))
    assert client.post("/you/news", data={"how": "weekly", "weekday": "3"}).status_code == 303
    page = client.get("/you/news").text
    assert 'value="weekly" checked' in page
    assert 'value="3" selected' in page
    wrong = client.post("/you/news", data={"how": "never", "weekday": "3"})
    assert wrong.status_code == 422
    assert queries.choice(make.person("Joe").id).how is How.WEEKLY


def test_turns_are_kept_and_shown(client, kettle):
    client.as_(make.person("Joe"))
    assert client.post("/g/tuesday-kettle/news", data={"in_turn": "y"}).status_code == 303
    assert 'value="y" checked' in client.get("/g/tuesday-kettle/news").text
