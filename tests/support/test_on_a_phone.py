"""Support on a phone, in a real browser: asked in a minute, nothing written is lost, and the group decides who reads."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser

HEADINGS = ("When would you like to hear back?", "How should we answer?", "One last thing")
KETTLE = "/g/tuesday-kettle/support"
# What a person takes for a tap with a look before it, and for a letter on a phone's keys: a slow, careful one.
TAP, LETTER = 3.0, 0.3


class Hand:
    """Someone's thumb: counts taps and letters, and the pages that were opened by them."""

    def __init__(self, page):
        self.page, self.taps, self.letters, self.pages = page, 0, 0, 0
        page.on("framenavigated", self._count)

    def _count(self, frame) -> None:
        self.pages += frame is self.page.main_frame

    def tap(self, target) -> None:
        self.taps += 1
        target.tap()

    def type(self, box, words: str) -> None:
        self.tap(box)
        self.letters += len(words)
        self.page.keyboard.type(words)

    @property
    def seconds(self) -> float:
        return self.taps * TAP + self.letters * LETTER


def button(page, words: str):
    return page.get_by_role("button", name=words)


def box(page):
    return page.get_by_label("What would help?")


def begin(page, words: str, path: str = KETTLE) -> None:
    """Written on the first page, and on to the second."""
    page.goto(f"{path}/ask")
    box(page).fill(words)
    button(page, "Go on").click()
    page.get_by_role("heading", name="When would you like to hear back?").wait_for()


def ref_of(page) -> str:
    page.wait_for_url(re.compile(r"/support/\d+$"))
    return f"S{page.url.rsplit('/', 1)[1]}"


def ask(page, words: str, path: str = KETTLE) -> str:
    """Sent after the second page; its reference."""
    begin(page, words, path)
    button(page, "Send it as it is").click()
    return ref_of(page)


def test_asked_in_four_pages_and_a_minute(phone):
    enter(phone, "Marsha")
    phone.goto(f"{KETTLE}/")
    hand, started = Hand(phone), time.monotonic()
    hand.tap(phone.get_by_role("link", name="Ask for support"))
    hand.type(box(phone), "Could someone open the hall on Friday at six?")
    hand.tap(button(phone, "Go on"))
    hand.tap(phone.get_by_text("This week, it’s stopping us"))
    hand.tap(button(phone, "Go on"))
    hand.tap(phone.get_by_text("Here, in Trellis"))
    hand.tap(button(phone, "Go on"))
    hand.tap(phone.get_by_text("All of us organisers"))
    asked = hand.pages
    hand.tap(button(phone, "Send to Imani"))
    ref = ref_of(phone)
    phone.get_by_text(f"Sent. It is {ref}.").wait_for()
    assert time.monotonic() - started < 60
    assert (asked, hand.pages, hand.taps) == (4, 5, 9)  # four to ask on, and the request itself
    assert hand.seconds <= 60, hand.seconds


def test_a_sentence_and_two_taps_are_enough(phone):
    enter(phone, "Joe")
    phone.goto(f"{KETTLE}/ask")
    hand = Hand(phone)
    hand.type(box(phone), "Where is the spare key?")
    hand.tap(button(phone, "Go on"))
    hand.tap(button(phone, "Send it as it is"))
    ref_of(phone)
    assert (hand.pages, hand.taps) == (2, 3)
    phone.get_by_text("Where is the spare key?").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_left_halfway_everything_is_there_again(pages, script):
    phone = pages("phone", java_script_enabled=script)
    enter(phone, "Celestine")
    begin(phone, "A ramp for the door", "/g/long-table/support")
    phone.get_by_text("No rush", exact=True).click()
    button(phone, "Go on").click()
    phone.get_by_text("Text message").click()
    phone.get_by_label("Your number").fill("07700 900142")
    button(phone, "Go on").click()
    phone.get_by_role("heading", name="One last thing").wait_for()
    other = phone.context.new_page()
    phone.close()
    other.goto("/g/long-table/support/")
    other.get_by_role("link", name="Go on with what you began").click()
    assert box(other).input_value() == "A ramp for the door"
    button(other, "Go on").click()
    expect(other.get_by_label("No rush")).to_be_checked()
    button(other, "Go on").click()
    expect(other.get_by_label("Text message")).to_be_checked()
    assert other.get_by_label("Your number").input_value() == "07700 900142"
    button(other, "Go on").click()
    button(other, "Send to Imani").click()
    ref_of(other)
    other.get_by_text("A ramp for the door").wait_for()


