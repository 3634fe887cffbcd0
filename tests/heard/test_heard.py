"""What a group passes on to the policy team, on both databases: its own words, its own name or none; what came of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity import chain
from portal.activity.models import Entry, EntryWords
from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core import clock
from portal.core.db import db
from portal.heard import actions, queries
from portal.heard.models import PassedOn
from tests import make
from tests.client import Client, words
from tests.support.test_requests import ask

SAID = "Halls are too dear. Say so to the council."


def pass_on(by, group, request, **facts) -> PassedOn:
    return actions.pass_on(by, group, request.id, **({"words": SAID, "attribution": "nobody"} | facts))


def ours(by, group) -> list[PassedOn]:
    db.session.rollback()
    return [row[0] for row in queries.ours(by, group.id)]


@pytest.mark.parametrize(
    ("attribution", "whose"), [("person", "Marsha, Tuesday Kettle"), ("group", "Tuesday Kettle"), ("nobody", "")]
)
def test_the_host_reads_the_words_as_they_are_under_the_name_that_was_chosen(
    app, kettle, marsha, imani, glyn, attribution, whose
):
    asked = ask(marsha, kettle, words="Zymurgy")
    passed = pass_on(marsha, kettle, asked, attribution=attribution)
    (line,) = queries.every(done=False)
    assert line == queries.one(passed.number)
    assert (line.words, line.whose, line.day, line.outcome) == (SAID, whose, clock.today(), None)
    browser = Client(app).as_(make.person("Glyn Parry"))
    for path in ("/host/heard/", f"/host/heard/{passed.number}"):
        page = browser.get(path)
        assert SAID in words(page)
        for kept in ("Zymurgy", asked.ref + "<", f"/requests/{asked.number}"):
            assert kept not in page.text
        if attribution == "nobody":
            for name in ("Marsha", "Kettle", "kettle"):
                assert name not in page.text


def test_its_number_says_nothing_of_the_request_or_the_group(kettle, walkers, marsha, imani):
    for _ in range(3):
        ask(marsha, kettle)
    one = pass_on(marsha, kettle, ask(marsha, kettle))
    two = pass_on(make.actor(make.person("Sam")), walkers, ask(make.actor(make.person("Sam")), walkers))
    assert (one.ref, two.ref) == ("H1", "H2")


def test_only_who_reads_a_request_passes_something_on_from_it(kettle, marsha, joe, bernie, imani):
    asked, hers = ask(marsha, kettle), ask(bernie, kettle)
    for by, request in ((joe, asked), (bernie, asked), (marsha, hers), (imani, asked)):
        with pytest.raises(Refused):
            pass_on(by, kettle, request)
    shared = ask(marsha, kettle, shared=True)
    assert pass_on(joe, kettle, shared).added_by == joe.person_id
    assert pass_on(bernie, kettle, hers).added_by == bernie.person_id
    with pytest.raises(Refused):
        pass_on(bernie, kettle, shared)


def test_in_the_group_those_see_it_who_read_the_request_and_all_organisers_what_speaks_for_it(
    kettle, marsha, joe, bernie, imani
):
    private, shared = ask(marsha, kettle), ask(marsha, kettle, shared=True)
    hers = pass_on(marsha, kettle, private)
    known = pass_on(marsha, kettle, shared)
    spoken = pass_on(marsha, kettle, private, attribution="group")
    assert ours(marsha, kettle) == [spoken, known, hers]
    assert ours(joe, kettle) == [spoken, known]
    assert ours(bernie, kettle) == []


def test_until_something_came_of_it_the_group_takes_it_back_and_the_words_are_gone(kettle, marsha, joe, imani):
    asked = ask(marsha, kettle)
    passed = pass_on(marsha, kettle, asked)
    actions.answer(imani, kettle, passed.id, look_again_on=clock.today() + timedelta(days=3))
    own = pass_on(joe, kettle, ask(joe, kettle))
    with pytest.raises(Refused):
        actions.withdraw(joe, kettle, passed.id)
    actions.withdraw(joe, kettle, own.id)
    actions.withdraw(marsha, kettle, passed.id)
    actions.withdraw(marsha, kettle, passed.id)
    assert (queries.every(done=False), queries.one(passed.number), queries.place(passed.number)) == ([], None, None)
    (row,) = ours(marsha, kettle)
    assert (row.words, row.withdrawn_by, row.ref) == (None, marsha.person_id, "H1")
    with pytest.raises(Mistake, match="taken back"):
        actions.answer(imani, kettle, passed.id, outcome="We asked")
    other = pass_on(marsha, kettle, asked)
    actions.answer(imani, kettle, other.id, outcome="We asked the council.")
    with pytest.raises(Mistake, match="it stays"):
        actions.withdraw(marsha, kettle, other.id)
    assert [row.words for row in ours(marsha, kettle)] == [SAID, None]


def test_nothing_yet_names_a_day_within_90_and_an_outcome_ends_the_waiting(kettle, marsha, imani, beatrix, glyn):
    with time_machine.travel(datetime(2026, 11, 23, 10, 0, tzinfo=UTC), tick=False):
        passed = pass_on(marsha, kettle, ask(marsha, kettle))
        for day in (date(2026, 11, 23), date(2027, 2, 22)):
            with pytest.raises(Mistake, match="90 days"):
                actions.answer(beatrix, kettle, passed.id, look_again_on=day)
        with pytest.raises(Mistake, match="Write what came of it, or choose"):
            actions.answer(beatrix, kettle, passed.id)
        actions.answer(beatrix, kettle, passed.id, look_again_on=date(2027, 2, 21))
        assert queries.one(passed.number).look_again_on == date(2027, 2, 21)
        with pytest.raises(Refused):
            actions.answer(glyn, kettle, passed.id, outcome="x")
        actions.answer(imani, kettle, passed.id, outcome="We pay for halls now.")
        assert queries.every(done=False) == []
        (line,) = queries.every(done=True)
        assert (line.outcome, line.look_again_on) == ("We pay for halls now.", None)
        with pytest.raises(Mistake, match="already"):
            actions.answer(imani, kettle, passed.id, look_again_on=date(2027, 1, 4))
        actions.answer(imani, kettle, passed.id, outcome="We pay for every group’s hall now.")
        assert queries.one(passed.number).outcome == "We pay for every group’s hall now."


def test_the_log_says_that_something_was_passed_on_never_the_words(kettle, marsha, imani):
    passed = pass_on(marsha, kettle, ask(marsha, kettle))
    actions.answer(imani, kettle, passed.id, look_again_on=clock.today() + timedelta(days=3))
    actions.withdraw(marsha, kettle, passed.id)
    db.session.rollback()
    lines = db.session.scalars(sa.select(Entry).where(Entry.action.like("heard.%")).order_by(Entry.id)).all()
    assert [(line.action, line.about) for line in lines] == [
        *(("heard.pass_on", "H1"), ("heard.answer", "H1"), ("heard.withdraw", "H1"))
    ]
    assert "Halls" not in str([chain.line(line) for line in lines])
    assert "Halls" not in str(db.session.scalars(sa.select(EntryWords.words)).all())


def test_one_groups_words_are_out_of_anothers_reach(kettle, walkers, marsha, imani):
    sam = make.actor(make.person("Sam"))
    passed = pass_on(marsha, kettle, ask(marsha, kettle))
    assert queries.one_of_ours(passed.number, sam, walkers.id) is None
    with pytest.raises(NotHere):
        actions.withdraw(sam, walkers, passed.id)
    with pytest.raises(NotHere):
        actions.answer(imani, walkers, passed.id, outcome="x")


def test_from_the_thread_to_the_outcome_over_the_pages(app, kettle, marsha, joe, imani, beatrix):
    group, host = Client(app).as_(make.person("Marsha")), Client(app).as_(make.person("Beatrix Lund"))
    asked = ask(marsha, kettle, words="Could someone open the hall?")
    at = f"/g/tuesday-kettle/heard/from/{asked.number}"
    assert f'href="{at}"' in group.get(f"/g/tuesday-kettle/support/{asked.number}").text
    empty = group.get(at)
    assert "</textarea>" in empty.text
    assert ">Could someone open the hall?</textarea>" not in empty.text
    (number, _) = queries.own_messages(asked, marsha)[0]
    assert ">Could someone open the hall?</textarea>" in group.get(f"{at}?message={number}").text
    missing = group.post(at, data={"words": " ", "attribution": "nobody"})
    assert (missing.status_code, "Write a few words" in words(missing)) == (422, True)
    assert group.post(at, data={"words": SAID, "attribution": "somebody"}).status_code == 422
    assert group.post(at, data={"words": SAID, "attribution": "nobody"}).status_code == 303
    mine = "/g/tuesday-kettle/heard/"
    assert "Nothing yet." in words(group.get(mine))
    wrong = host.post("/host/heard/1/outcome", data={"look_again_on": "2090-01-01"})
    assert (wrong.status_code, "90 days that come" in words(wrong)) == (422, True)
    day = clock.today() + timedelta(days=30)
    assert host.post("/host/heard/1/outcome", data={"look_again_on": day.isoformat()}).status_code == 303
    assert f"Nothing yet. They look again on {day:%A} {day.day}" in words(group.get(mine))
    assert host.post("/host/heard/1/outcome", data={"outcome": "We asked the council."}).status_code == 303
    assert "What came of it: We asked the council." in words(group.get(mine))
    assert "Take it back" not in words(group.get(mine))
    assert "We asked the council." in words(host.get("/host/heard/?done=1"))
    assert Client(app).as_(make.person("Joe")).get(at).status_code == 404


def test_the_hosts_list_is_a_page_at_a_time_the_longest_waiting_first(kettle, marsha, imani):
    asked = ask(marsha, kettle)
    made = [pass_on(marsha, kettle, asked).number for _ in range(23)]
    first = queries.every(done=False)
    assert [line.number for line in first] == made[:21]
    assert [line.number for line in queries.every(done=False, after=made[19])] == made[20:]
