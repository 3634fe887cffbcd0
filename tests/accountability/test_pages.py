"""The page and its lists as groups, staff and trustees read them: the same figures, and nothing that tells which group."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from portal.accountability import figures, queries
from portal.accountability.charts import COLUMNS, MOST, of_waits
from portal.accountability.date_spans import chosen
from portal.accountability.figures import Wait
from portal.accountability.queries import LISTS
from portal.breakglass import actions as duties
from portal.core import clock, wall
from portal.core.db import db
from portal.people.models import Membership
from portal.people.roles import Role
from portal.support import actions as support
from tests import make
from tests.client import Client, words

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
SECRETS = ("Walkers", "walkers", "Sam", "boots", "minibus", "Not yet, sorry", "Dale", "R1", "S1", "S2", "D1", "L1", "F9")


def opened(app, name: str, path: str) -> str:
    answer = Client(app).as_(make.person(name)).get(path)
    assert answer.status_code == 200, path
    return answer.text


def read(app, name: str, path: str) -> str:
    answer = Client(app).as_(make.person(name)).get(path)
    assert answer.status_code == 200, path
    return words(answer)


def the_page(text: str) -> str:
    """What a page says of figures: from the choice of time on, without links."""
    return re.sub(r'href="[^"]*"', "", text[text.index('aria-label="Time"') : text.index("</main>")])


@pytest.mark.slow
def test_a_group_and_a_trustee_read_the_same_page(app, much, kettle, beatrix):
    for time in ("month", "quarter", "year"):
        ours = opened(app, "Marsha", f"/g/tuesday-kettle/doing/?time={time}")
        assert the_page(ours) == the_page(opened(app, "Beatrix", f"/host/doing/?time={time}"))


@pytest.mark.slow
def test_what_happened_once_is_counted_once_and_said_plainly(app, much):
    text = read(app, "Sam", "/g/hillfoot-walkers/doing/")
    for said in (
        "A reply by the day that was named 1 of 2",
        "Replies after that day 1",
        "from receipt sent to paid Half within 3",
        "Questions about receipts that were sent 1, to 2",
        "Holds, and how many were wrong 1, 1 wrong",
        "Changes groups were told of, and undid 1 of 2",
        "Questions to groups that waited for them 1 of 1",
        "Legal duties used 1 time",
        "£99.17 of each £100",  # £5,000 of donations without a fee, £1,000 of a grant with one
        "£5,950.00 of £6,000.00 is groups’ own, and £50.00 was kept as fee",
        "A person’s first reply the same working day",
    ):
        assert said in text, said
    assert "%" not in text
    assert "overdue" not in text.lower()


def test_with_nothing_to_count_the_page_says_so(app, kettle, time):
    text = read(app, "Marsha", "/g/tuesday-kettle/doing/")
    assert text.count("Nothing to count yet") >= 3
    assert "Nothing came in to count yet" in text
    for name, kind in LISTS.items():
        assert kind.empty in read(app, "Marsha", f"/g/tuesday-kettle/doing/{name}")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.slow
def test_nothing_on_a_groups_page_tells_which_other_group_a_line_is_of(app, much, kettle, name):
    text = opened(app, "Marsha", f"/g/tuesday-kettle/doing/{name}")
    main = text[text.index("<main") : text.index("</main>")]
    assert "Another group" in main
    for secret in SECRETS:
        assert secret not in main, secret
    if name == "money":
        sums = "Other groups together: £6,000.00 came in, £50.00 was kept as fee."
        assert sums in unescape(main)
        assert not re.search(r"\d,?\d*\.\d\d", unescape(main).replace(sums, "")), "no sum of another group's by itself"


@pytest.mark.parametrize("name", LISTS)
def test_a_groups_own_lines_lead_to_the_thing_itself(app, much, name):
    browser = Client(app).as_(make.person("Sam"))
    text = unescape(browser.get(f"/g/hillfoot-walkers/doing/{name}").text)
    assert "Ours" in text
    assert "Another group" not in text
    for path in re.findall(r'<a class="item" href="([^"]+)"', text):
        assert browser.get(path).status_code == 200, path
    if name not in {"waited", "money"}:
        assert '<a class="item"' in text


def test_a_late_reply_leads_to_its_conversation_and_quotes_nothing_of_it(app, much, kettle, imani, beatrix):
    fact = "A reply was promised by then; on 2 November 2026, with a sorry, another day was named: 10 November 2026."
    assert Client(app).as_(make.person("Imani")).get("/host/requests/2").status_code == 200  # she has opened it
    for name, path in (
        ("Sam", "/g/hillfoot-walkers/doing/late"),
        ("Marsha", "/g/tuesday-kettle/doing/late"),
        ("Imani", "/host/doing/late"),
        ("Beatrix", "/host/doing/late"),
    ):
        page = read(app, name, path)
        assert fact in page
        assert "Not yet, sorry" not in page
        assert ("S2" in page) == (name in {"Sam", "Imani"})


def test_a_conversation_that_isnt_shared_is_nobodys_to_see_but_its_askers(app, imani):
    two = make.group("Two", organisers=("Ann", "Ben"))
    ann = make.actor(make.person("Ann"))
    asked = support.ask(ann, two, words="Between us?", wanted="week")
    lead = make.actor(imani, Role.COORDINATOR)
    support.reply(lead, two, asked.id, words="Yes.", seen=asked.moved_at.isoformat())
    assert "Ours, S1" in read(app, "Ann", "/g/two/doing/replies")
    theirs = read(app, "Ben", "/g/two/doing/replies")
    assert "Ours" in theirs
    assert "S1" not in theirs


def test_at_the_host_each_reads_the_references_that_are_theirs_elsewhere_too(app, much, imani, beatrix):
    make.staff("Noor Haddad", Role.SAFEGUARDING)
    assert "Hillfoot Walkers, R" in read(app, "Imani", "/host/doing/holds")
    for one in ("Beatrix", "Noor"):
        text = read(app, one, "/host/doing/holds")
        assert "Walkers" not in text
        assert "A group" in text
    assert "Hillfoot Walkers, D1" in read(app, "Beatrix", "/host/doing/duties")
    assert "Hillfoot Walkers, L" in read(app, "Beatrix", "/host/doing/money")
    assert "Walkers" not in read(app, "Noor", "/host/doing/money")
    browser = Client(app).as_(make.person("Imani"))
    for name in LISTS:
        for path in re.findall(r'<a class="item" href="([^"]+)"', unescape(browser.get(f"/host/doing/{name}").text)):
            assert browser.get(path).status_code == 200, path


def test_a_duty_a_group_isnt_told_of_yet_is_in_no_figure_and_on_no_list_until_it_is(
    app, time, walkers, kettle, imani, beatrix
):
    lead = make.actor(imani, Role.COORDINATOR)
    asked = make.receipt(walkers)
    facts = {"duty": "F6", "act": "view", "reason": "Someone may be harmed.", "hours": 6}
    glass = duties.ask(lead, walkers, things=asked.ref, delay="danger", delay_days=5, **facts)
    duties.allow(make.actor(beatrix, Role.TRUSTEE), walkers, glass.id)
    pages = [("Beatrix", "/host/doing/duties"), ("Sam", "/g/hillfoot-walkers/doing/duties")]
    for who, path in pages:
        assert "None was used" in read(app, who, path)
    assert figures.of(chosen("month", clock.today())).duties == 0
    time.shift(timedelta(days=6))
    for who, path in pages:
        assert "None was used" not in read(app, who, path)
    assert figures.of(chosen("month", clock.today())).duties == 1


def test_helpers_read_the_figures_and_no_reference_of_a_duty(app, much):
    bo = make.person("Bo").id
    with wall.opened(much.id):
        db.session.add(Membership(group_id=much.id, person_id=bo, role=Role.HELPER))
    db.session.commit()
    text = read(app, "Bo", "/g/hillfoot-walkers/doing/duties")
    assert "Ours" in text
    assert "D1" not in text


@pytest.mark.parametrize("path", ["", "replies", "late", "money"])
def test_only_who_is_in_a_group_reads_its_page_and_only_staff_the_hosts(app, kettle, walkers, path):
    sam = Client(app).as_(make.person("Sam"))
    assert sam.get(f"/g/tuesday-kettle/doing/{path}").status_code == 404
    assert sam.get(f"/host/doing/{path}").status_code == 404
    assert Client(app).get(f"/g/tuesday-kettle/doing/{path}").status_code == 303


def test_there_is_no_league_table(app, much, kettle, imani):
    """No list by group: no other order than the newest first, and no figure of one group's."""
    browser = Client(app).as_(make.person("Imani"))
    assert browser.get("/host/doing/groups").status_code == 404
    assert browser.get("/host/doing/?group=hillfoot-walkers").text == browser.get("/host/doing/").text
    text = browser.get("/host/doing/").text
    assert "Walkers" not in text
    assert "Kettle" not in text


