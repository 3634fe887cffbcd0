"""Years of the host's: where they end, that a closed one takes nothing more, and what moved in each fund within one."""

import csv
import io
import itertools
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from portal import config
from portal.autonomy.door import Mistake, NotHere
from portal.core import wall
from portal.core.db import db
from portal.ledger import actions, posting, queries, year
from portal.ledger.models import Account, Balance, Fund, HostFund, JournalEntry
from portal.ledger.posting import Line
from portal.people.models import Group
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.installation import settings_for

ENDS = date(2026, 3, 31)
IN_IT = date(2026, 2, 14)


@pytest.fixture(autouse=True)
def in_may():
    """The year to 31 March 2026 is over."""
    with time_machine.travel("2026-05-20 12:00+00:00"):
        yield


@pytest.fixture
def old_gift(kettle, glyn, grant) -> JournalEntry:
    return actions.receive(glyn, kettle, grant.id, source="donation", pence=20_00, on=IN_IT, words="In February")


@pytest.mark.parametrize(
    ("ends", "day", "starts_on", "ends_on"),
    [
        ("03-31", date(2026, 3, 31), date(2025, 4, 1), date(2026, 3, 31)),
        ("03-31", date(2026, 4, 1), date(2026, 4, 1), date(2027, 3, 31)),
        ("12-31", date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
        ("02-29", date(2028, 2, 29), date(2027, 3, 1), date(2028, 2, 29)),
        ("02-29", date(2027, 3, 1), date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_year_ends_where_the_host_says(app, ends, day, starts_on, ends_on):
    app.config["SETTINGS"] = settings_for(app.config["SETTINGS"].data, PORTAL_YEAR_END=ends)
    assert year.of(day) == year.Year(starts_on, ends_on)


@pytest.mark.parametrize(
    "wrong", [{"PORTAL_YEAR_END": "31 March"}, {"PORTAL_YEAR_END": "02-30"}, {"PORTAL_FEE_NOTICE_DAYS": "0"}]
)
def test_a_setting_that_cannot_be_is_refused(wrong, tmp_path):
    with pytest.raises(config.UnsafeSettings, match="can't be read"):
        settings_for(tmp_path, **wrong)


def test_only_the_year_that_is_over_is_closed_and_once(glyn):
    for other in (date(2027, 3, 31), date(2025, 3, 31), date(2026, 5, 1)):
        with pytest.raises(Mistake, match="Only the year that is over"):
            actions.close_year(glyn, ends_on=other)
    actions.close_year(glyn, ends_on=ENDS)
    with pytest.raises(Mistake, match="closed already"):
        actions.close_year(glyn, ends_on=ENDS)


def test_books_that_do_not_add_up_are_not_closed(kettle, glyn, grant):
    with wall.opened(kettle.id):
        db.session.scalars(sa.select(Balance).where(Balance.account == Account.BANK)).one().pence += 1
    db.session.commit()
    with pytest.raises(Mistake, match="don’t add up yet: The balance of"):
        actions.close_year(glyn, ends_on=ENDS)
    assert queries.closed_until() is None


@pytest.mark.parametrize("on", [ENDS, IN_IT, date(2019, 1, 1)])
def test_nothing_more_is_dated_in_a_closed_year_and_it_is_said_beside_the_day(app, kettle, glyn, grant, on):
    actions.close_year(glyn, ends_on=ENDS)
    with pytest.raises(Mistake, match="The year to 31 March 2026 is closed") as closed:
        actions.receive(glyn, kettle, grant.id, source="donation", pence=1, on=on, words="Late")
    assert closed.value.field == "on"
    fund_id, group_id = grant.id, kettle.id
    browser = Client(app).as_(make.person("Glyn"))
    body = {"source": "donation", "pence": "5", "on": on.isoformat(), "words": "Late"}
    for path, more in (
        (f"/host/groups/tuesday-kettle/books/funds/{fund_id}/money-in", {}),
        ("/host/books/money-in", {"fund": "small_things"}),
    ):
        answer = browser.post(path, data=body | more)
        assert answer.status_code == 422
        label = "On which day? The year to 31 March 2026 is closed. Use a day after it."
        assert label in words(answer)
        assert f'value="{on.isoformat()}"' in answer.text
    in_time = {"on": ENDS + timedelta(days=1), "words": "In time"}
    actions.receive(glyn, db.session.get_one(Group, group_id), fund_id, source="donation", pence=1, **in_time)


def test_an_entry_of_a_closed_year_is_corrected_in_the_open_one(kettle, glyn, old_gift):
    actions.close_year(glyn, ends_on=ENDS)
    before = year.movement(year.ending_in(2026)).total()
    back = actions.correct(glyn, kettle, old_gift.id, words="It was another’s")
    assert back.on == date(2026, 5, 20)
    assert year.movement(year.ending_in(2026)).total() == before
    assert year.movement(year.running()).total().incoming == 100_00 - 20_00
    assert list(queries.faults()) == []


@pytest.mark.parametrize("group", [True, False])
def test_the_database_itself_keeps_a_closed_year(app, kettle, glyn, grant, group):
    group_id = kettle.id if group else None
    actions.close_year(glyn, ends_on=ENDS)
    late = sa.text(
        'INSERT INTO journal_entries (group_id, kind, "on", words, made_at) '
        "VALUES (:group, 'cost', '2026-03-31', 'Late', '2026-05-20 12:00:00')"
    )
    with pytest.raises(DatabaseError, match="that year is closed"), wall.opened(group_id):
        db.session.execute(late, {"group": group_id})
    db.session.rollback()
    with wall.opened(group_id):
        db.session.execute(sa.text(str(late).replace("2026-03-31", "2026-04-01")), {"group": group_id})


def test_while_a_year_is_being_closed_nobody_writes_an_entry(app, glyn, dialect):
    """An entry that is under way would miss the check of the books, and the database would let it in."""
    posting.alone()
    db.session.connection()
    wait, write, refused = {
        "postgresql": ("SET lock_timeout = 50", "LOCK TABLE journal_entries IN ROW EXCLUSIVE MODE", "lock timeout"),
        "sqlite": ("PRAGMA busy_timeout = 50", "BEGIN IMMEDIATE", "locked"),
    }[dialect]
    other = db.engine.raw_connection()
    cursor = other.cursor()
    cursor.execute(wait)
    with pytest.raises(Exception, match=refused):
        cursor.execute(write)
    other.invalidate()
    db.session.rollback()


def test_nobody_writes_from_before_it_is_looked_whether_everything_adds_up(app, glyn, dialect):
    ran: list[str] = []

    def look(_connection, _cursor, statement, *_):
        ran.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", look)
    actions.close_year(glyn, ends_on=ENDS)
    sa.event.remove(db.engine, "before_cursor_execute", look)
    sums = next(n for n, one in enumerate(ran) if "HAVING" in one)
    first = "LOCK TABLE journal_entries" if dialect == "postgresql" else "BEGIN IMMEDIATE"
    assert any(one.startswith(first) for one in ran[:sums])


def moved(number: int) -> dict[tuple[str, str], tuple]:
    found = year.movement(year.ending_in(number))
    assert found.adds_up
    return {
        (one.kind, one.fund): (one.opening, one.incoming, one.outgoing, one.transfers, one.closing) for one in found.funds
    }


def test_what_moved_in_each_fund_by_class(kettle, walkers, glyn, grant, old_gift):
    """Fees and awards between the charity's own funds are transfers; with a fund held for a group they are not."""
    on = date(2026, 4, 10)
    actions.receive_ours(glyn, fund="small_things", source="donation", pence=500_00, on=IN_IT, words="A shop")
    actions.receive_ours(glyn, fund="fees", source="grant", pence=50_00, on=on, words="A trust")
    held = actions.open_fund(
        glyn, walkers, name="Theirs", restriction="unrestricted", basis="held", fee_basis_points=1000
    ).id
    ours = actions.open_fund(glyn, kettle, name="Set aside", restriction="designated", basis="part").id
    for fund, group in ((held, walkers), (ours, kettle)):
        actions.receive(glyn, group, fund, source="award", pence=100_00, on=on, words="Award")
    actions.receive(glyn, walkers, held, source="grant", pence=40_00, on=on, words="Grant")
    with wall.opened(kettle.id):
        posting.pay(db.session.get_one(Fund, ours), 30_00, "5100", on=on, words="Tea", by=None)
    with wall.opened(None):
        lines = [Line(Account.BANK, 9_99, HostFund.SUSPENSE), Line(Account.UNMATCHED, -9_99, HostFund.SUSPENSE)]
        posting.post(None, posting.Kind.MONEY_IN, lines, on=on, words="Who is it?", by=None)
    db.session.commit()
    assert moved(2026) == {
        ("restricted", "Community Hands grant"): (0, 20_00, 0, 0, 20_00),
        ("restricted", "Small Things Pot"): (0, 500_00, 0, 0, 500_00),
    }
    assert moved(2027) == {
        ("restricted", "Community Hands grant"): (20_00, 100_00, 0, -5_00, 115_00),
        ("restricted", "Small Things Pot"): (500_00, 0, 100_00, -100_00, 300_00),
        ("designated", "Set aside"): (0, 0, 30_00, 100_00, 70_00),
        ("unrestricted", "Our own money"): (0, 54_00, 0, 5_00, 59_00),
        ("agent", "Theirs"): (0, 140_00, 4_00, 0, 136_00),
        ("waiting", "Not placed yet"): (0, 9_99, 0, 0, 9_99),
    }
    found = year.movement(year.ending_in(2027))
    assert found.total(year.OURS).transfers == 0
    assert found.held == {Account.BANK: 689_99, Account.FLOAT: 0}


COUNT = itertools.count(1)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["grant", "donation", "cost", "correct", "ours"]),
        st.dates(date(2024, 1, 1), date(2026, 5, 20)),
        st.integers(1, 10**7),
    ),
    max_size=12,
)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=MOVES)
@pytest.mark.slow
def test_each_year_opens_with_what_the_one_before_it_closed_with(app, moves):
    number = next(COUNT)
    group = make.group(f"Years {number}", organisers=(f"Org{number}",))
    person = make.person("Glyn") if number > 1 else make.staff("Glyn", Role.FINANCE)
    glyn, group_id = make.actor(person, Role.FINANCE), group.id
    binds = {"restriction": "unrestricted", "basis": "part", "fee_basis_points": 500}
    fund = actions.open_fund(glyn, group, name=f"Fund {number}", **binds).id
    made: list[int] = []
    for kind, on, pence in moves:
        group = db.session.get_one(Group, group_id)
        if kind == "cost":
            with wall.opened(group_id):
                made.append(posting.pay(db.session.get_one(Fund, fund), pence, None, on=on, words="x", by=None).id)
            db.session.commit()
        elif kind == "ours":
            actions.receive_ours(glyn, fund="small_things", source="donation", pence=pence, on=on, words="x")
        elif kind == "correct" and made:
            actions.correct(glyn, group, made.pop(), words="x")
        elif kind in {"grant", "donation"}:
            made.append(actions.receive(glyn, group, fund, source=kind, pence=pence, on=on, words="x").id)
    years = [year.movement(year.ending_in(n)) for n in range(2024, 2028)]
    for one, after in itertools.pairwise(years):
        closing = {(row.group, row.fund): row.closing for row in one.funds if row.closing}
        assert {(row.group, row.fund): row.opening for row in after.funds if row.opening} == closing
    assert all(one.adds_up and one.total(year.OURS).transfers == 0 for one in years)
    held = sum(queries.held_for_groups().values()) + sum(one.held for one in queries.our_funds())
    assert years[-1].total().closing == held
    db.session.rollback()


