"""The Money page and what hangs on it, as a person reads them."""

import re
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy.areas import Area, Level
from portal.autonomy.models import Proposal
from portal.budget import actions, charts, queries
from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import posting
from portal.ledger import queries as books
from portal.ledger.models import Fund
from tests import make
from tests.budget.conftest import BINDS
from tests.client import Client

MONEY = "/g/tuesday-kettle/money"


def text(answer) -> str:
    """The words of a page."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def page(app, kettle):
    """A page as Marsha reads it."""
    browser = Client(app).as_(make.person("Marsha"))
    return lambda path: text(browser.get(path))


def spent(fund: Fund, pence: int, words: str, on: date | None = None, line_id: int | None = None) -> None:
    with wall.opened(fund.group_id):
        posting.pay(fund, pence, "5100", on=on or clock.today(), words=words, by=None, line_id=line_id)
    db.session.commit()


def test_a_group_sees_what_it_can_spend_and_why(kettle, grant, lines, page):
    spent(grant, 40_00, "Corner Grocer", line_id=lines["Food"])
    with wall.opened(kettle.id):
        posting.promise(grant, grant, 60_00, line_id=lines["Travel"])
        posting.advance(grant, 50_00, on=clock.today(), words="The float", by=None)
    db.session.commit()
    found = page(f"{MONEY}/")
    assert "We can spend now £800 .00" in found
    for words in (
        "Promised from Community Hands grant £60.00",
        "In a float, from Community Hands grant £50.00",
        "£50.00 more is out in a float.",
        "In £1,000.00, fee £50.00, spent £40.00, promised £60.00.",
        "Travel £440.00 left",
        "Planned £500.00, spent £0.00, promised £60.00.",
        "Food £260.00 left",
        "Into a float: The float −£50.00",
        "Corner Grocer −£40.00",
        "The fee, 5 % (agreed version 1): First half −£50.00",
    ):
        assert words in found, words


def test_the_first_page_says_what_can_be_spent_and_what_of_it_is_bound(kettle, glyn, grant, page):
    first = "/g/tuesday-kettle/"
    assert "We can spend now £950 .00 All of it is for what Community Hands grant pays for." in page(first)
    gifts = ledger.open_fund(glyn, kettle, name="Gifts", restriction="unrestricted", basis="part", purpose="Anything.")
    ledger.receive(glyn, kettle, gifts.id, source="donation", pence=50_50, on=clock.today(), words="A collection")
    assert "We can spend now £1,000 .50 £950.00 of it is for what Community Hands grant pays for." in page(first)
    with wall.opened(kettle.id):
        posting.promise(grant, grant, 1000_00, short=True)
    db.session.commit()
    assert "We can spend now £50 .50 See all our money" in page(first)


def test_the_first_page_of_a_group_without_money_says_what_is_on_its_way(page):
    assert "Nothing on its way just now" in page("/g/tuesday-kettle/")


def test_a_short_pot_is_said_plainly(kettle, grant, page):
    with wall.opened(kettle.id):
        posting.promise(grant, grant, 964_10, short=True)
    db.session.commit()
    found = page(f"{MONEY}/")
    assert "£14.10 is missing for what’s promised. Nobody did anything wrong" in found
    assert "We can spend now £0 .00" in found


def test_more_spent_than_planned_is_no_shame(kettle, marsha, grant, page):
    line = actions.plan_line(marsha, kettle, grant.id, name="Cake", planned_pence=10_00).id
    spent(grant, 25_00, "A big cake", line_id=line)
    assert "Cake £15.00 more than planned" in page(f"{MONEY}/")
    actions.plan_line(marsha, kettle, grant.id, name="Room", planned_pence=2000_00)
    assert "£1,060.00 more is planned than has come in. A plan may do that." in page(f"{MONEY}/funds/{grant.id}/")


def test_a_years_picture_is_its_numbers(kettle, grant, lines, page):
    with time_machine.travel(datetime(2026, 11, 9, 10, tzinfo=clock.UTC)):
        for on, pence in (
            (date(2026, 3, 31), 1_00),
            (date(2026, 4, 1), 20_00),
            (date(2026, 10, 3), 30_00),
            (date(2026, 10, 31), 5_00),
        ):
            spent(grant, pence, "Milk", on)
        statuses = books.statuses(kettle.id)
        year = queries.year(kettle.id, 2026, statuses, queries.lines(kettle.id, statuses))
        assert [month.spent for month in year.months] == [20_00, 0, 0, 0, 0, 0, 35_00, 0, 0, 0, 0, 0]
        assert (year.spent, year.months[0].plan, year.planned) == (55_00, 66_67, 8 * 66_67)
        assert [bar.height for bar in charts.bars(year)][:2] == [33.0, 0]
        found = page(f"{MONEY}/")
        assert "£55.00 since April. Our plan for now was £533.36, so there’s £478.36 of breathing room ." in found
        assert "Oct £35.00 £66.67" in found
        assert "£1.00 from April 2025 to March 2026." in page(f"{MONEY}/?year=2025")


def test_a_plan_with_an_end_is_spread_until_then(kettle, glyn, marsha):
    with time_machine.travel(datetime(2026, 11, 9, 10, tzinfo=clock.UTC)):
        days = {"from_on": date(2026, 10, 15), "until_on": date(2027, 1, 31)}
        fund = ledger.open_fund(glyn, kettle, name="Winter", **BINDS, **days)
        actions.plan_line(marsha, kettle, fund.id, name="Fuel", planned_pence=400_00)
        statuses = books.statuses(kettle.id)
        year = queries.year(kettle.id, 2026, statuses, queries.lines(kettle.id, statuses))
        assert [month.plan for month in year.months] == [0] * 6 + [100_00] * 4 + [0] * 2
        assert year.planned == 200_00


def test_the_bar_adds_up_and_fits(kettle, glyn, grant):
    for n in range(9):
        fund = ledger.open_fund(glyn, kettle, name=f"Pot {n}", restriction="unrestricted", basis="part")
        ledger.receive(glyn, kettle, fund.id, source="donation", pence=1 + n, on=clock.today(), words="x")
    parts = charts.bar(books.statuses(kettle.id))
    assert sum(part.pence for part in parts) == 950_00 + 45
    assert parts[-1].x + parts[-1].width == pytest.approx(charts.WIDE, abs=1)
    assert min(part.width for part in parts) >= charts.LEAST
    assert charts.bar([]) == []


def test_one_fund_says_what_binds_it(kettle, glyn, page):
    days = {"from_on": date(2026, 4, 1), "until_on": date(2027, 3, 31)}
    facts = {**BINDS, "agreed": "Agreed by Marsha and Imani on 3 March", "fee_basis_points": 750, **days}
    fund = ledger.open_fund(glyn, kettle, name="Community Hands grant", **facts)
    found = page(f"{MONEY}/funds/{fund.id}/")
    for words in (
        "“A drop-in.”",
        "Restricted: it can only pay for what it was given for. It came from Community Hands.",
        "Agreed by Marsha and Imani on 3 March.",
        "From Wednesday 1 April 2026 until Wednesday 31 March 2027.",
        "part of the charity’s own money, kept for us",
        "7.5 % of grants Now Version 1, from 1 April 2026",
    ):
        assert words in found, words


def test_a_helper_reads_it_all_and_changes_nothing(app, kettle, grant, lines):
    found = text(Client(app).as_(make.person("Bernie")).get(f"{MONEY}/funds/{grant.id}/"))
    assert "Travel £500.00 left" in found
    assert "Plan a line" not in found
    assert "Change Travel" not in found


@pytest.mark.parametrize(
    ("name", "amount", "says"),
    [
        ("", "5", "Write what it is for"),
        ("Cake", "", "Write how much"),
        ("Cake", "0", "Enter an amount above £0"),
        ("Cake", "-5", "Use numbers, like 6 or 6.50"),
        ("Cake", "1.005", "Use numbers, like 6 or 6.50"),
        ("Cake", "1e12", "Use numbers, like 6 or 6.50"),
        ("Cake", "999999999999", "more than we can hold"),
        ("x" * 61, "5", "Keep it short."),
        ("travel", "5", "There’s a line of that name"),
    ],
)
def test_what_doesnt_fit_is_said_beside_its_box_and_kept(app, kettle, grant, lines, name, amount, says):
    browser = Client(app).as_(make.person("Marsha"))
    body = {"name": name, "planned_pence": amount, "key": "k" * 32}
    for path in ("lines", f"lines/{lines['Food']}"):
        answer = browser.post(f"{MONEY}/funds/{grant.id}/{path}", data=body)
        assert answer.status_code == 422
        assert says in answer.text
        assert f'value="{amount or name}"' in answer.text


def test_a_move_that_cant_be_says_why(app, kettle, grant, lines):
    browser = Client(app).as_(make.person("Marsha"))
    for body, says in (
        ({"from_id": lines["Travel"], "to_id": lines["Travel"], "amount_pence": "5"}, "Choose two different lines."),
        ({"from_id": lines["Travel"], "to_id": lines["Food"], "amount_pence": "500.01"}, "£500.00 is planned for Travel"),
        ({"from_id": "", "to_id": lines["Food"], "amount_pence": "5"}, "Choose a line."),
    ):
        answer = browser.post(f"{MONEY}/funds/{grant.id}/moves", data={**body, "key": "k" * 32})
        assert answer.status_code == 422
        assert says in answer.text


def test_staff_move_as_the_group_set_it(app, kettle, imani, grant, lines, budget):
    browser = Client(app).as_(make.person("Imani Okafor"))
    path = "/host/groups/tuesday-kettle/books"
    body = {"from_id": lines["Travel"], "to_id": lines["Food"], "amount_pence": "80", "why": "More people come."}
    for level, status, travel, says in (
        (Level.ONLY_US, 403, 500_00, "Only them"),
        (Level.ASK_FIRST, 202, 500_00, "Suggest it"),
        (Level.TELL_AFTER, 303, 420_00, "The group is told, and can undo it."),
        (Level.YOU_DO, 303, 340_00, "The group looks to you for this."),
    ):
        make.set_level(kettle, Area.BUDGET, level)
        assert says in text(browser.get(f"{path}/lines"))
        sent = browser.post(
            f"{path}/funds/{grant.id}/moves", data={**body, "key": f"{level.value:k<32}"[:32].replace("_", "-")}
        )
        assert (sent.status_code, budget()["Travel"][0]) == (status, travel)
    waits = db.session.scalars(sa.select(Proposal)).one()
    assert (waits.why, waits.facts) == ("More people come.", {"to_id": lines["Food"], "amount_pence": 80_00})
    assert "Travel £340.00 left" in text(browser.get(path))


# What moved.


@pytest.fixture
def busy(kettle, glyn, grant):
    """Two pots with a year of costs."""
    gifts = ledger.open_fund(glyn, kettle, name="Gifts", restriction="unrestricted", basis="part")
    ledger.receive(glyn, kettle, gifts.id, source="donation", pence=500_00, on=clock.today(), words="From the Café")
    with wall.opened(kettle.id):
        for n in range(70):
            fund = gifts if n % 7 == 0 else grant
            words = f"100% rye_bread {n}" if n % 10 == 0 else f"Hall hire {n}"
            posting.pay(fund, 2_00 + n, "5300", on=clock.today() - timedelta(days=n), words=words, by=None)
    db.session.commit()
    return gifts


def found_by(group, **asked) -> list[str]:
    """The words of all that a search finds, page after page."""
    words, before = [], None
    for _ in range(99):
        found = books.movements(group.id, before, **asked)
        words += [one.entry.words for one in found.rows]
        before = found.before
        if before is None:
            return words
    raise AssertionError("it never ends")


def test_a_search_finds_words_amounts_and_pots(kettle, grant, busy):
    assert len(found_by(kettle)) == 70 + 3
    assert found_by(kettle, words="hall 33") == ["Hall hire 33"]
    assert found_by(kettle, words="HIRE hall 33") == ["Hall hire 33"]
    assert len(found_by(kettle, words="100% rye")) == 7
    assert found_by(kettle, words="1%0") == []  # what means anything to the database is only a letter here
    assert found_by(kettle, words="rye bread") == [f"100% rye_bread {n}" for n in range(60, -1, -10)]
    assert found_by(kettle, words="ryexbread") == []
    assert found_by(kettle, pence=2_33) == ["Hall hire 33"]
    assert len(found_by(kettle, fund_id=busy.id)) == 10 + 1
    assert found_by(kettle, fund_id=busy.id, words="hall") == [
        f"Hall hire {n}" for n in (63, 56, 49, 42, 35, 28, 21, 14, 7)
    ]


def test_a_search_looks_through_so_many_at_a_time_and_says_how_far_back_it_got(kettle, busy, monkeypatch, page):
    monkeypatch.setattr(books, "WINDOW", 20)
    first = books.movements(kettle.id, words="no such thing")
    assert first.rows == []
    assert first.before
    assert first.back_to
    assert sorted(found_by(kettle, words="hall")) == sorted(f"Hall hire {n}" for n in range(70) if n % 10)
    assert "Nothing like it back to" in page(f"{MONEY}/movements/?q=no+such+thing")
    assert "Nothing like it further back." in page(f"{MONEY}/movements/?q=no+such+thing&before=3")


def test_the_page_of_movements_is_a_page_at_a_time(kettle, busy, page):
    assert page(f"{MONEY}/movements/").count("−£") == 30
    assert "Hall hire 33" in page(f"{MONEY}/movements/?q=2.33")
    assert "Nothing like it." in page(f"{MONEY}/movements/?q=%F0%9F%90%84")
    for odd in (
        "before=-1",
        "before=x",
        f"before={'9' * 30}",
        "fund=987654",
        f"fund={'9' * 30}",
        "fund=x",
        f"q={'9' * 200}",
    ):
        assert "What moved" in page(f"{MONEY}/movements/?{odd}")
    assert page(f"{MONEY}/funds/{busy.id}/").count("−£") == 10


def test_another_groups_movements_are_never_found(kettle, walkers, busy):
    assert found_by(walkers) == found_by(walkers, fund_id=busy.id) == found_by(walkers, words="hall") == []
