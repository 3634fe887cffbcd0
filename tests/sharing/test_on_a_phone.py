"""From a phone, on a real server with two processes: a line is shared, an outsider sees it, it is withdrawn, it is gone."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.server import running

pytestmark = pytest.mark.browser

OURS = "/g/tuesday-kettle/who-sees-us/"
SAID = "A warm room on Tuesdays, with tea."
GONE = "There’s nothing here"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The demo in two web processes, so that what one of them remembered would show."""
    with running(tmp_path_factory.mktemp("sharing"), workers=2) as running_server:
        yield running_server


@pytest.fixture
def open_(pages, server):
    """A fresh browser of its own on that server."""
    return lambda size="phone", **options: pages(size, base_url=server.url, **options)


def fetched(url: str, **headers: str) -> tuple[int, dict]:
    """What a plain HTTP client gets: status and headers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers)


def button(page, words: str):
    return page.get_by_role("button", name=words)


def test_shared_seen_withdrawn_and_gone_at_the_next_request(open_):
    phone = enter(open_(), "Marsha")
    phone.goto("/g/tuesday-kettle/say")
    phone.get_by_role("link", name="What we show, and to whom").tap()
    phone.get_by_text("Whoever looks for us finds nothing.").wait_for()
    phone.get_by_role("link", name="Share something").tap()
    phone.get_by_label("What they read about us").fill(SAID)
    phone.get_by_text("Anyone", exact=True).tap()
    phone.get_by_label("What for?").fill("so people find us")
    button(phone, "See it as an outsider first").tap()
    phone.get_by_text("Nothing is shared yet.").wait_for()
    expect(phone.locator("main")).to_contain_text(SAID)
    previewed = phone.locator("main").inner_text()
    button(phone, "Share it").tap()
    phone.get_by_text("Shared. One tap withdraws it.").wait_for()
    address = phone.locator("li.item a[rel=noreferrer]").get_attribute("href")

    outsider = open_(java_script_enabled=False)
    outsider.goto("/groups/")
    outsider.get_by_role("link", name="Tuesday Kettle").tap()
    expect(outsider.get_by_role("heading", level=1)).to_have_text("Tuesday Kettle")
    assert outsider.url == address
    assert outsider.locator("main").inner_text() == previewed
    assert outsider.context.cookies() == []
    outsider.goto("/groups/")
    for _ in range(6):
        assert fetched(address)[0] == 200

    button(phone, "Withdraw it").tap()
    phone.get_by_text("Withdrawn. Nobody sees it from now on.").wait_for()
    outsider.go_back()
    outsider.get_by_role("heading", name=GONE).wait_for()
    outsider.goto("/groups/")
    expect(outsider.locator("main")).not_to_contain_text("Tuesday Kettle")
    old = {"If-None-Match": '*, "old", W/"old"', "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}
    for encoding in ("br", "gzip", "identity") * 3:  # either process, however it is packed, whatever somebody kept
        for kept in ({}, old, {"Cache-Control": "max-stale=86400, only-if-cached"}, {"HX-Request": "true"}):
            status, headers = fetched(address, **{"Accept-Encoding": encoding}, **kept)
            assert (status, headers["Cache-Control"]) == (404, "no-store")
            assert "ETag" not in headers
            assert "Last-Modified" not in headers
    phone.get_by_role("link", name="What we showed before").tap()
    phone.get_by_text("Withdrawn today.").wait_for()


def test_a_named_funder_gets_a_link_that_nobody_finds(open_):
    phone = enter(open_(), "Joe")
    phone.goto(OURS)
    phone.get_by_role("link", name="Share something").tap()
    phone.get_by_label("What they read about us").fill(SAID)
    phone.get_by_label("Their name").fill("Ashbrook Council")
    phone.get_by_label("What for?").fill("the room")
    button(phone, "Share it").tap()
    phone.get_by_text("Shared. One tap withdraws it.").wait_for()
    address = phone.locator("li.item a[rel=noreferrer]").first.get_attribute("href")
    assert re.search(r"/seen/[\w-]{24}$", address)
    outsider = open_("laptop")
    outsider.goto(address)
    outsider.get_by_text("For Ashbrook Council").wait_for()
    outsider.goto("/groups/")
    expect(outsider.locator("main")).not_to_contain_text("Tuesday Kettle")
    phone.get_by_role("link", name="See it as an outsider").first.tap()
    phone.get_by_text("Only we see this strip.").wait_for()
    phone.get_by_role("link", name="Back to our side").tap()
    button(phone, "Withdraw it").first.tap()
    phone.get_by_text("Withdrawn. Nobody sees it from now on.").wait_for()
    outsider.goto(address)
    outsider.get_by_role("heading", name=GONE).wait_for()


def test_somebody_outside_writes_and_the_group_reads_it_once_it_is_passed_on(open_):
    phone = enter(open_(), "Sam")
    phone.goto("/g/hillfoot-walkers/who-sees-us/new")
    phone.get_by_label("What they read about us").fill("We walk on Saturdays.")
    phone.get_by_text("Anyone", exact=True).tap()
    phone.get_by_label("What for?").fill("so people find us")
    button(phone, "Share it").tap()
    button(phone, "Take enquiries").tap()
    phone.get_by_text("People can write to us from our public pages. Hearthrow").wait_for()
    outsider = open_(java_script_enabled=False)
    outsider.goto("/groups/")
    outsider.get_by_role("link", name="Hillfoot Queer Walkers").tap()
    outsider.get_by_label("Your name").fill("June")
    outsider.get_by_label("How to reach you").fill("07700 900111")
    outsider.get_by_label("What would you like to ask?").fill("May I bring a dog?")
    button(outsider, "Send it").tap()
    outsider.get_by_role("heading", name="Sent").wait_for()
    desk = enter(open_("laptop"), "Imani Okafor")
    desk.goto("/host/groups/")
    desk.get_by_role("link", name="Enquiries from outside").click()
    desk.get_by_text("May I bring a dog?").wait_for()
    button(desk, "Pass it on").click()
    desk.get_by_text("Passed on. It is on their page.").wait_for()
    phone.goto("/g/hillfoot-walkers/who-sees-us/")
    phone.get_by_text("May I bring a dog?").wait_for()
    button(phone, "We are full").tap()
    phone.get_by_text("Whoever would ask now reads that we’re full.").wait_for()
    outsider.goto("/groups/")
    outsider.get_by_text("Full just now").wait_for()
    outsider.get_by_role("link", name="Hillfoot Queer Walkers").tap()
    outsider.get_by_text("We are full just now.").wait_for()
    expect(button(outsider, "Send it")).to_have_count(0)
