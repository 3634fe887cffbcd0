"""Asks as people read them, and what is answered stays where it belongs: on both databases."""

import io
import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.asks import actions, queries
from portal.asks.models import Ask, SentAsk
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed
from portal.autonomy.models import Proposal
from portal.contact import actions as contact
from portal.contact import host_questions
from portal.core import jobs, logs
from portal.core.db import db
from portal.core.jobs import Job
from portal.notices.jobs import send as mail_out
from portal.people.models import Group
from portal.people.roles import Role
from tests import make
from tests.asks.conftest import QUESTIONS, SAID, again, ready, seen_on, send, there
from tests.client import Client, words
from tests.people import TUESDAY_10AM

DRAFT = {name: str(value) for name, value in SAID.items()} | {"question_1": QUESTIONS[0], "whom": "all"}
OURS = "/g/tuesday-kettle/asks"


@pytest.fixture
def group(app, marsha):
    return Client(app).as_(make.person("Marsha"))


@pytest.fixture
def host(app, imani):
    return Client(app).as_(make.person("Imani Okafor"))


def test_without_a_purpose_the_page_says_so_and_keeps_what_was_typed(host):
    answer = host.post("/host/asks/", data=DRAFT | {"purpose": "  "})
    assert (answer.status_code, "Say why you ask." in words(answer)) == (422, True)
    assert 'value="Autumn survey"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Ask.id))) == 0
    for wrong in ({"minutes": "31"}, {"minutes": "a few"}, {"question_1": ""}, {"sees": ""}, {"whom": "some"}):
        assert host.post("/host/asks/", data=DRAFT | wrong).status_code == 422
    assert host.post("/host/asks/", data=DRAFT).location == "/host/asks/1/sending"


def test_closed_it_waits_at_no_group_that_was_asked_first(app, host, group, kettle, imani):
    ask = ready(imani)
    with pytest.raises(Proposed) as first:
        send(imani, kettle, ask)
    host.post(f"/host/asks/{ask.number}/outcome", data={"outcome": "We know enough."})
    assert "called off before they answered." in words(host.get(f"/host/asks/{ask.number}"))
    page = words(group.get(f"/g/tuesday-kettle/proposals/{first.value.proposal.id}"))
    assert "Called off by Hearthrow Commons." in page
    assert host.post(f"/host/asks/{ask.number}/outcome", data={"outcome": "It helped."}).status_code == 303  # again


def test_a_draft_can_be_dropped_from_its_page(host):
    for _ in range(2):
        host.post("/host/asks/", data=DRAFT)
    assert "Drop this draft" in words(host.get("/host/asks/2/sending"))
    assert host.post("/host/asks/2/dropping").location == "/host/asks/"
    assert "A2 is dropped. Nobody was asked." in words(host.get("/host/asks/"))
    assert host.get("/host/asks/2").status_code == 404
    assert host.get("/host/asks/1").status_code == 200


def test_before_sending_a_page_says_what_happens_at_each_group(time, app, host, imani, kettle, walkers):
    groups = {name: make.group(name) for name in ("Asks First", "Only Us", "Rests", "Rests Told", "Set Hours", "Undid")}
    for name, level in (
        *(("Only Us", Level.ONLY_US), ("Rests", Level.YOU_DO), ("Rests Told", Level.TELL_AFTER)),
        *(("Set Hours", Level.TELL_AFTER), ("Undid", Level.TELL_AFTER)),
    ):
        make.set_level(groups[name], Area.CONTACT, level)
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    org = make.actor(make.person("Org"))
    for name in ("Rests", "Rests Told"):
        autonomy.rest(org, groups[name], days=14)
    contact.set_times(org, groups["Set Hours"], days="sat", from_hour=19, until_hour=21, reach_by="here")
    undone = send(imani, groups["Undid"], ready(imani, title="Before"))
    autonomy.undo(org, groups["Undid"], make.newest_entry(groups["Undid"], "asks.send").id)
    assert again(undone).closed_at
    host.post("/host/asks/", data=DRAFT)
    page = words(host.get("/host/asks/2/sending"))
    for said in (
        "Asks First : needs their yes first",
        "Only Us : not at all",
        "Rests : held until 8 December",
        "Rests Told : needs their yes first",
        "Set Hours : leaves 28 November, 7:00pm, in the hours they set",
        "Tuesday Kettle : leaves now",
        "Undid : needs their yes first",
        "Hillfoot Walkers : needs their yes first",
    ):
        assert said in page or said.replace(" :", ":") in page, said
    assert host.post("/host/asks/2/sending").status_code == 303
    db.session.rollback()
    rows = dict(db.session.execute(sa.select(Group.name, SentAsk).join(Group, Group.id == SentAsk.group_id)).all())
    assert {name: row.is_held for name, row in rows.items()} == {
        **{"Rests": True, "Set Hours": True, "Tuesday Kettle": False, "Undid": False}
    }
    shown = words(host.get("/host/asks/2"))
    for said in ("asked first today", "held, until their hours open", "with them since today"):
        assert said in shown
    assert "Only Us" not in shown


