"""Changing what staff may do: tighter at once by anyone, looser by two and 48 hours, never by staff."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.autonomy import actions, standing
from portal.autonomy.areas import FLOOR_REASONS, Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import AreaLevel, Loosening, Proposal
from portal.core import clock, wall
from portal.core.db import db, fetched
from portal.core.filters import full_day
from portal.people.models import Group, Membership
from portal.people.roles import STAFF_ROLES, Actor, Role
from portal.receipts import actions as receipts
from tests import make
from tests.client import words


@pytest.fixture(autouse=True)
def settled(app, request):
    """The groups' organisers are no newcomers."""
    for name in ("kettle", "walkers"):
        if name in request.fixturenames:
            group = request.getfixturevalue(name)
            with wall.opened(group.id):
                for row in db.session.scalars(sa.select(Membership).where(Membership.group_id == group.id)):
                    row.joined_at = clock.now() - timedelta(days=100)
            db.session.commit()


def level(group, area=Area.RECEIPTS) -> Level:
    db.session.rollback()
    return standing.of(group.id).levels[area]


def organiser(name: str) -> Actor:
    return make.actor(make.person(name))


def set_level(name, group, to: Level, area=Area.RECEIPTS):
    return actions.set_level(organiser(name), group, area=area.value, level=to.value)


def later(**ahead):
    """The same people, so much later; their proofs are fresh again."""
    return time_machine.travel(clock.now() + timedelta(**ahead), tick=False)


def test_tighter_holds_at_once_and_ends_what_staff_proposed_there(kettle):
    glyn = make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)
    receipt = make.receipt(kettle)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="x")
    set_level("Marsha", kettle, Level.ONLY_US)
    assert level(kettle) is Level.ONLY_US
    assert db.session.scalars(sa.select(Proposal.answer)).all() == ["lapsed"]


def test_looser_waits_for_a_second_organiser_and_48_hours(kettle):
    """Worked example 4: one of two organisers loosens: pending; tighten by either: instant."""
    started = set_level("Marsha", kettle, Level.YOU_DO)
    assert level(kettle) is Level.ASK_FIRST
    with pytest.raises(Mistake, match="Another organiser"):
        actions.agree(organiser("Marsha"), kettle, started.id)
    actions.agree(organiser("Joe"), kettle, started.id)
    assert level(kettle) is Level.ASK_FIRST
    with later(hours=47, minutes=59):
        assert level(kettle) is Level.ASK_FIRST
    with later(hours=48, seconds=1):
        assert level(kettle) is Level.YOU_DO
        set_level("Joe", kettle, Level.ONLY_US)
        assert level(kettle) is Level.ONLY_US


def test_any_organiser_can_stop_it_and_tightening_ends_it(kettle):
    one = set_level("Marsha", kettle, Level.YOU_DO)
    actions.agree(organiser("Joe"), kettle, one.id)
    actions.stop(organiser("Joe"), kettle, one.id)
    two = set_level("Marsha", kettle, Level.TELL_AFTER)
    actions.agree(organiser("Joe"), kettle, two.id)
    set_level("Marsha", kettle, Level.ONLY_US)
    with later(days=3):
        assert level(kettle) is Level.ONLY_US


def test_without_a_second_it_lapses_after_14_days(kettle):
    started = set_level("Marsha", kettle, Level.YOU_DO)
    with later(days=14, seconds=1), pytest.raises(Mistake):
        actions.agree(organiser("Joe"), kettle, started.id)


def test_the_only_organiser_confirms_twice_seven_days_apart(walkers):
    started = set_level("Sam", walkers, Level.TELL_AFTER)
    with later(days=6, hours=23), pytest.raises(Mistake, match="7 days"):
        actions.agree(organiser("Sam"), walkers, started.id)
    with later(days=7, seconds=1):
        actions.agree(organiser("Sam"), walkers, started.id)
        assert level(walkers) is Level.TELL_AFTER


