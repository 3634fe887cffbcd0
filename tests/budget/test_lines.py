"""Budget lines: planned by the group, spent and promised by the ledger, moved by the area `budget`."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.activity.models import Entry
from portal.autonomy import actions as say
from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, NotHere, Proposed, Refused
from portal.autonomy.models import Proposal
from portal.budget import actions
from portal.budget.models import BudgetLine
from portal.core import clock, wall
from portal.core.db import db
from portal.ledger import actions as ledger
from portal.ledger import posting, queries
from portal.ledger.models import Fund, LineBalance, MonthBalance
from portal.ledger.posting import Account, Kind, Line, Unbalanced
from portal.people.models import Group
from portal.receipts import actions as receipts
from tests import make


def spend(grant: Fund, line_id: int, pence: int):
    """A cost of the group's, as payments write it."""
    with wall.opened(grant.group_id):
        entry = posting.pay(grant, pence, "5100", on=clock.today(), words="Milk", by=None, line_id=line_id)
    db.session.commit()
    return entry


def told_move(kettle) -> int:
    return db.session.scalars(sa.select(Entry.id).where(Entry.action == "budget.move").order_by(Entry.id.desc())).first()


def test_what_is_planned_promised_spent_and_free_by_line(kettle, marsha, glyn, grant, lines, budget):
    assert budget() == {"Travel": (500_00, 0, 0, 500_00), "Food": (300_00, 0, 0, 300_00)}
    entry = spend(grant, lines["Food"], 40_00)
    with wall.opened(kettle.id):
        posting.promise(grant, grant, 25_00, line_id=lines["Food"])
    db.session.commit()
    assert budget()["Food"] == (300_00, 25_00, 40_00, 235_00)
    with wall.opened(kettle.id):
        posting.reverse(entry, on=clock.today(), words="Not ours", by=None)
    db.session.commit()
    assert budget()["Food"] == (300_00, 25_00, 0, 275_00)
    assert list(queries.faults()) == []


def test_a_promise_of_a_receipt_lies_on_its_line(kettle, marsha, glyn, grant, lines, budget):
    receipt = make.receipt(kettle, fund_id=grant.id, line_id=lines["Travel"])
    receipts.describe(marsha, kettle, receipt.id, amount_pence=12_00)
    receipts.accept(glyn, kettle, receipt.id, ledger_code="5400", amount_pence=12_00)
    assert budget()["Travel"] == (500_00, 12_00, 0, 488_00)


def test_only_a_cost_is_spent_on_a_line_and_only_on_one_of_its_own_fund(kettle, marsha, glyn, grant, lines):
    for made in (
        [Line(Account.GRANT, -100, grant.id, None, lines["Food"]), Line(Account.BANK, 100, grant.id)],
        [Line(Account.COST, 100, grant.id, None, 987_654), Line(Account.BANK, -100, grant.id)],
    ):
        with pytest.raises(Unbalanced), wall.opened(kettle.id):
            posting.post(kettle.id, Kind.COST, made, on=clock.today(), words="x", by=None)


def test_verify_finds_a_line_or_a_month_that_differs_from_its_postings(kettle, grant, lines):
    spend(grant, lines["Food"], 40_00)
    with wall.opened(kettle.id):
        db.session.scalars(sa.select(LineBalance)).one().pence += 1
        db.session.scalars(sa.select(MonthBalance)).one().pence -= 1
    db.session.commit()
    month = clock.today().replace(day=1)
    assert list(queries.faults()) == [
        f"The balance of budget line {lines['Food']} at cost is 4001; its postings sum to 4000.",
        f"The balance of fund {grant.id} spent in the month of {month} is 3999; its postings sum to 4000.",
    ]


