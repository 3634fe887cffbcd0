"""On a phone: I add myself, with a slip of the thumb; a volunteer answers by the link, with no account here."""

import re

import pytest

from tests.browser import enter, letter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_i_add_myself_as_someone_we_pay(pages, demo_server, script):
    phone = enter(pages("phone", java_script_enabled=script), "Lily")
    phone.get_by_role("link", name="Money", exact=True).click()
    phone.get_by_role("link", name="Who we pay").click()
    phone.get_by_role("link", name="Add someone").click()
    phone.get_by_label("Name on the account").fill("Ms L Kaur")
    phone.get_by_label("Sort code").fill("08-99-9")
    phone.get_by_label("Account number").fill("66374959")
    phone.get_by_role("button", name="Add them").click()
    phone.get_by_text("A sort code has six digits. This has 5.").wait_for()
    assert phone.get_by_label("Account number").input_value() == "66374959"
    phone.get_by_label("Sort code").fill("08-99-99")
    phone.get_by_role("button", name="Add them").click()
    phone.get_by_text("We couldn’t match this account number to the sort code.").wait_for()
    phone.get_by_label("Account number").fill("66374958")
    phone.get_by_role("button", name="Add them").click()
    phone.get_by_role("heading", name="Ms L Kaur (you)").wait_for()
    assert phone.get_by_text("Account ending 4958.").is_visible()
    assert "6637" not in phone.content()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True


def test_a_volunteer_without_an_account_gives_theirs_by_a_link(pages, demo_server):
    orla = enter(pages("phone"), "Orla")
    orla.goto("/g/hearsay-collective/money/payees/new")
    orla.get_by_text("Someone else", exact=True).click()
    orla.get_by_label("Name on the account").fill("Niamh Byrne")
    orla.get_by_label("Their email").fill("niamh@example.net")
    orla.get_by_text("They type it in, by a link we send").click()
    orla.get_by_role("button", name="Add them").click()
    orla.get_by_text("They have a link").wait_for()
    niamh = pages("phone")
    niamh.goto(re.search(r"/details/\S+", letter(niamh, "To niamh@example.net", "pay you"))[0])
    niamh.get_by_text("Why we ask", exact=False).first.click()
    niamh.get_by_text("Only finance at Hearthrow Commons sees all of it").wait_for()
    niamh.get_by_label("Sort code").fill("20 29 59")
    niamh.get_by_label("Account number").fill("63748472")
    niamh.get_by_role("button", name="Send it").click()
    niamh.get_by_role("heading", name="This link has done its work").wait_for()
    orla.reload()
    assert orla.get_by_text("Account ending 8472.").is_visible()