def test_a_new_organiser_does_not_count_for_seven_days_but_can_tighten(kettle):
    with wall.opened(kettle.id):
        joe = make.person("Joe").id
        db.session.scalars(sa.select(Membership).where(Membership.person_id == joe)).one().joined_at = clock.now()
    db.session.commit()
    started = set_level("Marsha", kettle, Level.YOU_DO)
    with pytest.raises(Mistake, match="first 7 days"):
        actions.agree(organiser("Joe"), kettle, started.id)
    with pytest.raises(Mistake, match="first 7 days"):
        set_level("Joe", kettle, Level.YOU_DO, Area.BUDGET)
    set_level("Joe", kettle, Level.ONLY_US)
    assert level(kettle) is Level.ONLY_US


def test_staff_never_start_agree_or_stop(kettle):
    """Worked example 5: a coordinator sets any level: DENY, any route."""
    started = set_level("Marsha", kettle, Level.YOU_DO)
    imani = make.staff("Imani", *STAFF_ROLES)
    for role in STAFF_ROLES:
        actor = make.actor(imani, role)
        with pytest.raises(Refused):
            actions.set_level(actor, kettle, area="story", level="you_do")
        with pytest.raises(Refused):
            actions.set_limits(actor, kettle, each_pence=1, month_pence=1)
        with pytest.raises(Refused):
            actions.agree(actor, kettle, started.id)
    with pytest.raises(Refused):
        actions.set_level(make.SYSTEM, kettle, area="story", level="you_do")
    assert level(kettle, Area.STORY) is Level.ONLY_US


def test_raising_a_limit_is_loosening_and_lowering_holds_at_once(kettle):
    marsha = organiser("Marsha")
    actions.set_limits(marsha, kettle, each_pence=60_00, month_pence=200_00)
    assert standing.of(kettle.id).each_pence == 60_00
    started = actions.set_limits(marsha, kettle, each_pence=90_00, month_pence=200_00)
    assert isinstance(started, Loosening)
    assert standing.of(kettle.id).each_pence == 60_00
    actions.agree(organiser("Joe"), kettle, started.id)
    with later(hours=49):
        now = standing.of(kettle.id)
        assert (now.each_pence, now.month_pence) == (90_00, 200_00)


def test_who_started_a_loosening_reads_their_own_page_and_confirms_only_when_alone(kettle, walkers, client):
    with wall.opened(kettle.id):
        db.session.add(
            Loosening(group_id=kettle.id, area="budget", level="tell_after", started_by=make.person("Marsha").id)
        )
    with wall.opened(walkers.id):
        db.session.add(Loosening(group_id=walkers.id, area="budget", level="tell_after", started_by=make.person("Sam").id))
    db.session.commit()
    for name, slug, confirms in (
        ("Marsha", "tuesday-kettle", False),
        ("Joe", "tuesday-kettle", True),
    ):
        answer = client.as_(make.person(name)).get(f"/g/{slug}/say")
        assert answer.status_code == 200
        assert ("Yes, agree" in words(answer)) is confirms, name
    alone = words(client.as_(make.person("Sam")).get("/g/hillfoot-walkers/say"))
    assert "You can confirm it again from" in alone
    assert "Yes, I still want this" not in alone
    with later(days=7, seconds=1):
        assert "Yes, I still want this" in words(client.as_(make.person("Sam")).get("/g/hillfoot-walkers/say"))


def test_what_holds_or_was_stopped_is_not_stopped_again(kettle):
    """Once it holds, the way back is to make the area tighter."""
    loosening = set_level("Marsha", kettle, Level.YOU_DO)
    actions.agree(organiser("Joe"), kettle, loosening.id)
    with later(hours=49), pytest.raises(Mistake, match="holds already"):
        actions.stop(organiser("Joe"), kettle, loosening.id)
    actions.stop(organiser("Joe"), kettle, loosening.id)
    with pytest.raises(Mistake, match="was stopped"):
        actions.stop(organiser("Marsha"), kettle, loosening.id)