def test_over_the_budget_the_page_warns_and_needs_a_sentence_that_the_group_reads(host, group, imani, kettle):
    there(imani, kettle, minutes=10)
    there(imani, kettle, minutes=10)
    host.post("/host/asks/", data=DRAFT)
    page = words(host.get("/host/asks/3/sending"))
    assert "In the last 30 days we asked them twice, about 20 minutes in all." in page
    assert "With this one it is more for Tuesday Kettle." in page
    refused = host.post("/host/asks/3/sending")
    assert (refused.status_code, "Say in a sentence why all the same" in words(refused)) == (422, True)
    assert queries.one_of_ours(kettle.id, 3) is None
    assert host.post("/host/asks/3/sending", data={"over_why": "The council decides on Friday."}).status_code == 303
    assert "Why all the same: The council decides on Friday." in words(group.get(f"{OURS}/3"))
    assert "The council decides on Friday." in words(host.get("/host/asks/3"))


def test_the_sentence_goes_only_where_it_is_needed(host, imani, kettle, walkers):
    there(imani, kettle, minutes=20)
    make.set_level(walkers, Area.CONTACT, Level.ASK_FIRST)
    host.post("/host/asks/", data=DRAFT)
    assert host.post("/host/asks/2/sending", data={"over_why": "It can’t wait."}).status_code == 303
    assert queries.one_of_ours(kettle.id, 2).why_more == "It can’t wait."
    waits = db.session.scalars(sa.select(Proposal).where(Proposal.group_id == walkers.id)).one()
    assert waits.facts["over_why"] is None


def test_where_it_couldnt_be_put_just_then_the_group_is_named(host, imani, kettle, walkers, monkeypatch):
    for one in (kettle, walkers):
        make.set_level(one, Area.CONTACT, Level.YOU_DO)
    host.post("/host/asks/", data=DRAFT)
    whole, here = host_questions.within_budget, walkers.id

    def within_budget(group_id, *asked):
        return whole(group_id, 99, None) if group_id == here else whole(group_id, *asked)

    monkeypatch.setattr(host_questions, "within_budget", within_budget)
    sent = host.post("/host/asks/1/sending")
    page = words(host.get(sent.location))
    assert "A1 is on its way, to each as it has set. Not to Hillfoot Walkers." in page
    assert queries.one_of_ours(kettle.id, 1)


def test_a_single_question_warns_in_the_same_words(host, imani, kettle):
    at = "/host/groups/tuesday-kettle/contact"
    assert "In the last 30 days we asked nothing of them." in words(host.get(at))
    assert "Why all the same?" not in words(host.get(at))
    there(imani, kettle, minutes=16)
    assert "Why all the same?" in words(host.get(at))
    refused = host.post(f"{at}/questions", data={"about": "The fair in June", "words": "Shall we help?"})
    assert (refused.status_code, "Say in a sentence why all the same" in words(refused)) == (422, True)
    assert "Shall we help?" in refused.text
    asked = {"about": "The fair in June", "over_why": "It is next week."}
    assert host.post(f"{at}/questions", data=asked).status_code == 303


def test_the_short_question_first_says_what_for_and_how_long(host, group, kettle):
    host.post("/host/asks/", data=DRAFT)
    host.post("/host/asks/1/sending")
    page = words(group.get("/g/tuesday-kettle/proposals/1"))
    assert "They would like to contact us about: Autumn survey (4 minutes)." in page
    assert SAID["purpose"] in page
    assert group.get(f"{OURS}/1").status_code == 404
    assert "Nothing has been asked of us yet." in words(group.get(f"{OURS}/"))


