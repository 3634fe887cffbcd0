"""The bar on a phone and the rail on a laptop: each page lies within one of their places."""

import re

from portal.home.nav import GROUP_PLACES, HOST_PLACES
from portal.people.roles import Role
from tests import make
from tests.client import Client, words


def test_every_page_lies_within_one_place(app):
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if rule.rule.startswith("/g/<group>"):
            assert sum(room in place.rooms for place in GROUP_PLACES) == 1, rule.endpoint
        elif rule.rule.startswith("/host/"):
            found = [place for place in HOST_PLACES if room in place.rooms]
            assert found, rule.endpoint
            assert len(found) == 1 or found[0].roles == found[1].unless, rule.endpoint  # each has one of the two


def test_a_page_that_gives_back_what_was_typed_still_says_where_it_is(app, kettle):
    page = Client(app).as_(make.person("Marsha")).post("/g/tuesday-kettle/worries/", data={"words": ""})
    assert page.status_code == 422
    assert re.search(r'href="/g/tuesday-kettle/say/?" aria-current="page"', page.text)


def bar(answer) -> dict[str, str]:
    """The entries of a page's bar and where each leads; the one that is here ends in an arrow."""
    entry = r'<li>\s*<a href="([^"]+)"( aria-current="page")?>\s*<span>.*?</span>([^<]+)</a>'
    return {words.strip() + (" <-" if here else ""): link for link, here, words in re.findall(entry, answer.text)}


def test_whoever_is_in_one_group_finds_their_way_from_you_as_from_anywhere(app, kettle):
    browser = Client(app).as_(make.person("Marsha"))
    at_home = bar(browser.get("/g/tuesday-kettle/"))
    for of_neither in ("/you", "/you/news", "/nowhere"):
        page = browser.get(of_neither)
        assert list(bar(page).values()) == list(at_home.values()), of_neither
        assert 'class="brand" href="/g/tuesday-kettle/"' in page.text
    assert list(bar(browser.get("/you"))) == ["Home", "Receipts", "Money", "Support", "Our say", "You <-"]


def test_whoever_is_in_several_groups_or_at_the_host_too_isnt_put_in_one_of_them(app, kettle):
    make.group("Third", organisers=("Marsha",))
    assert bar(Client(app).as_(make.person("Marsha")).get("/you")) == {"You <-": "/you"}
    bernie = make.person("Bernie")
    make.staff("Bernie", Role.FINANCE)
    assert "/g/" not in Client(app).as_(bernie).get("/you").text.partition("<main")[0]
    assert not any(link.startswith("/g/") for link in bar(Client(app).as_(bernie).get("/you")).values())


def test_where_to_says_in_what_somebody_is(app, kettle):
    def told(person) -> str:
        return words(Client(app).as_(person).get("/places"))

    assert "You’re in one group." in told(make.person("Marsha"))
    make.group("Third", organisers=("Marsha",))
    assert "You’re in more than one group." in told(make.person("Marsha"))
    assert "and in no group." in told(make.staff("Glyn", Role.FINANCE))
    assert "Each has its own side" in told(make.staff("Marsha", Role.TRUSTEE))
    assert "You’re not in a group yet." in told(make.person("Nobody"))
