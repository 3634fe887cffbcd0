"""From a photo on a phone to “Paid”: asked for, agreed to by a second organiser, checked, released by a second person in
finance, matched with the bank's own line. Everything as people do it, page by page, in the running demo."""

import re

import pytest

from portal.core import clock
from tests import make
from tests.browser import enter
from tests.receipts.test_on_a_phone import WE_HAVE_IT, adding, choose, file

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_a_photo_to_paid(pages, script):
    marsha, joe = (pages("phone", java_script_enabled=script) for _ in range(2))
    glyn, sefa = (pages("laptop", java_script_enabled=script) for _ in range(2))

    receipt = photographed(marsha, "Marsha", script)
    asked_to_be_paid_back(marsha, receipt, "17.35")
    agreed_to_by(joe, "Joe", receipt)
    checked(glyn, receipt)
    run = put_in_and_handed_over(glyn, receipt)
    reference = released(sefa, run, receipt)
    on_the_banks_statement(glyn, receipt, reference, "17.35")

    marsha.goto(f"/g/tuesday-kettle/receipts/{receipt}")
    marsha.get_by_text("Paid today. There’s nothing more to do.").wait_for()
    marsha.goto("/g/tuesday-kettle/money/")
    marsha.get_by_role("link", name="See all movements").click()
    assert "£17.35" in marsha.locator("li").filter(has_text=f"R{receipt}").first.inner_text()


def photographed(page, who: str, script: bool) -> int:
    """A photo is sent. Its number."""
    if script:
        adding(page, who)
        choose(page, file("bread.jpg", make.jpeg(text=f"Bread {script}")))
        return int(page.get_by_text(WE_HAVE_IT).first.inner_text().partition("R")[2])
    enter(page, who)
    page.get_by_role("link", name="Add a receipt").click()
    page.get_by_label("Choose photos or files").set_input_files([file("bread.jpg", make.jpeg(text=f"Bread {script}"))])
    page.get_by_role("button", name="Send").click()
    page.get_by_text(WE_HAVE_IT).first.wait_for()
    return int(re.search(r"R(\d+)", page.get_by_text(WE_HAVE_IT).first.inner_text())[1])


def asked_to_be_paid_back(page, receipt: int, pounds: str) -> None:
    page.goto(f"/g/tuesday-kettle/receipts/{receipt}")
    page.get_by_role("link", name="Ask for it to be paid").click()
    page.get_by_label("Pay someone back").check()
    page.get_by_label("What for?").fill("Bread and soup")
    page.get_by_label("How much?").fill(pounds)
    page.get_by_label("Who is paid?").select_option(label="Marsha, account ending 4958")
    page.get_by_label("From which pot?").select_option(label="Community Hands grant: Food")
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_text("Joe can say yes").wait_for()
    assert page.get_by_role("button", name=f"Yes, pay £{pounds}").count() == 0  # nobody says yes to their own money


def agreed_to_by(page, who: str, receipt: int) -> None:
    enter(page, who)
    page.goto(f"/g/tuesday-kettle/receipts/{receipt}/payment")
    page.get_by_role("button", name="Yes, pay").click()
    page.get_by_text("We said yes. Hearthrow Commons has it now").wait_for()


def checked(page, receipt: int) -> None:
    enter(page, "Glyn Parry")
    page.goto(f"/host/receipts/{receipt}")
    page.get_by_label("Code").select_option("5100")
    page.get_by_role("button", name="Accept £").click()
    page.get_by_text(f"R{receipt} is ready to pay.").wait_for()


def put_in_and_handed_over(page, receipt: int) -> str:
    """The run's address."""
    page.goto("/host/payments/")
    page.locator("#ticks label").filter(has_text=f"R{receipt},").get_by_role("checkbox").check()
    page.get_by_role("button", name="Put them in").click()
    page.get_by_text("1 put in.").wait_for()
    page.get_by_role("button", name="Hand over for release").click()
    page.get_by_text("You prepared this one. Someone else releases it.").wait_for()
    return page.url


def released(page, run: str, receipt: int) -> str:
    """What the bank's line will carry."""
    enter(page, "Sefa Tuilagi")
    page.goto(run)
    page.get_by_role("button", name="Release £").click()
    page.get_by_role("link", name="ISO 20022 file").wait_for()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="ISO 20022 file").click()
    return re.search(rf"TR R{receipt}X?\d*", fetched.value.path().read_text())[0]


def on_the_banks_statement(page, receipt: int, reference: str, pounds: str) -> None:
    page.goto("/host/bank/files/new")
    if page.get_by_text("Name another account").is_visible():
        page.get_by_text("Name another account").click()
    page.get_by_label("What do you call it?").fill(f"Account {receipt}")
    page.get_by_role("button", name="Name this account").click()
    page.get_by_label("Which account?").select_option(f"Account {receipt}")
    rows = f"Date,Type,Description,Value\n{clock.today():%d/%m/%Y},FPO,{reference} MARSHA,-{pounds}\n"
    page.get_by_label("The file").set_input_files([file("november.csv", rows.encode(), "text/csv")])
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("button", name="Take it in").click()
    page.get_by_role("link", name=f"R{receipt}").click()
    page.get_by_role("button", name="It’s paid").click()
    page.get_by_text(f"R{receipt} is paid. Its group sees it.").wait_for()
