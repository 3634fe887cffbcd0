"""The host's own books: its funds and what moved in them, what the bank should hold, and that it is looked at daily."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.door import Mistake
from portal.core import clock, wall
from portal.core.db import db
from portal.demo import seed
from portal.ledger import actions, jobs, posting, queries
from portal.ledger.models import Account, Balance, BooksCheck, HostFund, JournalEntry, Kind
from portal.ledger.posting import Line
from portal.people.models import Group, Person
from portal.people.roles import Role
from tests import demo as demos
from tests import make
from tests.client import Client, refused, words
from tests.installation import settings_for

OURS = "/host/books/"


def given(by, pence: int, fund: str = "small_things", says: str = "A gift") -> JournalEntry:
    return actions.receive_ours(by, fund=fund, source="donation", pence=pence, on=clock.today(), words=says)


def test_money_of_the_hosts_comes_in_and_is_corrected_once(glyn):
    made = given(glyn, 25_00)
    assert queries.held_by_host(HostFund.SMALL_THINGS) == 25_00
    back = actions.correct_ours(glyn, None, made.id, words="Twice")
    assert queries.held_by_host(HostFund.SMALL_THINGS) == 0
    for entry, says in ((made, "corrected already"), (back, "a correction already")):
        with pytest.raises(Mistake, match=says):
            actions.correct_ours(glyn, None, entry.id, words="Again")
    assert list(queries.faults()) == []


def test_what_the_bank_should_hold_is_everyones_and_what_is_in_floats_is_apart(app, kettle, glyn, grant):
    given(glyn, 25_00)
    with wall.opened(kettle.id):
        out = [Line(Account.FLOAT, 30_00, grant.id), Line(Account.BANK, -30_00, grant.id)]
        posting.post(kettle.id, Kind.TRANSFER, out, on=clock.today(), words="A float", by=None)
    db.session.commit()
    page = words(Client(app).as_(make.person("Glyn")).get(OURS))
    assert "The bank should hold £95 .00 £65.00 for groups, £30.00 in our own funds. £30.00 more is out in floats." in page


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_trustees_and_coordinators_read_and_only_finance_writes(app, glyn, imani):
    beatrix = make.staff("Beatrix", Role.TRUSTEE)
    entry = given(glyn, 5_00).id
    for person, writes in ((beatrix, False), (make.person("Imani"), False), (make.person("Glyn"), True)):
        browser = Client(app).as_(person)
        page = words(browser.get(OURS))
        assert ("Record it" in page) is ("Close it" in page) is writes
        assert ("Reverse it" in words(browser.get(f"{OURS}entries/{entry}"))) is writes
        assert "Small Things Pot £5.00" in page


def test_what_moved_is_a_page_at_a_time_by_fund_with_the_groups_it_came_from(app, kettle, glyn, grant):
    for n in range(35):
        given(glyn, 100 + n, says=f"Gift {n}")
    first, before = queries.our_movements()
    second, end = queries.our_movements(before=before)
    assert (len(first), len(second), end) == (queries.PAGE, 6, None)
    fees, end = queries.our_movements(HostFund.FEES)
    assert [(row.fund, row.pence, row.group) for row in fees] == [(HostFund.FEES, 5_00, "Tuesday Kettle")]
    browser = Client(app).as_(make.person("Glyn"))
    assert "Earlier ones" in words(browser.get(OURS))
    page = words(browser.get(f"{OURS}?fund=small_things&before={before}"))
    assert "Gift 4 +£1.04" in page
    assert "Fee: " not in page
    assert "Fee: First half +£5.00 Today, Our own money, Tuesday Kettle" in words(browser.get(f"{OURS}?fund=fees"))
    for odd in ("fund=nothing", "before=x", "before=-1", f"before={2**31}", f"before={'9' * 18}", "fund=suspense"):
        for path in (OURS, "/host/groups/tuesday-kettle/books", "/host/disagreements/", "/host/silence/"):
            assert browser.get(f"{path}?{odd}").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    refused(
        fund={"Pick one of these.": ["", "suspense"]},
        source={"Pick one of these.": ["award"]},
        pence={
            "Write how much": [""],
            "Enter an amount above £0": ["0"],
            "Use numbers, like 6 or 6.50": ["-5", "6.505", "1e12"],
            "more than we can hold": ["1000000000000"],
        },
        on={
            "Write the day it came in.": [""],
            "Use a day that exists": ["31/2/2026", "29/2/2026"],
            "That day hasn’t come yet.": ["2090-01-01"],
            "Check the year.": ["0026-01-01"],
        },
        words={"Write a few words.": [" "], "Keep it under 200 letters.": ["x" * 201]},
    ),
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_what_cannot_be_has_a_plain_sentence_and_stays_as_typed(app, kettle, glyn, grant, whose, field, typed, says):
    path = f"{OURS}money-in" if whose == "ours" else f"/host/groups/tuesday-kettle/books/funds/{grant.id}/money-in"
    if whose == "theirs" and field in {"fund", "source"}:
        field, typed = "source", "loan"
    body = {"fund": "fees", "source": "donation", "pence": "5", "on": "2026-04-02", "words": "From a shop", field: typed}
    answer = Client(app).as_(make.person("Glyn")).post(path, data=body)
    assert answer.status_code == 422
    assert says in words(answer)
    if len(typed.strip()) in range(1, 40) and field in {"pence", "on"}:
        assert f'value="{typed}"' in answer.text
    assert queries.our_movements(HostFund.SMALL_THINGS)[0] == []


FUND = {"name": "Ours too", "restriction": "restricted", "purpose": "Tea", "basis": "held", "fee": "5"}
FUND |= {"agreed": "The organisers with Paths, 12 March 2026", "from_on": "2026-04-01", "until_on": "2027-03-31"}


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    refused(
        name={
            "Write what the group calls it.": [""],
            "Keep it under 80 letters.": ["x" * 81],
            "The group has a fund of that name.": ["community hands GRANT"],
        },
        funder={"Keep it under 120 letters.": ["x" * 121]},
        restriction={"Pick one of these.": ["", "tight"]},
        purpose={"in the funder’s words": [""], "Keep it under 2,000 letters.": ["x" * 2001]},
        agreed={"Keep it under 200 letters.": ["x" * 201]},
        basis={"Pick one of these.": [""]},
        fee={"Use a number, like 5 or 7.5": ["1.125", "-1", "1e12", "1000000000000"], "Between 0 and 25 per cent.": ["30"]},
        from_on={"Use a day that exists": ["31/4/2026"], "Check the year.": ["0001-01-01"]},
        until_on={"Check the year.": ["9999-12-31"], "It ends before it begins.": ["2026-03-31"]},
    ),
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_fund_that_cannot_be_has_a_plain_sentence(app, kettle, grant, field, typed, says):
    path = "/host/groups/tuesday-kettle/books/funds"
    answer = Client(app).as_(make.person("Glyn")).post(path, data=FUND | {field: typed})
    assert answer.status_code == 422
    assert says in words(answer)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_who_agreed_to_a_fund_and_when_is_kept(app, kettle, glyn):
    browser = Client(app).as_(make.person("Glyn"))
    assert browser.post("/host/groups/tuesday-kettle/books/funds", data=FUND).status_code == 303
    (one,) = queries.statuses(kettle.id)
    assert (one.fund.agreed, one.fund.basis) == (FUND["agreed"], "held")
    assert queries.fees(kettle.id)[one.fund.id][0].rate.words == FUND["agreed"]


@pytest.fixture
def logged(caplog):
    """What the ledger's log says."""
    with caplog.at_level("ERROR", "portal.ledger"):
        logging.getLogger("portal.ledger").addHandler(caplog.handler)
        yield caplog
        logging.getLogger("portal.ledger").removeHandler(caplog.handler)


