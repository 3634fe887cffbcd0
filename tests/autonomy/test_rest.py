"""Quiet mode: any organiser, no reason; clocks pause, and what staff would do and tell, they ask."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy import actions, queries, standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.core import clock
from portal.core.db import db
from portal.receipts import actions as receipts
from tests import make


def test_quiet_turns_tell_after_into_asking_and_leaves_you_do(kettle, glyn, marsha):
    """Worked example 6, on receipts."""
    receipt = make.receipt(kettle)
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    actions.rest(marsha, kettle, days=14)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="x")
    make.set_level(kettle, Area.RECEIPTS, Level.YOU_DO)
    receipts.describe(glyn, kettle, receipt.id, label="x")
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    actions.wake(marsha, kettle)
    receipts.describe(glyn, kettle, receipt.id, label="y")


def test_a_proposals_clock_pauses_while_the_group_rests(kettle, glyn, marsha):
    receipt = make.receipt(kettle)
    with pytest.raises(Proposed) as raised:
        receipts.describe(glyn, kettle, receipt.id, label="x")
    start = clock.now()
    with time_machine.travel(start + timedelta(days=10)):
        actions.rest(marsha, kettle, days=14)
    with time_machine.travel(start + timedelta(days=27)):
        actions.say_yes(marsha, kettle, raised.value.proposal.id)


def test_the_undo_clock_pauses_too(kettle, glyn, marsha):
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle, label="milk")
    receipts.describe(glyn, kettle, receipt.id, label="x")
    entry = db.session.scalars(sa.select(Entry).where(Entry.action == "receipts.describe")).one()
    actions.rest(marsha, kettle, days=84)
    with time_machine.travel(clock.now() + timedelta(days=97)):
        actions.undo(marsha, kettle, entry.id)


def test_it_ends_by_itself_can_be_longer_and_never_above_12_weeks(kettle, marsha):
    actions.rest(marsha, kettle, days=14)
    actions.rest(make.actor(make.person("Joe")), kettle, days=28)
    assert len(standing.quiet_spells(kettle.id)) == 1
    with time_machine.travel(clock.now() + timedelta(days=27)):
        assert standing.of(kettle.id).is_quiet
    with time_machine.travel(clock.now() + timedelta(days=28, seconds=1)):
        assert not standing.of(kettle.id).is_quiet
    with pytest.raises(Mistake):
        actions.rest(marsha, kettle, days=85)


def test_staff_can_neither_start_nor_end_it(kettle, glyn, marsha):
    with pytest.raises(Refused):
        actions.rest(glyn, kettle, days=14)
    actions.rest(marsha, kettle, days=14)
    with pytest.raises(Refused):
        actions.wake(glyn, kettle)
    assert queries.quiet_now(kettle.id)


def test_resting_is_at_most_three_taps_from_home(client, kettle):
    client.as_(make.person("Marsha"))
    assert "/g/tuesday-kettle/say" in client.get("/g/tuesday-kettle/").text
    assert "/g/tuesday-kettle/rest" in client.get("/g/tuesday-kettle/say").text
    assert client.post("/g/tuesday-kettle/rest", data={"weeks": "2", "key": "k" * 20}).status_code == 303
    assert "We’re resting" in client.get("/g/tuesday-kettle/rest").text


def test_afterwards_one_page_says_what_the_host_did_meanwhile_and_nothing_of_before_or_since(client, kettle, glyn, marsha):
    make.set_level(kettle, Area.RECEIPTS, Level.YOU_DO)
    receipt = make.receipt(kettle)
    start = clock.now()
    receipts.describe(glyn, kettle, receipt.id, label="before")
    with time_machine.travel(start + timedelta(days=1)):
        quiet = actions.rest(marsha, kettle, days=14).id
    with time_machine.travel(start + timedelta(days=2)):
        receipts.describe(glyn, kettle, receipt.id, label="meanwhile")
    with time_machine.travel(start + timedelta(days=16)):
        receipts.describe(glyn, kettle, receipt.id, label="since")
        page = client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/rest/{quiet}").text
    assert page.count("changed the words on a receipt") == 1


def test_a_helper_reads_about_resting_and_finds_no_button_for_it(client, kettle, marsha):
    client.as_(make.person("Bernie"))
    for says in ("We need a rest", "We’re resting"):
        page = client.get("/g/tuesday-kettle/rest").text
        assert says in page
        assert "One of our organisers starts and ends a rest." in page
        assert "/rest" not in "".join(re.findall(r"<form[^>]*>", page))
        actions.rest(marsha, kettle, days=14)


def test_deadlines_count_only_waking_time():
    start = clock.now()
    day = timedelta(days=1)
    spells = [(start + 2 * day, start + 5 * day), (start + 6 * day, start + 7 * day), (start + 90 * day, start + 91 * day)]
    assert standing.deadline(start, 4 * day, spells) == start + 8 * day
    assert standing.deadline(start, 4 * day, []) == start + 4 * day
    assert standing.deadline(start, 4 * day, [(start - 5 * day, start + day)]) == start + 5 * day
