"""Voice notes and photos in a real browser: recorded with the browser's made-up microphone, listened to, sent, played."""

import re

import pytest

from tests import make
from tests.browser import LETS_NOT_HEAR, enter, launched
from tests.soak import times
from tests.support.sounds import m4a

pytestmark = pytest.mark.browser

RECORDED = "Your voice note, 0:0"
READY = re.compile(r"A voice note, \d+ seconds?$")
PLAYED = """async (sound) => {
    const over = new Promise((done) => sound.addEventListener("ended", done));
    sound.muted = true;
    await sound.play();
    sound.playbackRate = 4;
    await over;
    return [sound.duration, sound.played.end(0)];
}"""


def asking(page, who="Marsha"):
    enter(page, who)
    page.goto(re.match(r"(.*/g/[^/]+)", page.url)[1] + "/support/ask")
    page.get_by_role("heading", name="What would help?").wait_for()
    return page


def record(page, seconds=2) -> None:
    page.get_by_role("button", name="Record a voice note").click()
    page.locator("[data-clock]", has_text=f"0:0{seconds}").wait_for()
    page.get_by_role("button", name="Stop").click()


def chosen(page) -> list[str]:
    return page.locator("input[type=file]").evaluate("(input) => [...input.files].map((file) => file.name)")


def heard(page) -> tuple[float, float]:
    """Play the sound to its end: how long it says it is, and how much of it was played."""
    return tuple(page.locator("audio").first.evaluate(PLAYED))


@pytest.mark.parametrize("size", ["phone", "laptop"][: times(1, 2)])
def test_two_seconds_are_recorded_listened_to_sent_and_played_in_the_thread(pages, size):
    page = asking(pages(size))
    record(page)
    page.get_by_text(RECORDED).wait_for()
    assert heard(page)[1] > 1.5
    page.get_by_label("What would help?").fill("Listen to this.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send it as it is").click()
    page.get_by_text(READY).wait_for()  # by itself, when the worker has made it
    says, played = heard(page)
    assert 1.5 < says < 4
    assert abs(says - played) < 0.3
    record(page)
    page.get_by_text(RECORDED).wait_for()
    page.get_by_role("button", name="Send", exact=True).click()  # a voice note alone is an answer
    page.get_by_text(READY).nth(1).wait_for()


def test_thrown_away_it_is_not_sent_and_photos_stay_chosen(pages):
    page = asking(pages("phone"), "Hana")
    page.locator("input[type=file]").set_input_files({"name": "k.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg()})
    for _ in range(2):
        record(page, 1)
    page.get_by_text(RECORDED).nth(1).wait_for()
    assert chosen(page) == ["k.jpg", "voice-note-1.webm", "voice-note-2.webm"]
    page.get_by_role("button", name="Throw it away").first.click()
    assert chosen(page) == ["k.jpg", "voice-note-2.webm"]
    page.locator("input[type=file]").set_input_files({"name": "l.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg()})
    assert chosen(page) == ["l.jpg", "voice-note-2.webm"]
    page.get_by_role("button", name="Throw it away").click()
    assert chosen(page) == ["l.jpg"]
    page.get_by_text("Thrown away.").wait_for()


def test_sent_while_it_records_what_was_said_goes_with_it(pages):
    page = asking(pages("phone"), "Wren")
    page.get_by_role("button", name="Record a voice note").click()
    page.locator("[data-clock]", has_text="0:01").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="When would you like to hear back?").wait_for()
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_text("A voice note, 1 second. Untick it to leave it out.").wait_for()


def test_at_five_minutes_it_stops_by_itself(pages):
    page = asking(pages("phone"), "Ade")
    page.clock.install()
    page.get_by_role("button", name="Record a voice note").click()
    page.locator("[data-clock]", has_text="0:00").wait_for()
    page.clock.fast_forward("05:00")
    page.get_by_text("That’s five minutes: it stopped by itself.").wait_for()
    page.get_by_text("Your voice note, 5:00").wait_for()


def test_a_microphone_that_is_refused_is_said_plainly(pages, chromium):
    deaf = launched(chromium.browser_type, LETS_NOT_HEAR)
    page = asking(pages("phone", deaf), "Lily")
    page.get_by_role("button", name="Record a voice note").click()
    page.get_by_text("Allow the microphone for this page in your browser, or choose a recording below.").wait_for()
    deaf.close()


def test_without_script_a_recording_that_was_chosen_is_sent(pages):
    page = asking(pages("phone", java_script_enabled=False), "Sam")
    assert not page.get_by_role("button", name="Record a voice note").is_visible()
    page.get_by_label("Photos, papers or your voice").set_input_files(
        [
            {"name": "memo.m4a", "mimeType": "audio/mp4", "buffer": m4a()},
            {"name": "k.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg()},
        ]
    )
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send it as it is").click()
    page.get_by_text("What you asked").wait_for()
    for _ in range(60):
        if page.locator("audio").count() and page.get_by_alt_text("A photo that you sent").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    assert page.get_by_text("A voice note, 2 seconds").is_visible()
    whole = page.request.get(page.locator("a:has(> img)").get_attribute("href"))
    assert (whole.status, whole.headers["content-type"]) == (200, "image/jpeg")


def test_the_host_hears_it_at_the_desk_and_answers_with_a_photo(pages):
    page = asking(pages("phone"), "Marsha")
    record(page, 1)
    page.get_by_text(RECORDED).wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send it as it is").click()
    page.get_by_text(READY).wait_for()
    number = re.search(r"/support/(\d+)", page.url)[1]
    desk = enter(pages("laptop"), "Imani Okafor")
    desk.goto(f"/host/requests/{number}")
    assert heard(desk)[0] > 0.5
    desk.get_by_text("Add photos, papers or your voice").click()
    desk.locator("#files-r").set_input_files({"name": "k.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg()})
    desk.get_by_role("button", name="Send answer").click()
    desk.get_by_text(f"S{number}: Answered.").wait_for()
    page.reload()
    page.get_by_alt_text("A photo that they sent").wait_for()
