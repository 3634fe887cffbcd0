"""A fund's statement over a period: what was there, what happened, what is there; alike on the page and in its files."""

import io
from datetime import UTC, date, datetime

import pikepdf
import pytest
import sqlalchemy as sa
import time_machine
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.budget.models import BudgetLine
from portal.core import clock, typeset, wall
from portal.core.db import db
from portal.ledger import posting
from portal.ledger.models import Account, Kind
from portal.ledger.posting import Line
from portal.papers import pdf, periods, queries, sheets, views
from portal.papers.sheets import Paper, Pence, Table
from tests import make
from tests.client import Client, words
from tests.papers import reading

AT = "/g/tuesday-kettle/money/papers"
APRIL, MAY, MARCH = date(2026, 4, 30), date(2026, 5, 1), date(2026, 3, 31)


@pytest.fixture
def year(books):
    """Money before the year, in it, and on the days where months and years meet."""
    books.write(date(2025, 6, 1), "First half", kind=Kind.MONEY_IN, grant=-100_00, fee=5_00)
    books.on_line(10_00, MARCH, "room")
    books.write(date(2026, 4, 1), "Second half", kind=Kind.MONEY_IN, grant=-50_00, fee=2_50)
    wrong = books.write(APRIL, "Twice", code="5300", cost=7_00)
    books.reverse(wrong, MAY)
    books.on_line(4_01, MAY, "food")
    books.write(date(2026, 5, 2), "To another pot", kind=Kind.TRANSFER, transfer=3_00)
    books.write(date(2026, 5, 3), "Ahead", kind=Kind.TRANSFER, float=6_00)
    books.write(date(2027, 4, 1), "Next year", code="5300", cost=99)
    return books


def statement(books, key: str) -> queries.Statement:
    db.session.rollback()
    made = queries.statement(books.group_id, books.id, periods.read(key))
    assert made is not None
    return made


def test_a_year_opens_with_what_the_last_one_closed_with_and_every_penny_is_in_it(year):
    last, this, after = (statement(year, key) for key in ("2025-2026", "2026-2027", "2027-2028"))
    assert (last.opening, last.came_in, last.fee, last.spent, last.closing) == (0, 100_00, 5_00, 10_00, 85_00)
    assert (this.opening, this.came_in, this.fee, this.spent, this.moved) == (85_00, 50_00, 2_50, 4_01, -3_00)
    assert (this.closing, this.in_float) == (125_49, 6_00)
    assert (after.opening, after.closing) == (125_49, 124_50)
    everything = statement(year, "all")
    assert (everything.opening, everything.closing) == (0, 124_50)


def test_each_month_closes_with_what_the_next_one_opens_with(year):
    made = statement(year, "2026-2027")
    assert [(one.first.month, one.spent, one.closing) for one in made.months] == [(4, 7_00, 125_50), (5, -2_99, 125_49)]
    for one in made.months:
        month = statement(year, f"{one.first:%Y-%m}")
        assert (month.spent, month.closing) == (one.spent, one.closing)
    assert statement(year, "2026-05").opening == 125_50


def test_what_was_spent_is_told_by_line_and_what_a_line_has_left_at_the_end_of_it(year):
    lines = {one.name: (one.planned, one.spent, one.left) for one in statement(year, "2026-2027").lines}
    assert lines == {"room": (50_00, 0, 40_00), "food": (30_00, 4_01, 25_99)}
    assert statement(year, "2026-04").lines[-1].name == "On no line"
    with wall.opened(year.group_id):
        for line in db.session.scalars(sa.select(BudgetLine)):
            line.dropped_at = clock.now()
    db.session.commit()
    assert [one.name for one in statement(year, "2025-2026").lines] == ["room"]  # what was spent on it stays


def test_a_correction_is_a_movement_of_its_own_and_floats_are_none(year):
    db.session.rollback()
    made = statement(year, "all")
    rows = list(queries.every_movement(made))
    assert [(sheets.what(one), one.pence) for one in rows][5:8] == [
        ("Paid", -7_00),
        ("Paid, corrected", 7_00),
        ("Paid", -4_01),
    ]
    assert sum(one.pence for one in rows) == made.closing
    assert len(rows) == made.count
    assert "Ahead" not in {one.words for one in rows}


