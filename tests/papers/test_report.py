"""The report to a funder: sums from the books, the group's own words only while it agreed to these very words."""

from datetime import date

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import actions as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.core.db import db
from portal.core.marks import mark
from portal.ledger.models import Kind
from portal.papers import actions, periods, queries
from portal.papers.models import FundReport
from portal.people.models import Group
from portal.people.roles import Role
from tests import make
from tests.client import Client, words
from tests.papers import reading

AT, SIDE = "/g/tuesday-kettle/money/papers", "/host/groups/tuesday-kettle/papers"
SAID = "Every Tuesday there was a kettle on."


@pytest.fixture
def marsha(kettle):
    return make.actor(make.person("Marsha"), Role.ORGANISER)


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def paid(kettle, books):
    """Three costs paid in the year, one of them without a receipt, and one paid later."""
    day = date(2026, 6, 1)
    for shop, on, why in (
        ("Grocer", day, None),
        ("Secretshop", day, None),
        ("Bus", day, "Lost"),
        ("Hall", date(2027, 6, 1), None),
    ):
        make.receipt(
            kettle, shop=shop, amount_pence=5_00, fund_id=books.id, paid_on=on, ledger_code="5100", no_picture_why=why
        )
    books.write(date(2026, 5, 1), "First half", kind=Kind.MONEY_IN, grant=-100_00, fee=5_00)
    books.on_line(10_00, day, "food")
    books.on_line(5_00, day, "room")
    return books


def write(by, group, books, said: str | None = SAID, time: str = "2026-2027") -> FundReport:
    return actions.write(by, db.session.get_one(Group, group.id), books.id, time=time, words=said)


def agree(by, group, row: FundReport, said: str = SAID) -> None:
    actions.agree(by, db.session.get_one(Group, group.id), row.id, mark_of_words=mark(said))


def goes(group, books) -> str | None:
    """The words that go with the report."""
    db.session.rollback()
    return queries.report(group.id, books.id, periods.read("2026-2027")).words


def test_a_report_is_made_of_what_is_there(app, kettle, glyn, paid):
    marsha = Client(app).as_(make.person("Marsha"))
    page = marsha.get(f"{AT}/{paid.id}/2026-2027/report")
    letters = reading.pdf_text(marsha.get(f"{AT}/{paid.id}/2026-2027/report.pdf").data)
    host = Client(app).as_(make.person("Glyn"))
    at_hosts = words(host.get(f"{SIDE}/{paid.id}/2026-2027/report"))
    for said in ("A warm drop-in.", "Came in £100.00", "Fee £5.00", "Spent £15.00", "There at the end £80.00"):
        assert said in words(page)
        assert said in at_hosts
        assert said in letters
    assert "Costs with a receipt 2 of 3" in words(page)
    assert "Costs with a receipt: 2 of 3" in letters
    assert "Planned £30.00, £20.00 left" in words(page)
    assert "food £30.00 £10.00 £20.00" in letters
    assert "room £50.00 £5.00 £45.00" in letters


