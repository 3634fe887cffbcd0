"""The worked examples of the autonomy guide, by their numbers."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.autonomy import actions, policy, standing
from portal.autonomy.areas import Area, Duty, Level
from portal.autonomy.door import ACTIONS, Mistake, Proposed, Refused, may
from portal.autonomy.models import AreaLevel, Loosening
from portal.autonomy.policy import Case
from portal.autonomy.standing import Standing
from portal.breakglass import actions as duties
from portal.core import clock, wall, workdays
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.people.models import Membership
from portal.people.roles import Actor, Role
from portal.receipts import actions as receipts
from portal.receipts import queries
from portal.receipts.models import Receipt
from tests import make


@pytest.fixture
def glyn(app):
    return make.actor(make.staff("Glyn", Role.FINANCE), Role.FINANCE)


@pytest.fixture
def marsha(kettle):
    """An organiser for long enough to count."""
    with wall.opened(kettle.id):
        db.session.execute(sa.update(Membership).values(joined_at=clock.now() - timedelta(days=30)))
    db.session.commit()
    return make.actor(make.person("Marsha"))


@pytest.fixture
def later(monkeypatch):
    start = clock.now

    def move(**by):
        monkeypatch.setattr(clock, "now", lambda: start() + timedelta(**by))

    return move


def label(receipt) -> str | None:
    return db.session.scalar(sa.select(Receipt.label).where(Receipt.id == receipt.id))


def level_of(group, area: Area) -> Level:
    return standing.of(group.id).levels[area]


@pytest.mark.parametrize(("days", "undone"), [(13.99, True), (15, False)])
def test_1_told_after_finance_edits_a_label_and_it_can_be_undone_for_14_days(kettle, marsha, glyn, later, days, undone):
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle, label="milk")
    receipts.describe(glyn, kettle, receipt.id, label="refreshments")
    entry = db.session.scalars(sa.select(Entry).where(Entry.outcome == "allow_tell")).one().id
    later(days=days)
    if undone:
        actions.undo(marsha, kettle, entry)
    else:
        with pytest.raises(Mistake, match="can’t be undone any more"):
            actions.undo(marsha, kettle, entry)
    assert label(receipt) == ("milk" if undone else "refreshments")


def test_2_only_us_finance_still_sets_its_own_ledger_code_and_never_the_label(kettle, glyn):
    make.set_level(kettle, Area.RECEIPTS, Level.ONLY_US)
    receipt = make.receipt(kettle, label="milk")
    receipts.code(glyn, kettle, receipt.id, ledger_code="5100")
    with pytest.raises(Refused):
        receipts.describe(glyn, kettle, receipt.id, label="refreshments")
    row = db.session.get_one(Receipt, receipt.id, populate_existing=True)
    assert (row.ledger_code, row.label) == ("5100", "milk")


@pytest.mark.parametrize(("pence", "outcome"), [(120_00, "propose"), (100_00, "allow_list")])
def test_3_over_the_limit_staff_ask_even_where_they_look_after_it(glyn, pence, outcome):
    stands = Standing(levels={Area.SPENDING: Level.YOU_DO}, each_pence=100_00)
    act = ACTIONS["receipts.describe"]  # any action that is open to finance
    assert policy.decide(glyn, stands, Area.SPENDING, act, Case(pence=pence)).outcome == outcome


@pytest.mark.parametrize("who", ["Marsha", "Joe"])
def test_4_one_of_two_loosens_and_it_waits_either_tightens_and_it_holds(kettle, marsha, who):
    either = make.actor(make.person(who))
    make.set_level(kettle, Area.BUDGET, Level.ASK_FIRST)
    actions.set_level(marsha, kettle, area="budget", level="tell_after")
    assert level_of(kettle, Area.BUDGET) is Level.ASK_FIRST
    assert db.session.scalars(sa.select(Loosening)).one().is_open(clock.now())
    actions.set_level(either, kettle, area="budget", level="only_us")
    assert level_of(kettle, Area.BUDGET) is Level.ONLY_US
    assert not db.session.scalars(sa.select(Loosening)).one().is_open(clock.now())


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE, Role.TRUSTEE, Role.SAFEGUARDING, Role.SYSTEM])
def test_5_staff_set_no_level_by_any_route(kettle, marsha, client, role):
    person = make.staff("Imani", role)
    staff = Actor(None, "Trellis", frozenset({role})) if role is Role.SYSTEM else make.actor(person, role)
    actions.set_level(marsha, kettle, area="story", level="ask_first")
    wish = db.session.scalars(sa.select(Loosening)).one().id
    for tries in (
        lambda: actions.set_level(staff, kettle, area="budget", level="only_us"),
        lambda: actions.set_limits(staff, kettle, each_pence=1, month_pence=1),
        lambda: actions.agree(staff, kettle, wish),
        lambda: actions.stop(staff, kettle, wish),
        lambda: actions.rest(staff, kettle, days=7),
    ):
        with pytest.raises(Refused):
            tries()
    browser = client.as_(person)
    for area in Area:
        for level in Level:
            assert browser.post(f"/g/tuesday-kettle/say/{area}", data={"level": level}).status_code == 404
    assert db.session.scalars(sa.select(AreaLevel)).all() == []
    assert db.session.scalars(sa.select(Loosening)).one().agreed_at is None


def test_6_while_resting_what_would_be_told_is_proposed_and_waits(kettle, marsha, glyn):
    """The guide's document, here a label: documents come with governance; the rule is one for all areas."""
    make.set_level(kettle, Area.RECEIPTS, Level.TELL_AFTER)
    make.set_level(kettle, Area.DOCUMENTS, Level.TELL_AFTER)
    receipt = make.receipt(kettle, label="milk")
    actions.rest(marsha, kettle, days=14)
    with pytest.raises(Proposed):
        receipts.describe(glyn, kettle, receipt.id, label="refreshments")
    assert label(receipt) == "milk"
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    replaces = may(imani, kettle, ACTIONS["members.invite_helper"])
    assert replaces.outcome == "deny"  # an area that stays at Only us is not opened by resting
    stands = standing.of(kettle.id)
    act = ACTIONS["members.invite_helper"]
    assert policy.decide(imani, stands, Area.DOCUMENTS, act).outcome == "propose"