def test_a_months_movements_come_a_page_at_a_time_each_once_in_order(books):
    for n in range(70):
        books.write(date(2026, 6, 1 + n % 3), f"Thing {n}", cost=n + 1)
    made = statement(books, "2026-06")
    seen, after, pages = [], None, 0
    while pages == 0 or after:
        rows, after = queries.movements(made, after)
        seen, pages = seen + rows, pages + 1
    assert pages == 3
    assert seen == list(queries.every_movement(made))
    assert len({one.id for one in seen}) == 70
    first = queries.movements(made)
    for nonsense in ("x", "-", "20260631-5", "20260601-x", "²-1", "20260601-" + "9" * 30):
        assert len(queries.movements(made, nonsense)[0]) > 0
    assert queries.movements(made, "20260631-5") == first


@pytest.mark.parametrize(
    "key", ["", "2026", "2026-13", "2026-2028", "1999-2000", "2026-00", "２０２６-05", "2026-5", "all "]
)
def test_no_such_time_is_not_here(app, books, key):
    assert periods.read(key) is None
    if key:
        assert Client(app).as_(make.person("Marsha")).get(f"{AT}/{books.id}/{key}").status_code == 404


def test_this_year_last_year_and_their_months_are_offered(app):
    found = dict(periods.offered(date(2026, 11, 9)))
    assert list(found)[:4] == ["2026-2027", "2025-2026", "all", "2026-11"]
    assert list(found)[-1] == "2025-04"
    assert all(periods.read(key) for key in found)
    assert next(iter(dict(periods.offered(date(2026, 3, 31))))) == "2025-2026"
    leap = periods.read("2028-02")
    assert (leap.from_on, leap.until_on) == (date(2028, 2, 1), date(2028, 2, 29))


def test_one_chooses_a_pot_and_a_time_and_is_shown_the_statement(app, year):
    marsha = Client(app).as_(make.person("Marsha"))
    assert "Community Hands grant" in words(marsha.get(f"{AT}/"))
    chosen = marsha.get(f"{AT}/?fund={year.id}&period=2026-2027")
    with time_machine.travel(datetime(2026, 11, 9, tzinfo=UTC)):
        chosen = Client(app).as_(make.person("Marsha")).get(f"{AT}/?fund={year.id}&period=2026-2027")
    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"{AT}/{year.id}/2026-2027")
    for wrong in ("fund=999&period=all", f"fund={year.id}&period=never", "fund=x&period=all"):
        answer = marsha.get(f"{AT}/?{wrong}")
        assert answer.status_code == 200
        assert "mindf" in answer.text
    page = words(marsha.get(f"{AT}/{year.id}/2026-2027"))
    for said in ("There at the beginning £85.00", "Spent £4.01", "Moved in or out −£3.00", "There at the end £125.49"):
        assert said in page
    assert "Twice" in words(marsha.get(f"{AT}/{year.id}/2026-04"))


def files(client, books, key: str, side=AT) -> dict[str, bytes]:
    answers = {kind: client.get(f"{side}/{books.id}/{key}/statement.{kind}") for kind in views.LONGEST}
    for kind, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="statement-{key}.{kind}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    return {kind: answer.data for kind, answer in answers.items()}


