"""When organisers can't be reached (autonomy guide): 28, 90 and 180 days; it only ever waits, and never loosens."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import actions as autonomy
from portal.autonomy import queries as promises
from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.bank import actions as bank
from portal.core import clock
from portal.core.db import db
from portal.core.jobs import Job
from portal.ledger import actions as ledger
from portal.members.models import Invitation
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from portal.silence import actions, queries
from portal.silence.models import NamedPerson, Wish
from tests import make
from tests.client import Client, words

START = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def time():
    with time_machine.travel(START, tick=False) as moved:
        yield moved


@pytest.fixture
def imani(app):
    return make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)


@pytest.fixture
def silent(app, time, kettle, imani):
    """A group tried on the first day and a week later, which names its neighbour June. Calling it: so many days on."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    make.set_level(kettle, Area.DOCUMENTS, Level.YOU_DO)
    actions.name(marsha(), kettle, email="june@example.org", called="June from next door")
    time.move_to(START + timedelta(minutes=1))
    actions.note_try(imani, kettle, how="Rang Marsha")
    time.move_to(START + timedelta(days=7))
    actions.note_try(imani, kettle, how="Wrote to Joe")

    def after(days: int):
        time.move_to(START + timedelta(days=days, minutes=2))
        return queries.silence(kettle.id)

    return after


def marsha() -> Actor:
    return make.actor(make.person("Marsha"))


def june() -> Actor:
    return Actor(make.person("June").id, "June", frozenset({Role.SELF}))


def trustee(name: str) -> Actor:
    return make.actor(make.staff(name, Role.TRUSTEE), Role.TRUSTEE)


def named(group) -> NamedPerson:
    return queries.named(group.id)[0]


def ask(group, **facts) -> Wish:
    return actions.ask(june(), group, named(group).id, **{"kind": "pause", "words": "They’re ill.", **facts})


def test_the_ladder_has_its_dates_from_the_first_of_two_tries(silent):
    found = silent(7)
    began = START + timedelta(minutes=1)
    assert (found.since, found.waits_from, found.named_from, found.exit_from) == (
        *(began, began + timedelta(days=28)),
        *(began + timedelta(days=90), began + timedelta(days=180)),
    )
    assert [silent(days).rung for days in (27, 28, 89, 90, 179, 180)] == [0, 1, 1, 2, 2, 3]


def test_one_try_or_two_too_far_apart_begin_nothing(time, kettle, imani):
    actions.note_try(imani, kettle, how="Rang")
    time.move_to(START + timedelta(days=29))
    actions.note_try(imani, kettle, how="Rang again")
    assert queries.silence(kettle.id) is None


def test_settings_stay_and_what_staff_would_do_and_tell_waits(silent, kettle):
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle, make.person("Bernie"), role=Role.HELPER, amount_pence=500)
    before = standing.of(kettle.id).levels
    silent(27)
    receipts.describe(glyn, kettle, receipt.id, label="told of")
    silent(28)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="waits")
    gift = {"source": "donation", "words": "A neighbour"}
    fund = ledger.open_fund(glyn, kettle, name="Ours", restriction="unrestricted", basis="part")
    bank.receive_into(glyn, kettle, fund.id, line_id=make.bank_line(5_00).id, **gift)
    make.set_facts(receipt, fund_id=fund.id)
    make.agreed(receipt)
    receipts.accept(glyn, kettle, receipt.id, ledger_code="5100", amount_pence=500)
    bank.settle_cost(glyn, kettle, receipt.id, line_id=make.bank_line(-5_00).id)  # what was agreed is paid
    silent(400)
    assert standing.of(kettle.id).levels == before


def test_any_act_of_an_organiser_ends_it_all(silent, kettle, client):
    silent(200)
    client.as_(make.person("Joe"))
    assert 'href="/g/tuesday-kettle/named"' in client.get("/g/tuesday-kettle/").text
    assert client.post("/g/tuesday-kettle/here").status_code == 303
    assert queries.silence(kettle.id) is None
    assert 'href="/g/tuesday-kettle/named"' not in client.get("/g/tuesday-kettle/").text
    assert "Joe said: we’re here" in words(client.get("/g/tuesday-kettle/log/"))


def test_what_others_do_is_not_a_word_from_an_organiser(silent, kettle, imani):
    silent(30)
    receipt = make.receipt(kettle, make.person("Bernie"), role=Role.HELPER)
    receipts.ask(imani, kettle, receipt.id, asks="what_for")
    assert queries.silence(kettle.id).rung == 1


def test_time_in_which_they_rest_does_not_count_and_nobody_tries_then(silent, kettle, imani):
    silent(8)
    found = queries.silence(kettle.id)
    autonomy.rest(marsha(), kettle, days=14)
    with pytest.raises(Mistake, match="resting"):
        actions.note_try(imani, kettle, how="Rang")
    assert queries.silence(kettle.id) is None  # to rest is an act of theirs
    assert promises.quiet_now(kettle.id)
    assert standing.deadline(found.since, timedelta(days=28), standing.quiet_spells(kettle.id)) == (
        found.waits_from + timedelta(days=14)
    )


