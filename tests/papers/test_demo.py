"""The demo's nine funds, to the penny: as a page, in the PDF, the spreadsheet, the CSV and the Beancount file."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core.db import db
from portal.ledger.models import Fund
from tests import demo as demos
from tests import make
from tests.client import Client
from tests.papers import reading

pytestmark = pytest.mark.slow

# Typed anew from the shared demo data: group, fund, in, fee, spent, promised, free.
TABLE = """
tuesday-kettle      Community Hands grant   4,800.00  240.00 1,985.40   210.00 2,364.60
quiet-allotment     Donations                 640.00    0.00   412.75     0.00   227.25
nightshift-poets    Small Things award        180.00    0.00   143.88    14.39    21.73
long-table          Gather Well grant       9,500.00  475.00 6,120.00   900.00 2,005.00
hillfoot-walkers    Paths grant             2,000.00  100.00 1,862.10    52.00   -14.10
hearsay-collective  Open Ear grant         12,000.00  600.00 4,275.50 1,350.00 5,774.50
hearsay-collective  Zine donations          1,150.00    0.00    96.00     0.00 1,054.00
eastmoor-dads       Start Here grant        3,000.00  150.00   240.15     0.00 2,609.85
makers-moving-on    Make Do grant           6,200.00  310.00 4,702.20   187.80 1,000.00
"""
ROWS = [(line[:20].strip(), line[20:43].strip(), *line[43:].split()) for line in TABLE.strip().splitlines()]
NAMES = ("Came in", "Fee", "Spent", "Promised now", "Free now")
YEAR = "2026-2027"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo on its own day, and finance in a browser."""
    with demos.opened(tmp_path_factory.mktemp("demo-papers"), demos.ITS_OWN_DAY) as app:
        yield Client(app).as_(make.person("Glyn Parry", email="glyn@example.org"))


@pytest.fixture(scope="module")
def books(demo) -> str:
    return demo.get("/host/papers/ledger.beancount").text


def test_the_table_has_nine_funds_that_add_up():
    assert len(ROWS) == 9
    for _, _, *amounts in ROWS:
        came_in, fee, spent, promised, free = map(reading.pence, amounts)
        assert came_in - fee - spent - promised == free


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_fund_is_the_same_in_all_its_papers(demo, books, row):
    slug, name, *amounts = row
    expected = dict(zip(NAMES, map(reading.pence, amounts), strict=True))
    fund = db.session.scalar(sa.select(Fund.id).where(Fund.name == name))
    at = f"/host/groups/{slug}/papers/{fund}/{YEAR}"
    there = expected["Came in"] - expected["Fee"] - expected["Spent"]
    expected |= {"There at the beginning": 0, "There at the end": there}
    papers = {kind: demo.get(f"{at}/statement.{kind}").data for kind in ("pdf", "xlsx", "csv")}
    shown = {key: pence for key, pence in reading.page_sums(demo.get(at).text).items() if key in expected}
    assert shown == expected
    assert {key: reading.pdf_sum(papers["pdf"], key) for key in expected} == expected
    assert reading.xlsx_sums(papers["xlsx"]) == expected
    assert reading.csv_sums(papers["csv"]) == expected
    accounts, _ = reading.bean(books)
    own = {account: pence for account, pence in accounts.items() if f":F{fund}-" in account}
    assert sum(pence for account, pence in own.items() if account.startswith("Income:")) == -expected["Came in"]
    assert sum(pence for account, pence in own.items() if account.startswith("Expenses:Fee:")) == expected["Fee"]
    assert sum(pence for account, pence in own.items() if account.startswith("Expenses:Costs:")) == expected["Spent"]
    assert sum(pence for account, pence in own.items() if account.startswith("Assets:")) == there


def test_the_hosts_pot_is_in_the_ledger_to_the_penny(books):
    accounts, _ = reading.bean(books)
    assert accounts["Assets:Bank:Host-Small-Things"] == 1270_00
    assert accounts["Income:Donations:Host-Small-Things"] == -2400_00
    assert accounts["Expenses:Awards:Host-Small-Things"] == 1130_00
    assert accounts["Assets:Bank:Host-Fees"] == sum(reading.pence(fee) for _, _, _, fee, *_ in ROWS)


def test_bean_check_itself_accepts_the_ledger_and_finds_a_penny_too_much(tmp_path, books):
    assert "2364.60" not in books  # what is promised is no entry yet
    assert " 2574.60 GBP" in books
    for text, accepted in ((books, True), (books.replace(" 2574.60 GBP", " 2574.61 GBP"), False)):
        file = tmp_path / "ledger.beancount"
        file.write_text(text)
        check = Path(sys.executable).with_name("bean-check")
        done = subprocess.run([check, file], capture_output=True, text=True)
        assert (done.returncode == 0) is accepted, done.stderr
