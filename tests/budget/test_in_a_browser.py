"""On a phone a line is planned, money moves, and what staff suggest on a laptop is answered with one tap."""

import re

import pytest

from tests.browser import enter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_a_line_is_planned_and_money_moves_to_it(pages, script):
    orla = enter(pages("phone", java_script_enabled=script), "Orla")
    name = "Tea" if script else "Cake"
    orla.get_by_role("link", name="Money", exact=True).click()
    orla.get_by_role("heading", name="We can spend now").wait_for()
    orla.get_by_role("link", name="Zine donations").click()
    orla.get_by_label("What is it for?").last.fill(name)
    orla.get_by_label("How much do we plan for it?").last.fill("lots")
    orla.get_by_role("button", name="Plan it").click()
    orla.get_by_text("Use numbers, like 6 or 6.50").wait_for()
    assert orla.get_by_label("What is it for?").last.input_value() == name
    orla.get_by_label("How much do we plan for it?").last.fill("40")
    orla.get_by_role("button", name="Plan it").click()
    orla.get_by_text("Planned.", exact=True).wait_for()
    orla.goto("/g/hearsay-collective/money/")
    orla.get_by_role("link", name="Open Ear grant").click()
    left = figure(orla, "Print")
    orla.get_by_text("Move money between lines").click()
    orla.get_by_label("From").select_option("Print")
    orla.get_by_label("To", exact=True).select_option("Access")
    orla.get_by_label("How much?").fill("25.50")
    orla.get_by_role("button", name="Move it", exact=True).click()
    orla.get_by_text("Moved.", exact=True).wait_for()
    assert figure(orla, "Print") == left - 2550


def figure(page, line: str) -> int:
    """What is left of a line, in pence, as its page says it."""
    shown = page.locator("li.pot", has=page.get_by_role("heading", name=line, exact=True)).first.inner_text()
    return int(re.search(r"£([\d,]+\.\d\d) left", shown)[1].replace(",", "").replace(".", ""))


def test_what_staff_suggest_about_money_is_answered_with_one_tap(pages):
    imani = enter(pages("laptop"), "Imani Okafor")
    imani.goto("/host/groups/tuesday-kettle/books/lines")
    imani.get_by_text("Move money between its lines").click()
    imani.get_by_label("From").select_option("Materials")
    imani.get_by_label("To", exact=True).select_option("Room")
    imani.get_by_label("How much?").fill("12.34")
    imani.get_by_label("Why? They read this.").fill("The hall costs more from January.")
    imani.get_by_role("button", name="Suggest it").click()
    imani.get_by_text("waits", exact=False).first.wait_for()
    marsha = enter(pages("phone"), "Marsha")
    marsha.goto("/g/tuesday-kettle/proposals/")
    marsha.get_by_text("move £12.34 from Materials to Room").wait_for()
    marsha.get_by_role("checkbox", name=re.compile("12.34")).check()
    marsha.get_by_role("button", name="Yes to these").click()
    marsha.get_by_text("Yes. It’s done.").wait_for()
    marsha.goto("/g/tuesday-kettle/money/")
    marsha.get_by_text("Planned £1,812.34").wait_for()
