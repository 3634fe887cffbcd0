"""Files sent and lines matched as a person in finance does it, over the pages."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.bank.models import BankAccount, BankLine
from portal.core import clock, files, jobs
from portal.core.db import db
from portal.people.roles import Role
from tests import make
from tests.bank import samples
from tests.client import words

SEND = "/host/bank/files/"


@pytest.fixture
def finance(client, glyn):
    client.as_(make.person("Glyn"))
    client.post("/host/bank/accounts", data={"name": "Main account"})
    return client


def send(client, content, name="november.csv", **more):
    content = content.encode() if isinstance(content, str) else content
    body = {"account_id": "1", "file": (io.BytesIO(content), name), **more}
    return client.post(SEND, data=body, content_type="multipart/form-data")


def lines() -> int:
    return db.session.scalar(sa.select(sa.func.count(BankLine.id)))


def fields(page) -> dict[str, str]:
    """What a browser would send of the form about columns: hidden fields, and what is chosen in each list."""
    chosen = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    for name, options in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', page.text, re.DOTALL):
        picked = re.search(r'<option value="(\d*)" selected', options)
        chosen[name] = picked[1] if picked else ""
    return chosen


def test_a_csvs_columns_are_shown_once_corrected_once_and_remembered(finance):
    page = send(finance, samples.TWO_COLUMNS)
    assert page.status_code == 200
    assert "04 Nov 2026 · Bank credit · COMMUNITY HANDS GRANT" in words(page)
    guessed = fields(page)
    assert [guessed[name] for name in ("day", "words", "paid_out", "paid_in", "balance", "amount")] == [*"13456", ""]
    assert lines() == 0
    wrong = finance.post(f"{SEND}columns", data=guessed | {"day": "2"})
    assert wrong.status_code == 422
    assert "isn’t a day that exists. Nothing was taken." in words(wrong)
    assert fields(wrong)["day"] == "2"
    missing = finance.post(f"{SEND}columns", data=guessed | {"paid_in": ""})
    assert "paid in and paid out. Nothing was taken" in words(missing)
    assert lines() == 0
    answer = finance.post(f"{SEND}columns", data=guessed | {"more": "2"})
    assert answer.status_code == 303
    assert "3 lines, 3 of them new." in words(finance.get("/host/bank/"))
    assert {one.words for one in db.session.scalars(sa.select(BankLine))} == {
        *("HALL HIRE R102 · Payment", "COMMUNITY HANDS GRANT · Bank credit"),
    }
    again = send(finance, samples.TWO_COLUMNS.replace("04 Nov", "05 Nov"))  # read by the same columns at once
    assert again.status_code == 303
    assert "3 lines, 1 of them new." in words(finance.get("/host/bank/"))
    assert send(finance, samples.SIGNED).status_code == 200  # named otherwise: asked about


def test_a_file_that_waits_for_its_columns_is_forgotten_once_taken_or_after_a_day(finance):
    def kept() -> list:
        return list(files.store().folder.glob("??/*"))

    page = send(finance, samples.SIGNED)
    assert len(kept()) == 1
    finance.post(f"{SEND}columns", data=fields(page))
    jobs.run_waiting()
    assert kept() == []
    page = send(finance, samples.SEMICOLONS)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        jobs.run_waiting()
    assert kept() == []
    gone = finance.post(f"{SEND}columns", data=fields(page))
    assert gone.status_code == 422
    assert "isn’t here any more" in words(gone)
    made_up = finance.post(f"{SEND}columns", data=fields(page) | {"held": "ab/abcdef"})
    assert "isn’t here any more" in words(made_up)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (samples.OFX_OLD, "november.ofx", "ofx"),
        (samples.OFX_NEW, "november.qfx", "ofx"),
        (samples.camt("08"), "november.xml", "camt"),
        (samples.MT940, "november.sta", "mt940"),
    ],
)
def test_what_says_itself_what_it_is_is_taken_at_once_and_twice_adds_nothing(finance, content, name, kind):
    assert send(finance, content, name).status_code == 303
    assert "3 lines, 3 of them new." in words(finance.get("/host/bank/"))
    send(finance, content, name)
    assert "3 lines, all of them here already. Nothing was added." in words(finance.get("/host/bank/"))
    assert lines() == 3
    page = words(finance.get(SEND))
    assert name in page
    assert "£5,620.00" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "That file is empty"),
        (b"%PDF-1.7", "That is a PDF"),
        (samples.camt()[:700].encode(), "Only part of that file is here"),
        (b"Date,Amount,Description\n" + b"x" * 13 * 1024 * 1024, "bigger than 12 MB"),
        (samples.BOMB.encode(), "asks for things from outside"),
    ],
)
def test_what_cant_be_taken_says_why_beside_the_box_and_adds_nothing(finance, content, sentence):
    answer = send(finance, content)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert 'aria-describedby="sent-h sent-m"' in answer.text
    assert lines() == 0


def test_a_file_of_50_mb_is_refused_and_nothing_of_it_is_kept(finance):
    answer = send(finance, b"1" * 50 * 1024 * 1024)
    assert answer.status_code == 422
    assert "bigger than 12 MB. Export a shorter time." in words(answer)
    assert not list(files.store().scratch().parent.iterdir())


def test_without_a_file_or_an_account_it_says_what_is_missing(finance):
    answer = finance.post(SEND, data={"account_id": "1"}, content_type="multipart/form-data")
    assert "Choose the file first." in words(answer)
    answer = send(finance, samples.OFX_OLD, account_id="77")
    assert answer.status_code == 422
    assert "Choose the account." in words(answer)


def test_what_is_sure_is_suggested_and_one_button_accepts_it(finance, kettle, cost, fund):
    receipt = cost(90_00)
    payment = make.payment(receipt)
    out = make.bank_line(-90_00, f"FP {payment.reference} VILLAGE HALL")
    following = make.bank_line(-1_23, "SOMETHING ELSE")
    page = finance.get(f"/host/bank/{out.id}")
    assert f"It carries {payment.reference}, and the amount is the same." in words(page)
    form = re.search(r'<form[^>]* id="accept"[^>]* action="([^"]+)">(.*?)</form>', page.text, re.DOTALL)
    body = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    answer = finance.post(form[1], data=body)
    assert answer.headers["Location"] == f"/host/bank/{following.id}"
    assert "is paid. Its group sees it." in words(finance.get(answer.headers["Location"]))
    joe = make.person("Joe")
    assert "Paid today" in words(finance.as_(joe).get(f"/g/tuesday-kettle/receipts/{receipt.number}"))


def test_another_amount_under_the_same_reference_is_shown_and_offers_nothing(finance, kettle, cost):
    payment = make.payment(cost(90_00))
    out = make.bank_line(-80_00, payment.reference)
    page = finance.get(f"/host/bank/{out.id}")
    assert f"The line carries {payment.reference}. That is for £90.00, not £80.00, so it can’t be matched." in words(page)
    assert 'id="accept"' not in page.text


def test_likely_alone_is_accepted_with_one_key_two_alike_are_not(finance, kettle, cost):
    make.payment(cost(90_00))
    out = make.bank_line(-90_00, "VILLAGE HALL ASHBROOK")
    page = finance.get(f"/host/bank/{out.id}")
    assert 'id="accept"' in page.text
    assert "The amount is the same, and so is the name." in words(page)
    make.payment(cost(90_00))
    assert 'id="accept"' not in finance.get(f"/host/bank/{out.id}").text


def test_money_in_names_its_giver_or_is_looked_for(finance, kettle, fund):
    named, other = make.bank_line(500_00, "COMMUNITY HANDS Q3"), make.bank_line(20_00, "M SMITH")
    page = finance.get(f"/host/bank/{named.id}")
    assert "It names Community Hands, who gave this fund." in words(page)
    assert 'value="donation" checked' in page.text  # as the last time
    assert "Community Hands grant" not in words(finance.get(f"/host/bank/{other.id}")).partition("20.00 in")[2]
    page = finance.get(f"/host/bank/{other.id}?find=kettle")
    assert "Community Hands grant" in words(page)
    missing = {"line_id": other.id, "source": "donation", "words": ""}
    answer = finance.post(f"/host/groups/tuesday-kettle/bank/funds/{fund.id}", data=missing)
    assert answer.status_code == 422
    assert "Write a few words." in words(answer)


def test_what_waits_in_suspense_is_seen_with_its_age(finance, glyn):
    waits = make.bank_line(60_00, "CASH", on=clock.today() - timedelta(days=12))
    finance.post(f"/host/bank/{waits.id}/suspense")
    page = words(finance.get("/host/bank/?view=suspense"))
    assert "In suspense 1" in page
    assert "Waits for 12 days" in page


def test_books_and_bank_agree_or_say_by_how_much_they_dont(finance, kettle, fund):
    assert "no file has said what it holds" in words(finance.get("/host/bank/"))
    send(
        finance, samples.camt()
    )  # 5,620.00, of which the three lines are 4,620.00: the books hold the 1,000.00 it began with
    assert "Books and bank agree" in words(finance.get("/host/bank/"))
    make.bank_line(-5_00)
    assert "£5.00 more in the bank than in the books" in words(finance.get("/host/bank/"))


def test_nobody_but_finance_sees_a_line_or_that_there_are_any(client, app, kettle):
    out = make.bank_line(-5_00, "FP J SMITH")
    for role in (Role.COORDINATOR, Role.TRUSTEE, Role.SAFEGUARDING):
        client.as_(make.staff(f"Some {role}", role))
        for path in ("/host/bank/", f"/host/bank/{out.id}", SEND):
            assert client.get(path).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(BankAccount.id))) == 1
