"""An ask in a real browser, from a draft on the host's laptop to a group's answer and what it led to."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser

ABOUT = "Rooms for the winter"


def button(page, words: str):
    return page.get_by_role("button", name=words)


def heading(page, words: str):
    return page.get_by_role("heading", name=words, level=1)


def test_from_a_draft_to_what_it_led_to(laptop, pages):
    enter(laptop, "Imani Okafor")
    laptop.goto("/host/groups/")
    laptop.get_by_role("link", name="What we ask of groups").click()
    laptop.get_by_role("link", name="Draft an ask").click()
    laptop.get_by_label("What is it about?").fill(ABOUT)
    laptop.get_by_label("What does a group get from it?").fill("First choice of any room we find.")
    laptop.get_by_label("Who sees the answers?").fill("Imani")
    laptop.get_by_label("How many minutes does it take?").fill("5")
    laptop.get_by_label("Question 1").fill("How many of you come in a usual week?")
    laptop.get_by_label("Question 2").fill("What would help?")
    laptop.get_by_text("These groups").click()
    laptop.get_by_label("Nightshift Poets").check()
    laptop.get_by_label("The Long Table").check()
    button(laptop, "Keep it").click()
    expect(laptop.get_by_text("Say why you ask.")).to_be_visible()
    expect(laptop.get_by_label("What is it about?")).to_have_value(ABOUT)
    laptop.get_by_label("Why do you ask?").fill("To know which rooms to look for.")
    button(laptop, "Keep it").click()

    heading(laptop, ABOUT).wait_for()
    main = laptop.locator("main")
    expect(main).to_contain_text("Nightshift Poets: needs their yes first")
    expect(main).to_contain_text("The Long Table: not at all")
    expect(main).to_contain_text("In the last 30 days we asked them once, about 6 minutes in all.")
    button(laptop, "Send it to this group").click()
    expect(main).to_contain_text("asked first today")

    phone = enter(pages("phone"), "Lily")
    phone.get_by_role("link", name="suggests a change").filter(has_text="when you contact us").last.click()
    expect(phone.locator("main")).to_contain_text(f"They would like to contact us about: {ABOUT} (5 minutes).")
    button(phone, "Yes").click()
    phone.goto("/g/nightshift-poets/support/")
    phone.get_by_role("link", name="asked us").click()
    phone.get_by_role("link", name=ABOUT).click()
    expect(phone.locator("main")).to_contain_text("30 on a call, 12 of them every week.")
    phone.get_by_label("What would help?").fill("Captions, still.")
    button(phone, "Use this").click()
    expect(phone.get_by_label("How many of you come in a usual week?")).to_have_value(
        "30 on a call, 12 of them every week."
    )
    expect(phone.get_by_label("What would help?")).to_have_value("Captions, still.")
    laptop.reload()
    expect(main).not_to_contain_text("Captions, still.")
    button(phone, "Send our answers").click()
    expect(phone.locator("main")).to_contain_text("We answered today.")

    laptop.reload()
    expect(main).to_contain_text("Captions, still.")
    laptop.get_by_label("What it led to").fill("Captions are paid for until spring.")
    button(laptop, "Save").click()
    expect(main).to_contain_text("What it led to: Captions are paid for until spring.")
    phone.goto("/g/nightshift-poets/asks/")
    expect(phone.locator("main")).to_contain_text("What it led to: Captions are paid for until spring.")
