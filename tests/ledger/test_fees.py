"""The fee in versions: announced ahead, never reaching back, and said beside what it took."""

import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.autonomy import actions as autonomy
from portal.autonomy.door import Mistake
from portal.autonomy.models import Quiet
from portal.core import clock
from portal.core.db import db
from portal.core.jobs import Job
from portal.ledger import actions, posting, queries
from portal.ledger.models import Fund, JournalEntry
from portal.people.roles import Role
from tests import make
from tests.client import Client, refused, words

WHY = "The bank asks for more"


def days(count: int):
    return clock.today() + timedelta(days=count)


def later(count: int):
    """The clock moved on by so many days."""
    return time_machine.travel(clock.now() + timedelta(days=count), tick=False)


def glyn_again():
    return make.actor(make.person("Glyn"), Role.FINANCE)


def states(group) -> list[tuple[int, str]]:
    (versions,) = queries.fees(group.id).values()
    return [(one.rate.version, one.state) for one in versions]


def test_another_fee_takes_a_month_of_notice_and_the_group_hears_of_it(kettle, imani, grant):
    with pytest.raises(Mistake, match="The group hears of it first") as early:
        actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=days(29), words=WHY)
    assert early.value.field == "starts_on"
    actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=days(30), words=WHY)
    assert states(kettle) == [(1, "now"), (2, "coming")]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.name == "notices.news")) == 1
    with later(30):
        assert states(kettle) == [(1, "past"), (2, "now")]


def test_it_never_reaches_back(kettle, imani, glyn, grant):
    actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=days(30), words=WHY)
    today = clock.today()
    with later(40):
        for on, fee in ((today, 5_00), (today + timedelta(days=29), 5_00), (today + timedelta(days=30), 7_00)):
            made = actions.receive(glyn_again(), kettle, grant.id, source="grant", pence=100_00, on=on, words="A part")
            taken = {one.account.value: one.pence for one, name in queries.lines(made) if name}
            assert taken["fee"] == fee
            assert queries.rate_taken(made).basis_points == fee


def test_its_line_names_the_version_and_a_correction_names_what_it_takes_back(app, kettle, imani, grant):
    actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=days(30), words=WHY)
    entry = db.session.scalars(sa.select(JournalEntry.id)).one()
    with later(45):
        back = actions.correct(glyn_again(), kettle, entry, words="Not ours").id
        db.session.expunge_all()
        fees = {(one.entry.id, one.rate.version) for one in queries.movements(kettle.id).rows if one.account == "fee"}
        assert fees == {(entry, 1), (back, 1)}
        ours = words(Client(app).as_(make.person("Marsha")).get("/g/tuesday-kettle/money/"))
        assert ours.count("The fee, 5 % (agreed version 1)") == 2
        theirs = Client(app).as_(make.person("Glyn"))
        for number in (entry, back):
            page = words(theirs.get(f"/host/groups/tuesday-kettle/books/entries/{number}"))
            assert "The fee, 5 % (agreed version 1)" in page


def test_a_donation_has_no_fee_and_names_no_version(kettle, glyn, grant):
    made = actions.receive(glyn, kettle, grant.id, source="donation", pence=5_00, on=clock.today(), words="A gift")
    assert queries.rate_taken(made) is None


def test_one_that_is_replaced_before_its_day_never_holds(kettle, imani, grant):
    actions.change_fee(imani, kettle, grant.id, basis_points=900, starts_on=days(90), words=WHY)
    with pytest.raises(Mistake, match="already"):
        actions.change_fee(imani, kettle, grant.id, basis_points=900, starts_on=days(95), words=WHY)
    actions.change_fee(imani, kettle, grant.id, basis_points=500, starts_on=days(60), words="We found another way")
    assert states(kettle) == [(1, "now"), (2, "never"), (3, "coming")]
    with later(100):
        assert posting.fee_rate(db.session.get_one(Fund, grant.id), clock.today()) == 500
        assert states(kettle) == [(1, "past"), (2, "never"), (3, "now")]


