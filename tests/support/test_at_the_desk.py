"""The coordinator's queue in a real browser: by keyboard alone on a laptop, one page at a time on a phone; what comes in
moves nothing that is being read; what isn't theirs is there without a word of it."""

import re
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser

QUEUE = "/host/requests/"


def at_desk(page, path: str = QUEUE, who: str = "Imani Okafor"):
    enter(page, who)
    page.goto(path)
    page.get_by_role("heading", name="Requests").wait_for()
    return page


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def opened(page) -> str:
    """The request that lies open."""
    return re.search(r"S\d+", page.locator("#item header").inner_text())[0]


def asked(
    pages, words: str, *, who="Marsha", path="/g/tuesday-kettle/support", wanted="This week, it’s stopping us"
) -> str:
    """A new request from the group's side; its number."""
    page = enter(pages("phone"), who)
    page.goto(f"{path}/ask")
    page.get_by_label("What would help?").fill(words)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text(wanted).click()
    page.get_by_role("button", name="Send it as it is").click()
    page.wait_for_url(re.compile(r"/support/\d+$"))
    number = page.url.rsplit("/", 1)[1]
    page.context.close()
    return number


def go_down_to(page, number: str) -> None:
    """By J, from request to request, until this one lies open."""
    for _ in range(20):
        if page.url.endswith(f"/{number}?view=mine"):
            return
        before = page.url
        press(page, "j")
        page.wait_for_url(lambda url, before=before: url != before)
    raise AssertionError(f"{number} isn't in this view")


def test_one_is_triaged_by_keyboard_alone_in_10_seconds_and_the_next_lies_open(pages):
    number = asked(pages, "Could someone open the hall?")
    laptop = at_desk(pages("laptop"), "/host/requests/?view=mine")
    started = time.monotonic()
    go_down_to(laptop, number)
    press(laptop, "a")
    laptop.get_by_text(f"S{number}: You’re on it.").wait_for()
    press(laptop, "r")
    laptop.keyboard.type("Joe has the key and is there from six. Shall I tell him to expect you?")
    press(laptop, "Control+Enter")
    laptop.get_by_text(f"S{number}: Answered.").wait_for()
    taken = time.monotonic() - started
    assert taken < 10, taken
    assert opened(laptop) != f"S{number}"  # the next one, with the hands where they were
    laptop.goto(f"/host/requests/{number}")
    assert "Joe has the key" in laptop.locator("#thread").inner_text()
    assert "Answered" in laptop.locator("#item header").inner_text()


def test_put_off_handed_over_and_undone_by_keyboard(pages):
    number = asked(pages, "Chairs for the fair", wanted="No rush")
    laptop = at_desk(pages("laptop"), f"/host/requests/{number}")
    tomorrow = date.today() + timedelta(days=1)
    press(laptop, "s")
    until = laptop.get_by_label("Until", exact=True)
    expect(until).to_be_focused()
    until.fill(tomorrow.isoformat())  # in which order its parts are typed is the browser's own
    laptop.get_by_label("Why", exact=True).focus()
    laptop.keyboard.type("The caretaker is back then.")
    press(laptop, "Enter")
    laptop.get_by_text(f"S{number}: Put off. The group sees why.").wait_for()
    laptop.goto(f"/host/requests/{number}?view=later")
    press(laptop, "u")
    laptop.get_by_text(f"S{number}: Here again.").wait_for()
    press(laptop, "a")
    laptop.get_by_text(f"S{number}: You’re on it.").wait_for()
    press(laptop, "u")
    laptop.get_by_text(f"S{number}: Put back. It is new again.").wait_for()
    press(laptop, "h")
    laptop.get_by_role("heading", name="A colleague for this one").wait_for()
    laptop.get_by_label("Who", exact=True).focus()
    laptop.keyboard.type("Sefa")
    press(laptop, "Tab", "Enter")
    laptop.get_by_role("heading", name=re.compile("ask", re.I)).wait_for()  # the group says yes first


def test_found_by_words_and_the_keys_told_of(laptop):
    at_desk(laptop)
    press(laptop, "/")
    box = laptop.get_by_role("searchbox")
    expect(box).to_be_focused()
    laptop.keyboard.type("room proof")
    press(laptop, "Enter")
    laptop.get_by_text("S2", exact=False).first.wait_for()
    assert laptop.locator("#rows li").count() == 1
    laptop.locator("h1").click()
    press(laptop, "?")
    keys = laptop.get_by_role("dialog", name="Keys")
    keys.wait_for()
    for told in ("Next, back", "Take it on", "Reply", "Send", "Put off", "Hand over", "Undo", "Search"):
        assert told in keys.inner_text()
    press(laptop, "Escape")
    keys.wait_for(state="hidden")