def test_nothing_in_a_report_says_who_was_paid_or_for_what(app, kettle, paid):
    marsha = Client(app).as_(make.person("Marsha"))
    for answer in (f"{AT}/{paid.id}/2026-2027/report", f"{AT}/{paid.id}/2026-2027/report.pdf"):
        content = marsha.get(answer)
        text = reading.pdf_text(content.data) if answer.endswith("pdf") else words(content)
        for secret in ("Secretshop", "On a line", "First half", "Bernie", "Promised"):
            assert secret not in text
    answer = marsha.get(f"{AT}/{paid.id}/2026-2027/report.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report-2026-2027.pdf"'


def test_our_words_go_with_it_from_our_yes_until_we_take_them_back(app, kettle, glyn, imani, books):
    at = f"{AT}/{books.id}/2026-2027"
    marsha, host = Client(app).as_(make.person("Marsha")), Client(app).as_(make.person("Imani"))

    def everywhere() -> list[bool]:
        theirs = reading.pdf_text(host.get(f"{SIDE}/{books.id}/2026-2027/report.pdf").data)
        ours = reading.pdf_text(marsha.get(f"{at}/report.pdf").data)
        return [SAID in text for text in (ours, theirs, words(host.get(f"{SIDE}/{books.id}/2026-2027/report")))]

    assert marsha.post(f"{at}/words", data={"words": SAID}).status_code == 303
    assert everywhere() == [False] * 3
    page = marsha.get(f"{at}/report")
    assert SAID in words(page)
    mark = page.text.split('name="mark_of_words" value="')[1].split('"')[0]
    assert marsha.post(f"{at}/agreement", data={"mark_of_words": mark}).status_code == 303
    assert everywhere() == [True] * 3
    assert "Marsha agreed today" in words(marsha.get(f"{at}/report"))
    assert marsha.post(f"{at}/taking-back").status_code == 303
    assert everywhere() == [False] * 3
    assert "hasn’t agreed to" in words(host.get(f"{SIDE}/{books.id}/2026-2027/report"))


def test_changed_words_wait_for_a_new_yes_and_the_same_ones_dont(kettle, marsha, books):
    agree(marsha, kettle, write(marsha, kettle, books))
    write(marsha, kettle, books)
    assert goes(kettle, books) == SAID
    row = write(marsha, kettle, books, "Other words.")
    assert goes(kettle, books) is None
    with pytest.raises(Mistake, match="changed since"):
        agree(marsha, kettle, row)
    agree(marsha, kettle, row, "Other words.")
    assert goes(kettle, books) == "Other words."
    write(marsha, kettle, books, None)
    assert goes(kettle, books) is None
    with pytest.raises(Mistake, match="no words to agree"):
        agree(marsha, kettle, row, "")


def test_words_belong_to_one_time_and_one_fund(kettle, marsha, books):
    agree(marsha, kettle, write(marsha, kettle, books))
    assert queries.report(kettle.id, books.id, periods.read("all")).words is None
    with pytest.raises(Mistake, match="Choose a time"):
        write(marsha, kettle, books, time="never")


def test_a_yes_to_words_that_someone_else_changed_says_so_and_keeps_the_page(app, kettle, books):
    browser = Client(app).as_(make.person("Joe"))
    at = f"{AT}/{books.id}/2026-2027"
    browser.post(f"{at}/words", data={"words": SAID})
    answer = browser.post(f"{at}/agreement", data={"mark_of_words": "0" * 32})
    assert answer.status_code == 422
    assert "Read them once more." in words(answer)
    assert browser.post(f"{at}/words", data={"words": "x" * 4001}).status_code == 422
    assert browser.post(f"{AT}/{books.id}/never/words", data={"words": SAID}).status_code == 404
    assert browser.post(f"{AT}/{books.id}/2025-2026/agreement", data={}).status_code == 404


def test_staff_write_nothing_at_only_us_and_suggest_at_ask_first(kettle, marsha, imani, books):
    with pytest.raises(Refused):
        write(imani, kettle, books)
    make.set_level(kettle, Area.STORY, Level.ASK_FIRST)
    with pytest.raises(Proposed) as asked:
        write(imani, kettle, books)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FundReport)) == 0
    autonomy.say_yes(marsha, kettle, asked.value.proposal.id)
    assert goes(kettle, books) is None  # a yes to the words is not yet a yes to their going out
    row = db.session.scalars(sa.select(FundReport)).one()
    assert row.words == SAID
    agree(marsha, kettle, row)
    assert goes(kettle, books) == SAID


@pytest.mark.parametrize("level", [Level.TELL_AFTER, Level.YOU_DO])
def test_what_staff_write_goes_nowhere_without_an_organisers_yes_at_any_level(kettle, marsha, imani, books, level):
    make.set_level(kettle, Area.STORY, level)
    row = write(imani, kettle, books)
    assert goes(kettle, books) is None
    with pytest.raises(Refused):
        agree(imani, kettle, row)
    with pytest.raises(Mistake, match="hasn’t agreed"):
        write(imani, kettle, books, "Over what waits.")
    agree(marsha, kettle, row)
    write(imani, kettle, books, "Staff’s other words.")
    assert goes(kettle, books) is None


def test_what_staff_wrote_is_undone_to_the_words_before(kettle, marsha, imani, books):
    make.set_level(kettle, Area.STORY, Level.TELL_AFTER)
    agree(marsha, kettle, write(marsha, kettle, books))
    write(imani, kettle, books, "Staff’s words.")
    told = db.session.scalar(sa.select(sa.func.max(Entry.id)).where(Entry.outcome == "allow_tell"))
    autonomy.undo(marsha, kettle, told)
    assert goes(kettle, books) == SAID  # and its yes, which was to these very words


def test_another_groups_words_are_not_here(kettle, walkers, marsha, books):
    row = write(marsha, kettle, books)
    sam = make.actor(make.person("Sam"), Role.ORGANISER)
    for act in (lambda: write(sam, walkers, books), lambda: agree(sam, walkers, row)):
        with pytest.raises(NotHere):
            act()
