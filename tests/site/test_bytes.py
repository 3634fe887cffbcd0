"""Small on purpose: every page with its style at most 12 KB compressed, a first visit at most 35, the next page 8."""

import re
from pathlib import Path

import brotli
import pytest

from portal.core.guard import SAFE
from portal.people.reach import rule_of
from tests.site.pages import NO_PAGES, PAGES

pytestmark = pytest.mark.xdist_group("demo pages")

KB = 1024
QUALITY = 5  # as the app compresses
PAGE_AND_STYLE, FIRST_VISIT, NEXT_PAGE = 12 * KB, 35 * KB, 8 * KB
PUBLIC = {"seen.every", "seen.link", "seen.anyone", "seen.enquire", "sharing.look"}  # without script, as outsiders get them
FETCHED = re.compile(r'<(?:link|script)\b[^>]*\b(?:href|src)="(/[^"]+)"|data-outbox="(/[^"]+)"')


def compressed(answer) -> int:
    assert answer.headers["Content-Encoding"] == "br"
    return len(answer.data)


@pytest.fixture(scope="module")
def sizes(demo):
    """What a static file weighs on its way, by address."""
    known: dict[str, int] = {}

    def size(path: str) -> int:
        if path not in known:
            known[path] = compressed(demo.client.get(path, headers={"Accept-Encoding": "br"}))
        return known[path]

    return size


def test_every_page_is_small(visits, sizes):
    too_large = {}
    for visit in visits:
        html, fetched = len(brotli.compress(visit.html.encode(), quality=QUALITY)), fetches(visit.html)
        (style,) = (path for path in fetched if path.endswith(".css"))
        first = html + sum(sizes(path) for path in fetched)
        if html > NEXT_PAGE or html + sizes(style) > PAGE_AND_STYLE or first > FIRST_VISIT:
            too_large[visit.page.name] = {"page": html, "with style": html + sizes(style), "first visit": first}
    assert too_large == {}


def test_every_page_fetches_what_it_needs_and_no_more(visits):
    for visit in visits:
        kinds = {Path(path).suffix for path in fetches(visit.html)}
        if visit.page.endpoint in PUBLIC or visit.page.name == "sharing, a look first":
            assert kinds == {".css", ".svg"}, visit.page
        else:
            assert kinds >= {".css", ".js", ".svg", ".webmanifest"}, visit.page


def fetches(html: str) -> set[str]:
    """The addresses of what a page asks for besides itself."""
    return {one or other for one, other in FETCHED.findall(html)}


def test_every_page_travels_as_small_as_that(visits):
    for visit in visits:
        if visit.page.status < 400:
            assert compressed(visit.answer) == len(brotli.compress(visit.html.encode(), quality=QUALITY)), visit.page


def test_a_browser_without_brotli_gets_gzip(demo):
    answer = demo.open(PAGES[0], **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= NEXT_PAGE


def test_every_page_there_is_is_here(demo):
    routes = [route for route in demo.app.url_map.iter_rules() if rule_of(demo.app, route.endpoint)]
    pages = {route.endpoint for route in routes if route.methods & SAFE - {"OPTIONS"}}
    assert pages - NO_PAGES <= {page.endpoint for page in PAGES}


def test_style_and_scripts_are_kept_for_ever_and_checked_never(demo):
    page = demo.open(PAGES[0]).text
    for path in fetches(page):
        assert "immutable" in demo.client.get(path).headers["Cache-Control"]