def test_keys_rest_while_someone_types_and_stay_switched_off(laptop):
    at_desk(laptop, "/host/requests/2")
    press(laptop, "r")
    answer = laptop.get_by_label(re.compile("^Answer "))
    expect(answer).to_be_focused()
    every = "jkarsuhx/?"
    laptop.keyboard.type(every)
    assert answer.input_value() == every
    laptop.get_by_role("searchbox").press_sequentially("jar")
    assert laptop.get_by_role("searchbox").input_value() == "jar"
    assert (opened(laptop), laptop.get_by_role("dialog").count()) == ("S2", 0)
    laptop.get_by_role("button", name="turn off").click()
    for _ in range(2):
        laptop.reload()
        press(laptop, "j", "a", "s", "h", "u", "?")
        laptop.wait_for_load_state("networkidle")
        assert (opened(laptop), laptop.get_by_role("dialog").count()) == ("S2", 0)
        assert laptop.get_by_label("Until", exact=True).is_hidden()
        expect(laptop.get_by_role("button", name="turn keys on")).to_be_visible()
    laptop.get_by_role("button", name="turn keys on").click()
    laptop.locator("h2").first.click()
    press(laptop, "j")
    laptop.wait_for_url(lambda url: "/2" not in url.split("?")[0])


PLACE = """() => [scrollY, document.querySelector('.q-item')?.scrollTop, document.activeElement.id,
  document.activeElement.selectionStart, Math.round(document.activeElement.getBoundingClientRect().top)]"""


def test_news_shows_without_a_reload_and_moves_nothing_that_is_being_read(pages):
    laptop = pages("laptop", viewport={"width": 1280, "height": 500})
    laptop.clock.install()
    at_desk(laptop, "/host/requests/2")
    answer = laptop.get_by_label(re.compile("^Answer "))
    answer.click()
    laptop.keyboard.type("A long answer, half")
    laptop.evaluate("document.activeElement.setSelectionRange(3, 3)")
    before = laptop.evaluate(PLACE)
    loaded = []
    laptop.on("framenavigated", lambda frame: loaded.append(frame.url))
    with laptop.expect_response(re.compile("since=")):
        laptop.clock.run_for(21_000)
    assert laptop.get_by_text("Something came in").count() == 0
    asked(pages, "Something new", who="Sam", path="/g/hillfoot-walkers/support")
    with laptop.expect_response(re.compile("since=")):
        laptop.clock.run_for(21_000)
    news = laptop.get_by_role("status").get_by_role("link", name="Something came in. Show it")
    news.wait_for()
    assert (laptop.evaluate(PLACE), loaded, answer.input_value()) == (before, [], "A long answer, half")
    with laptop.expect_response(re.compile("since=")):
        laptop.clock.run_for(21_000)
    expect(news).to_have_count(1)  # it stays, once
    news.click()
    laptop.get_by_role("link", name=re.compile("Hillfoot")).first.wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_a_phone_the_queue_is_single_pages(pages, script):
    phone = at_desk(pages("phone", java_script_enabled=script), "/host/requests/?view=all")
    assert phone.locator(".q-list").is_visible()
    phone.goto("/host/requests/?q=S5")
    phone.locator("#rows").get_by_role("link").click()
    phone.get_by_role("heading", name="S5, Tomasz").wait_for()
    assert not phone.locator(".q-list").is_visible()
    phone.get_by_label(re.compile("^Answer ")).fill("We’ll do it from May.")
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    phone.get_by_role("button", name="Send answer").click()
    phone.get_by_text("S5: Answered.").wait_for()


def test_one_that_isnt_theirs_shows_only_that_something_waits(pages):
    words = "Nobody else’s business at all"
    number = asked(pages, words)
    laptop = at_desk(pages("laptop"), "/host/requests/?view=all", who="Sefa Tuilagi")
    row = laptop.locator("#rows li", has_text=f"S{number}")
    assert "Something waits for Imani" in row.inner_text()
    row.get_by_role("link").click()
    laptop.get_by_role("heading", name=f"S{number}: something waits").wait_for()
    item = laptop.locator("#item")
    assert item.locator("form, textarea, button, #thread").count() == 0
    shown = laptop.content()
    assert [word for word in (words, "business", "Marsha") if word in shown] == []
    before = laptop.url
    press(laptop, "a", "r", "s", "h", "u")
    laptop.wait_for_load_state("networkidle")
    assert laptop.url == before
    laptop.goto(f"/host/requests/?q={number}")
    laptop.get_by_text("Nothing you may read has these words.").wait_for()