def test_the_whole_promise_says_who_agreed_to_what_and_when_and_each_rule_of_the_floor_with_its_reason(kettle, client):
    actions.set_limits(organiser("Marsha"), kettle, each_pence=50_00, month_pence=90_00)
    set_level("Joe", kettle, Level.ONLY_US, Area.BUDGET)
    started = set_level("Marsha", kettle, Level.YOU_DO)
    actions.agree(organiser("Joe"), kettle, started.id)
    raised = actions.set_limits(organiser("Joe"), kettle, each_pence=60_00, month_pence=90_00)
    day, holds = full_day(clock.now()), full_day(clock.now() + timedelta(hours=48))

    def promise() -> str:
        return words(client.as_(make.person("Marsha")).get("/g/tuesday-kettle/say/promise"))

    page = promise()
    assert f"can’t move our money between lines. Set by Joe, since {day}." in page
    assert f"£50.00 for each cost, £90.00 in one month. Over that, they ask. Set by Marsha, since {day}." in page
    assert "can suggest a label or a note. Their own ledger code stands beside them. As it is for every group" in page
    assert [f"F{n}" for n in range(1, 11) if f" F{n} " in page] == [f"F{n}" for n in range(1, 11)]
    assert all(reason in page for reason in FLOOR_REASONS.values())
    with later(hours=49):
        assert f"It all shows in What’s changed. Agreed by Marsha and Joe, since {holds}." in promise()
        assert "£50.00 for each cost" in promise()
        actions.agree(organiser("Marsha"), kettle, raised.id)
    with later(hours=99):
        assert "£60.00 for each cost, £90.00 in one month. Over that, they ask. Agreed by Joe and Marsha" in promise()


def test_of_two_limits_the_lower_holds_at_once_and_the_higher_waits(kettle):
    marsha = organiser("Marsha")
    started = actions.set_limits(marsha, kettle, each_pence=150_00, month_pence=200_00)
    now = standing.of(kettle.id)
    assert (now.each_pence, now.month_pence) == (100_00, 200_00)
    actions.agree(organiser("Joe"), kettle, started.id)
    with later(hours=49):
        now = standing.of(kettle.id)
        assert (now.each_pence, now.month_pence) == (150_00, 200_00)


def test_a_lower_limit_ends_what_staff_proposed_to_spend_and_what_would_raise_it(kettle):
    glyn, marsha = make.staff("Glyn", Role.FINANCE), organiser("Marsha")
    with wall.opened(kettle.id):
        facts = {"action": "receipts.describe", "facts": {}, "person_id": glyn.id, "role": Role.FINANCE}
        db.session.add_all(Proposal(group_id=kettle.id, area=area, **facts) for area in (Area.SPENDING, Area.BUDGET))
    db.session.commit()
    raised = actions.set_limits(marsha, kettle, each_pence=150_00, month_pence=300_00)
    assert db.session.scalars(sa.select(Proposal.answer)).all() == [None, None]
    actions.set_limits(marsha, kettle, each_pence=50_00, month_pence=300_00)
    assert db.session.scalars(sa.select(Proposal.answer).order_by(Proposal.id)).all() == ["lapsed", None]
    with pytest.raises(Mistake):
        actions.agree(organiser("Joe"), kettle, raised.id)


def test_what_someone_started_who_is_no_longer_an_organiser_is_started_anew(kettle):
    started = set_level("Marsha", kettle, Level.YOU_DO)
    with wall.opened(kettle.id):
        marsha = make.person("Marsha").id
        db.session.scalars(sa.select(Membership).where(Membership.person_id == marsha)).one().ended_at = clock.now()
    db.session.commit()
    with later(days=8), pytest.raises(Mistake, match="Start it anew"):
        actions.agree(organiser("Joe"), kettle, started.id)


