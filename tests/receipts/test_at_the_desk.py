"""The desk on a laptop, by keyboard, in a real browser; and the group's answer on a phone."""

import re
import time

import pytest

from tests.browser import enter
from tests.receipts.samples import jpeg

pytestmark = pytest.mark.browser


def at_desk(page, path: str = "/host/receipts/"):
    enter(page, "Glyn Parry")
    page.goto(path)
    page.locator("#item").wait_for()
    return page


def opened(page) -> str:
    """The receipt that lies open."""
    return re.search(r"R\d+", page.locator("#item header").inner_text())[0]


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_clean_one_is_accepted_by_keyboard_alone_in_8_seconds_and_the_next_lies_open(laptop):
    at_desk(laptop, "/host/receipts/104")
    started = time.monotonic()
    press(laptop, "a")
    laptop.keyboard.type("5200")
    press(laptop, "Enter")
    laptop.get_by_text("R104 is ready to pay.").wait_for()
    assert time.monotonic() - started < 8
    following = opened(laptop)
    assert following != "R104"
    press(laptop, "j")
    laptop.wait_for_url(lambda url: f"/{following[1:]}" not in url)
    press(laptop, "k")
    laptop.wait_for_url(f"**/{following[1:]}?view=check")
    laptop.goto("/host/receipts/?view=ready")
    laptop.get_by_role("link", name="The Quiet Allotment").first.wait_for()


def test_the_keys_are_listed_and_can_be_switched_off(laptop):
    at_desk(laptop)
    first = opened(laptop)
    press(laptop, "?")
    laptop.get_by_role("dialog", name="Keys").wait_for()
    press(laptop, "Escape")
    laptop.get_by_role("dialog", name="Keys").wait_for(state="hidden")
    press(laptop, "q")
    question = laptop.get_by_label("Question")
    question.wait_for()
    assert question.evaluate("box => box === document.activeElement")
    laptop.get_by_label("In your own words").press("j")  # typing is typing
    assert laptop.get_by_label("In your own words").input_value() == "j"
    laptop.get_by_role("button", name="turn off").click()
    laptop.reload()
    press(laptop, "j", "a", "h")
    laptop.wait_for_load_state("networkidle")
    assert opened(laptop) == first
    laptop.get_by_role("button", name="turn keys on").click()
    laptop.locator("h1").click()
    press(laptop, "j")
    laptop.wait_for_url(re.compile(r"/host/receipts/\d+"))


def test_finance_asks_and_the_group_answers_on_a_phone(laptop, phone):
    at_desk(laptop, "/host/receipts/112")
    press(laptop, "q")
    laptop.get_by_label("Question").select_option(label="What was this for?")
    laptop.get_by_label("In your own words").fill("Is it the big kiln or the small one?")
    press(laptop, "Tab", "Enter")
    laptop.get_by_text("Asked about R112.").wait_for()
    enter(phone, "Bev")
    phone.get_by_role("link", name="Is it the big kiln or the small one?").tap()
    phone.get_by_role("heading", name="What was this for?").wait_for()
    phone.get_by_label("Your answer").fill("The small one.")
    phone.get_by_role("button", name="Send the answer").tap()
    phone.get_by_text("Thank you. That’s answered.").wait_for()
    phone.get_by_text("With your group").first.wait_for()
    laptop.goto("/host/receipts/112")
    laptop.get_by_text("The small one.", exact=False).wait_for()
    assert "With your group" in laptop.locator("#item header").inner_text()


def test_an_amount_that_is_not_there_yet_is_asked_for_not_guessed(laptop, phone):
    enter(phone, "Joe")
    phone.goto("/g/tuesday-kettle/receipts/new")
    chosen = {"name": "new.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    phone.get_by_label("Choose photos or files").set_input_files([chosen])
    sent = phone.get_by_role("link", name=re.compile(r"We have it · R\d+"))
    number = re.search(r"\d+", sent.inner_text())[0]
    at_desk(laptop, f"/host/receipts/{number}")
    laptop.get_by_label("Our ledger code").select_option("5100")
    laptop.get_by_role("button", name="Accept").click()
    laptop.get_by_text("There’s no amount yet. Ask the group how much it was.").wait_for()


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_without_script_the_desk_works_too(pages, size):
    page = pages(size, java_script_enabled=False)
    enter(page, "Sefa Tuilagi")
    page.goto("/host/receipts/?view=held")
    page.get_by_role("link", name="Hillfoot Queer Walkers").first.click()
    page.get_by_role("heading", name="minibus").wait_for()
    assert page.locator(".q-list").is_visible() == (size == "laptop")
    page.get_by_text("“Paths grant” is £14.10 short of this one.").wait_for()