def checks() -> list[tuple[int, str | None]]:
    return [(one.faults, one.first) for one in db.session.scalars(sa.select(BooksCheck).order_by(BooksCheck.id))]


def test_the_books_are_added_up_once_a_day_and_what_differs_is_said(app, kettle, glyn, grant, logged):
    browser = Client(app).as_(make.person("Glyn"))
    assert "They weren’t yet." in words(browser.get(OURS))
    jobs.check_books()
    jobs.check_books()
    assert checks() == [(0, None)]
    assert "Everything adds up, looked at today" in words(browser.get(OURS))
    assert logged.records == []
    with wall.opened(kettle.id):
        db.session.scalars(sa.select(Balance).where(Balance.account == Account.BANK)).one().pence += 1
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        jobs.check_books()
        says = f"The balance of fund {grant.id} at bank is 9501; its postings sum to 9500."
        assert checks() == [(0, None), (1, says)]
        assert {(one.levelname, one.msg, one.faults) for one in logged.records} == {("ERROR", "the books don’t add up", 1)}
        page = words(Client(app).as_(make.person("Glyn")).get(OURS))
        assert f"One thing doesn’t add up, looked at today, {filters_moment()}. {says}" in page


def filters_moment() -> str:
    from portal.core.filters import moment

    return moment(db.session.scalars(sa.select(BooksCheck.checked_at).order_by(BooksCheck.id.desc())).first()).split(", ")[
        1
    ]


def test_the_worker_comes_round_to_it(app):
    from portal.core.jobs import _tidy_ups

    assert jobs.check_books in _tidy_ups


ROUNDS = 10


def test_two_awards_at_once_never_take_more_than_the_pot_holds(app, kettle, walkers, glyn):
    """Of two groups, so that no group's own lock is in the way."""
    binds = {"restriction": "unrestricted", "basis": "part"}
    both = [(one.id, actions.open_fund(glyn, one, name="Ours", **binds).id) for one in (kettle, walkers)]
    db.session.remove()
    for _ in range(ROUNDS):
        pot = queries.held_by_host(HostFund.SMALL_THINGS)
        db.session.rollback()
        given(glyn, 100_00 - pot)
        db.session.remove()
        together = Barrier(2)

        def award(where, together=together) -> bool:
            group_id, fund_id = where
            with app.app_context():
                group = db.session.get_one(Group, group_id)
                db.session.rollback()
                together.wait()
                try:
                    actions.receive(glyn, group, fund_id, source="award", pence=60_00, on=clock.today(), words="x")
                    return True
                except Mistake:
                    return False
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(award, both)) == [False, True]
    assert queries.held_by_host(HostFund.SMALL_THINGS) == 40_00
    assert list(queries.faults()) == []


@pytest.mark.slow
@pytest.mark.parametrize("dialect", demos.ON)
def test_the_demos_pot_is_on_the_page_to_the_penny(installation, settings):
    with installation.open(settings_for(settings.data, PORTAL_DEMO="1", PORTAL_DATABASE_URL=settings.database_url)) as app:
        seed.lay_out()
        for name in ("Glyn Parry", "Imani Okafor", "Beatrix Lund"):
            person = db.session.scalars(sa.select(Person).where(Person.name == name)).one()
            page = words(Client(app).as_(person).get(OURS))
            assert "Small Things Pot £1,270.00 Donations £2,400.00, awarded £1,130.00, left £1,270.00." in page
            assert "Our own money £1,875.00 Fees £1,875.00, left £1,875.00." in page
            assert "The bank should hold £20,902 .02 £17,757.02 for groups, £3,145.00 in our own funds." in page
