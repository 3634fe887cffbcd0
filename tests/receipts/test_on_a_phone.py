"""Receipts on a phone, in a real browser: sent on choosing, kept while there is no signal, never doubled, taken back."""

import io
import re
import time

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests import make
from tests.browser import enter
from tests.receipts.samples import heic, jpeg

pytestmark = pytest.mark.browser

WE_HAVE_IT = re.compile(r"We have it · R\d+")
IN_WORDS = "CORNER GROCER"


def file(name: str, content: bytes, kind: str = "image/jpeg") -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def photo(text: str) -> dict:
    return file(f"{text}.jpg", make.jpeg(text=text))


def adding(page, who: str = "Marsha"):
    """On the add page, by one tap from home."""
    enter(page, who)
    page.get_by_role("link", name="Add a receipt").tap()
    page.get_by_role("heading", name="Add a receipt").wait_for()
    return page


def choose(page, *files: dict) -> None:
    """The second tap, and the phone's own picker."""
    with page.expect_file_chooser() as picker:
        page.get_by_label("Choose photos or files").tap()
    picker.value.set_files(list(files))


def numbers(page) -> list[str]:
    return [re.search(r"R\d+", text)[0] for text in page.get_by_text(WE_HAVE_IT).all_inner_texts()]


def listed(page) -> list[str]:
    """The receipts on the group's list, by reference."""
    page.goto(re.match(r"(.*/g/[^/]+)", page.url)[1] + "/receipts/")
    return re.findall(r"R\d+", " ".join(page.locator("#receipts .s").all_inner_texts()))