def test_the_file_has_the_same_figures_and_no_formula_in_it(app, kettle, glyn, grant):
    actions.open_fund(glyn, kettle, name="=cmd()", restriction="unrestricted", basis="part")
    fund = db.session.scalars(sa.select(Fund.id).where(Fund.name == "=cmd()")).one()
    actions.receive(glyn, kettle, fund, source="donation", pence=1, on=date(2026, 4, 2), words="x")
    browser = Client(app).as_(make.person("Glyn"))
    answer = browser.get("/host/books/year/2027.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="movement-in-funds-2027.csv"'
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Class", "Group", "Fund", "Opening", "Incoming", "Outgoing", "Transfers", "Closing"]
    assert ["Restricted", "Tuesday Kettle", "Community Hands grant", "0.00", "100.00", "0.00", "-5.00", "95.00"] in rows
    assert ["Unrestricted", "Tuesday Kettle", "'=cmd()", "0.00", "0.01", "0.00", "0.00", "0.01"] in rows
    assert rows[-1] == ["Everything", "", "", "0.00", "100.01", "0.00", "0.00", "100.01"]
    page = words(browser.get("/host/books/year/2027"))
    assert "It adds up to the bank: £100.01 in all funds, £100.01 in the bank." in page
    assert "Everything £0.00 £100.01 £0.00 £0.00 £100.01" in page
    tired = Client(app).as_(make.person("Glyn"), proved=False)
    assert "/sign-in/again" in tired.get("/host/books/year/2027.csv").headers["Location"]
    assert browser.get("/host/books/year/1999").status_code == 404


def test_a_closed_year_says_so_and_is_closed_from_the_page(app, glyn, kettle, old_gift):
    browser = Client(app).as_(make.person("Glyn"))
    page = words(browser.get("/host/books/"))
    assert "1 April 2025 to 31 March 2026 Open" in page
    assert "Close the year to 31 March 2026" in page
    answer = browser.post("/host/books/years", data={"ends_on": "2026-03-31"})
    assert answer.headers["Location"] == "/host/books/year/2026"
    assert "1 April 2025 to 31 March 2026. Closed." in words(browser.get("/host/books/year/2026"))
    page = words(browser.get("/host/books/"))
    assert "1 April 2025 to 31 March 2026 Closed" in page
    assert "Close the year to" not in page
    again = browser.post("/host/books/years", data={"ends_on": "2026-03-31"})
    assert again.status_code == 422
    assert "That year is closed already." in words(again)


def test_an_entry_of_a_groups_is_not_corrected_as_the_hosts(glyn, old_gift):
    with pytest.raises(NotHere):
        actions.correct_ours(glyn, None, old_gift.id, words="x")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 2
