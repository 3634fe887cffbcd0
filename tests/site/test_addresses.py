"""Whatever somebody types after the question mark of an address, a page answers: it is read as if unsaid, or not here."""

import pytest

from portal.people.roles import Role
from tests import make
from tests.client import Client
from tests.site.pages import PAGES
from tests.soak import times

pytestmark = pytest.mark.slow

NAMES = ("after", "before", "fund", "old", "person", "r", "view", "year")


@pytest.mark.xdist_group("demo pages")
@pytest.mark.parametrize("typed", ["9" * 30, "x", "-1", "٣", "0", "", "1.5", "9" * 9][: times(2, 8)])
def test_a_page_answers_whatever_its_address_asks_for(demo, typed):
    asked = "&".join(f"{name}={typed}" for name in NAMES)
    for page in {page.endpoint: page for page in PAGES if page.body is None and page.endpoint != "404"}.values():
        path = page.path.format(**demo.words)
        answer = demo.browser(page).get(f"{path}{'&' if '?' in path else '?'}{asked}")
        assert answer.status_code < 500, f"{page}: {asked}"


@pytest.mark.parametrize("path", ["/g/%00/", "/g/tuesday-kettle/log/?area=%00", "/host/groups/?after=%00", "/join/%00"])
def test_nothing_is_where_an_address_with_a_nul_points(app, kettle, path):
    make.staff("Marsha", Role.FINANCE)
    assert Client(app).as_(make.person("Marsha")).get(path).status_code == 404