def no_signal(page) -> None:
    page.route("**/receipts/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())


def signal_again(page) -> None:
    page.unroute("**/receipts/")
    page.evaluate("window.dispatchEvent(new Event('online'))")


def nothing_waits(page) -> None:
    """Return once the phone's own store is empty."""
    for _ in range(100):
        if page.evaluate("localStorage.getItem('waiting')") is None:
            return
        page.wait_for_timeout(50)
    raise AssertionError("something still waits on this phone")


def test_three_photos_one_of_them_heic_in_three_taps_and_20_seconds(phone):
    started = time.monotonic()
    adding(phone)
    choose(phone, file("a.jpg", jpeg()), file("phone.heic", heic(), "image/heic"), photo("third"))
    phone.get_by_text(WE_HAVE_IT).nth(2).wait_for()
    assert time.monotonic() - started < 20
    sent = numbers(phone)
    assert len(sent) == len(set(sent)) == 3
    phone.reload()  # the address became a page to come back to
    phone.get_by_role("heading", name="We have all 3").wait_for()
    assert numbers(phone) == sent
    phone.get_by_text("You can stop here.").wait_for()
    phone.get_by_role("link", name=f"We have it · {sent[1]}").tap()
    phone.get_by_alt_text("Your picture of this receipt").wait_for()  # by itself, when the worker has made it


def twelve_megapixels() -> bytes:
    """A till receipt on a wooden table as a phone takes it: 4000 × 3000, sharp, with a sensor's noise."""
    size = (4000, 3000)
    grain = Image.effect_noise((1000, 750), 60).resize(size, Image.Resampling.BICUBIC)
    table = Image.merge("RGB", [grain.point(lambda v, tint=tint: v * tint // 255) for tint in (200, 150, 110)])
    paper = Image.new("RGB", (1300, 2400), (244, 242, 236))
    pen = ImageDraw.Draw(paper)
    for line in range(24):
        text = IN_WORDS if line == 0 else f"Teabags 240    {line}.{line:02}"
        pen.text((120, 80 + line * 95), text, fill=(40, 38, 36), font_size=52)
    table.paste(paper, (1300, 300))
    noise = [Image.effect_noise(size, 14) for _ in range(3)]
    noisy = ImageChops.add(table.filter(ImageFilter.GaussianBlur(0.8)), Image.merge("RGB", noise), 1, -128)
    out = io.BytesIO()
    noisy.save(out, "JPEG", quality=88)
    return out.getvalue()


def test_a_12_megapixel_photo_travels_small_and_stays_legible(phone):
    whole = twelve_megapixels()
    assert 3_500_000 < len(whole) < 6_500_000
    adding(phone)
    with phone.expect_request(lambda request: request.method == "POST") as sent:
        choose(phone, file("big.jpg", whole))
    phone.get_by_text(WE_HAVE_IT).wait_for()
    travelled = int(sent.value.all_headers()["content-length"])
    assert travelled <= 0.17 * len(whole)
    phone.get_by_role("link", name=WE_HAVE_IT).tap()
    picture = phone.get_by_alt_text("Your picture of this receipt")
    picture.wait_for()
    served = Image.open(io.BytesIO(phone.request.get(picture.get_attribute("src")).body()))
    assert max(served.size) >= 1600
    by = served.width / 4000
    words = served.convert("L").crop([int(side * by) for side in (1420, 385, 1850, 440)])
    dark, light = words.getextrema()
    assert light - dark > 150  # ink on paper, still far apart at the size of a letter's stroke


def test_without_signal_it_waits_on_this_phone_through_a_reload_and_sends_itself_once(phone):
    adding(phone, "Hana")
    before = listed(phone)
    phone.goto("/g/makers-moving-on/receipts/new")
    no_signal(phone)
    choose(phone, photo("waits one"), photo("waits two"))
    phone.get_by_text("Waiting on this phone").nth(1).wait_for()
    phone.reload()
    phone.get_by_text("Waiting on this phone").nth(1).wait_for()
    signal_again(phone)
    phone.get_by_text(WE_HAVE_IT).nth(1).wait_for()
    assert phone.get_by_text("Waiting on this phone").count() == 0
    assert len(listed(phone)) == len(before) + 2
    nothing_waits(phone)


def test_a_lost_answer_does_not_double_it(phone):
    adding(phone, "Hana")
    before = listed(phone)
    phone.goto("/g/makers-moving-on/receipts/new")
    tries = []

    def lose_the_first_answer(route):
        tries.append(route.fetch())
        route.abort() if len(tries) == 1 else route.fulfill(response=tries[-1])

    phone.route("**/receipts/", lose_the_first_answer)
    choose(phone, photo("answered twice"))
    phone.get_by_text("Waiting on this phone").wait_for()
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    phone.get_by_text(WE_HAVE_IT).wait_for()
    phone.unroute("**/receipts/")
    assert [answer.status for answer in tries] == [200, 200]
    assert len(listed(phone)) == len(before) + 1


def test_what_waits_shows_on_home_and_is_never_sent_as_someone_else(phone):
    adding(phone, "Celestine")
    no_signal(phone)
    choose(phone, photo("celestine’s"))
    phone.get_by_text("Waiting on this phone").wait_for()
    phone.goto("/g/long-table/")
    phone.get_by_text("Waiting on this phone").wait_for()
    phone.unroute("**/receipts/")
    phone.context.clear_cookies()
    enter(phone, "Joy")
    with phone.expect_event("response", lambda answer: "outbox" in answer.url):
        phone.goto("/g/long-table/")
    phone.wait_for_load_state("networkidle")
    assert phone.get_by_text("Waiting on this phone").count() == phone.get_by_text(WE_HAVE_IT).count() == 0
    phone.context.clear_cookies()
    enter(phone, "Celestine")
    phone.get_by_text(WE_HAVE_IT).wait_for()


def test_taken_back_before_during_and_after_sending(phone):
    adding(phone, "Wren")
    before = listed(phone)
    phone.goto("/g/quiet-allotment/receipts/new")
    no_signal(phone)
    choose(phone, photo("before"))
    phone.get_by_text("Waiting on this phone").wait_for()
    phone.get_by_role("button", name="Take it back").tap()
    phone.unroute("**/receipts/")
    nothing_waits(phone)
    tools = phone.context.new_cdp_session(phone)
    slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
    tools.send("Network.emulateNetworkConditions", slow)
    choose(phone, photo("during"))
    phone.get_by_text("Almost there").wait_for()  # all of it has left, so the portal may have it
    with phone.expect_response("**/withdrawal"):
        phone.get_by_role("button", name="Take it back").tap()
    nothing_waits(phone)
    tools.send("Network.emulateNetworkConditions", slow | {"latency": 0})
    assert listed(phone) == before
    phone.goto("/g/quiet-allotment/receipts/new")
    choose(phone, photo("after"))
    phone.get_by_text(WE_HAVE_IT).wait_for()
    phone.get_by_role("button", name="Take it back").tap()
    phone.get_by_text("Taken back. Nothing is paid for it.").wait_for()
    assert listed(phone) == before


def test_one_that_cannot_be_taken_says_so_and_the_rest_arrive(phone):
    adding(phone)
    choose(phone, file("notes.txt", b"milk, teabags", "text/plain"), photo("and a good one"))
    phone.get_by_text(WE_HAVE_IT).wait_for()
    assert "This is something else." in phone.get_by_role("alert").inner_text()


@pytest.mark.parametrize("count", [1, 3])
def test_without_script_one_or_several_files_are_sent(pages, count):
    phone = adding(pages("phone", java_script_enabled=False), "Ade")
    phone.get_by_label("Choose photos or files").set_input_files([photo(f"plain {n}") for n in range(count)])
    phone.get_by_role("button", name="Send").tap()
    heading = WE_HAVE_IT if count == 1 else "We have all 3"
    phone.get_by_role("heading", name=heading).wait_for()
    phone.get_by_text("You can stop here.").wait_for()


def test_a_missing_one_is_declared_in_five_taps(phone):
    enter(phone, "Marsha")
    phone.get_by_role("link", name="Add a receipt").tap()
    phone.get_by_role("link", name="No receipt? Your word is enough").tap()
    phone.get_by_label("What was it?").tap()
    phone.keyboard.type("Bus fares")
    phone.get_by_label("How much").tap()
    phone.keyboard.type("7.20")
    phone.get_by_role("button", name="Send it").tap()
    phone.get_by_role("heading", name="Bus fares").wait_for()
    phone.get_by_text("You can stop here.").wait_for()
    assert phone.get_by_text("No picture. They don’t give one").is_visible()


def test_taken_back_and_brought_back(phone):
    adding(phone, "Lily")
    choose(phone, photo("back and forth"))
    phone.get_by_role("link", name=WE_HAVE_IT).tap()
    phone.get_by_role("button", name="Take it back").tap()
    phone.get_by_text("In the bin until").wait_for()
    ref = re.search(r"R\d+", phone.title())[0]
    assert ref not in listed(phone)
    phone.get_by_role("link", name="The bin").tap()
    phone.get_by_role("link", name=ref).tap()
    phone.get_by_role("button", name="Bring it back").tap()
    phone.get_by_text("It’s back.").wait_for()
    assert ref in listed(phone)
