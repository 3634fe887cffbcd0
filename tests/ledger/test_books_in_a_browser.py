"""Finance at the host's own books on a laptop, and a trustee who reads them on a phone."""

import re

import pytest

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_a_gift_for_the_pot_is_recorded_and_a_trustee_reads_it_in_the_years_figures(laptop, phone):
    enter(laptop, "Glyn Parry")
    laptop.get_by_role("link", name="Pay", exact=True).click()
    laptop.get_by_role("link", name="Our books").click()
    laptop.get_by_text("Money of our own came in").click()
    laptop.get_by_label("How much?").fill("40.505")
    laptop.get_by_label("On which day?").fill("2026-11-02")
    laptop.get_by_label("From whom, for what?").fill("A stall at the market")
    laptop.get_by_role("button", name="Record it").click()
    laptop.get_by_text("Use numbers, like 6 or 6.50").wait_for()
    assert laptop.get_by_label("From whom, for what?").input_value() == "A stall at the market"
    laptop.get_by_label("How much?").fill("40.50")
    laptop.get_by_role("button", name="Record it").click()
    laptop.get_by_text("Recorded.").wait_for()
    assert laptop.get_by_role("link", name="A stall at the market").is_visible()

    enter(phone, "Beatrix Lund")
    phone.get_by_role("link", name="Money", exact=True).click()
    phone.get_by_role("link", name=re.compile("Running")).click()
    pot = phone.get_by_role("row", name=re.compile("^Small Things Pot"))
    assert "£2,440.50" in pot.inner_text()
    phone.get_by_text("It adds up to the bank").wait_for()