def test_named_people_ask_after_90_days_only_and_a_trustee_confirms_a_pause(silent, kettle):
    silent(89)
    with pytest.raises(Refused, match="90 days"):
        ask(kettle)
    silent(90)
    wish = ask(kettle)
    assert promises.quiet_now(kettle.id) is None
    actions.confirm(trustee("Beatrix"), kettle, wish.id)
    quiet = promises.quiet_now(kettle.id)
    assert (quiet.started_by, quiet.until) == (june().person_id, clock.now() + timedelta(days=84))
    with pytest.raises(Mistake, match="decided already"):
        actions.decline(trustee("Tomas"), kettle, wish.id)


def test_a_new_organiser_is_invited_only_once_a_trustee_confirmed(silent, kettle):
    silent(90)
    with pytest.raises(Mistake, match="email address"):
        ask(kettle, kind="organiser")
    wish = ask(kettle, kind="organiser", email="ash@example.org")
    assert db.session.scalars(sa.select(Invitation.email)).all() == []
    actions.confirm(trustee("Beatrix"), kettle, wish.id)
    (invitation,) = db.session.scalars(sa.select(Invitation))
    assert (invitation.email, invitation.role, invitation.is_open) == ("ash@example.org", Role.ORGANISER, True)


def test_declined_nothing_happens(silent, kettle):
    silent(90)
    wish = ask(kettle, kind="organiser", email="ash@example.org")
    actions.decline(trustee("Beatrix"), kettle, wish.id)
    assert db.session.scalars(sa.select(Invitation.email)).all() == []


def test_once_they_are_heard_of_nothing_is_confirmed(silent, kettle):
    silent(90)
    wish = ask(kettle)
    actions.here(marsha(), kettle)
    with pytest.raises(Mistake, match="heard of again"):
        actions.confirm(trustee("Beatrix"), kettle, wish.id)
    with pytest.raises(Refused):
        ask(kettle)


def test_after_180_days_two_trustees_follow_the_exit_plan(silent, kettle):
    silent(179)
    beatrix = trustee("Beatrix")
    with pytest.raises(Mistake, match="180 days"):
        actions.ask_for_exit(beatrix, kettle, words="Money back to the funder.")
    silent(180)
    beatrix, tomas = make.actor(make.person("Beatrix"), Role.TRUSTEE), trustee("Tomas")
    wish = actions.ask_for_exit(beatrix, kettle, words="Money back to the funder.")
    with pytest.raises(Refused, match="Someone other"):
        actions.confirm(beatrix, kettle, wish.id)
    with pytest.raises(Refused, match="Someone other"):
        actions.decline(beatrix, kettle, wish.id)
    actions.confirm(tomas, kettle, wish.id)
    assert (wish.agreed, wish.decided_by) == (True, tomas.person_id)


def test_nobody_else_speaks_for_the_group(silent, kettle, app):
    silent(100)
    someone = make.person("Nobody Named")
    with pytest.raises(Refused, match="hasn’t named you"):
        actions.ask(Actor(someone.id, "N", frozenset({Role.SELF})), kettle, named(kettle).id, kind="pause", words="x")
    with pytest.raises(Refused, match="hasn’t named you"):
        actions.step_down(Actor(someone.id, "N", frozenset({Role.SELF})), kettle, named(kettle).id)
    number = named(kettle).id
    browser = Client(app).as_(someone)
    assert browser.post(f"/named/{number}/wishes", data={"kind": "pause", "words": "x"}).status_code == 404
    assert "Tuesday Kettle" not in browser.get("/named/").text


def test_whoever_was_named_sees_the_groups_name_only_and_can_say_no(silent, kettle, app):
    silent(100)
    number = named(kettle).id
    browser = Client(app).as_(make.person("June"))
    assert "Tuesday Kettle" in browser.get("/named/").text
    assert browser.get("/g/tuesday-kettle/").status_code == 404
    wrong = browser.post(f"/named/{number}/wishes", data={"kind": "organiser", "email": "nobody", "words": "Ash would."})
    assert wrong.status_code == 422
    assert "Ash would." in wrong.text
    assert browser.post(f"/named/{number}/wishes", data={"kind": "pause", "words": "Ill."}).status_code == 303
    assert browser.post(f"/named/{number}/end").status_code == 303
    assert "Tuesday Kettle" not in browser.get("/named/").text


def test_five_people_at_most_each_named_once_and_taken_off_again(kettle):
    for n in range(4):
        actions.name(marsha(), kettle, email=f"n{n}@example.org", called=f"N{n}")
    with pytest.raises(Mistake, match="already"):
        actions.name(marsha(), kettle, email="N1@example.org", called="N1")
    actions.name(marsha(), kettle, email="n5@example.org", called="N5")
    with pytest.raises(Mistake, match="plenty"):
        actions.name(marsha(), kettle, email="n6@example.org", called="N6")
    first = named(kettle)
    actions.unname(marsha(), kettle, first.id)
    assert len(queries.named(kettle.id)) == 4
    letters = db.session.scalars(sa.select(Job).where(Job.name == "core.mail")).all()
    assert [row.arguments["message"] for row in letters] == ["silence.named"] * 5