def test_whoever_works_for_the_host_too_tightens_and_never_counts_for_loosening(kettle, client):
    """Host staff never count as organisers or consent: the other one is then the only organiser."""
    before = set_level("Joe", kettle, Level.YOU_DO, Area.BUDGET)
    make.staff("Joe", Role.COORDINATOR)
    joe, marsha = organiser("Joe"), organiser("Marsha")
    started, before = set_level("Marsha", kettle, Level.YOU_DO).id, before.id
    for tries in (
        lambda: actions.agree(joe, kettle, started),
        lambda: set_level("Joe", kettle, Level.TELL_AFTER, Area.DOCUMENTS),
        lambda: actions.set_limits(joe, kettle, each_pence=150_00, month_pence=300_00),
    ):
        with pytest.raises(Mistake, match="also work for the host"):
            tries()
    with pytest.raises(Mistake, match="Start it anew"):
        actions.agree(marsha, kettle, before)
    with later(days=6), pytest.raises(Mistake, match="7 days after"):
        actions.agree(organiser("Marsha"), kettle, started)
    set_level("Joe", kettle, Level.ONLY_US, Area.STORY)
    set_level("Joe", kettle, Level.ONLY_US, Area.DOCUMENTS)
    assert level(kettle, Area.DOCUMENTS) is Level.ONLY_US
    with later(days=7, seconds=1):
        actions.agree(organiser("Marsha"), kettle, started)
        assert level(kettle) is Level.YOU_DO
    client.as_(make.person("Joe"))
    assert "Yes, agree" not in client.get("/g/tuesday-kettle/say").text
    assert "You also work for" in client.get("/g/tuesday-kettle/say/documents").text


def test_an_agreed_limit_leaves_the_level_as_it_was(kettle):
    make.set_level(kettle, Area.SPENDING, Level.TELL_AFTER)
    with wall.opened(kettle.id):
        by, now = make.person("Marsha").id, clock.now()
        own = {"group_id": kettle.id, "area": Area.SPENDING, "started_by": by, "holds_from": now, "agreed_at": now}
        db.session.add(Loosening(**own, each_pence=50_00, month_pence=200_00))
    db.session.commit()
    of_all = dict(fetched(sa.select(Group.id, standing.level_at(Group.id, Area.SPENDING)), {}))
    assert of_all[kettle.id] is standing.of(kettle.id).levels[Area.SPENDING] is Level.TELL_AFTER


AGREED_TO = st.tuples(st.sampled_from(Level), st.integers(-2, 2), st.booleans())


@given(st.lists(AGREED_TO, max_size=4, unique_by=lambda one: one[1]), st.integers(-3, 0) | st.none())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_query_over_many_groups_sees_the_level_that_holds(kettle, agreed, set_hours):
    """Whatever was set outright and agreed to, also at the very same moment, or stopped, or still to come."""
    now, area = clock.now(), Area.RECEIPTS
    with wall.opened(kettle.id):
        for model in (Loosening, AreaLevel):
            for row in db.session.scalars(sa.select(model).where(model.group_id == kettle.id)):
                db.session.delete(row)
        db.session.flush()
        by = make.person("Marsha").id
        for level_, hours, stopped in agreed:
            holds = now + timedelta(hours=hours)
            ended = now if stopped else None
            own = {"group_id": kettle.id, "area": area, "started_by": by, "holds_from": holds, "ended_at": ended}
            db.session.add(Loosening(**own, level=level_))
        if set_hours is not None:
            at = now + timedelta(hours=set_hours)
            db.session.add(AreaLevel(group_id=kettle.id, area=area, level=Level.TELL_AFTER, set_at=at))
    db.session.commit()
    with time_machine.travel(now, tick=False):
        of_all = dict(fetched(sa.select(Group.id, standing.level_at(Group.id, area)), {}))
        held = standing.of(kettle.id).levels[area]
    assert of_all[kettle.id] is held
