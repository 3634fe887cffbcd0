"""How a group runs, on both databases: what stands from the first day, who may say what, and what is shown of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy import actions as autonomy
from portal.autonomy import queries as promises
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock
from portal.core.db import db
from portal.documents import actions as documents
from portal.documents.models import ABOUT
from portal.governance import actions, jobs, queries, states
from portal.governance.models import Item
from portal.governance.starting_set import BY_KEY, SET, Holder
from portal.governance.states import TASKS, State, state_of
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.governance.conftest import laid

TODAY = date(2026, 11, 9)
PAST, AHEAD = date(2026, 10, 1), date(2027, 1, 1)
AT = "/g/tuesday-kettle/how-we-run"


def item(key="safeguarding", holder=Holder.SHARED, **facts) -> Item:
    """One that is laid nowhere."""
    return Item(key=key, holder=holder, **facts)


def stands(one: Item, *, quiet=False) -> State:
    return state_of(one, TODAY, quiet=quiet)


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Item))


def log(group) -> list[tuple]:
    db.session.rollback()
    lines = sa.select(Entry).where(Entry.group_id == group.id, Entry.action.like("governance.%")).order_by(Entry.id)
    return [(line.action, line.role, line.outcome) for line in db.session.scalars(lines)]


# The set


def test_a_group_has_the_whole_set_at_once_and_looking_writes_no_row(app, kettle):
    browser = Client(app).as_(make.person("Marsha"))
    text = words(browser.get(f"{AT}/"))
    for one in SET:
        assert one.name in text
    assert "Hearthrow Commons covers this" in text
    for one in SET:
        assert browser.get(f"{AT}/{one.key}").status_code == 200
    assert rows() == 0
    assert log(kettle) == []


def test_every_thing_of_the_set_has_its_reason_who_asks_and_a_month():
    assert len(SET) == len(BY_KEY) == 14
    for one in SET:
        assert one.why.endswith(".")
        assert one.asks.endswith(".")
        assert 1 <= one.months <= 36
    assert {one.key for one in SET if one.holder is Holder.HOST} == {"insurance", "money-rules"}


def test_documents_stand_at_the_thing_they_are_about(app, kettle, marsha, imani):
    assert {one.key for one in SET} < set(ABOUT)
    documents.add(marsha, kettle, name="What we agreed about halls", about="insurance", words="Ask first.")
    documents.add(marsha, kettle, name="Of something else", about="events", words="Ask the council.")
    documents.share(imani, None, name="Insurance certificate", about="insurance", words="Covers all groups.")
    page = Client(app).as_(make.person("Marsha")).get(f"{AT}/insurance")
    assert "What we agreed about halls" in words(page)
    assert "Insurance certificate, from Hearthrow Commons" in words(page)
    assert "Of something else" not in words(page)
    assert f"/g/{kettle.slug}/documents/new?about=insurance" in page.text


def test_groups_that_were_here_before_get_their_rows_and_nothing_said_is_lost(kettle, walkers, marsha):
    row = laid(kettle, "events")
    actions.write_note(marsha, kettle, row.id, note="Ask the council first")
    jobs.lay_out()
    jobs.lay_out()
    assert rows() == 2 * len(SET)
    assert queries.one_of(kettle.id, "events").item.note == "Ask the council first"
    assert [line[0] for line in log(walkers)] == ["governance.lay"]
    hosts = [one.item for one in queries.of_group(walkers.id)[0] if one.item.holder == Holder.HOST]
    assert {one.host_look_on for one in hosts} == {actions.months.after(12)}


def test_the_first_act_lays_the_set_and_does_it(app, kettle, marsha):
    browser = Client(app).as_(make.person("Marsha"))
    assert browser.post(f"{AT}/events/status", data={"status": "in_progress"}).status_code == 303
    assert rows() == len(SET)
    assert log(kettle) == [
        ("governance.lay", Role.SYSTEM, Outcome.ALLOW),
        ("governance.set_status", Role.ORGANISER, Outcome.ALLOW),
    ]


# How a thing stands


@pytest.mark.parametrize(
    ("one", "state", "said"),
    [
        (item(), State.NOT_STARTED, "Not started yet"),
        (item(started_at=clock.now()), State.IN_PROGRESS, "In progress"),
        (item(in_place_at=clock.now()), State.IN_PLACE, "In place"),
        (item(in_place_at=clock.now(), look_on=AHEAD), State.IN_PLACE, "In place"),
        (item(in_place_at=clock.now(), look_on=date(2026, 11, 1)), State.DUE, "Due a look (November)"),
        (item(in_place_at=clock.now(), look_on=PAST), State.DUE, "Due a look (October)"),
        (item(look_on=PAST), State.NOT_STARTED, "Not started yet"),
        (item(holder=Holder.HOST), State.COVERED, "Hearthrow covers this"),
        (item(holder=Holder.HOST, look_on=PAST, started_at=clock.now()), State.COVERED, "Hearthrow covers this"),
        (item(holder=Holder.HOST, host_started_at=clock.now()), State.HOST_ON_IT, "In progress"),
        (item(not_needed_at=clock.now()), State.NOT_NEEDED, "Not needed for you"),
        (item(talk_at=clock.now(), in_place_at=clock.now()), State.TALK, "Let’s talk"),
        (item(talk_at=clock.now(), talked_at=clock.now(), in_place_at=clock.now()), State.IN_PLACE, "In place"),
        (item(own_way_at=clock.now(), in_place_at=clock.now(), look_on=PAST), State.IN_PLACE, "In place"),
        (item(holder=Holder.HOST, own_way_at=clock.now()), State.IN_PLACE, "In place"),
    ],
)
def test_how_it_stands_is_told_from_facts(one, state, said):
    assert stands(one) is state
    assert states.words_of(one, state, "Hearthrow") == said


@pytest.mark.parametrize("facts", [{}, {"started_at": clock.now()}, {"in_place_at": clock.now(), "look_on": PAST}])
def test_in_quiet_mode_the_groups_own_tasks_rest_but_for_those_of_the_law(facts):
    assert stands(item("exit-plan", **facts), quiet=True) is State.RESTING
    assert stands(item(None, Holder.GROUP, name="Rota", **facts), quiet=True) is State.RESTING
    assert stands(item("safeguarding", **facts), quiet=True) in TASKS
    assert stands(item("exit-plan", in_place_at=clock.now()), quiet=True) is State.IN_PLACE
    assert stands(item("insurance", Holder.HOST, **facts), quiet=True) is State.COVERED


def test_until_14_days_after_a_rest_what_came_due_meanwhile_is_no_task_yet(app, kettle, marsha):
    with time_machine.travel(datetime(2026, 4, 1, 12, tzinfo=UTC), tick=False) as time:
        row = laid(kettle, "exit-plan")
        make.set_facts(row, in_place_at=clock.now(), look_on=date(2026, 4, 1))
        at = f"{AT}/exit-plan"
        assert "Due a look" in words(Client(app).as_(make.person("Marsha")).get(at))
        autonomy.rest(marsha, kettle, days=30)
        for days, said in ((29, "Resting"), (31, "Resting"), (43, "Resting"), (44, "Due a look")):
            time.move_to(datetime(2026, 4, 1, 12, tzinfo=UTC) + timedelta(days=days))
            assert said in words(Client(app).as_(make.person("Marsha")).get(at)), days


SAID = (
    *({}, {"started_at": clock.now()}, {"in_place_at": clock.now()}, {"in_place_at": clock.now(), "look_on": PAST}),
    *({"not_needed_at": clock.now()}, {"talk_at": clock.now()}, {"host_started_at": clock.now()}),
)


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("key", [*BY_KEY, None])
def test_of_every_thing_holder_and_status_none_of_the_hosts_is_a_task_and_all_can_be_our_way(key, quiet):
    for holder, said in product(Holder, SAID):
        one = item(key, holder, name=None if key else "Rota", **said)
        state = stands(one, quiet=quiet)
        if holder is Holder.HOST:
            assert state in {State.COVERED, State.HOST_ON_IT, State.TALK}
            assert state not in TASKS
        one = item(key, holder, name=None if key else "Rota", **{**said, "talk_at": None}, own_way_at=clock.now())
        assert stands(one, quiet=quiet) is State.IN_PLACE


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("holder", list(Holder))
@pytest.mark.slow
def test_on_the_page_of_every_thing_holder_and_status_too(app, kettle, marsha, holder):
    browser = Client(app).as_(make.person("Marsha"))
    own = actions.add(marsha, kettle, name="Kitchen rota")
    for at in (*BY_KEY, str(own.id)):
        row = own if at == str(own.id) else laid(kettle, at)
        make.set_facts(row, holder=holder, host_look_on=AHEAD)
        for said in SAID:
            blank = dict.fromkeys(("started_at", "in_place_at", "look_on", "not_needed_at", "talk_at", "host_started_at"))
            make.set_facts(row, **blank | said)
            text = browser.get(f"{AT}/{at}").text
            assert f'action="{AT}/{at}/own-way"' in text
            assert (f'action="{AT}/{at}/status"' in text) is (holder is not Holder.HOST and "not_needed_at" not in said)
            if holder is Holder.HOST:
                assert f'action="{AT}/{at}/look"' not in text
                assert "There’s nothing here for us to do." in words(browser.get(f"{AT}/{at}"))
        assert browser.post(f"{AT}/{at}/own-way", data={"words": ""}).status_code == 303
        assert state_of(queries.one_of(kettle.id, at).item, clock.today(), quiet=False) is State.IN_PLACE


# What organisers do


def test_organisers_say_how_it_stands_and_when_to_look_again(kettle, marsha):
    with time_machine.travel(datetime(2026, 11, 9, 10, 0, tzinfo=UTC), tick=False):
        row = laid(kettle, "safeguarding")
        actions.set_status(marsha, kettle, row.id, status="in_progress")
        row = actions.set_status(marsha, kettle, row.id, status="in_place")
        assert (row.started_at, row.in_place_at, row.look_on) == (clock.now(), clock.now(), date(2027, 11, 1))
        row = actions.set_look(marsha, kettle, row.id, look_on=date(2027, 1, 14))
        assert row.look_on == AHEAD
        for day in (date(2026, 10, 31), date(2029, 12, 1)):
            with pytest.raises(Mistake, match="next three years"):
                actions.set_look(marsha, kettle, row.id, look_on=day)
        assert actions.set_look(marsha, kettle, row.id, look_on=None).look_on is None
        row = actions.set_status(marsha, kettle, row.id, status="not_started")
        assert (row.started_at, row.in_place_at) == (None, None)
    with time_machine.travel(datetime(2027, 1, 2, 10, 0, tzinfo=UTC), tick=False):
        make.set_facts(row, in_place_at=clock.now(), look_on=AHEAD)
        assert state_of(row, clock.today(), quiet=False) is State.DUE
        assert actions.set_status(marsha, kettle, row.id, status="in_place").look_on == date(2028, 1, 1)


def test_what_the_host_holds_isnt_the_groups_to_say_but_its_note_its_way_and_a_talk_are(kettle, marsha):
    row = laid(kettle, "insurance")
    for act, facts in (
        (actions.set_status, {"status": "in_place"}),
        (actions.set_look, {"look_on": actions.months.after(1)}),
        (actions.drop, {}),
    ):
        with pytest.raises(Mistake, match="nothing here for us to say"):
            act(marsha, kettle, row.id, **facts)
    with pytest.raises(Mistake, match="for every group"):
        actions.set_holder(marsha, kettle, row.id, holder="group")
    actions.write_note(marsha, kettle, row.id, note="The hall wants a copy")
    actions.talk(marsha, kettle, row.id, words="Does it cover the van?")
    row = actions.own_way(marsha, kettle, row.id)
    assert (row.holder, row.note, row.talk_at, row.own_way_words) == (Holder.HOST, "The hall wants a copy", None, None)
    assert state_of(actions.end_own_way(marsha, kettle, row.id), clock.today(), quiet=False) is State.COVERED


def test_we_hold_it_or_share_it_and_the_host_holds_it_only_by_a_talk(kettle, marsha):
    row = laid(kettle, "events")
    assert actions.set_holder(marsha, kettle, row.id, holder="shared").holder == Holder.SHARED
    assert actions.set_holder(marsha, kettle, row.id, holder="group").holder == Holder.GROUP
    for holder in ("host", "nobody"):
        with pytest.raises(Mistake, match="Let’s talk"):
            actions.set_holder(marsha, kettle, row.id, holder=holder)
    with pytest.raises(Mistake, match="Let’s talk"):
        actions.add(marsha, kettle, name="Keys", holder="host")


@pytest.mark.parametrize("key", list(BY_KEY))
def test_what_no_law_needs_can_be_dropped_and_taken_back(kettle, marsha, key):
    row = laid(kettle, key)
    actions.set_holder(marsha, kettle, row.id, holder="group") if row.holder != Holder.HOST else None
    if BY_KEY[key].by_law:
        with pytest.raises(Mistake, match=r"law|nothing here"):
            actions.drop(marsha, kettle, row.id)
    else:
        assert stands(actions.drop(marsha, kettle, row.id)) is State.NOT_NEEDED
        assert stands(actions.need(marsha, kettle, row.id)) is State.NOT_STARTED


def test_what_we_say_last_counts(kettle, marsha):
    row = laid(kettle, "risk")
    actions.drop(marsha, kettle, row.id)
    row = actions.own_way(marsha, kettle, row.id, words="We think of it before each walk")
    assert (stands(row), row.not_needed_at) == (State.IN_PLACE, None)
    row = actions.set_status(marsha, kettle, row.id, status="in_progress")
    assert (stands(row), row.own_way_at, row.own_way_words) == (State.IN_PROGRESS, None, None)
    assert stands(actions.talk(marsha, kettle, row.id)) is State.TALK
    assert stands(actions.end_talk(marsha, kettle, row.id)) is State.IN_PROGRESS


def test_a_helper_reads_and_says_nothing(app, kettle, marsha, bernie):
    row = laid(kettle, "events")
    with pytest.raises(Refused):
        actions.own_way(bernie, kettle, row.id)
    browser = Client(app).as_(make.person("Bernie"))
    text = browser.get(f"{AT}/events").text
    assert f'action="{AT}' not in text
    assert "Add something of ours" not in browser.get(f"{AT}/").text
    assert browser.post(f"{AT}/events/own-way", data={}).status_code == 404


def test_one_groups_things_are_out_of_anothers_reach(app, kettle, walkers, marsha):
    own = actions.add(marsha, kettle, name="Kitchen rota")
    sam = make.actor(make.person("Sam"))
    with pytest.raises(NotHere):
        actions.own_way(sam, walkers, own.id)
    browser = Client(app).as_(make.person("Sam"))
    there = "/g/hillfoot-walkers/how-we-run"
    before = rows()
    for at in (own.id, laid(kettle, "events").id, 2**31, "no-such-thing", "²"):
        assert browser.get(f"{there}/{at}").status_code == 404
        assert browser.post(f"{there}/{at}/own-way", data={}).status_code == 404
    assert rows() == before + len(SET)


# What staff do


def test_a_month_that_cannot_be_is_not_suggested(kettle, imani):
    row = laid(kettle, "events")
    with pytest.raises(Mistake, match="next three years"):
        actions.set_look(imani, kettle, row.id, look_on=date(2001, 1, 1))


ACTS = (
    (actions.set_status, {"status": "in_place"}),
    (actions.set_look, {"look_on": actions.months.after(3)}),
    (actions.write_note, {"note": "The draft is in the folder"}),
    (actions.carry, {}),
)


@pytest.mark.parametrize(("act", "facts"), ACTS, ids=[act.name for act, _ in ACTS])
@pytest.mark.parametrize("holder", [Holder.GROUP, Holder.SHARED])
def test_of_what_the_group_holds_or_shares_staff_say_what_its_documents_let_them(kettle, imani, holder, act, facts):
    row = laid(kettle, "events")
    make.set_facts(row, holder=holder)
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
    with pytest.raises(Refused, match="Only them"):
        act(imani, kettle, row.id, **facts)
    make.set_level(kettle, Area.DOCUMENTS, Level.ASK_FIRST)
    with pytest.raises(Proposed):
        act(imani, kettle, row.id, **facts)
    before = {name: getattr(row, name) for name in ("holder", "in_place_at", "look_on", "note", "person_id")}
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    changed = act(imani, kettle, row.id, **facts)
    assert {name: getattr(changed, name) for name in before} != before
    entry = db.session.scalar(sa.select(Entry).order_by(Entry.id.desc()))
    assert entry.outcome == Outcome.ALLOW_TELL
    marsha = make.actor(make.person("Marsha"))
    undone = autonomy.undo(marsha, kettle, entry.id)
    db.session.refresh(undone)
    assert {name: getattr(undone, name) for name in before} == before
    with pytest.raises(Proposed):  # for 30 days
        act(imani, kettle, row.id, **facts)
    other = laid(kettle, "complaints")
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    act(imani, kettle, other.id, **facts)
    assert log(kettle)[-1] == (act.name, Role.COORDINATOR, Outcome.ALLOW_LIST)


@pytest.mark.parametrize(("act", "facts"), ACTS, ids=[act.name for act, _ in ACTS])
def test_a_yes_to_what_staff_propose_does_it_and_the_group_reads_what_it_comes_to(app, kettle, marsha, imani, act, facts):
    row = laid(kettle, "events")
    with pytest.raises(Proposed) as waiting:
        act(imani, kettle, row.id, why="You asked in May", **facts)
    number = waiting.value.proposal.id
    text = words(Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/proposals/{number}"))
    assert "Events" in text
    assert "You asked in May" in text
    autonomy.say_yes(marsha, kettle, number)
    db.session.rollback()
    now = queries.one_of(kettle.id, "events").item
    assert (now.in_place_at or now.look_on or now.note or now.holder == Holder.HOST) is not False
    proposal = db.session.get_one(Proposal, number)
    autonomy.erase(marsha, kettle, promises.entry_of(proposal))
    page = Client(app).as_(make.person("Marsha")).get(f"/g/tuesday-kettle/proposals/{number}")
    assert (page.status_code, "You asked in May" in page.text, "Take these words out" in page.text) == (200, False, False)


def test_staff_ask_nothing_further_of_an_own_way_a_dropped_thing_or_their_own(kettle, marsha, imani):
    mine, gone, hosts = (laid(kettle, key) for key in ("events", "risk", "insurance"))
    actions.own_way(marsha, kettle, mine.id)
    actions.drop(marsha, kettle, gone.id)
    for level in (Level.ASK_FIRST, Level.TELL_AFTER, Level.YOU_DO):
        make.set_level(kettle, Area.DOCUMENTS, level)
        for act, facts in ACTS:
            for row, sentence in ((mine, "own way"), (gone, "isn’t needed"), (hosts, "your board")):
                with pytest.raises(Mistake, match=sentence):
                    act(imani, kettle, row.id, **facts)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0


def test_what_was_taken_on_after_a_talk_is_the_hosts_and_the_group_takes_it_back(kettle, marsha, imani):
    row = laid(kettle, "exit-plan")
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    actions.talk(marsha, kettle, row.id, words="Could you hold it until spring?")
    row = actions.carry(imani, kettle, row.id)
    assert (row.holder, row.person_id, stands(row)) == (Holder.HOST, imani.person_id, State.HOST_ON_IT)
    assert not row.wants_to_talk
    assert actions.set_holder(marsha, kettle, row.id, holder="shared").holder == Holder.SHARED
    with pytest.raises(Refused, match="The group holds this one"):
        actions.take_on(imani, kettle, row.id)


def test_while_a_group_rests_what_staff_would_tell_they_ask(kettle, marsha, imani):
    row = laid(kettle, "events")
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    autonomy.rest(marsha, kettle, days=14)
    with pytest.raises(Proposed):
        actions.set_status(imani, kettle, row.id, status="in_place")


def test_the_hosts_own_pages_of_a_group_say_what_it_lets_them(app, kettle, marsha, imani, beatrix):
    browser, reads = Client(app).as_(make.person("Imani Okafor")), Client(app).as_(make.person("Beatrix Lund"))
    there = "/host/groups/tuesday-kettle/how-we-run"
    assert "Ask them first" in words(browser.get(f"{there}/events"))
    sent = browser.post(f"{there}/events/status", data={"status": "in_place", "why": "It is in the folder"})
    assert sent.status_code == 202
    (proposal,) = promises.waiting(kettle.id)
    assert proposal.proposal.why == "It is in the folder"
    assert browser.post(f"{there}/events/look", data={"look_on": "2020-01-01"}).status_code == 422
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)
    kept = browser.get(f"{there}/events")
    assert "Only them" in words(kept)
    assert f'action="{there}' not in kept.text
    assert browser.post(f"{there}/events/note", data={"note": "x"}).status_code == 403
    assert reads.get(f"{there}/").status_code == reads.get(f"{there}/events").status_code == 200
    assert f'action="{there}' not in reads.get(f"{there}/events").text
    assert reads.post(f"{there}/events/note", data={"note": "x"}).status_code == 404
    actions.drop(marsha, kettle, laid(kettle, "events").id)
    assert "Not needed for them" in words(reads.get(f"{there}/"))


# Over the pages


def test_from_adding_our_own_to_our_own_way_over_the_pages(app, kettle, marsha):
    browser = Client(app).as_(make.person("Marsha"))
    missing = browser.post(f"{AT}/", data={"name": " ", "holder": "group", "note": "kept"})
    assert (missing.status_code, "Write what it is" in words(missing), 'value="kept"' in missing.text) == (422, True, True)
    added = browser.post(f"{AT}/", data={"name": "Kitchen rota", "holder": "group", "note": "On the fridge"})
    assert added.status_code == 303
    at = added.headers["Location"]
    assert "Kitchen rota" in words(browser.get(f"{AT}/"))
    assert "On the fridge" in words(browser.get(f"{AT}/"))
    long = browser.post(f"{at}/note", data={"note": "x" * 301})
    assert (long.status_code, "under 300 letters" in words(long), "x" * 301 in long.text) == (422, True, True)
    assert browser.post(f"{at}/status", data={"status": "splendid"}).status_code == 422
    assert browser.post(f"{at}/holder", data={"holder": "host"}).status_code == 422
    month = actions.months.after(2)
    assert browser.post(f"{at}/status", data={"status": "in_place"}).status_code == 303
    assert browser.post(f"{at}/look", data={"look_on": month.isoformat()}).status_code == 303
    assert f"Look again in {month:%B %Y}" in words(browser.get(f"{AT}/"))
    assert browser.post(f"{at}/talk", data={"words": "Who has the key?"}).status_code == 303
    assert "Who has the key?" in words(browser.get(at))
    assert browser.post(f"{at}/own-way", data={"words": "Whoever cooks, washes up"}).status_code == 303
    assert "Whoever cooks, washes up" in words(browser.get(at))
    assert "Our own way." in words(browser.get(f"{AT}/"))
    assert browser.post(f"{at}/own-way/end", data={}).status_code == 303
    assert browser.post(f"{at}/drop", data={}).status_code == 303
    assert "Not needed for you" in words(browser.get(at))
    assert browser.post(f"{at}/drop/end", data={}).status_code == 303
    assert "In place" in words(browser.get(at))
    assert browser.post(f"{AT}/insurance/status", data={"status": "in_place"}).status_code in {409, 422}
    assert "/how-we-run/" in browser.get("/g/tuesday-kettle/say").text


def test_our_own_things_come_a_page_at_a_time_after_the_set(app, kettle, marsha):
    made = [actions.add(marsha, kettle, name=f"Thing {n}").id for n in range(23)]
    held, more = queries.of_group(kettle.id)
    assert [one.item.key for one in held[: len(SET)]] == [one.key for one in SET]
    assert [one.item.id for one in held[len(SET) :]] == made[:20]
    rest, end = queries.of_group(kettle.id, more)
    assert ([one.item.id for one in rest], end) == (made[20:], None)
    assert f"after={more}" in Client(app).as_(make.person("Marsha")).get(f"{AT}/").text


def test_the_same_form_twice_adds_one(app, kettle, marsha):
    browser = Client(app).as_(make.person("Marsha"))
    form = {"name": "Keys", "holder": "group", "note": "", "key": "k" * 32}
    assert [browser.post(f"{AT}/", data=form).status_code for _ in range(2)] == [303, 303]
    assert rows() == 1


def test_pages_of_how_a_group_runs_count_and_blame_nothing(app, kettle, marsha):
    browser = Client(app).as_(make.person("Marsha"))
    make.set_facts(laid(kettle, "risk"), in_place_at=clock.now(), look_on=clock.today() - timedelta(days=400))
    for page in (f"{AT}/", *(f"{AT}/{key}" for key in BY_KEY)):
        text = words(browser.get(page)).lower()
        for word in ("overdue", "%", "per cent", "late", "missing", "incomplete", "score", "behind"):
            assert f" {word} " not in f" {text} "