def test_page_and_files_say_the_same_to_the_penny_line_by_line_and_movement_by_movement(app, year):
    made = statement(year, "2026-2027")
    marsha = Client(app).as_(make.person("Marsha"))
    found = files(marsha, year, "2026-2027")
    sums = {name: int(pence) for name, pence in sheets.in_short(made)}
    assert reading.csv_sums(found["csv"]) == reading.xlsx_sums(found["xlsx"]) == sums
    assert {name: reading.pdf_sum(found["pdf"], name) for name in sums} == sums
    page = reading.page_sums(marsha.get(f"{AT}/{year.id}/2026-2027").text)
    assert page == sums | {one.name: one.spent for one in made.lines}
    moved = [(one.on, one.words, one.pence) for one in queries.every_movement(made)]
    book, text = reading.xlsx_rows(found["xlsx"]), reading.csv_rows(found["csv"])
    assert [(row[0], row[3], round(((row[6] or 0) - (row[7] or 0)) * 100)) for row in book["What moved"][1:]] == moved
    rows = [(row[0], row[3], reading.pence(row[6] or "0") - reading.pence(row[7] or "0")) for row in text["What moved"][1:]]
    assert [(date.fromisoformat(on), said, pence) for on, said, pence in rows] == moved
    held = [reading.pence(row[8]) for row in text["What moved"][1:]]
    assert held[-1] == made.closing
    assert held[0] == made.opening + moved[0][2]
    lines = {one.name: one.spent for one in made.lines}
    assert {name: reading.pence(spent) for name, spent in text["Spent, by budget line"][1:]} == lines
    assert {name: round(spent * 100) for name, spent in book["Spent, by budget line"][1:]} == lines
    months = [(row[0], round(row[5] * 100)) for row in book["By month"][1:]]
    assert months == [("April 2026", 125_50), ("May 2026", 125_49)]
    assert [reading.pence(row[5]) for row in text["By month"][1:]] == [125_50, 125_49]
    letters = reading.pdf_text(found["pdf"])
    for said in ("room £0.00", "food £4.01", "May 2026", "£125.49", "30 Apr 2026 L", "Paid, corrected Wrong"):
        assert said in letters


def test_the_host_gets_the_same_files(app, glyn, year):
    host = Client(app).as_(make.person("Glyn"))
    marsha = Client(app).as_(make.person("Marsha"))
    side = "/host/groups/tuesday-kettle/papers"
    assert files(host, year, "2026-2027", side)["csv"] == files(marsha, year, "2026-2027")["csv"]
    assert "There at the end £125.49" in words(host.get(f"{side}/{year.id}/2026-2027"))


def test_to_take_a_file_away_a_passkey_or_password_is_asked_again(app, glyn, year):
    marsha = Client(app).as_(make.person("Marsha"), proved=False)
    finance = Client(app).as_(make.person("Glyn"), proved=False)
    kinds = [f"{year.id}/all/statement.{kind}" for kind in views.LONGEST] + [f"{year.id}/all/report.pdf"]
    ours = [f"{AT}/{path}" for path in (*kinds, "ledger.beancount")]
    hosts = [f"/host/groups/tuesday-kettle/papers/{path}" for path in kinds] + ["/host/papers/ledger.beancount"]
    for browser, paths in ((marsha, ours), (finance, hosts)):
        for path in paths:
            answer = browser.get(path)
            assert (answer.status_code, answer.headers["Location"][:14]) == (303, "/sign-in/again"), path
    assert marsha.get(f"{AT}/{year.id}/all").status_code == 200
    helper = Client(app).as_(make.person("Bernie"))
    assert [helper.get(path).status_code for path in ours] == [404] * len(ours)
    assert "statement.pdf" not in helper.get(f"{AT}/{year.id}/all").text


STRANGE = [
    '=HYPERLINK("http://x","y")',
    "+44 7700",
    "@sum",
    "-5+5",
    "#panic() *b* $x$ \\u{41} `raw` [c] <l> // d",
    "x" * 200,
]


def test_what_people_wrote_is_words_in_every_file_whatever_it_begins_with(app, books):
    for said in STRANGE:
        books.write(date(2026, 6, 1), said, cost=1_00)
    found = files(Client(app).as_(make.person("Marsha")), books, "2026-06")
    sheet = reading.xlsx_rows(found["xlsx"])["What moved"][1:]
    assert [row[3] for row in sheet] == STRANGE
    text = [row[3] for row in reading.csv_rows(found["csv"])["What moved"][1:]]
    assert text == [f"'{said}" if said[0] in "=+@-" else said for said in STRANGE]
    letters = reading.pdf_text(found["pdf"]).replace(" ", "")
    for said in STRANGE:
        assert said.replace(" ", "")[:30] in letters
    assert b"<f>" not in found["xlsx"]