def test_a_dropped_line_keeps_what_was_spent_on_it_and_an_unused_one_is_gone(kettle, marsha, grant, lines, budget):
    spend(grant, lines["Food"], 40_00)
    for line in lines.values():
        actions.drop_line(marsha, kettle, line)
    assert budget() == {"Food": (0, 0, 40_00, -40_00)}
    with pytest.raises(Mistake, match="isn’t planned any more"):
        actions.change_line(marsha, kettle, lines["Food"], name="Meals", planned_pence=1)
    actions.plan_line(marsha, kettle, grant.id, name="Food", planned_pence=10_00)  # the name is free again


def test_planning_more_than_came_in_is_not_refused_and_a_name_is_used_once(kettle, marsha, grant, lines, budget):
    actions.change_line(marsha, kettle, lines["Food"], name="Meals", planned_pence=99_999_00)
    assert budget()["Meals"] == (99_999_00, 0, 0, 99_999_00)
    for name in ("travel", "TRAVEL"):
        with pytest.raises(Mistake, match="of that name"):
            actions.plan_line(marsha, kettle, grant.id, name=name, planned_pence=1)
        with pytest.raises(Mistake, match="of that name"):
            actions.change_line(marsha, kettle, lines["Food"], name=name, planned_pence=1)
    pot = db.session.scalars(sa.select(Fund.id).where(Fund.name == "Donations")).one()
    with pytest.raises(Mistake, match="once money has come in"):
        actions.plan_line(marsha, kettle, pot, name="Seeds", planned_pence=1)