def test_7_a_cost_that_the_fund_cant_cover_is_saved_and_held_under_f5(kettle, marsha, glyn):
    fund = ledger.open_fund(glyn, kettle, name="Paths grant", restriction="unrestricted", basis="part")
    receipt = make.receipt(kettle)
    receipts.describe(marsha, kettle, receipt.id, amount_pence=52_00, fund_id=fund.id)
    found = queries.numbered(receipt.number, kettle.id)
    assert (found.receipt.amount_pence, found.receipt.withdrawn_at) == (52_00, None)
    assert (found.hold.rule, found.hold.reason) == (Duty.F5, "“Paths grant” is £52.00 short of this one.")
    assert found.hold.review_on == workdays.after(clock.today(), 5)


@pytest.mark.parametrize("danger", [False, True])
def test_8_a_legal_duty_without_a_second_person_opens_nothing_unless_a_life_is_in_danger(kettle, danger):
    imani = make.actor(make.staff("Imani", Role.COORDINATOR), Role.COORDINATOR)
    receipt = make.receipt(kettle)
    why = {"duty": "F6", "reason": "Someone may be hurt.", "hours": 6, "danger_to_life": danger}
    item = duties.ask(imani, kettle, act="view", things=receipt.ref, **why).items[0].id
    if danger:
        assert duties.look(imani, kettle, item)
    else:
        with pytest.raises(Refused, match="Two people are needed"):
            duties.look(imani, kettle, item)