def test_while_a_group_rests_its_notice_has_not_begun(kettle, imani, grant):
    autonomy.rest(make.actor(make.person("Marsha")), kettle, days=14)
    until = clock.in_london(db.session.scalars(sa.select(Quiet.until)).one()).date()
    with pytest.raises(Mistake, match="hears of it first"):
        actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=days(30), words=WHY)
    starts = until + timedelta(days=30)
    assert actions.change_fee(imani, kettle, grant.id, basis_points=700, starts_on=starts, words=WHY).version == 2


def test_a_pot_that_is_no_fund_yet_has_no_fee(kettle, imani):
    named = db.session.scalars(sa.select(Fund.id).where(Fund.name == "Grant")).one()
    with pytest.raises(Mistake, match="Open this pot"):
        actions.change_fee(imani, kettle, named, basis_points=700, starts_on=days(30), words=WHY)


COUNT = itertools.count(1)
CHANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(30, 120), st.integers(0, 2500)), max_size=6)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
@pytest.mark.slow
def test_whatever_is_announced_no_day_that_has_been_changes_its_fee(app, changes):
    """Changes one after another: so many days later, so far ahead, so much."""
    number = next(COUNT)
    group = make.group(f"Fees {number}", organisers=(f"Org{number}",))
    finance, coordinator = make.person("Glyn"), make.person("Imani")
    if number == 1:
        make.staff("Glyn", Role.FINANCE)
        make.staff("Imani", Role.COORDINATOR)
    start = clock.now()
    binds = {"restriction": "unrestricted", "basis": "part", "fee_basis_points": 500}
    fund = actions.open_fund(make.actor(finance, Role.FINANCE), group, name="Ours", **binds)
    was: dict = {}
    passed = 0
    for gap, ahead, points in changes:
        passed += gap
        with time_machine.travel(start + timedelta(days=passed), tick=False):
            try:
                actions.change_fee(
                    make.actor(coordinator, Role.COORDINATOR),
                    *(group, fund.id),
                    basis_points=points,
                    starts_on=days(ahead),
                    words=WHY,
                )
            except Mistake:
                db.session.rollback()  # the fee it is already
            for back in range(0, passed + 1, 7):
                on = days(-back)
                assert was.setdefault(on, posting.fee_rate(fund, on)) == posting.fee_rate(fund, on)
    db.session.rollback()


@pytest.fixture
def books(app, imani, grant):
    browser = Client(app).as_(make.person("Imani"))
    return lambda **body: browser.post(f"/host/groups/tuesday-kettle/books/funds/{grant.id}/fee", data=body)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    refused(
        fee={
            "Write the new fee": [""],
            "Use a number, like 5 or 7.5": ["lots", "-5", "NaN", "1e1", "5.125"],
            "Between 0 and 25 per cent.": ["26"],
            "The fee is 5 % already.": ["5"],
        },
        starts_on={
            "Write the day it holds from.": [""],
            "Use a day that exists": ["31/2/2090"],
            "Check the year.": ["2900-01-01"],
            "The group hears of it first.": ["2001-01-01"],
        },
        words={"Write why, for the group.": [""], "Keep it under 200 letters.": ["x" * 201]},
    ),
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_cannot_be_has_a_plain_sentence_and_stays_as_typed(books, field, typed, says):
    answer = books(**{"fee": "7.5", "starts_on": "2090-01-01", "words": "Costs rose", field: typed})
    assert answer.status_code == 422
    assert says in words(answer)
    if typed and len(typed) < 40:
        assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_host_and_the_group_read_what_is_coming(app, books, grant):
    assert books(fee="7.5 %", starts_on="2090-01-01", words="Costs rose").status_code == 303
    page = words(Client(app).as_(make.person("Imani")).get("/host/groups/tuesday-kettle/books"))
    assert "7.5 % of grants Coming Version 2, from 1 January 2090. Costs rose" in page
    assert "5 % of grants Now Version 1" in page
