"""What's changed: everything, by person, by area, the staff's only; and the fingerprint a group can check."""

import pytest

from portal.activity import chain, check_log
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Refused
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make
from tests.client import words

LOG = "/g/tuesday-kettle/log/"


@pytest.fixture
def marsha(kettle, walkers, client):
    """Marsha's browser, after Joe added a receipt, Glyn labelled one, and Glyn was refused another time."""
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle, make.person("Joe"))
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipts.describe(glyn, kettle, receipt.id, label="tea")
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    with pytest.raises(Refused):
        receipts.describe(glyn, kettle, receipt.id, label="milk")
    make.receipt(walkers)
    return client.as_(make.person("Marsha"))


def test_everything_shows_newest_first_with_refused_tries(marsha):
    page = words(marsha.get(LOG))
    refused = page.index("Glyn tried, and was refused: “changed the words on a receipt”")
    assert refused < page.index("Glyn changed the words on a receipt R") < page.index("Joe added a receipt")
    assert "Sam" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("staff=1", "Glyn tried", "Joe added"),
        ("area=people", "Nothing like that happened", "Glyn tried"),
        ("person={joe}", "Joe added", "Glyn tried"),
        ("area=receipts&staff=1", "Glyn changed", "Joe added"),
    ],
)
def test_it_can_be_narrowed(marsha, query, shown, hidden):
    page = words(marsha.get(f"{LOG}?{query.format(joe=make.person('Joe').id)}"))
    assert shown in page
    assert hidden not in page


def test_it_is_paged_by_key(kettle, client):
    for _ in range(35):
        make.receipt(kettle)
    browser = client.as_(make.person("Marsha"))
    first = browser.get(LOG).text
    assert first.count('class="item"') == 30
    assert "before=6" in first
    assert browser.get(f"{LOG}?before=6").text.count('class="item"') == 5


def test_an_old_fingerprint_still_fits_and_a_wrong_one_doesnt(kettle, marsha):
    old = chain.fingerprint(kettle.id)
    make.receipt(kettle)
    assert "It fits." in words(marsha.get(f"{LOG}fingerprint?old={old}"))
    wrong = f"1:{'0' * 64}"
    assert "The log doesn’t hold." in words(marsha.get(f"{LOG}fingerprint?old={wrong}"))
    assert "doesn’t look like one" in words(marsha.get(f"{LOG}fingerprint?old=nonsense"))
    assert chain.fingerprint(kettle.id) in words(marsha.get(f"{LOG}fingerprint"))


def test_the_log_and_its_checker_can_be_taken_along(kettle, marsha):
    known = chain.fingerprint(kettle.id)
    lines = marsha.get(f"{LOG}log.jsonl").text.splitlines()
    assert list(check_log.faults(check_log.read(lines), [known])) == []
    assert "def faults(" in marsha.get(f"{LOG}check_log.py").text
