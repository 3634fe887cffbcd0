"""Whoever works for the host gives no yes of their group's, wherever it is asked for one (decisions/0008)."""

import pytest
import sqlalchemy as sa

from portal.autonomy.door import Mistake, Refused
from portal.core import clock, wall
from portal.core.db import db
from portal.home.queries import waiting_for_us
from portal.members import actions as members
from portal.papers import actions as papers
from portal.payees import actions as payees
from portal.payees import details
from portal.people.models import Group, Membership, Person, StaffRole
from portal.people.roles import STAFF_ROLES, Role
from portal.spending import actions, costs
from tests import make
from tests.client import Client, words
from tests.spending.test_costs import now, yes

NOT_JOES = "also work for the host"
GROUP = "/g/tuesday-kettle"


@pytest.fixture
def works_for_host(joe):
    """Joe, the other organiser, has a role at the host from now on."""

    def begins(role=Role.TRUSTEE):
        make.staff("Joe", role)

    return begins


def account(n: int) -> details.Details:
    return details.of("20-29-59", f"{63748472 + n}")


def ends(name: str) -> None:
    role = db.session.scalar(sa.select(StaffRole).join(Person, Person.id == StaffRole.person_id).where(Person.name == name))
    role.ended_at = clock.now()
    db.session.commit()


def of_joe(app) -> Client:
    return Client(app).as_(make.person("Joe"))


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_cost_takes_no_yes_of_theirs_whatever_their_role(kettle, cost, marsha, joe, works_for_host, role):
    works_for_host(role)
    hall = cost()
    with pytest.raises(Refused, match=NOT_JOES):
        yes(joe, kettle, hall)
    assert now(hall).agreed_at is None
    yes(marsha, kettle, hall)
    assert now(hall).agreed_at


def test_a_yes_from_before_their_role_began_is_counted_no_more(kettle, cost, marsha, joe, works_for_host):
    make.group("More", organisers=("Ade",))
    ade = make.person("Ade")
    with wall.opened(kettle.id):
        db.session.add(Membership(group_id=kettle.id, person_id=ade.id, role=Role.ORGANISER))
    db.session.commit()
    actions.set_rule(marsha, kettle, needs="two")
    hall = cost()
    yes(joe, kettle, hall)
    works_for_host()
    yes(marsha, kettle, hall)
    assert now(hall).agreed_at is None
    yes(make.actor(ade), kettle, hall)
    assert now(hall).agreed_at


def test_where_only_they_are_left_a_cost_waits_for_the_group_and_not_for_the_hosts_check(
    app, kettle, cost, marsha, joe, works_for_host
):
    works_for_host()
    actions.stand_back(marsha, kettle, (hall := cost()).id)
    stands = costs.deciding(now(hall))
    assert (stands.deciders, stands.at_host, now(hall).agreed_at) == ({}, ["Joe"], None)
    ends("Joe")
    yes(joe, kettle, hall)
    assert now(hall).agreed_at
    make.staff("Joe", Role.TRUSTEE)
    later = cost()
    actions.stand_back(marsha, kettle, later.id)
    page = words(of_joe(app).get(f"{GROUP}/receipts/{later.number}/payment"))
    assert "It waits for one of us who can say yes" in page
    assert "so their yes doesn’t count here" in page


def test_an_easier_rule_takes_neither_their_wish_nor_their_yes_and_a_stricter_one_does(kettle, marsha, joe, works_for_host):
    actions.set_rule(marsha, kettle, needs="two")
    of_joe_before = actions.set_rule(joe, kettle, needs="one")
    works_for_host()
    with pytest.raises(Mistake, match="no longer an organiser who counts"):
        actions.agree_rule(marsha, kettle, of_joe_before.id)
    with pytest.raises(Mistake, match=NOT_JOES):
        actions.set_rule(joe, kettle, needs="one")
    wish = actions.set_rule(marsha, kettle, needs="one")
    assert wish.agreed_at is None  # he is aside, which doesn't make her the only one
    with pytest.raises(Mistake, match=NOT_JOES):
        actions.agree_rule(joe, kettle, wish.id)
    assert costs.rule_of(kettle.id).needs == "two"
    assert actions.set_rule(joe, kettle, needs="all").agreed_at


