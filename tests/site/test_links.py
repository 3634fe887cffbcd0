"""Every link on every page leads somewhere for whoever reads it: nobody is shown a way that is shut to them."""

import re
from html import unescape

import pytest

from tests.client import Client
from tests.site.pages import Page

pytestmark = pytest.mark.slow

# One of each kind: an organiser, a helper, of a group that rests, that is new, that leaves; each of the host's roles.
KINDS = (
    "Marsha",
    "Bernie",
    "Wren",
    "Rafiq",
    "Hana",
    "Imani Okafor",
    "Glyn Parry",
    "Sefa Tuilagi",
    "Noor Haddad",
    "Dev Anand",
)
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
ALIKE = 2  # addresses followed of those that differ in a number or a name alone


def followed(browser: Client) -> dict[str, tuple[int, str]]:
    """What each address answers that can be reached from the first page, and the page it was found on."""
    answers, wait, alike = {}, [("/", "")], {}
    while wait:
        address, found_on = wait.pop()
        kind = re.sub(r"/(host/groups|g)/[^/?]+|\d+|=[^&]*", "#", address)
        if address in answers or alike.get(kind, 0) == ALIKE:
            continue
        alike[kind] = alike.get(kind, 0) + 1
        answer = browser.get(address, follow_redirects=True)
        answers[address] = (answer.status_code, found_on)
        if answer.mimetype == "text/html":
            wait += [(unescape(to), address) for to in LINK.findall(answer.text) if not to.startswith(("//", "/static/"))]
        answer.close()
    return answers


@pytest.mark.xdist_group("demo pages")
@pytest.mark.parametrize("name", KINDS)
def test_every_link_leads_somewhere(demo, name):
    answers = followed(demo.browser(Page(name, "", name, "/")))
    assert len(answers) > 60
    assert {address: told for address, told in answers.items() if told[0] != 200} == {}