def test_a_page_killed_while_typing_takes_nothing_and_shows_it_to_its_writer_alone(phone):
    enter(phone, "Marsha")
    phone.goto(f"{KETTLE}/ask")
    box(phone).press_sequentially("Half a thou")
    second = phone.context.new_page()
    phone.close()
    second.goto(f"{KETTLE}/ask")
    assert box(second).input_value() == "Half a thou"
    button(second, "Go on").click()
    second.get_by_role("heading", name="When would you like to hear back?").wait_for()
    second.get_by_role("link", name="Back").click()
    box(second).press("Control+End")
    box(second).press_sequentially("ght, and the rest")  # beyond what the portal has
    third = second.context.new_page()
    second.close()
    third.goto(f"{KETTLE}/ask")
    assert box(third).input_value() == "Half a thought, and the rest"
    third.context.clear_cookies()
    enter(third, "Joe")
    third.goto(f"{KETTLE}/ask")
    assert box(third).input_value() == ""
    third.context.clear_cookies()
    enter(third, "Marsha")
    third.goto(f"{KETTLE}/ask")
    assert box(third).input_value() == "Half a thought, and the rest"
    button(third, "Throw it away").click()
    third.get_by_text("Thrown away. Nothing was sent.").wait_for()
    third.goto(f"{KETTLE}/ask")
    assert box(third).input_value() == ""


def test_without_signal_the_words_stay_it_says_so_and_they_are_sent_once(phone):
    enter(phone, "Hana")
    path = "/g/makers-moving-on/support"
    phone.goto(f"{path}/")
    before = phone.locator("ul.list li").count()
    begin(phone, "The kiln is cold", path)
    phone.context.set_offline(True)
    button(phone, "Send it as it is").tap()
    told = phone.get_by_role("status").get_by_text("No signal just now. What you wrote stays here")
    expect(told).to_be_in_viewport()
    phone.context.set_offline(False)
    button(phone, "Send it as it is").tap()
    ref_of(phone)
    phone.goto(f"{path}/ask")
    assert box(phone).input_value() == ""
    box(phone).fill("And the door sticks")
    phone.context.set_offline(True)
    button(phone, "Go on").tap()
    expect(phone.get_by_text("No signal just now.")).to_be_in_viewport()
    assert box(phone).input_value() == "And the door sticks"
    phone.context.set_offline(False)
    phone.reload()
    assert box(phone).input_value() == "And the door sticks"
    phone.goto(f"{path}/")
    assert phone.locator("ul.list li").count() == before + 1


def test_a_lost_answer_sends_it_once(phone):
    enter(phone, "Hana")
    path, answers = "/g/makers-moving-on/support", []
    phone.goto(f"{path}/")
    before = phone.locator("ul.list li").count()
    begin(phone, "The glaze is here", path)
    for heading in HEADINGS[1:]:
        button(phone, "Go on").click()
        phone.get_by_role("heading", name=heading).wait_for()

    def lose_the_first_answer(route):
        answers.append(route.fetch(max_redirects=0))
        route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

    phone.route("**/ask/about", lose_the_first_answer)
    button(phone, re.compile("^Send")).click()
    phone.get_by_text("No signal just now.").wait_for()
    button(phone, re.compile("^Send")).click()
    ref_of(phone)
    phone.goto(f"{path}/")
    assert phone.locator("ul.list li").count() == before + 1
    expect(phone.get_by_role("link", name="Ask for support")).to_be_visible()
    assert [answer.status for answer in answers] == [204, 204]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_thread_goes_on_is_closed_with_what_came_of_it_and_opened_again(pages, script):
    phone = pages("phone", java_script_enabled=script)
    enter(phone, "Joe")
    ref = ask(phone, "Could we borrow chairs?")
    phone.get_by_label("Your message").fill("Twelve of them")
    button(phone, "Send").click()
    phone.get_by_text(f"{ref}: your message is there.").wait_for()
    assert phone.locator("#thread .letter").all_inner_texts() == ["Could we borrow chairs?", "Twelve of them"]
    assert phone.get_by_label("Your message").input_value() == ""
    phone.get_by_text("It’s sorted, close this").click()
    phone.get_by_label("What came of it?").select_option("The host did it")
    phone.get_by_label("Anything we should learn from it").fill("Ask the school first.")
    button(phone, "Close it").click()
    phone.get_by_text("Closed. You can open it again on any day.").wait_for()
    assert "The host did it" in phone.locator("main").inner_text()
    assert "Ask the school first." in phone.locator("main").inner_text()
    button(phone, "Open it again").click()
    phone.get_by_text("It’s open again.").wait_for()
    phone.get_by_text(re.compile(r"answers by \w+ \d+")).wait_for()


