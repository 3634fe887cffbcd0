"""Adding, changing, the second person, stopping, ending, links; each as an action, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine

from portal.activity.models import Entry
from portal.autonomy.door import Mistake, NotHere, ProofNeeded, Refused
from portal.core import clock, mail
from portal.core.db import db
from portal.core.jobs import Job
from portal.payees import actions, changes, details, links, queries
from portal.payees.models import Payee, PayeeDetails, PayeeLink
from portal.people.models import Group
from portal.people.roles import STRANGER, Actor, Role
from tests import make


def account(n: int = 0) -> details.Details:
    return details.of("20-29-59", f"{63748472 + n}")


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def june(kettle, marsha) -> Payee:
    return added(marsha, kettle)


def added(by, group, name="June", **facts) -> Payee:
    facts = {"who": "person", "email": f"{name.lower()}@example.org", "details": account()} | facts
    return actions.add(by, group, name=name, **facts)


def tail(group, payee) -> str | None:
    db.session.expire_all()
    found = queries.current(group.id, payee.id)
    return found.tail if found else None


def later(hours: float = 48.1):
    return time_machine.travel(clock.now() + timedelta(hours=hours))


def said(by) -> Actor:
    """The same person, who has just proved themselves again."""
    return Actor(by.person_id, by.name, by.roles, proved_at=clock.now())


def letters() -> list[str]:
    return [
        job.arguments["message"] for job in db.session.scalars(sa.select(Job).order_by(Job.id)) if job.name == "core.mail"
    ]


def test_the_first_account_holds_at_once_and_tells_nobody(kettle, june):
    assert tail(kettle, june) == "8472"
    assert letters() == []


def test_a_change_holds_after_48_hours_and_a_second_persons_yes_and_the_old_contact_is_told_at_once(
    kettle, june, marsha, joe
):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    assert letters() == ["payees.changed"]
    assert mail._letters["payees.changed"](payee_id=june.id).to == "june@example.org"
    actions.second(joe, kettle, row.id)
    assert tail(kettle, june) == "8472"
    with later(47.9):
        assert tail(kettle, june) == "8472"
    with later():
        assert tail(kettle, june) == "8473"


def test_time_alone_is_no_yes(kettle, june, marsha, joe):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    with later(24 * 90):
        assert tail(kettle, june) == "8472"
        actions.second(said(joe), kettle, row.id)
        assert tail(kettle, june) == "8473"


def test_who_changed_it_is_never_the_second_person(app, kettle, june, marsha):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    with pytest.raises(Refused, match="Someone other"):
        actions.second(marsha, kettle, row.id)
    make.staff("Marsha", Role.FINANCE)  # and not in her other role either
    with pytest.raises(Refused, match="Someone other"):
        actions.second(make.actor(make.person("Marsha"), Role.FINANCE), kettle, row.id)
    assert db.session.get_one(PayeeDetails, row.id, populate_existing=True).second_at is None


def test_finance_is_the_second_person_only_where_the_group_has_one_organiser_or_it_came_by_the_link(
    kettle, walkers, june, marsha, glyn
):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    with pytest.raises(Refused, match="Another organiser"):
        actions.second(glyn, kettle, row.id)
    sam = make.actor(make.person("Sam"))
    theirs = added(sam, walkers)
    alone = actions.change_details(sam, walkers, theirs.id, details=account(2))
    actions.second(glyn, walkers, alone.id)
    with later():
        assert tail(walkers, theirs) == "8474"
    ben = added(marsha, kettle, "Ben")
    by_link = actions.give(STRANGER, kettle, actions.send_link(marsha, kettle, ben.id).id, details=account(3))
    actions.second(glyn, kettle, by_link.id)
    with later():
        assert tail(kettle, ben) == "8475"


def test_whoever_sent_the_link_is_not_the_second_person_to_what_came_by_it(kettle, june, marsha, joe):
    """Else one organiser could send it to themselves."""
    link = actions.send_link(marsha, kettle, june.id)
    row = actions.give(STRANGER, kettle, link.id, details=account(1))
    with pytest.raises(Refused, match="Someone other"):
        actions.second(marsha, kettle, row.id)
    actions.second(joe, kettle, row.id)


def test_finance_says_nothing_about_their_own_money(app, walkers):
    glyn = make.staff("Glyn", Role.FINANCE)
    sam = make.actor(make.person("Sam"))
    payee = added(sam, walkers, "Glyn", email="glyn@example.org")
    from portal.core import wall

    with wall.opened(walkers.id):
        db.session.get_one(Payee, payee.id).person_id = glyn.id
    db.session.commit()
    row = actions.change_details(sam, walkers, payee.id, details=account(1))
    with pytest.raises(Refused, match="your own money"):
        actions.second(make.actor(glyn, Role.FINANCE), walkers, row.id)


@pytest.mark.parametrize("who", ["marsha", "joe", "glyn"])
def test_any_organiser_or_finance_stops_a_change_before_it_holds(request, kettle, june, marsha, joe, who):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    actions.second(joe, kettle, row.id)
    actions.stop(request.getfixturevalue(who), kettle, row.id)
    with later():
        assert tail(kettle, june) == "8472"


def test_a_change_that_was_stopped_gets_no_yes(kettle, june, marsha, joe):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    actions.stop(marsha, kettle, row.id)
    with pytest.raises(Mistake, match="was stopped"):
        actions.second(joe, kettle, row.id)


def test_what_holds_already_is_changed_and_not_stopped(kettle, june, marsha, joe):
    (first,) = db.session.scalars(sa.select(PayeeDetails))
    with pytest.raises(Mistake, match="holds already"):
        actions.stop(marsha, kettle, first.id)
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    actions.second(joe, kettle, row.id)
    with later(), pytest.raises(Mistake, match="holds already"):
        actions.stop(marsha, kettle, row.id)


def test_one_change_at_a_time(kettle, june, marsha, joe):
    row = actions.change_details(marsha, kettle, june.id, details=account(1))
    with pytest.raises(Mistake, match="That one comes first"):
        actions.change_details(joe, kettle, june.id, details=account(2))
    actions.stop(joe, kettle, row.id)
    actions.change_details(joe, kettle, june.id, details=account(2))


def test_the_same_account_again_is_no_change(kettle, june, marsha):
    with pytest.raises(Mistake, match="have already"):
        actions.change_details(marsha, kettle, june.id, details=account())
    link = actions.send_link(marsha, kettle, june.id)
    actions.give(STRANGER, kettle, link.id, details=account())
    assert len(queries.lines(kettle.id, [june])[0].every) == 1


def test_staff_and_helpers_never_add_or_change_whatever_the_level(kettle, june, glyn):
    from portal.autonomy.areas import Area, Level

    make.set_level(kettle, Area.SPENDING, Level.YOU_DO)
    bernie = make.actor(make.person("Bernie"), Role.HELPER)
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    for by in (glyn, imani, bernie, STRANGER):
        for tried in (
            lambda by=by: added(by, kettle, "Ghost"),
            lambda by=by: actions.change_details(by, kettle, june.id, details=account(1)),
            lambda by=by: actions.end(by, kettle, june.id),
            lambda by=by: actions.send_link(by, kettle, june.id),
        ):
            with pytest.raises(Refused):
                tried()
    assert len(queries.listed(kettle.id)) == 1


def test_changing_where_someone_is_paid_needs_a_fresh_proof(kettle, june):
    tired = Actor(make.person("Joe").id, "Joe", frozenset({Role.ORGANISER}))
    for tried in (
        lambda: added(tired, kettle, "Ben"),
        lambda: actions.change_details(tired, kettle, june.id, details=account(1)),
        lambda: actions.send_link(tired, kettle, june.id),
    ):
        with pytest.raises(ProofNeeded):
            tried()


def test_me_is_me_and_someone_of_us_is_known_by_their_address(kettle, marsha):
    me = added(marsha, kettle, "M Marsha", who="me", email=None)
    joes = added(marsha, kettle, "J Bloggs", email="Joe@Example.org")
    hall = added(marsha, kettle, "Hall", who="business")
    assert (me.person_id, me.email, me.business) == (marsha.person_id, "marsha@example.org", False)
    assert (joes.person_id, hall.person_id, hall.business) == (make.person("Joe").id, None, True)
    assert [line.is_me for line in queries.listed(kettle.id, marsha.person_id)] == [False, False, True]
    with pytest.raises(Mistake, match="Write an address"):
        added(marsha, kettle, "Nobody", email=" ")


def test_without_an_address_no_link_is_sent(kettle, june, marsha):
    make.set_facts(june, email=None)
    with pytest.raises(Mistake, match="no address to send it to"):
        actions.send_link(marsha, kettle, june.id)
    assert "payees.link" not in letters()


def test_an_ended_payee_is_paid_nowhere_and_their_link_does_nothing(kettle, june, marsha, joe):
    link = actions.send_link(marsha, kettle, june.id)
    waits = actions.change_details(marsha, kettle, june.id, details=account(1))
    actions.end(joe, kettle, june.id)
    assert tail(kettle, june) is None
    assert queries.listed(kettle.id) == []
    assert mail._letters["payees.link"](link_id=link.id) is None
    with pytest.raises(Mistake, match=changes.ENDED):
        actions.change_details(marsha, kettle, june.id, details=account(2))
    for tried in (
        lambda: actions.give(STRANGER, kettle, link.id, details=account(1)),
        lambda: actions.send_link(marsha, kettle, june.id),
        lambda: actions.second(joe, kettle, waits.id),
    ):
        with pytest.raises(Mistake):
            tried()


def test_a_link_works_once_for_14_days_and_until_it_is_taken_back_or_followed_by_another(kettle, marsha):
    ben = added(marsha, kettle, "Ben", details=None)
    first = db.session.scalars(sa.select(PayeeLink)).one()
    second = actions.send_link(marsha, kettle, ben.id)
    with pytest.raises(Mistake, match="has been used, or has run out"):
        actions.give(STRANGER, kettle, first.id, details=account())
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1)), pytest.raises(Mistake, match="run out"):
        actions.give(STRANGER, kettle, second.id, details=account())
    given = actions.give(STRANGER, kettle, second.id, key="k" * 32, details=account())
    assert tail(kettle, ben) == "8472"  # nothing was there before it
    again = actions.give(STRANGER, kettle, second.id, key="k" * 32, details=account())
    assert again.id == given.id  # the same form, sent twice by a tired phone
    with pytest.raises(Mistake, match="has been used"):
        actions.give(STRANGER, kettle, second.id, key="l" * 32, details=account(1))
    third = actions.send_link(marsha, kettle, ben.id)
    actions.revoke_link(marsha, kettle, third.id)
    with pytest.raises(Mistake, match="run out"):
        actions.give(STRANGER, kettle, third.id, details=account(1))


def test_a_link_of_another_group_is_not_here(kettle, walkers, june, marsha):
    link = actions.send_link(marsha, kettle, june.id)
    with pytest.raises(NotHere):
        actions.give(STRANGER, walkers, link.id, details=account(1))


def test_a_token_that_was_changed_or_made_elsewhere_stands_for_nothing(app, kettle, june, marsha):
    token = links.token(db.session.get_one(PayeeLink, actions.send_link(marsha, kettle, june.id).id))
    assert links.by_token(token)[1].id == june.id
    for other in (token[:-1], f"{token}x", "x", "", token.replace(".", "", 1)):
        assert links.by_token(other) is None
    app.secret_key = "another secret, as long as it has to be here"
    assert links.by_token(token) is None


def test_each_look_is_a_line_in_the_groups_log_and_finances_alone(kettle, june, glyn, marsha):
    (row,) = db.session.scalars(sa.select(PayeeDetails))
    for by in (marsha, make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR), STRANGER):
        with pytest.raises(Refused):
            actions.look(by, kettle, row.id)
    for _ in range(2):
        actions.look(glyn, kettle, row.id)
    seen = sa.select(sa.func.count()).where(Entry.action == "payees.look", Entry.outcome == "allow")
    assert db.session.scalar(seen) == 2


@pytest.mark.slow
def test_two_changes_at_once_and_one_waits_while_the_other_is_told_so(app, kettle, june, marsha, joe):
    """40 rounds: two organisers type another account at the same moment."""
    group_id, payee_id = kettle.id, june.id
    db.session.remove()
    with ThreadPoolExecutor(2) as threads:
        for n in range(40):
            together = Barrier(2)
            tried = [
                threads.submit(at_once, app, group_id, together, actions.change_details, by, payee_id, n * 2 + i + 1)
                for i, by in enumerate((marsha, joe))
            ]
            assert sorted(bool(one.result()) for one in tried) == [False, True]
            rows = sa.select(PayeeDetails).where(PayeeDetails.stopped_at.is_(None)).order_by(PayeeDetails.id)
            first, change = db.session.scalars(rows)
            assert first.is_first
            actions.stop(joe, db.session.get_one(Group, group_id), change.id)
            db.session.remove()


def test_two_uses_of_a_link_at_once_and_one_of_them_counts(app, kettle, marsha):
    payees = [added(marsha, kettle, f"P{n}", details=None).id for n in range(20)]
    numbers = {row.payee_id: row.id for row in db.session.scalars(sa.select(PayeeLink))}
    group_id = kettle.id
    db.session.remove()
    with ThreadPoolExecutor(2) as threads:
        for payee_id in payees:
            together = Barrier(2)
            tried = [
                threads.submit(at_once, app, group_id, together, actions.give, STRANGER, numbers[payee_id], n)
                for n in (1, 2)
            ]
            assert sorted(bool(one.result()) for one in tried) == [False, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PayeeDetails)) == 20


def test_a_yes_and_a_stop_at_once_never_leave_both(app, kettle, june, marsha, joe):
    group_id = kettle.id
    with ThreadPoolExecutor(2) as threads:
        for n in range(20):
            group = db.session.get_one(Group, group_id)
            number = actions.change_details(marsha, group, june.id, details=account(n + 1)).id
            db.session.remove()
            together = Barrier(2)
            tried = [
                threads.submit(at_once, app, group_id, together, actions.second, joe, number),
                threads.submit(at_once, app, group_id, together, actions.stop, marsha, number),
            ]
            assert tried[1].result()  # stopping always works
            tried[0].result()
            with later():
                assert queries.current(group_id, june.id).tail == "8472"
            db.session.remove()


def at_once(app, group_id: int, together: Barrier, action, by, number: int, n: int | None = None) -> bool:
    with app.app_context():
        group = db.session.get_one(Group, group_id)
        facts = {} if n is None else {"details": account(n)}
        db.session.rollback()
        together.wait()
        try:
            action(by, group, number, **facts)
            return True
        except Mistake:
            return False
        finally:
            db.session.remove()
