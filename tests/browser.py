"""Fixtures for tests that drive a real Chromium: a running demo, a phone, a laptop. A page that complains fails."""

import re
import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from tests.server import running

OURS = {"127.0.0.1", "localhost"}
NO_SIGNAL = r"htmx:(afterRequest|sendError), \[object HTMLBodyElement\]"  # as htmx says it of a form that was sent
BROWSERS_OWN = re.compile(
    r"Failed to load resource: (the server responded with a status of (401|403|404|422)"
    r"|net::ERR_(FAILED|INTERNET_DISCONNECTED))"
    r"|Response Status Error Code 40[13] "  # htmx, of a page that gives back what was typed
    f"|{NO_SIGNAL}"
)
LETS_HEAR, LETS_NOT_HEAR = "--use-fake-ui-for-media-stream", "--use-fake-ui-for-media-stream=deny"
SIZES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2},
    "laptop": {"viewport": {"width": 1280, "height": 800}},
}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
]


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory):
    """The demo, running for the tests of this process."""
    with running(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium():
    """A real browser, without a window where there is one."""
    if not _found():
        pytest.skip("Chromium isn't here: apt install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = launched(playwright.chromium)
        yield browser
        browser.close()


def launched(kind: BrowserType, hears: str = LETS_HEAR) -> Browser:
    """A browser that lets pages hear its microphone, or doesn't."""
    return kind.launch(executable_path=_found(), args=[*QUIET, hears])


def _found() -> str | None:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture
def pages(request, chromium):
    """Opens pages, each in a browser context of its own: `pages("phone", base_url=…, java_script_enabled=False)`.

    Whatever complains on any of them (script or console error, blocked by policy, a request elsewhere) fails the test.
    """
    contexts, complaints = [], []

    def opened(size: str = "phone", browser: Browser = chromium, **options) -> Page:
        if "base_url" not in options:
            options["base_url"] = request.getfixturevalue("demo_server").url
        context = browser.new_context(locale="en-GB", timezone_id="Europe/London", **{**SIZES[size], **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        context.on("page", lambda page: _watch(page, complaints))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def phone(pages) -> Page:
    """A fresh page of the demo on a phone."""
    return pages("phone")


@pytest.fixture
def laptop(pages) -> Page:
    """A fresh page of the demo on a laptop."""
    return pages("laptop")


def _watch(page: Page, complaints: list[str]) -> None:
    def said(message):
        if message.type == "error" and not BROWSERS_OWN.match(message.text):
            complaints.append(f"console: {message.text}")

    def asked(request):
        where = urlsplit(request.url)
        if where.scheme in {"http", "https", "ws", "wss"} and where.hostname not in OURS:
            complaints.append(f"went elsewhere: {request.url}")

    page.on("console", said)
    page.on("request", asked)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))


def enter(page: Page, name: str = "Marsha") -> Page:
    """Come into the demo as someone, with one tap."""
    page.goto("/sign-in")
    button = page.locator("button[name=person]").filter(has=page.get_by_text(name, exact=True)).first
    if not button.is_visible():
        page.get_by_text("Everyone else").click()
    button.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def letter(page: Page, *words: str, besides: tuple[str, ...] = ()) -> str:
    """The newest letter on the demo's mail page with all these words in it, once the worker has written it there.

    `besides` are letters that were there before: the one that is waited for is another.
    """
    asked = page.context.new_page()
    for _ in range(60):
        new = [body for body in _letters(asked, *words) if body not in besides]
        if new:
            asked.close()
            return new[0]
        asked.wait_for_timeout(150)
    raise AssertionError(f"no letter with {words} came")


def _letters(page: Page, *words: str) -> list[str]:
    page.goto("/demo/mail")
    found = page.locator("article.card")
    for some in words:
        found = found.filter(has_text=some)
    return found.locator(".letter").all_inner_texts()


def ask_code(page: Page, email: str) -> str:
    """Ask for a code on the page that is open: the six digits mailed for it, never those of an earlier one."""
    code = (f"To {email}", "Your six numbers")
    beside = page.context.new_page()
    earlier = _letters(beside, *code)
    beside.close()
    page.get_by_label("Your email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    return re.search(r"\b\d{6}\b", letter(page, *code, besides=tuple(earlier)))[0]


__all__ = ["ask_code", "chromium", "demo_server", "enter", "laptop", "letter", "pages", "phone"]
