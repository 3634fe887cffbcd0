"""Typed, signed out meanwhile, sent; signed in beside it, sent again: in a real browser, with and without script."""

import re

import pytest

from tests.browser import ask_code, enter

pytestmark = pytest.mark.browser


def sign_out_everywhere(pages, name: str) -> None:
    """From another device of theirs."""
    other = enter(pages("laptop"), name)
    other.goto("/you")
    other.get_by_role("button", name="Sign out everywhere").click()
    other.wait_for_url("**/sign-in")


def sign_in_beside(page, email: str) -> None:
    """By the page's own link, which leaves the page where it is."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in").click()
    beside = opened.value
    beside.get_by_label("Your code").fill(ask_code(beside, email))
    beside.get_by_role("button", name="Sign in").click()
    beside.get_by_role("heading", name="You’re in").wait_for()
    beside.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_receipt_in_words_is_there_once(pages, demo_server, script):
    name, email, group, what = (
        ("Marsha", "marsha@example.org", "tuesday-kettle", "Forty blue cups")
        if script
        else ("Sam", "sam@example.org", "hillfoot-walkers", "Forty green cups")
    )
    page = enter(pages("phone", java_script_enabled=script), name)
    page.goto(f"/g/{group}/receipts/without")
    page.get_by_label("What was it?").fill(what)
    page.get_by_label("How much").fill("7.20")
    sign_out_everywhere(pages, name)
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", name="Not sent yet").wait_for()
    assert page.get_by_role("link", name="Leave quickly").is_visible()
    assert page.get_by_text(what).count() == 0  # not in sight of whoever looks over a shoulder
    sign_in_beside(page, email)
    assert page.get_by_role("heading", name="Not sent yet").is_visible()  # nothing sends itself
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("heading", name=what).wait_for()
    page.goto(f"/g/{group}/receipts/")
    assert page.get_by_text(what).count() == 1
    assert what not in demo_server.log


@pytest.mark.parametrize("script", [True, False])
def test_a_request_is_there_once_and_nothing_of_it_stays_on_the_phone(pages, demo_server, script):
    name, email, group, what = (
        ("Joe", "joe@example.org", "tuesday-kettle", "We would like a bigger kettle")
        if script
        else ("Tomasz", "tomasz@example.org", "nightshift-poets", "We would like a quieter room")
    )
    page = enter(pages("phone", java_script_enabled=script), name)
    page.goto(f"/g/{group}/support/ask")
    page.get_by_label("What would help?").fill(what)
    sign_out_everywhere(pages, name)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Not sent yet").wait_for()
    sign_in_beside(page, email)
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("heading", name="When would you like to hear back?").wait_for()
    if script:
        assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept '))") == []
    page.get_by_role("button", name="Send it as it is").click()
    sent = page.get_by_text("Sent. It is S")
    sent.wait_for()
    ref = re.search(r"S\d+", sent.inner_text())[0]
    page.goto(f"/g/{group}/support/")  # by its reference: its words show to those alone who proved themselves lately
    assert page.locator(".item", has_text=f"{ref}, ").count() == 1
    assert page.locator(".item").filter(has_text=what).count() <= 1
    assert what not in demo_server.log