def test_a_new_organiser_takes_no_yes_of_theirs(kettle, marsha, joe, works_for_host):
    works_for_host()
    asked = members.propose_organiser(marsha, kettle, email="new@example.org")
    assert asked.waits_for_agreement
    with pytest.raises(Mistake, match=NOT_JOES):
        members.agree(joe, kettle, asked.id)
    theirs = members.propose_organiser(joe, kettle, email="other@example.org")  # to ask somebody in stays theirs
    members.agree(marsha, kettle, theirs.id)
    assert theirs.agreed_by == marsha.person_id


def test_the_only_organiser_who_works_for_the_host_brings_nobody_in_alone(app):
    alone = make.group("Walkers", organisers=("Joe",))
    make.staff("Joe", Role.FINANCE)
    asked = members.propose_organiser(make.actor(make.person("Joe")), alone, email="new@example.org")
    assert asked.waits_for_agreement
    assert "who doesn’t work for" in words(of_joe(app).get("/g/walkers/people"))


def test_a_removal_takes_two_others_who_dont_work_for_the_host(app):
    poets = make.group("Nightshift Poets", organisers=("Ade", "Lily", "Tomasz", "Joe"))
    ade, lily, joe = (make.actor(make.person(name)) for name in ("Ade", "Lily", "Joe"))
    of = {one.person.name: one.id for one in db.session.scalars(sa.select(Membership))}
    make.staff("Joe", Role.COORDINATOR)
    with pytest.raises(Mistake, match=NOT_JOES):
        members.ask_removal(joe, poets, of["Ade"])
    asked = members.ask_removal(ade, poets, of["Tomasz"])
    with pytest.raises(Mistake, match=NOT_JOES):
        members.agree_removal(joe, poets, asked.id)
    make.staff("Ade", Role.FINANCE)
    with pytest.raises(Mistake, match="no longer an organiser who counts"):
        members.agree_removal(lily, poets, asked.id)
    with pytest.raises(Mistake, match="isn’t counted"):
        members.ask_removal(lily, poets, of["Tomasz"])
    assert db.session.get_one(Membership, of["Tomasz"], populate_existing=True).ended_at is None
    page = words(of_joe(app).get("/g/nightshift-poets/people"))
    assert "Yes, they go" not in page
    assert "You also work for" in page
    assert "Ask that they leave" not in page


def test_a_changed_account_takes_no_yes_of_theirs_and_finance_who_isnt_in_the_group_gives_it(
    app, kettle, hall, marsha, joe, glyn, works_for_host
):
    works_for_host(Role.FINANCE)
    row = payees.change_details(marsha, kettle, hall.id, details=account(1))
    with pytest.raises(Refused, match=NOT_JOES):
        payees.second(joe, kettle, row.id)
    with pytest.raises(Refused, match="in this group yourself"):
        payees.second(make.actor(make.person("Joe"), Role.FINANCE), kettle, row.id)
    page = words(of_joe(app).get(f"{GROUP}/money/payees/{hall.id}"))
    assert "You also work for the host" in page
    assert "Yes, it’s right" not in page
    kettle = db.session.get_one(Group, kettle.id)
    assert payees.second(glyn, kettle, row.id).second_by == glyn.person_id


def test_words_for_a_funder_take_no_yes_of_theirs(app, kettle, fund, marsha, joe, works_for_host):
    works_for_host()
    row = papers.write(marsha, kettle, fund.id, time="2026-2027", words="It was warm.")
    with pytest.raises(Mistake, match=NOT_JOES):
        papers.agree(joe, kettle, row.id, mark_of_words="any")
    page = words(of_joe(app).get(f"{GROUP}/money/papers/{fund.id}/2026-2027/report"))
    assert "You also work for the host" in page
    assert "Yes, these words go with it" not in page


def test_what_they_cant_agree_to_doesnt_wait_for_them(app, kettle, cost, marsha, joe, works_for_host):
    hall = cost()
    actions.set_rule(marsha, kettle, needs="two")
    actions.set_rule(marsha, kettle, needs="one")
    members.propose_organiser(marsha, kettle, email="new@example.org")
    before = {one.kind for one in waiting_for_us(kettle.id, joe.person_id, organises=True, counts=True)}
    assert {"cost", "rule", "organiser"} <= before
    works_for_host()
    joes = of_joe(app)
    home = words(joes.get(f"{GROUP}/"))
    assert "new@example.org" not in home
    for path, button in (
        (f"receipts/{hall.number}/payment", "Yes, pay"),
        ("money/rule", "I agree"),
        ("people", "Yes, invite them"),
    ):
        page = words(joes.get(f"{GROUP}/{path}"))
        assert "You also work for the host, so another organiser says yes to this." in page
        assert button not in page
