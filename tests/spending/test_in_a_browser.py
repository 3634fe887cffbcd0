"""On two phones: a cost is asked for, the other organiser says yes, and it says who has it now. With and without script."""

import pytest

from tests.browser import enter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_asked_for_on_one_phone_and_agreed_to_on_another(pages, script):
    marsha = enter(pages("phone", java_script_enabled=script), "Marsha")
    marsha.goto("/g/tuesday-kettle/money/ask")
    marsha.get_by_label("Pay a bill").check()
    marsha.get_by_label("What for?").fill("Print of our flyers")
    marsha.get_by_label("How much?").fill("12.345")
    marsha.get_by_label("Who is paid?").select_option(label="Ashbrook Village Hall, account ending 7491")
    marsha.get_by_label("From which pot?").select_option(label="Community Hands grant: Materials")
    marsha.get_by_role("button", name="Ask for it").click()
    marsha.get_by_text("Use numbers, like 6 or 6.50").wait_for()
    assert marsha.get_by_label("What for?").input_value() == "Print of our flyers"  # what was typed is kept
    marsha.get_by_label("How much?").fill("12.34")
    marsha.get_by_role("button", name="Ask for it").click()
    marsha.get_by_text("Marsha or Joe can say yes").wait_for()
    joe = enter(pages("phone", java_script_enabled=script), "Joe")
    joe.get_by_text("£12.34 for Print of our flyers: do we say yes?").first.click()
    joe.get_by_role("button", name="Yes, pay £12.34").click()
    joe.get_by_text("We said yes. Hearthrow Commons has it now").wait_for()
    joe.get_by_role("button", name="Not this time").click()
    joe.get_by_text("Ask for it to be paid").wait_for()