@pytest.mark.slow
def test_a_list_is_paged_by_key_with_nothing_lost_or_doubled(app, time, walkers, imani):
    sam, lead = make.actor(make.person("Sam")), make.actor(imani, Role.COORDINATOR)
    for _ in range(queries.PAGE * 2 + 3):
        asked = support.ask(sam, walkers, words="Can you help?", wanted="week", shared=True)
        time.shift(timedelta(minutes=1))
        support.reply(lead, walkers, asked.id, words="Yes.", seen=asked.moved_at.isoformat())
    browser, seen, path = Client(app).as_(make.person("Sam")), [], "/g/hillfoot-walkers/doing/replies"
    while path:
        text = unescape(browser.get(path).text)
        seen += re.findall(r"Ours, (S\d+)", text)
        found = re.search(r'href="([^"]+)">Earlier ones', text)
        path = found[1] if found else ""
    assert seen == [f"S{n}" for n in range(queries.PAGE * 2 + 3, 0, -1)]
    for typed in ("x", "0", "9" * 9, "9" * 40):
        assert browser.get(f"/g/hillfoot-walkers/doing/replies?after={typed}").status_code == 200
        assert browser.get(f"/g/hillfoot-walkers/doing/paid?after={typed}").status_code == 200


def test_a_picture_stays_small_with_ten_thousand_requests():
    promises = {"week": ("This week", 1), "soon": ("Soon", 3), "no_rush": ("No rush", 10)}
    waits = [Wait(wanted, days, days > 3, 100 + days) for wanted in promises for days in range(33)]
    assert sum(wait.count for wait in waits) > 10_000
    picture = of_waits(waits, promises)
    assert sum(one.lane.count for one in picture.lanes) == sum(wait.count for wait in waits)
    for one in picture.lanes:
        assert len(one.leaves) <= COLUMNS * (MOST + 1)
        assert all(0 <= leaf.x <= 350 and one.top <= leaf.y < one.ground for leaf in one.leaves)
    few = of_waits([Wait("week", 0, False, 3), Wait("week", 2, True, 1)], promises)
    assert few.unit == 1
    assert [(leaf.late) for leaf in few.lanes[0].leaves] == [False, False, False, True]
    assert few.lanes[0].line > max(leaf.x for leaf in few.lanes[0].leaves if not leaf.late)
    assert few.lanes[0].line < max(leaf.x for leaf in few.lanes[0].leaves if leaf.late)


def test_a_picture_has_words_a_table_and_nothing_else_to_see(app, much):
    text = opened(app, "Sam", "/g/hillfoot-walkers/doing/")
    pictures = re.findall(r'<svg class="chart l".*?</svg>.*?</table>', text, re.DOTALL)
    assert len(pictures) == 2
    for one in pictures:
        assert 'role="img"' in one
        assert "<title" in one
        assert "<details" in one


def test_nothing_is_written_by_reading(app, much, beatrix):
    before = db.session.scalar(sa.text("SELECT count(*) FROM entries"))
    for name in ("", *LISTS):
        opened(app, "Beatrix", f"/host/doing/{name}")
        opened(app, "Sam", f"/g/hillfoot-walkers/doing/{name}")
    db.session.rollback()
    assert db.session.scalar(sa.text("SELECT count(*) FROM entries")) == before
