"""The host's board, on both databases: all it carries for all groups, and which groups want to talk."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy.areas import Area, Level, Outcome
from portal.autonomy.door import Mistake, Refused
from portal.core import clock, wall
from portal.core.db import db
from portal.cover import actions as cover
from portal.governance import actions, jobs, months, queries
from portal.governance.models import Item
from portal.governance.starting_set import Holder
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.governance.conftest import laid

BOARD = "/host/board/"


def every(view="carried") -> list[int]:
    """The numbers on the board, page by page."""
    found, after = [], None
    while True:
        lines = queries.board(view, after)
        found += [line.item.id for line in lines[: queries.PAGE]]
        if len(lines) <= queries.PAGE:
            return found
        after = queries.mark(view, queries.mark_of(view, lines[queries.PAGE - 1].item))


def test_it_holds_what_the_host_carries_for_all_groups_the_soonest_first_a_page_at_a_time(kettle, walkers):
    for number in range(10):
        make.group(f"Group {number}")
    jobs.lay_out()
    rows = db.session.scalars(sa.select(Item).where(Item.holder == Holder.HOST).order_by(Item.id)).all()
    for number, row in enumerate(rows):
        make.set_facts(row, host_look_on=months.after(number * 7 % 12))
    assert len(rows) == 24
    assert every() == [row.id for row in sorted(rows, key=lambda row: (row.host_look_on, row.id))]
    with wall.opened(walkers.id):
        walkers.left_at = clock.now()
    db.session.commit()
    assert len(every()) == 22


def test_it_says_whom_each_is_with_and_who_covers_while_they_are_away(app, kettle, imani, sefa):
    row = laid(kettle, "insurance")
    make.set_facts(row, person_id=sefa.person_id)
    assert (queries.on_board(row.id).person, queries.on_board(row.id).away_until) == ("Sefa Tuilagi", None)
    back, today = clock.today() + timedelta(days=3), clock.today()
    away = cover.set_away(imani, person_id=sefa.person_id, from_on=today, until_on=back, cover_id=imani.person_id)
    line = queries.on_board(row.id)
    assert (line.person, line.away_until, line.cover) == ("Sefa Tuilagi", back, "Imani Okafor")
    text = words(Client(app).as_(make.person("Imani Okafor")).get(BOARD))
    assert "Sefa (away; Imani covers)" in text
    cover.end_away(imani, None, away.id)
    assert "away" not in words(Client(app).as_(make.person("Imani Okafor")).get(BOARD))


def test_a_coordinator_takes_on_hands_over_and_says_done_and_the_group_reads_it(app, kettle, imani, glyn):
    row = laid(kettle, "insurance")
    make.set_level(kettle, Area.DOCUMENTS, Level.ONLY_US)  # what the host holds is its own at every level
    row = actions.take_on(imani, kettle, row.id)
    assert (row.person_id, row.host_started_at is not None) == (imani.person_id, True)
    group = Client(app).as_(make.person("Marsha"))
    assert "In progress With Imani." in words(group.get("/g/tuesday-kettle/how-we-run/"))
    assert actions.hand_to(imani, kettle, row.id, person_id=glyn.person_id).person_id == glyn.person_id
    row = actions.done(imani, kettle, row.id, look_on=months.after(6), words="Covers us until May.")
    assert (row.host_started_at, row.host_look_on, row.person_id) == (None, months.after(6), glyn.person_id)
    assert "covers this Covers us until May. With Glyn." in words(group.get("/g/tuesday-kettle/how-we-run/"))
    db.session.rollback()
    lines = db.session.execute(
        sa.select(Entry.action, Entry.role, Entry.outcome, Entry.about).where(Entry.role == Role.COORDINATOR)
    ).all()
    acts = ("governance.take_on", "governance.hand_to", "governance.done")
    assert lines == [(act, Role.COORDINATOR, Outcome.ALLOW, "insurance") for act in acts]
    assert "did something the host holds" in words(group.get("/g/tuesday-kettle/log/"))


def test_whats_done_names_a_month_to_come_and_whoever_has_it_works_here(kettle, marsha, imani, joe):
    row = laid(kettle, "insurance")
    for day in (months.of(clock.today()) - timedelta(days=1), months.after(months.AHEAD + 1)):
        with pytest.raises(Mistake, match="next three years"):
            actions.done(imani, kettle, row.id, look_on=day)
    for person_id in (joe.person_id, None, 0):
        with pytest.raises(Mistake, match="works here"):
            actions.hand_to(imani, kettle, row.id, person_id=person_id)


@pytest.mark.parametrize("holder", [Holder.GROUP, Holder.SHARED])
def test_what_the_group_holds_or_shares_isnt_on_it_and_isnt_the_hosts_to_take(kettle, imani, holder):
    row = laid(kettle, "events")
    make.set_facts(row, holder=holder)
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    assert row.id not in every()
    assert queries.on_board(row.id) is None
    for act, facts in (
        *((actions.take_on, {}), (actions.hand_to, {"person_id": imani.person_id})),
        (actions.done, {"look_on": months.after(1)}),
    ):
        with pytest.raises(Refused, match="The group holds this one"):
            act(imani, kettle, row.id, **facts)


def test_only_coordinators_act_and_everyone_at_the_host_reads(app, kettle, imani, glyn, beatrix, marsha):
    row = laid(kettle, "insurance")
    for by in (glyn, beatrix, marsha):
        with pytest.raises(Refused):
            actions.take_on(by, kettle, row.id)
    for name in ("Beatrix Lund", "Glyn Parry"):
        browser = Client(app).as_(make.person(name))
        assert "Insurance" in words(browser.get(BOARD))
        opened = browser.get(f"{BOARD}{row.id}")
        assert opened.status_code == 200
        assert f'action="{BOARD}' not in opened.text
        assert browser.post(f"{BOARD}{row.id}/taking", data={}).status_code == 404
    assert Client(app).as_(make.person("Marsha")).get(BOARD).status_code == 404


def test_a_group_that_wants_to_talk_is_on_it_until_they_did(app, kettle, marsha, imani):
    first, second = laid(kettle, "exit-plan"), laid(kettle, "insurance")
    actions.talk(marsha, kettle, first.id, words="Could you hold it until spring?")
    actions.talk(marsha, kettle, second.id)
    assert every("talk") == [first.id, second.id]
    browser = Client(app).as_(make.person("Imani Okafor"))
    assert "Could you hold it until spring?" in words(browser.get(f"{BOARD}{first.id}?view=talk"))
    answer = browser.post(f"{BOARD}{first.id}/talked?view=talk", data={})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{BOARD}?view=talk")
    assert every("talk") == [second.id]
    assert browser.get(f"{BOARD}{first.id}").status_code == 404
    actions.talk(marsha, kettle, first.id)
    assert every("talk") == [second.id, first.id]
    actions.end_talk(marsha, kettle, second.id)
    assert every("talk") == [first.id]


def test_over_the_pages_without_script(app, kettle, imani, glyn):
    row = laid(kettle, "insurance")
    browser = Client(app).as_(make.person("Imani Okafor"))
    at = f"{BOARD}{row.id}"
    assert browser.post(f"{at}/taking?view=carried", data={}).headers["Location"] == f"{at}?view=carried"
    wrong = browser.post(f"{at}/handing", data={"person_id": ""})
    assert (wrong.status_code, "Choose someone." in words(wrong)) == (422, True)
    stranger = browser.post(f"{at}/handing", data={"person_id": str(make.person("Joe").id)})
    assert (stranger.status_code, "works here" in words(stranger)) == (422, True)
    assert browser.post(f"{at}/handing", data={"person_id": str(glyn.person_id)}).status_code == 303
    wrong = browser.post(f"{at}/done", data={"look_on": "", "words": "Covers us"})
    assert (wrong.status_code, 'value="Covers us"' in wrong.text) == (422, True)
    assert browser.post(f"{at}/done", data={"look_on": months.after(12).isoformat(), "words": ""}).status_code == 303
    assert "Last done Today" in words(browser.get(at))


@pytest.mark.parametrize("typed", ["", "x", "2026-13-01_4", "_", "2026-11-01_x", "2026-11-01T09:00:00_4"])
def test_an_address_that_says_nothing_shows_the_board_from_its_start(app, kettle, imani, typed):
    laid(kettle, "insurance")
    browser = Client(app).as_(make.person("Imani Okafor"))
    for view in (*queries.VIEWS, "else"):
        assert browser.get(BOARD, query_string={"view": view, "after": typed}).status_code == 200


def test_a_month_is_its_first_day():
    assert months.of(date(2026, 11, 30)) == months.after(0, date(2026, 11, 9)) == date(2026, 11, 1)
    assert months.after(14, date(2026, 11, 9)) == date(2028, 1, 1)