def test_answered_from_what_was_said_before_with_one_tap_and_sent_when_they_say_so(time, group, host, imani, kettle):
    first = there(imani, kettle)
    assert f'href="{OURS}/"' in group.get("/g/tuesday-kettle/support/").text
    assert group.post(f"{OURS}/1/answers", data={"answer_1": "Nine", "answer_2": "A room", "send": "y"}).status_code == 303
    time.shift(timedelta(days=63))
    group, host = group.as_(make.person("Marsha")), host.as_(make.person("Imani Okafor"))
    send(make.actor(make.person("Imani Okafor"), Role.COORDINATOR), kettle, ready(imani, questions=QUESTIONS[:1]))
    page = group.get(f"{OURS}/2")
    assert "What we said in November 2026: Nine" in words(page)
    question = re.search(r'name="use" value="(\d+)"', page.text)[1]
    used = group.post(f"{OURS}/2/answers", data={"answer_1": "", "use": question})
    assert used.status_code == 303
    assert ">Nine</textarea>" in group.get(f"{OURS}/2").text
    assert "answered" not in words(host.get("/host/asks/2"))
    group.post(f"{OURS}/2/answers", data={"answer_1": "Nine", "send": "y"})
    assert "answered today" in words(host.get("/host/asks/2"))
    group.post(f"{OURS}/2/taking-back")
    assert "answered" not in words(host.get("/host/asks/2"))
    assert again(first).given_at


def test_nothing_written_is_said_beside_the_field_and_skipping_is_one_tap(group, imani, kettle):
    there(imani, kettle)
    empty = group.post(f"{OURS}/1/answers", data={"answer_1": " ", "send": "y"})
    assert (empty.status_code, "or skip it" in words(empty)) == (422, True)
    long = group.post(f"{OURS}/1/answers", data={"answer_2": "x" * 2001, "send": "y"})
    assert (long.status_code, "x" * 2001 in long.text) == (422, True)
    assert "Autumn survey" in words(group.get("/g/tuesday-kettle/"))
    assert group.post(f"{OURS}/1/skipping").status_code == 303
    assert "We skipped it." in words(group.get(f"{OURS}/"))
    assert "Autumn survey" not in words(group.get("/g/tuesday-kettle/"))


def test_each_month_stands_with_what_it_led_to_for_the_group_staff_and_trustees(time, app, group, host, imani, kettle):
    there(imani, kettle, title="In November")
    time.move_to(TUESDAY_10AM + timedelta(days=14))
    host, group = host.as_(make.person("Imani Okafor")), group.as_(make.person("Marsha"))
    there(imani, kettle, title="In December")
    wrong = host.post("/host/asks/1/outcome", data={})
    assert (wrong.status_code, "Write what came of it, or choose the day" in words(wrong)) == (422, True)
    assert host.post("/host/asks/1/outcome", data={"outcome": "The council pays for rooms."}).status_code == 303
    assert host.post("/host/asks/2/outcome", data={"look_again_on": "2027-01-11"}).status_code == 303
    beatrix = Client(app).as_(make.staff("Beatrix Lund", Role.TRUSTEE))
    for browser, path, team in ((group, f"{OURS}/", "They"), (beatrix, "/host/asks/", "We")):
        page = words(browser.get(path))
        months = [page.index(said) for said in ("December 2026", "In December", "November 2026", "In November")]
        assert months == sorted(months)
        assert "What it led to: The council pays for rooms." in page
        assert f"Nothing yet. {team} look again on Monday 11 January 2027." in page
    assert "What it led to The council pays for rooms." in words(group.get(f"{OURS}/1"))
    assert group.post(f"{OURS}/1/answers", data={"answer_1": "Late", "send": "y"}).status_code == 422


def test_saved_twice_by_a_second_tap_an_outcome_is_told_once(group, host, imani, kettle):
    there(imani, kettle)
    news = sa.select(sa.func.count(Job.id)).where(Job.name == "notices.news")
    for _ in range(2):
        told = host.post("/host/asks/1/outcome", data={"outcome": "Two rooms were found.", "key": "k" * 20})
        assert told.location == "/host/asks/1"
        db.session.rollback()
        counted = db.session.scalar(news)
    assert db.session.scalar(sa.select(sa.func.count(Entry.id)).where(Entry.action == "asks.tell")) == 1
    assert db.session.scalar(news) == counted


def test_drafts_go_on_by_key(host, imani):
    for n in range(22):
        actions.draft(imani, questions=list(QUESTIONS), **(SAID | {"title": f"Draft {n}."}))
    first, second = (words(host.get(f"/host/asks/{more}")) for more in ("", "?drafts=3"))
    assert ("Draft 21." in first, "Draft 2." in first, "Draft 1." in first, "Earlier drafts" in first) == (
        True,
        True,
        False,
        True,
    )
    assert ("Draft 2." in second, "Draft 1." in second, "Earlier drafts" in second) == (False, True, False)


