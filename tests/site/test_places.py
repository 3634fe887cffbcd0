"""The bar on a phone and the rail on a laptop: each page lies within one of their places."""

import re

from portal.home.nav import GROUP_PLACES, HOST_PLACES
from tests import make
from tests.client import Client


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
