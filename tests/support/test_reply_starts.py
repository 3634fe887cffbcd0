"""The plain replies that answers start from: written by coordinators, and no more than a start."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from portal.autonomy.door import Mistake, NotHere, Refused
from portal.core.db import db
from portal.support import actions, queries
from portal.support.models import ReplyStart
from tests import make
from tests.browser import enter
from tests.client import Client

KEY = "k" * 32


def write(by, title="We have it", words="Thank you, we have it.") -> ReplyStart:
    return actions.write_start(by, title=title, words=words)


def offered(by) -> list[str]:
    db.session.rollback()
    return [row.title for row in queries.starts()]


def box(page: str) -> str:
    """What stands in the answer box."""
    return page.partition('id="words-r"')[2].partition(">")[2].partition("</textarea>")[0]


def test_they_are_offered_in_the_order_they_were_written_until_put_away(imani, sefa):
    first, second = write(imani), write(sefa, "Sorry, no")
    assert offered(sefa) == ["We have it", "Sorry, no"]
    actions.change_start(sefa, None, first.id, title="It’s here", words="It’s here.")
    assert offered(imani) == ["It’s here", "Sorry, no"]
    actions.end_start(imani, None, second.id)
    assert offered(imani) == ["It’s here"]
    assert queries.start(second.id) is None


def test_counts_stay_what_they_are_however_many_there_are(kettle, marsha, imani):
    before = queries.counts(imani)
    for n in range(3):
        write(imani, f"Reply {n}")
    actions.ask(marsha, kettle, words="Could someone open the hall?")
    assert queries.counts(imani) == before | {"mine": 1, "new": 1, "newest": before["newest"] + 1}


def test_there_are_never_more_than_twelve(imani):
    for n in range(queries.MOST_STARTS):
        write(imani, f"Reply {n}")
    with pytest.raises(Mistake, match="12 are plenty"):
        write(imani)


def test_only_coordinators_write_them(imani, glyn, marsha):
    start = write(imani)
    for by in (glyn, marsha):
        for act in (
            lambda by=by: write(by),
            lambda by=by: actions.change_start(by, None, start.id, title="x", words="x"),
            lambda by=by: actions.end_start(by, None, start.id),
        ):
            with pytest.raises(Refused):
                act()
    with pytest.raises(NotHere):
        actions.end_start(imani, None, 98_765)
    assert offered(imani) == ["We have it"]


def test_a_link_fills_the_answer_box_and_sends_nothing(app, kettle, marsha, imani):
    start, asked = write(imani), actions.ask(marsha, kettle, words="Could someone open the hall?")
    browser, at = Client(app).as_(make.person("Imani Okafor")), f"/host/requests/{asked.number}"
    page = browser.get(at).text
    assert f'href="{at}?view=mine&amp;start={start.id}#reply"' in page
    assert box(page) == ""
    assert box(browser.get(f"{at}?start={start.id}").text) == "Thank you, we have it."
    for other in ("98765", "x", "-1"):
        assert box(browser.get(f"{at}?start={other}").text) == ""
    assert queries.thread_at_host(asked.number, imani).state.name == "NEW"


def test_what_was_typed_stays_whatever_it_started_from(app, kettle, marsha, imani):
    start, asked = write(imani), actions.ask(marsha, kettle, words="Could someone open the hall?")
    browser, at = Client(app).as_(make.person("Imani Okafor")), f"/host/requests/{asked.number}"
    stale = {"words": "My own words", "seen": "2020-01-01", "key": KEY}
    answer = browser.post(f"{at}/replies?start={start.id}", data=stale)
    assert (answer.status_code, box(answer.text)) == (422, "My own words")


def test_an_answer_that_started_from_one_stays_when_it_changes(kettle, marsha, imani):
    start, asked = write(imani), actions.ask(marsha, kettle, words="Could someone open the hall?")
    actions.reply(imani, kettle, asked.id, words=start.words, seen=asked.moved_at.isoformat())
    actions.change_start(imani, None, start.id, title="x", words="Something else")
    said = [one.words for one in queries.thread_at_host(asked.number, imani).said if one.words]
    assert said == ["Could someone open the hall?", "Thank you, we have it."]


def test_writing_changing_and_putting_away_on_their_page(app, imani):
    browser, at = Client(app).as_(make.person("Imani Okafor")), "/host/requests/starts/"
    assert "Write what it says." in browser.post(at, data={"title": "Yes", "key": KEY}).text
    browser.post(at, data={"title": "Yes", "words": "Yes, go ahead.", "key": KEY})
    start = db.session.scalar(sa.select(ReplyStart.id))
    assert browser.post(f"{at}{start}", data={"title": "", "words": "x", "key": KEY}).status_code == 422
    browser.post(f"{at}{start}", data={"title": "Yes, do", "words": "Yes, please do.", "key": KEY})
    assert "Yes, please do." in browser.get(at).text
    browser.post(f"{at}{start}/end", data={"key": KEY})
    assert "None yet." in browser.get(at).text
    assert browser.get(f"{at}{start}").status_code == 404


@pytest.mark.browser
def test_with_script_it_goes_in_at_the_cursor_and_nothing_typed_is_lost(laptop):
    enter(laptop, "Imani Okafor").goto("/host/requests/2")
    answer = laptop.get_by_label("Answer Marsha")
    laptop.get_by_role("link", name="Go ahead").click()
    expect(answer).to_have_value("Yes, go ahead. You don’t need anything else from us for this.")
    answer.fill("Hello Marsha\n\nBye")
    answer.evaluate("box => box.setSelectionRange(12, 12)")
    laptop.get_by_role("link", name="One thing first").click()
    expect(answer).to_have_value(re.compile("One thing|one thing"))
    laptop.keyboard.type("who was there?")
    began = "Hello Marsha\n\nWe can do this. There is one thing we need first: who was there?"
    assert answer.input_value() == f"{began}\n\nBye"
    assert laptop.url.endswith("/host/requests/2")


@pytest.mark.browser
def test_without_script_the_link_fills_the_box(pages):
    page = pages("phone", java_script_enabled=False)
    enter(page, "Imani Okafor").goto("/host/requests/2")
    page.get_by_role("link", name="Go ahead").click()
    assert page.get_by_label("Answer Marsha").input_value().startswith("Yes, go ahead.")
