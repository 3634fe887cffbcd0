"""“We disagree” (autonomy guide, "Disagreement"): the ladder with the host, the wait among organisers, no setting moved."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
import time_machine

from portal.autonomy import standing
from portal.autonomy.areas import Area, Level
from portal.autonomy.door import Mistake, Proposed, Refused
from portal.autonomy.models import Disagreement
from portal.core import clock
from portal.core.db import db
from portal.disagreements import actions, queries, steps
from portal.people.roles import Role
from portal.receipts import actions as receipts
from tests import make
from tests.client import Client

MONDAY = datetime(2026, 11, 23, 10, tzinfo=clock.UTC)


@pytest.fixture
def group(app):
    return make.group("Tuesday Kettle", organisers=("Marsha", "Joe"), helpers=("Bernie",), pots=("Ours",))


@pytest.fixture
def marsha(group):
    return make.actor(make.person("Marsha"), Role.ORGANISER)


@pytest.fixture
def joe(group):
    return make.actor(make.person("Joe"), Role.ORGANISER)


def staff(name: str, role: Role):
    return make.actor(make.staff(name, role), role)


def said(by, group, about="The hall", among="host") -> int:
    return actions.disagree(by, group, about=about, words="Not like this.", among=among).id


def answered(by, group, number: int) -> None:
    actions.answer(by, group, number, words="We looked at it.")


def found(group, number: int) -> Disagreement:
    return queries.one(group.id, number)[0]


def test_an_answer_in_5_working_days_someone_new_in_10_two_trustees_in_20(group, marsha):
    with time_machine.travel(MONDAY):
        number = said(marsha, group)
    # 25 and 26 December and 1 January are bank holidays, the 28th is kept for Boxing Day
    assert steps.days(found(group, number)) == [date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 21)]


def test_where_the_group_takes_its_time_the_host_has_the_days_between_two_steps_again(group, marsha):
    imani = staff("Imani", Role.COORDINATOR)
    with time_machine.travel(MONDAY):
        number = said(marsha, group)
        answered(imani, group, number)
    with time_machine.travel(datetime(2026, 12, 9, 10, tzinfo=clock.UTC)):
        actions.further(marsha, group, number)
    assert steps.days(found(group, number)) == [date(2026, 11, 30), date(2026, 12, 16), date(2027, 1, 4)]


def test_the_ladder_says_of_each_step_how_it_stands(group, marsha):
    imani = staff("Imani", Role.COORDINATOR)

    def ladder(*, is_answered: bool) -> list[str]:
        return [how for _, how in steps.ladder(found(group, number), is_answered)]

    with time_machine.travel(MONDAY):
        number = said(marsha, group)
        further = ["If we ask for it, by Monday 7 December 2026", "If we ask for it, by Monday 21 December 2026"]
        assert ladder(is_answered=False) == ["By Monday 30 November 2026", *further]
        answered(imani, group, number)
        assert ladder(is_answered=True) == ["Answered", *further]
        actions.further(marsha, group, number)
        assert ladder(is_answered=True)[:2] == ["Done", "Answered"]
    with time_machine.travel(datetime(2026, 12, 8, 10, tzinfo=clock.UTC)):
        assert ladder(is_answered=False)[1] == "By Monday 7 December 2026. That day has passed"


def test_it_climbs_from_an_answer_to_someone_new_to_two_trustees_with_a_friend_and_then_outside(group, marsha):
    imani, glyn = staff("Imani", Role.COORDINATOR), staff("Glyn", Role.FINANCE)
    beatrix, tomas = staff("Beatrix", Role.TRUSTEE), staff("Tomas", Role.TRUSTEE)
    number = said(marsha, group)
    answered(imani, group, number)
    actions.further(marsha, group, number)
    with pytest.raises(Refused, match="someone new"):
        answered(imani, group, number)
    answered(glyn, group, number)
    actions.further(marsha, group, number, friend="June from next door")
    answered(beatrix, group, number)
    with pytest.raises(Mistake, match="still have time"):
        actions.further(marsha, group, number)  # one trustee is not two
    for other in (beatrix, imani, staff("Noor", Role.SAFEGUARDING)):
        with pytest.raises(Refused):
            answered(other, group, number)
    answered(tomas, group, number)
    actions.further(marsha, group, number)
    row = found(group, number)
    assert (row.step, row.friend, [name for _one, name in queries.answers(row)]) == (
        *(4, "June from next door"),
        ["Imani", "Glyn", "Beatrix", "Tomas"],
    )
    with pytest.raises(Mistake, match="as far as it goes"):
        actions.further(marsha, group, number)
    with pytest.raises(Refused, match="nothing for the host"):
        answered(glyn, group, number)


def test_no_answer_by_its_day_takes_it_further_too(group, marsha):
    with time_machine.travel(MONDAY):
        number = said(marsha, group)
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=clock.UTC)), pytest.raises(Mistake, match="still have time"):
        actions.further(marsha, group, number)
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=clock.UTC)):
        actions.further(marsha, group, number)
    assert found(group, number).step == 2


def test_whoever_had_a_part_in_it_is_not_someone_new(group, marsha):
    receipt = make.receipt(group)
    glyn, imani = staff("Glyn", Role.FINANCE), staff("Imani", Role.COORDINATOR)
    receipts.hold(glyn, group, receipt.id, rule="F2", reason="Not sure", releases="A word from the funder")
    number = said(marsha, group, about=receipt.ref)
    answered(imani, group, number)
    actions.further(marsha, group, number)
    with pytest.raises(Refused, match="had a part"):
        answered(glyn, group, number)
    answered(staff("Noor", Role.SAFEGUARDING), group, number)


def test_the_first_answer_may_come_from_who_did_it(group, marsha):
    receipt = make.receipt(group)
    glyn = staff("Glyn", Role.FINANCE)
    receipts.hold(glyn, group, receipt.id, rule="F2", reason="Not sure", releases="A word from the funder")
    number = said(marsha, group, about=receipt.ref.lower())
    answered(glyn, group, number)
    row = found(group, number)
    assert queries.is_answered(row, queries.answers(row))


def test_a_settled_one_goes_nowhere_more(group, marsha, joe):
    imani = staff("Imani", Role.COORDINATOR)
    number = said(marsha, group)
    actions.settle(joe, group, number)
    for again in (
        lambda: actions.settle(marsha, group, number),
        lambda: actions.further(marsha, group, number),
        lambda: answered(imani, group, number),
    ):
        with pytest.raises(Mistake, match="settled already"):
            again()


def test_no_setting_moves_by_any_of_it(group, marsha):
    make.set_level(group, Area.RECEIPTS, Level.ONLY_US)
    imani = staff("Imani", Role.COORDINATOR)
    before = standing.of(group.id)
    number = said(marsha, group, about="Our receipts: Only us")
    answered(imani, group, number)
    actions.further(marsha, group, number)
    assert standing.of(group.id) == before


def test_what_organisers_dont_agree_about_waits_for_both_sides_until_who_raised_it_settles_it(group, marsha, joe):
    receipt = make.receipt(group, amount_pence=500)
    glyn = staff("Glyn", Role.FINANCE)
    make.set_level(group, Area.RECEIPTS, Level.YOU_DO)
    number = said(marsha, group, about=receipt.ref, among="ourselves")
    for wait in (
        lambda: receipts.describe(joe, group, receipt.id, label="tea"),
        lambda: receipts.describe(glyn, group, receipt.id, label="tea"),
        lambda: receipts.accept(glyn, group, receipt.id, ledger_code="5100", amount_pence=500),
    ):
        with pytest.raises(Refused, match="don’t agree about this one yet"):
            wait()
    receipts.code(glyn, group, receipt.id, ledger_code="5100")  # the host's own books go on
    with pytest.raises(Refused, match="Whoever raised it"):
        actions.settle(joe, group, number)
    actions.settle(marsha, group, number)
    receipts.describe(joe, group, receipt.id, label="tea")


def test_a_suggestion_organisers_dont_agree_about_gets_no_yes(group, marsha, joe):
    from portal.autonomy import actions as autonomy

    receipt = make.receipt(group)
    with pytest.raises(Proposed) as asked:
        receipts.describe(staff("Glyn", Role.FINANCE), group, receipt.id, label="tea")
    proposal = asked.value.proposal.id
    said(marsha, group, about=f"P{proposal}", among="ourselves")
    with pytest.raises(Mistake, match="don’t agree about this one yet"):
        autonomy.say_yes(joe, group, proposal)
    autonomy.say_no(joe, group, proposal)  # the tighter choice stands


def test_among_organisers_the_host_sees_nothing_and_takes_no_side(app, group, marsha):
    imani = make.staff("Imani", Role.COORDINATOR)
    number = said(marsha, group, about="Who keeps the keys", among="ourselves")
    with pytest.raises(Refused, match="nothing for the host"):
        answered(make.actor(imani, Role.COORDINATOR), group, number)
    with pytest.raises(Mistake, match="among yourselves"):
        actions.further(marsha, group, number)
    desk = Client(app).as_(imani)
    assert "Who keeps the keys" not in desk.get("/host/disagreements/").text
    assert desk.get(f"/host/groups/tuesday-kettle/disagreements/{number}").status_code == 404


def test_when_who_raised_it_has_left_another_organiser_settles_it(group, marsha, joe):
    from portal.core import wall
    from portal.people.models import Membership

    number = said(marsha, group, among="ourselves")
    with wall.opened(group.id):
        theirs = sa.select(Membership).where(Membership.person_id == marsha.person_id, Membership.group_id == group.id)
        db.session.scalars(theirs).one().ended_at = clock.now()
    db.session.commit()
    actions.settle(joe, group, number)
    assert found(group, number).settled_by == joe.person_id


def test_an_answer_waits_at_home_for_every_organiser(app, group, marsha):
    browser = Client(app).as_(make.person("Joe"))
    number = said(marsha, group)
    assert "our disagreement" not in browser.get("/g/tuesday-kettle/").text
    answered(staff("Imani", Role.COORDINATOR), group, number)
    assert f"/g/tuesday-kettle/disagreements/{number}" in browser.get("/g/tuesday-kettle/").text
    browser.post(f"/g/tuesday-kettle/disagreements/{number}/settlement")
    assert f"/g/tuesday-kettle/disagreements/{number}" not in browser.get("/g/tuesday-kettle/").text


def test_what_was_typed_is_kept_when_something_is_missing(app, group):
    browser = Client(app).as_(make.person("Joe"))
    page = browser.post("/g/tuesday-kettle/disagreements/", data={"about": "R104", "words": "", "among": "ourselves"})
    assert page.status_code == 422
    assert "Write a few words, as you’d say them." in page.text
    assert 'value="R104"' in page.text
    assert 'value="ourselves" checked' in page.text