def test_a_letter_that_the_pdfs_fonts_lack_is_a_box_and_the_pdf_says_so(app, books):
    books.write(date(2026, 6, 1), "በርበሬ and\u2003Zoë’s ćevapi 🙂", cost=1_00)
    found = files(Client(app).as_(make.person("Marsha")), books, "2026-06")
    letters = reading.pdf_text(found["pdf"])
    assert "□□□□ and Zoë’s ćevapi □" in letters
    assert "stands for a letter that this file can’t show" in letters
    assert reading.xlsx_rows(found["xlsx"])["What moved"][1][3] == "በርበሬ and\u2003Zoë’s ćevapi 🙂"


def test_every_letter_we_say_the_pdf_can_show_it_can(app):
    shown = [chr(letter) for first, last in pdf.SHOWN for letter in range(first, last + 1)]
    rows = [("".join(shown[at : at + 60]),) for at in range(0, len(shown), 60)]
    assert pdf.made(Paper("Letters", (), (), (Table("All", ("Words",), rows),))).startswith(b"%PDF")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(said=st.lists(st.text(max_size=120), max_size=6), title=st.text(max_size=80))
@pytest.mark.slow
def test_whatever_people_write_there_is_a_pdf_of_it(app, said, title):
    rows = [(one, Pence(1)) for one in said]
    paper = Paper(
        f"Statement: {title}", tuple(("Fund", one) for one in said), (("Us", title),), (Table("T", ("Words", "In"), rows),)
    )
    assert pdf.made(paper).startswith(b"%PDF")


def elements(node):
    """Every kind of thing in a PDF's structure."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from elements(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S)
        yield from elements(node.get("/K", pikepdf.Array()))


def test_the_pdf_is_tagged_named_in_our_language_and_carries_its_fonts(app, year):
    found = files(Client(app).as_(make.person("Marsha")), year, "2026-2027")
    with pikepdf.open(io.BytesIO(found["pdf"])) as paper:
        root = paper.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "en-GB"
        assert root.ViewerPreferences.DisplayDocTitle
        assert paper.docinfo["/Title"] == "Statement: Community Hands grant"
        with paper.open_metadata() as facts:
            assert facts["pdfuaid:part"] == "1"
        kinds = list(elements(root.StructTreeRoot.K))
        assert kinds.count("/Table") == 4
        assert {"/H1", "/H2", "/TH", "/TD"} <= set(kinds)
        fonts = {name: font for page in paper.pages for name, font in page.Resources.Font.items()}
        for font in fonts.values():
            inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert any(key in inner.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_typst_brings_the_fonts_that_we_ask_for():
    assert {"Libertinus Serif", "DejaVu Sans Mono"} <= set(typst.Fonts(include_system_fonts=False).families())


def test_a_pdf_that_cant_be_made_is_said_plainly_and_leaves_nothing_behind(app, year, tmp_path, monkeypatch):
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()")
    with pytest.raises(typeset.CantSet, match="couldn’t be made"):
        typeset.pdf(broken, data="{}", note="")
    monkeypatch.setattr(typeset, "MEMORY", 32 * 1024 * 1024)
    marsha = Client(app).as_(make.person("Marsha"))
    for path, page in (
        (f"{year.id}/all/statement.pdf", f"{year.id}/all"),
        (f"{year.id}/all/report.pdf", f"{year.id}/all/report"),
    ):
        answer = marsha.get(f"{AT}/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{AT}/{page}")
        assert "couldn’t be made just now" in words(marsha.get(f"{AT}/{page}"))


def test_a_file_that_would_take_long_is_not_made_and_the_page_says_so(app, books):
    costs = [Line(Account.COST, 1, books.id)] * (views.LONGEST["pdf"] + 1)
    with wall.opened(books.group_id):
        sides = [*costs, Line(Account.BANK, -len(costs), books.id)]
        posting.post(books.group_id, Kind.COST, sides, on=date(2026, 6, 1), words="Many", by=None)
    db.session.commit()
    marsha = Client(app).as_(make.person("Marsha"))
    at = f"{AT}/{books.id}/2026-2027"
    answer = marsha.get(f"{at}/statement.pdf")
    assert (answer.status_code, answer.headers["Location"]) == (303, at)
    page = marsha.get(at)
    assert "A PDF holds up to 1,000 movements" in words(page)
    assert "statement.pdf" not in page.text
    assert len(reading.csv_rows(marsha.get(f"{at}/statement.csv").data)["What moved"]) == views.LONGEST["pdf"] + 2