def test_the_lists_go_on_by_key(time, group, host, imani, kettle):
    make.set_level(kettle, Area.CONTACT, Level.YOU_DO)
    for n in range(23):
        send(imani, kettle, ready(imani, title=f"Ask {n}"), "It is for you.")
        time.shift(timedelta(minutes=1))
    for browser, path in ((group, f"{OURS}/"), (host, "/host/asks/")):
        first = words(browser.get(path))
        assert ("Ask 22" in first, "Ask 3 " in first, "Ask 2 " in first) == (True, True, False)
        second = words(browser.get(f"{path}?after=4"))
        assert ("Ask 3 " in second, "Ask 2 " in second, "Ask 0 " in second) == (False, True, True)


def test_helpers_and_others_dont_meet_it(app, kettle, walkers, imani):
    there(imani, kettle)
    for name in ("Bernie", "Sam"):
        browser = Client(app).as_(make.person(name))
        assert browser.get(f"{OURS}/1").status_code == 404
        assert browser.get(f"{OURS}/").status_code == 404
    assert "asks/" not in Client(app).as_(make.person("Bernie")).get("/g/tuesday-kettle/support/").text
    sam = Client(app).as_(make.person("Sam"))
    assert sam.get("/g/hillfoot-walkers/asks/1").status_code == 404


# Words that only the group and those who may read its answers ever meet, and the one table they stand in.
PLANTED = ("plantedsent", "plantedkept", "plantedback", "plantedrefused")


@pytest.fixture
def logged():
    """Every line that is logged, from the most talkative level on."""
    out = io.StringIO()
    ours, handler = logging.getLogger("portal"), logging.StreamHandler(out)
    handler.setFormatter(logs.Line())
    before = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield out
    ours.removeHandler(handler)
    ours.setLevel(before)


def found_in(text: str) -> list[str]:
    return [word for word in PLANTED if word in text.lower()]


@pytest.mark.slow
def test_what_is_answered_stands_in_the_answers_alone(time, app, group, host, imani, kettle, walkers, logged):
    there(imani, kettle)
    for facts in (
        {"answer_1": "Kept: plantedkept"},
        {"answer_1": "Sent: plantedsent", "send": "y"},
        {"answer_1": "Sent: plantedsent", "answer_2": "Since: plantedkept"},
    ):
        opened = {"seen": seen_on(group.get(f"{OURS}/1"))}
        assert group.post(f"{OURS}/1/answers", data=opened | facts).status_code == 303
    there(imani, kettle, title="Another")
    group.post(f"{OURS}/2/answers", data={"answer_1": "plantedback", "send": "y"})
    group.post(f"{OURS}/2/taking-back")
    sam = Client(app).as_(make.person("Sam"))
    assert sam.post(f"{OURS}/1/answers", data={"answer_1": "plantedrefused", "send": "y"}).status_code == 404
    assert group.post(f"{OURS}/9/answers", data={"answer_1": "plantedrefused", "send": "y"}).status_code == 404
    jobs.run_waiting()
    time.shift(timedelta(hours=1))
    mail_out()
    jobs.run_waiting()

    db.session.rollback()
    tables = sa.MetaData()
    tables.reflect(db.engine)
    where = {
        word: {
            table.name
            for table in tables.sorted_tables
            for row in db.session.execute(sa.select(table))
            if word in repr(tuple(row)).lower()
        }
        for word in PLANTED
    }
    assert where == {word: set() if word == "plantedrefused" else {"ask_answers"} for word in PLANTED}
    assert db.session.scalar(sa.select(sa.func.count(Job.id)).where(Job.name == "core.mail")) > 0
    assert found_in(logged.getvalue()) == []

    host, group = (Client(app).as_(make.person(name)) for name in ("Imani Okafor", "Marsha"))
    assert found_in(host.get("/host/asks/1").text) == ["plantedsent"]
    assert found_in(host.get("/host/asks/2").text) == []
    make.staff("Glyn Parry", Role.FINANCE)
    make.staff("Beatrix Lund", Role.TRUSTEE)
    for name in ("Glyn Parry", "Beatrix Lund"):
        browser = Client(app).as_(make.person(name))
        for path in ("/host/asks/", "/host/asks/1", "/host/asks/2", "/host/groups/tuesday-kettle"):
            assert found_in(browser.get(path).text) == [], path
    for path in ("/g/tuesday-kettle/", f"{OURS}/", "/g/tuesday-kettle/log/", "/g/tuesday-kettle/log/log.jsonl"):
        answer = group.get(path)
        assert answer.status_code == 200, path
        assert found_in(answer.text) == [], path
    for path in (f"{OURS}/1", f"{OURS}/2"):
        answer = group.get(path)
        title = re.search(r"<title>(.*?)</title>", answer.text)[1]
        assert found_in(title + str(answer.headers)) == []