def test_a_move_keeps_the_sum_and_says_plainly_what_cant_move(kettle, walkers, marsha, glyn, grant, lines, budget):
    actions.move(marsha, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    assert (budget()["Travel"][0], budget()["Food"][0]) == (420_00, 380_00)
    other = make_fund(glyn, kettle, "Gifts", "unrestricted")
    seeds = actions.plan_line(marsha, kettle, other.id, name="Seeds", planned_pence=5_00).id
    for to, pence, says in (
        (lines["Food"], 420_01, "£420.00 is planned for Travel"),
        (lines["Travel"], 1, "two different lines"),
        (seeds, 1, "different pots"),
    ):
        with pytest.raises(Mistake, match=says):
            actions.move(marsha, kettle, lines["Travel"], to_id=to, amount_pence=pence)
    with pytest.raises(NotHere):
        actions.move(marsha, kettle, lines["Travel"], to_id=987_654, amount_pence=1)
    actions.drop_line(marsha, kettle, lines["Food"])
    with pytest.raises(Mistake, match="isn’t planned"):
        actions.move(marsha, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=1)
    with pytest.raises(Mistake, match="Food isn’t planned"):
        actions.move(marsha, kettle, lines["Food"], to_id=lines["Travel"], amount_pence=1)


MOVES = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC"), st.integers(1, 400_00)), max_size=12)


@pytest.mark.slow
def test_whatever_moves_the_sum_of_what_is_planned_stays(app, kettle, marsha, grant, budget):
    numbers = {n: actions.plan_line(marsha, kettle, grant.id, name=n, planned_pence=200_00).id for n in "ABC"}
    group_id = kettle.id

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(MOVES)
    def moved(moves):
        model = {name: figures[0] for name, figures in budget().items()}
        for one, other, pence in moves:
            try:
                group = db.session.get_one(Group, group_id)
                actions.move(marsha, group, numbers[one], to_id=numbers[other], amount_pence=pence)
                model[one], model[other] = model[one] - pence, model[other] + pence
            except Mistake:
                assert one == other or pence > model[one]
                db.session.rollback()
        now = {name: figures[0] for name, figures in budget().items()}
        assert now == model
        assert sum(now.values()) == 600_00
        assert min(now.values()) >= 0

    moved()


def make_fund(glyn, group, name: str, restriction: str, **facts) -> Fund:
    facts = {"purpose": "A drop-in." if restriction == "restricted" else None, "basis": "part"} | facts
    return ledger.open_fund(glyn, group, name=name, restriction=restriction, **facts)


# What staff may do, level by level.


def planned(budget) -> dict[str, int]:
    return {name: figures[0] for name, figures in budget().items()}


def test_at_only_us_staff_move_nothing(kettle, imani, glyn, lines, budget):
    make.set_level(kettle, Area.BUDGET, Level.ONLY_US)
    before = planned(budget)
    for who in (imani, glyn):
        with pytest.raises(Refused, match="keeps this one"):
            actions.move(who, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    assert planned(budget) == before


def test_told_after_the_group_undoes_a_move_to_exactly_what_was_planned(kettle, imani, marsha, lines, budget):
    make.set_level(kettle, Area.BUDGET, Level.TELL_AFTER)
    before = planned(budget)
    actions.move(imani, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    assert planned(budget) == {"Travel": 420_00, "Food": 380_00}
    told = autonomy.told(kettle.id, told_move(kettle))
    rows = autonomy.rows_of(kettle.id, told.keys)
    assert {(one.name, one.before, one.after) for one in autonomy.shown_changes(kettle.id, rows, told.changes)} == {
        ("Travel: planned", "£500.00", "£420.00"),
        ("Food: planned", "£300.00", "£380.00"),
    }
    say.undo(marsha, kettle, told.entry.id)
    assert planned(budget) == before
    with pytest.raises(Proposed):  # for 30 days, that line is only asked about
        actions.move(imani, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)


def test_where_the_other_line_changed_since_the_group_chooses_and_nothing_is_guessed(kettle, imani, marsha, lines, budget):
    make.set_level(kettle, Area.BUDGET, Level.TELL_AFTER)
    actions.move(imani, kettle, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    entry = told_move(kettle)
    actions.change_line(marsha, kettle, lines["Food"], name="Food", planned_pence=700_00)
    with pytest.raises(Mistake, match="Choose which one stays"):
        say.undo(marsha, kettle, entry)
    say.undo(marsha, kettle, entry, keep="now")
    assert planned(budget) == {"Travel": 500_00, "Food": 700_00}


def test_a_dropped_line_is_brought_back_by_an_undo(kettle, imani, marsha, lines, budget, client):
    make.set_level(kettle, Area.BUDGET, Level.TELL_AFTER)
    actions.drop_line(imani, kettle, lines["Food"])
    entry = db.session.scalars(sa.select(Entry.id).where(Entry.action == "budget.drop_line")).one()
    assert "Not planned any more" in client.as_(make.person("Marsha")).get(f"/g/tuesday-kettle/changes/{entry}").text
    say.undo(marsha, kettle, entry)
    assert planned(budget) == {"Travel": 500_00, "Food": 300_00}


def proposed(who, kettle, act, row_id, **facts) -> Proposal:
    with pytest.raises(Proposed) as raised:
        act(who, kettle, row_id, why="More people come to eat.", **facts)
    return raised.value.proposal


def test_a_suggested_move_reads_well_and_a_yes_makes_exactly_it(kettle, imani, marsha, lines, budget, client):
    waits = proposed(imani, kettle, actions.move, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    browser = client.as_(make.person("Marsha"))
    page = browser.get(f"/g/tuesday-kettle/proposals/{waits.id}").text
    for words in ("Imani suggests a change", "Move £80.00 from Travel to Food.", "More people come to eat."):
        assert words in page
    for figure in ("£500.00", "£420.00", "£300.00", "£380.00"):
        assert figure in page
    assert "Our budget: move £80.00 from Travel to Food" in browser.get("/g/tuesday-kettle/proposals/").text
    say.say_yes(marsha, kettle, waits.id)
    assert planned(budget) == {"Travel": 420_00, "Food": 380_00}
    answered = browser.get(f"/g/tuesday-kettle/proposals/{waits.id}").text
    assert "We said yes." in answered
    assert "£340.00" not in answered


def test_the_group_says_yes_to_less(kettle, imani, lines, budget, client):
    waits = proposed(imani, kettle, actions.move, lines["Travel"], to_id=lines["Food"], amount_pence=80_00)
    browser = client.as_(make.person("Marsha"))
    browser.post(f"/g/tuesday-kettle/proposals/{waits.id}/yes", data={"to-amount_pence": "50", "key": "k" * 32})
    assert planned(budget) == {"Travel": 450_00, "Food": 350_00}


def test_what_couldnt_be_done_is_not_suggested(kettle, walkers, imani, glyn, marsha, grant, lines):
    other = make_fund(glyn, kettle, "Gifts", "unrestricted")
    for act, row, facts in (
        (actions.move, lines["Travel"], {"to_id": lines["Food"], "amount_pence": 500_01}),
        (actions.move_between_funds, grant.id, {"to_id": other.id, "amount_pence": 1}),
        (actions.plan_line, grant.id, {"name": "food", "planned_pence": 1}),
        (actions.change_line, lines["Travel"], {"name": "food", "planned_pence": 1}),
    ):
        with pytest.raises(Mistake):
            act(imani, kettle, row, **facts)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0


# Between funds.


@pytest.fixture
def two(kettle, glyn):
    """Two funds for anything, £100 in the first."""
    one, other = (make_fund(glyn, kettle, name, "unrestricted") for name in ("Gifts", "Rainy days"))
    into = {"source": "donation", "pence": 100_00, "on": clock.today(), "words": "A neighbour"}
    ledger.receive(glyn, kettle, one.id, **into)
    return one, other


def free(kettle) -> dict[str, int]:
    db.session.rollback()
    return {one.fund.name: one.free for one in queries.statuses(kettle.id)}


def test_between_funds_money_moves_once_and_never_more_than_is_free(kettle, marsha, two):
    one, other = two
    actions.move_between_funds(marsha, kettle, one.id, to_id=other.id, amount_pence=60_00, key="k" * 32)
    actions.move_between_funds(marsha, kettle, one.id, to_id=other.id, amount_pence=60_00, key="k" * 32)
    assert free(kettle) == {"Gifts": 40_00, "Rainy days": 60_00}
    assert [status.moved for status in queries.statuses(kettle.id)] == [-60_00, 60_00]
    with pytest.raises(Mistake, match=r"Only £40\.00 is free"):
        actions.move_between_funds(marsha, kettle, one.id, to_id=other.id, amount_pence=40_01)
    with pytest.raises(Mistake, match="two different pots"):
        actions.move_between_funds(marsha, kettle, one.id, to_id=one.id, amount_pence=1)
    assert list(queries.faults()) == []


def test_a_pot_that_was_never_opened_gives_and_takes_nothing(kettle, marsha, two):
    with wall.opened(kettle.id):
        db.session.add(Fund(group_id=kettle.id, name="A hope"))
    db.session.commit()
    hope = db.session.scalars(sa.select(Fund.id).where(Fund.name == "A hope")).one()
    with pytest.raises(NotHere):
        actions.move_between_funds(marsha, kettle, two[0].id, to_id=hope, amount_pence=1)
    with pytest.raises(Mistake, match="Nothing is in this pot yet"):
        actions.move_between_funds(marsha, kettle, hope, to_id=two[0].id, amount_pence=1)


def test_what_is_promised_doesnt_move(kettle, marsha, two):
    one, other = two
    with wall.opened(kettle.id):
        posting.promise(one, one, 70_00)
    db.session.commit()
    with pytest.raises(Mistake, match=r"Only £30\.00 is free"):
        actions.move_between_funds(marsha, kettle, one.id, to_id=other.id, amount_pence=30_01)


@pytest.mark.parametrize("level", [Level.ASK_FIRST, Level.TELL_AFTER, Level.YOU_DO])
def test_between_funds_staff_always_ask_even_where_they_look_after_the_budget(kettle, imani, marsha, two, level):
    make.set_level(kettle, Area.BUDGET, level)
    one, other = two
    waits = proposed(imani, kettle, actions.move_between_funds, one.id, to_id=other.id, amount_pence=60_00)
    assert free(kettle) == {"Gifts": 100_00, "Rainy days": 0}
    say.say_yes(marsha, kettle, waits.id)
    assert free(kettle) == {"Gifts": 40_00, "Rainy days": 60_00}


def test_at_only_us_staff_dont_even_ask_for_money_between_funds(kettle, imani, two):
    make.set_level(kettle, Area.BUDGET, Level.ONLY_US)
    with pytest.raises(Refused):
        actions.move_between_funds(imani, kettle, two[0].id, to_id=two[1].id, amount_pence=1)


RESTRICTED = {"restriction": "restricted", "funder": "Hands", "purpose": "Tea."}
FREE = {"restriction": "unrestricted"}


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (RESTRICTED, RESTRICTED, ""),
        (FREE, {"restriction": "designated"}, ""),
        (RESTRICTED, {**RESTRICTED, "purpose": "Walks."}, "given for different things"),
        (RESTRICTED, {**RESTRICTED, "funder": "Others"}, "given for different things"),
        (RESTRICTED, FREE, "given for different things"),
        (FREE, RESTRICTED, "given for different things"),
        (FREE, {**FREE, "basis": "held"}, "held for us"),
        (RESTRICTED, {**RESTRICTED, "basis": "held"}, "held for us"),
    ],
)
def test_money_never_moves_where_what_binds_it_differs(kettle, glyn, marsha, one, other, says):
    funds = [
        ledger.open_fund(glyn, kettle, name=name, **{"basis": "part"} | facts) for name, facts in (("A", one), ("B", other))
    ]
    into = {"source": "donation", "pence": 100_00, "on": clock.today(), "words": "A neighbour"}
    ledger.receive(glyn, kettle, funds[0].id, **into)
    if not says:
        actions.move_between_funds(marsha, kettle, funds[0].id, to_id=funds[1].id, amount_pence=1)
        return
    with pytest.raises(Mistake, match=says):
        actions.move_between_funds(marsha, kettle, funds[0].id, to_id=funds[1].id, amount_pence=1)
    assert free(kettle) == {"A": 100_00, "B": 0}


# Floats.


def test_money_in_a_float_is_out_already_and_what_comes_back_is_free_again(kettle, grant, lines, budget):
    def write(act, *args, **facts):
        with wall.opened(kettle.id):
            act(grant, *args, on=clock.today(), words="The float", by=None, **facts)
        db.session.commit()
        return queries.status(grant)

    out = write(posting.advance, 100_00)
    assert (out.free, out.in_float, out.held, out.spent) == (850_00, 100_00, 950_00, 0)
    assert queries.held(grant) == 850_00
    spent = write(posting.spend_from_float, 30_00, "5100", line_id=lines["Food"])
    assert (spent.free, spent.in_float, spent.spent) == (850_00, 70_00, 30_00)
    back = write(posting.receive, Account.FLOAT, 70_00)
    assert (back.free, back.in_float, back.spent) == (920_00, 0, 30_00)
    assert budget()["Food"] == (300_00, 0, 30_00, 270_00)
    assert list(queries.faults()) == []
    moved = [(one.account, one.pence, one.from_float) for one in queries.movements(kettle.id).rows][:3]
    assert moved == [(Account.FLOAT, 70_00, False), (Account.COST, -30_00, True), (Account.FLOAT, -100_00, False)]


def test_a_line_of_another_group_is_nobodys_here(kettle, walkers, marsha, lines):
    with pytest.raises(NotHere):
        actions.drop_line(make.actor(make.person("Sam")), walkers, lines["Food"])
    assert db.session.get_one(BudgetLine, lines["Food"]).dropped_at is None
