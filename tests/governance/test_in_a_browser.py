"""How we run on a phone, and the host's board by keyboard on a laptop, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser

KETTLE = "/g/tuesday-kettle/how-we-run/"


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def line(page, name: str):
    return page.locator("a.item").filter(has=page.get_by_text(name, exact=True))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_at_a_glance_then_our_own_thing_then_our_own_way(pages, script):
    phone = enter(pages("phone", java_script_enabled=script))
    phone.get_by_role("link", name="Our say").click()
    phone.get_by_role("link", name="How we run").click()
    for held in ("We hold these", "We share these", "Hearthrow Commons holds these"):
        expect(phone.get_by_role("heading", name=held, exact=True)).to_be_visible()
    expect(line(phone, "Insurance")).to_contain_text("Hearthrow Commons covers this")
    expect(line(phone, "Safeguarding")).to_contain_text("In place")
    phone.get_by_role("link", name="Add something of ours").click()
    name = "Kettle rota" if script else "Key list"
    phone.get_by_label("What is it?").fill(name)
    phone.get_by_text("We hold it").click()
    phone.get_by_label("A note").fill("On the fridge")
    phone.get_by_role("button", name="Add it").click()
    expect(phone.get_by_role("heading", name=name)).to_be_visible()
    phone.get_by_text("In progress").click()
    phone.get_by_role("button", name="Save").first.click()
    expect(phone.locator("#flash").get_by_text("Noted.")).to_be_visible()
    phone.locator("summary").filter(has_text="We do it our way").click()
    phone.get_by_label("How we do it, if we like").fill("Whoever comes first puts the kettle on.")
    phone.get_by_role("button", name="It’s our way").click()
    expect(phone.get_by_role("heading", name="We do it our way")).to_be_visible()
    phone.get_by_role("link", name="How we run").click()
    expect(line(phone, name)).to_contain_text("In place")
    expect(line(phone, name)).to_contain_text("Our own way.")
    phone.goto(f"{KETTLE}insurance")
    expect(phone.get_by_text("There’s nothing here for us to do.")).to_be_visible()
    expect(phone.locator("summary").filter(has_text="We do it our way")).to_be_visible()


def test_the_board_by_keyboard_alone(pages):
    laptop = enter(pages("laptop"), "Imani Okafor")
    laptop.goto("/host/board/")
    laptop.get_by_role("heading", name="What we carry").wait_for()
    press(laptop, "j")
    laptop.wait_for_url(re.compile(r"/host/board/\d+\?"))
    first = laptop.url
    press(laptop, "j")
    laptop.wait_for_url(lambda url: url != first)
    second = laptop.url
    press(laptop, "k")
    laptop.wait_for_url(first)
    press(laptop, "j")
    laptop.wait_for_url(second)
    press(laptop, "a")
    laptop.get_by_text("You’re on it. The group sees it.").wait_for()
    expect(laptop.locator("#item")).to_contain_text("In progress since today")
    press(laptop, "h")
    laptop.keyboard.type("Glyn")
    press(laptop, "Tab", "Enter")
    laptop.get_by_text("Handed over.").wait_for()
    expect(laptop.locator("#item")).to_contain_text("Glyn Parry")
    press(laptop, "d", "Tab", "Control+A")
    laptop.keyboard.type("Renewed for a year.")
    press(laptop, "Control+Enter")
    laptop.get_by_text("Done. The group sees it.").wait_for()
    expect(laptop.locator("#item")).to_contain_text("Renewed for a year.")
    group = laptop.locator("#item .crumb a:last-child").inner_text()
    laptop.locator("#item .crumb a:last-child").click()
    expect(laptop.get_by_role("heading", name="How they run")).to_be_visible()
    expect(laptop.locator(".crumb")).to_have_text(group)