def test_typed_in_a_thread_and_killed_it_is_there_again_until_it_is_sent(phone):
    enter(phone, "Joe")
    ref = ask(phone, "Is the van free?")
    phone.get_by_label("Your message").press_sequentially("On Sat")
    other = phone.context.new_page()
    other.goto(f"{KETTLE}/{ref[1:]}")
    assert other.get_by_label("Your message").input_value() == "On Sat"
    button(other, "Send").click()
    other.get_by_text(f"{ref}: your message is there.").wait_for()
    assert other.get_by_label("Your message").input_value() == ""


def test_who_asked_shares_lets_in_and_ends_it(phone, pages):
    enter(phone, "Marsha")
    ref = ask(phone, "Something private")
    others, where = enter(pages("phone"), "Joe"), f"{KETTLE}/{ref[1:]}"
    others.goto(where)
    others.get_by_role("heading", name="There’s nothing here").wait_for()
    phone.get_by_text("Change who reads it").click()
    button(phone, "Share it with our other organisers").click()
    phone.get_by_text("Saved. It works at once.").wait_for()
    others.goto(where)
    others.get_by_text("Something private").wait_for()
    finance = enter(pages("laptop"), "Glyn Parry")
    finance.goto(f"/host/requests/{ref[1:]}")
    finance.get_by_role("heading", name=f"{ref}: something waits").wait_for()
    assert "Something private" not in finance.content()
    phone.get_by_text("Change who reads it").click()
    phone.get_by_label("Who", exact=True).select_option("Glyn Parry")
    button(phone, "Let them read and answer").click()
    phone.get_by_text("They can read it and answer.").wait_for()
    finance.reload()
    finance.locator("#thread").get_by_text("Something private").wait_for()
    phone.get_by_text("Who can read this?").click()
    assert "Glyn Parry" in phone.locator("details", has_text="Who can read this?").inner_text()
    phone.get_by_text("Change who reads it").click()
    button(phone, "Stop Glyn Parry reading it").click()
    phone.get_by_text("They can’t read it any more.").wait_for()
    finance.reload()
    finance.get_by_role("heading", name=f"{ref}: something waits").wait_for()
    phone.get_by_text("Change who reads it").click()
    button(phone, "Keep it between Imani and me").click()
    phone.get_by_text("Saved. It works at once.").wait_for()
    others.reload()
    others.get_by_role("heading", name="There’s nothing here").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_people_to_call_stand_beside_the_form_never_before_it(pages, script):
    phone = enter(pages("phone", java_script_enabled=script), "Marsha")
    phone.goto(f"{KETTLE}/ask")
    lines = phone.get_by_role("region", name="If you need someone right now").get_by_role("link")
    assert {re.sub(r"\D", "", line.get_attribute("href")) for line in lines.all()} == {"116123", "85258"}
    assert all(line.get_attribute("href").startswith("tel:") for line in lines.all())
    form, help_ = box(phone).bounding_box(), lines.first.bounding_box()
    assert form["y"] < help_["y"]
    box(phone).fill("I can’t go on and nobody helps")  # nothing reads the words, and nothing stands in their way
    button(phone, "Go on").click()
    phone.get_by_role("heading", name="When would you like to hear back?").wait_for()
    assert phone.get_by_role("dialog").count() == 0
    phone.get_by_role("link", name="People you can talk to now").wait_for()
    button(phone, "Throw it away").click()


@pytest.mark.parametrize("zoomed", [False, True], ids=["320 px", "400 %"])
def test_nothing_scrolls_sideways_while_asking_and_reading(pages, zoomed):
    """Long words too; 400 % on a laptop is a page 320 px wide and 200 px high."""
    size = {"viewport": {"width": 320, "height": 200 if zoomed else 640}, "device_scale_factor": 4 if zoomed else 2}
    page = enter(pages("laptop" if zoomed else "phone", **size), "Joe")
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    page.goto(f"{KETTLE}/ask")
    box(page).fill("A" * 200)
    for heading in HEADINGS:
        assert page.evaluate(too_wide) <= 0, page.url
        button(page, "Go on").click()
        page.get_by_role("heading", name=heading).wait_for()
    assert page.evaluate(too_wide) <= 0, page.url
    button(page, re.compile("^Send")).click()
    ref_of(page)
    page.get_by_text("It’s sorted, close this").click()
    page.get_by_label("Anything we should learn from it").fill("B" * 200)
    button(page, "Close it").click()
    page.get_by_text("Closed. You can open it again on any day.").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    assert page.evaluate(too_wide) <= 0, page.url
    page.goto(f"{KETTLE}/?closed=1")
    assert page.evaluate(too_wide) <= 0, page.url
