"""A worry on its way, on a laptop in a real browser: added, taken into the register, serious, seen by a trustee."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from portal.core import clock
from tests.browser import enter

pytestmark = pytest.mark.browser

OURS = "/g/hillfoot-walkers/worries/"


def button(page: Page, words: str):
    return page.get_by_role("button", name=words, exact=True)


def fold(page: Page, words: str, key: str, *, script: bool):
    """Open a fold, by its key where there is script, and go to its first box."""
    if script:
        page.keyboard.press(key)
    elif not page.get_by_text(words).locator("..").evaluate("fold => fold.open"):
        page.get_by_text(words).click()


@pytest.mark.parametrize("script", [True, False], ids=["by keyboard", "no script"])
def test_a_worry_arrives_is_taken_in_marked_serious_and_a_trustee_sees_it(pages, script):
    said = f"The stile could give way{', we think' if script else ''}."
    kit, imani, beatrix = (pages("laptop", java_script_enabled=script) for _ in range(3))
    enter(kit, "Kit")
    kit.goto("/g/hillfoot-walkers/say")
    kit.get_by_role("link", name="What worries us").click()
    kit.get_by_role("link", name="Add a worry").click()
    kit.get_by_label("What worries us?").fill(said)
    button(kit, "Add it").click()
    kit.get_by_text("With them").first.wait_for()

    enter(imani, "Imani Okafor")
    imani.goto("/host/groups/")
    imani.get_by_role("link", name="Risks we carry").click()
    imani.get_by_role("link", name="Worries").click()
    if script:
        imani.wait_for_url("**view=worries")
        while imani.locator("#item .letter").get_by_text(said).count() == 0:  # down the list, one line at a time
            was = imani.url
            imani.keyboard.press("j")
            imani.wait_for_url(lambda url, was=was: url != was)
    else:
        imani.get_by_role("link", name=said).click()
    fold(imani, "Take it into the register", "a", script=script)
    imani.get_by_label("What could go wrong?").fill("A stile on the way could give way.")
    imani.get_by_label("What do we do about it?").fill("We tell the council, and walk another way until then.")
    imani.get_by_label("Look again on").fill((clock.today() + timedelta(days=14)).isoformat())
    if script:
        imani.keyboard.press("Control+Enter")
    else:
        button(imani, "Take it in").click()
    imani.get_by_text("Imani took it into the register").locator("a").click()
    imani.get_by_role("heading", name="Every look").wait_for()
    fold(imani, "Mark it as serious", "s", script=script)
    imani.get_by_label("Why is it serious?").fill("Somebody could fall.")
    if script:
        imani.keyboard.press("Control+Enter")
    else:
        button(imani, "Show it to the trustees").click()
    imani.get_by_text("It is on the trustees’ list.").wait_for()

    enter(beatrix, "Beatrix Lund")
    beatrix.goto("/host/risks/")
    beatrix.get_by_role("link", name="A stile on the way").last.click()
    beatrix.get_by_text("Somebody could fall.").first.wait_for()
    if script:
        beatrix.keyboard.press("a")
    else:
        button(beatrix, "Seen").click()
    beatrix.get_by_text("Seen. The group reads it.").wait_for()

    kit.goto(OURS)
    kit.get_by_role("link", name="A stile on the way").first.click()
    kit.get_by_text("Beatrix, a trustee, has seen it").wait_for()
    kit.get_by_text("We tell the council, and walk another way until then.").wait_for()
