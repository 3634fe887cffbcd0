"""What's changed: everything, by person, by area, the staff's only; and the fingerprint a group can check."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.activity import chain, check_log
from portal.activity.models import Entry
from portal.autonomy import actions
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Proposed, Refused
from portal.autonomy.models import Proposal
from portal.core import clock, wall
from portal.core.db import db
from portal.people.models import Membership
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


def test_what_decides_about_an_area_stands_under_it_with_the_level_then(kettle, client):
    """A level, limits, an agreement, a stop, a yes, a no, a question, an answer, an undo."""
    with wall.opened(kettle.id):
        db.session.execute(sa.update(Membership).values(joined_at=clock.now() - timedelta(days=30)))
    db.session.commit()
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    marsha, joe = make.actor(make.person("Marsha")), make.actor(make.person("Joe"))
    receipt = make.receipt(kettle)
    for answer in (actions.say_yes, actions.say_no):
        with pytest.raises(Proposed) as raised:
            receipts.describe(glyn, kettle, receipt.id, label=answer.name)
        number = raised.value.proposal.id
        actions.ask_about(marsha, kettle, number, words="Why?")
        actions.explain(glyn, kettle, number, words="For the funder.")
        answer(marsha, kettle, number)
    loosening = actions.set_level(marsha, kettle, area="receipts", level="tell_after").id
    actions.agree(joe, kettle, loosening)
    actions.stop(joe, kettle, loosening)
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipts.describe(glyn, kettle, receipt.id, label="tea")
    actions.undo(marsha, kettle, db.session.scalar(sa.select(sa.func.max(Entry.id))))
    actions.set_level(marsha, kettle, area="receipts", level="only_us")
    actions.set_limits(marsha, kettle, each_pence=1, month_pence=1)
    with pytest.raises(Refused):
        actions.set_level(glyn, kettle, area="budget", level="only_us")
    rows = sa.select(Entry.action, Entry.area, Entry.level).where(Entry.action.like("autonomy.%")).order_by(Entry.seq)
    ask = [(f"autonomy.{one}", "receipts", "ask_first") for one in ("ask_about", "explain", "say_yes")]
    assert [tuple(row) for row in db.session.execute(rows)] == [
        *ask,
        *ask[:2],
        ("autonomy.say_no", "receipts", "ask_first"),
        *((f"autonomy.{one}", "receipts", "ask_first") for one in ("set_level", "agree", "stop")),
        ("autonomy.undo", "receipts", "tell_after"),
        ("autonomy.set_level", "receipts", "tell_after"),
        ("autonomy.set_limits", "spending", "ask_first"),
        ("autonomy.set_level", "budget", "ask_first"),
    ]
    page = words(client.as_(make.person("Marsha")).get(f"{LOG}?area=spending"))
    assert "Marsha changed the spending limits How we spend, today" in page


def test_why_something_was_changed_is_read_in_the_log_beside_the_change_and_under_the_suggestion(kettle, client):
    """What staff write in the desk's form, done at once or waiting for a yes."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle)
    number = receipt.number
    make.staff("Glyn", Role.FINANCE)
    desk, because = f"/host/receipts/{number}/label", {"why": "The funder’s word for it."}
    client.as_(make.person("Glyn"))
    assert client.post(desk, data={"label": "tea", **because}).status_code == 303
    entry = db.session.scalar(sa.select(sa.func.max(Entry.id)))
    make.set_level(kettle, Area.RECEIPTS, Level.ASK_FIRST)
    assert client.post(desk, data={"label": "milk", **because}).status_code == 202
    assert client.post(desk, data={"label": "bread", "why": "x" * 501}).status_code == 422
    proposal = db.session.scalars(sa.select(Proposal)).one()
    assert proposal.why == because["why"]
    for path, times in (("log/", 2), (f"changes/{entry}", 1), (f"proposals/{proposal.id}", 1)):
        page = words(client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/{path}"))
        assert page.count("“The funder’s word for it.”") == times, path
    assert list(chain.faults(kettle.id)) == []


def test_why_a_helper_is_suggested_goes_with_it(kettle, client):
    make.set_level(kettle, Area.PEOPLE, Level.ASK_FIRST)
    make.staff("Imani", Role.COORDINATOR)
    sent = {"email": "june@example.org", "why": "She asked us to."}
    assert client.as_(make.person("Imani")).post("/host/groups/tuesday-kettle/helpers", data=sent).status_code == 202
    assert db.session.scalars(sa.select(Proposal.why)).all() == ["She asked us to."]
