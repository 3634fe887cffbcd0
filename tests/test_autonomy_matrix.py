"""The matrix: every action × every level × everyone, from a table written here by hand after the autonomy guide.

Nothing here is taken from `policy.py`. An action without a row fails, and so does a row without an action.
"""

from dataclasses import dataclass, field
from itertools import product

import pytest
import sqlalchemy as sa

from portal.activity.models import Entry
from portal.app import create_app
from portal.autonomy import door, policy
from portal.autonomy.areas import START, Area, Duty, Level
from portal.autonomy.models import Proposal
from portal.autonomy.policy import Case
from portal.autonomy.standing import Standing
from portal.core import clock, wall
from portal.core.db import db
from portal.people.models import Membership
from portal.people.roles import STRANGER, SYSTEM, Actor, Role
from portal.receipts import actions as receipts
from portal.receipts.models import Receipt
from tests import make

ONLY_US, ASK_FIRST, TELL_AFTER, YOU_DO = Level
LEVELS = {"only_us": ONLY_US, "ask_first": ASK_FIRST, "tell_after": TELL_AFTER, "you_do": YOU_DO}

# The guide's columns. A helper is asked twice: about what they added themselves, and about what others did.
WHO = (
    *("organiser", "helper: own", "helper: another's", "coordinator", "finance"),
    *("trustee", "safeguarding", "system", "self", "stranger"),
)
ROLES = {who: Role(who.split(":")[0]) for who in WHO}

# yes: at every level · no: at none · as set: what staff get by the group's level · over: never more than a proposal
YES, NO, AS_SET, ALWAYS_ASKED = "yes", "no", "as set", "over"
STAFF_GET = {"only_us": "deny", "ask_first": "propose", "tell_after": "allow_tell", "you_do": "allow_list"}


def row(**yes) -> dict[str, str]:
    """A row of the matrix: who may, and how; everyone else may not."""
    names = {who.replace(": ", "_").replace("another's", "others"): who for who in WHO}
    return dict.fromkeys(WHO, NO) | {names[who]: how for who, how in yes.items()}


GROUPS_OWN = row(organiser=YES)
THEIR_OWN = row(organiser=YES, helper_own=YES)
HELPERS = row(organiser=YES, coordinator=AS_SET)  # "Organisers: never staff"
HOSTS_DESK = row(coordinator=YES, finance=YES)
HOSTS_FINANCE = row(finance=YES)
HOSTS_COORDINATORS = row(coordinator=YES)
AUTOMATIC = row(system=YES)
ONESELF = row(self=YES)
ASKS_FOR_DUTY = row(coordinator=YES, finance=YES, safeguarding=YES)
SUPPORT_STAFF = row(coordinator=YES, finance=YES, safeguarding=YES)  # and only in a conversation that they read
SECOND_PERSON = row(trustee=YES, safeguarding=YES)
BEFORE_SIGN_IN = row(self=YES, stranger=YES)

BUDGETS = row(organiser=YES, coordinator=AS_SET, finance=AS_SET)
BETWEEN_FUNDS = row(organiser=YES, coordinator=ALWAYS_ASKED, finance=ALWAYS_ASKED)

RIGHTS = (
    (
        GROUPS_OWN,
        """asks.give asks.save asks.skip asks.take_back autonomy.agree autonomy.ask_about autonomy.erase autonomy.rest
        autonomy.say_no autonomy.say_yes autonomy.set_level autonomy.set_limits autonomy.stop autonomy.undo
        autonomy.wake breakglass.reply contact.set_times cover.agree_ahead cover.end_agreement
        disagreements.disagree disagreements.further disagreements.settle documents.agree documents.agree_rule
        documents.answer_rule documents.decline documents.describe documents.restore documents.set_rule
        documents.withdraw governance.add governance.drop governance.end_own_way governance.end_talk governance.need
        governance.own_way governance.set_holder governance.talk members.agree members.agree_removal
        members.ask_removal members.end_removal members.propose_organiser notices.share papers.agree
        papers.take_back payees.add payees.change_details payees.end payees.revoke_link payees.send_link
        sharing.approve_summary sharing.list_in_search sharing.set_full sharing.take_back_summary
        sharing.take_enquiries sharing.write_summary silence.here silence.name silence.unname spending.agree_rule
        spending.say_yes spending.set_rule spending.stand_back spending.take_back_yes""",
    ),
    (
        HOSTS_DESK,
        """autonomy.call_off autonomy.explain receipts.accept receipts.ask receipts.code receipts.hold receipts.release
        receipts.renew_hold""",
    ),
    (
        HOSTS_FINANCE,
        """bank.hold_file bank.hosts_own bank.import_file bank.open_account bank.receive_into bank.reopen bank.returned
        bank.settle_cost bank.settle_payment bank.take_back bank.to_suspense bank.undo ledger.close_year
        ledger.correct ledger.correct_ours ledger.open_fund ledger.receive ledger.receive_ours payees.look
        payments.fetch payments.give_up payments.hand_over payments.put_in payments.release payments.returned
        payments.start payments.take_out""",
    ),
    (SECOND_PERSON, "breakglass.allow breakglass.refuse breakglass.review"),
    (ASKS_FOR_DUTY, "breakglass.ask breakglass.look"),
    (BUDGETS, "budget.change_line budget.drop_line budget.move budget.plan_line"),
    (BETWEEN_FUNDS, "budget.move_between_funds"),
    (
        SUPPORT_STAFF,
        """contact.tell cover.end_away cover.set_away support.end_note support.keep_note support.pass_to
        support.propose_closing support.put_back support.read support.reply support.review_note support.say_sorry
        support.snooze support.stop_closing support.take support.wake_up""",
    ),
    (
        HOSTS_COORDINATORS,
        """asks.begin asks.call_off asks.call_off_first asks.close asks.draft asks.drop asks.redraft asks.tell
        contact.call_off documents.announce documents.change_rule documents.offer documents.offer_version
        documents.put_away documents.renew documents.share governance.done governance.hand_to governance.take_on
        governance.talked ledger.change_fee members.appoint members.dismiss members.found members.invite_first
        risks.add risks.add_for_all risks.answer risks.close risks.close_for_all risks.hand_over
        risks.hand_over_for_all risks.look risks.look_for_all risks.take_in risks.weigh risks.weigh_for_all
        sharing.answer sharing.pass_on silence.note_try support.change_start support.drop_strange support.end_start
        support.name_coordinator support.put_in support.write_start""",
    ),
    (
        AUTOMATIC,
        """documents.give_up_file documents.give_up_host documents.keep_made documents.keep_made_host documents.remove
        documents.tell governance.lay notices.remind receipts.give_up_picture receipts.keep_pages
        receipts.look_again receipts.remove sharing.forget signin.name_first_coordinator spending.look_again
        support.expire_note support.give_up_file support.keep_made support.keep_strange""",
    ),
    (
        HELPERS,
        """documents.add documents.add_version documents.mark_current governance.set_look governance.set_status
        governance.write_note members.invite_helper members.remove_helper members.revoke papers.write""",
    ),
    (
        THEIR_OWN,
        """heard.pass_on heard.withdraw members.leave receipts.add_picture receipts.answer receipts.declare
        receipts.restore receipts.upload receipts.withdraw risks.withdraw risks.worry spending.ask spending.ask_anew
        spending.unask support.answer_later support.ask support.close support.keep_out support.let_in support.reopen
        support.say support.share""",
    ),
    (
        ONESELF,
        """members.accept notices.choose signin.add_passkey signin.confirm_app signin.prove_with_passkey
        signin.prove_with_password signin.remove_passkey signin.remove_password signin.set_password signin.sign_out
        signin.sign_out_everywhere signin.start_app silence.ask silence.step_down support.drop_draft
        support.keep_draft support.keep_file""",
    ),
    (
        BEFORE_SIGN_IN,
        """signin.ask_code signin.ask_passkey signin.enter_code signin.use_passkey signin.use_password
        signin.use_setup_code""",
    ),
    (
        row(trustee=YES),
        """breakglass.delay_again risks.see risks.see_for_all risks.see_worry silence.ask_for_exit silence.confirm
        silence.decline""",
    ),
    (row(coordinator=YES, finance=YES, safeguarding=YES, trustee=YES), "breakglass.end"),
    (row(stranger=YES), "demo.enter payees.give sharing.enquire"),
    (row(system=AS_SET), "asks.release contact.release"),
    (
        row(coordinator=AS_SET),
        """asks.send contact.ask governance.carry sharing.share_summary support.bring_in support.hand_over
        support.stand_in""",
    ),
    (row(coordinator=YES, finance=YES, trustee=YES, safeguarding=YES), "disagreements.answer"),
    (row(coordinator=YES, trustee=YES), "documents.sign heard.answer"),
    (row(organiser=YES, finance=YES), "payees.second payees.stop"),
    (row(organiser=YES, helper_own=YES, coordinator=AS_SET, finance=AS_SET), "receipts.describe"),
    (row(coordinator=AS_SET, finance=AS_SET), "spending.say_yes_for"),
    (row(organiser=YES, coordinator=ALWAYS_ASKED), "sharing.share"),
    (row(organiser=YES, coordinator=YES), "sharing.withdraw"),
)
MATRIX = {name: right for right, names in RIGHTS for name in names.split()}
# Which area each action lies in, or which rule of the floor lets the host do it; the rest are nobody's group's.
WHERE = {
    "people": """members.invite_helper members.propose_organiser members.agree members.revoke members.remove_helper
        members.ask_removal members.agree_removal members.end_removal members.leave silence.name silence.unname""",
    "budget": "budget.plan_line budget.change_line budget.drop_line budget.move budget.move_between_funds",
    "story": "papers.agree papers.take_back papers.write",
    "receipts": """receipts.upload receipts.declare receipts.describe receipts.add_picture receipts.withdraw
        receipts.restore receipts.answer""",
    "spending": """spending.ask spending.ask_anew spending.unask spending.say_yes spending.take_back_yes
        spending.stand_back spending.say_yes_for payees.add payees.change_details payees.end payees.give
        payees.revoke_link payees.send_link autonomy.set_limits""",
    "visibility": """sharing.share sharing.share_summary sharing.list_in_search sharing.write_summary
        sharing.approve_summary sharing.take_back_summary sharing.set_full sharing.take_enquiries""",
    "documents": """documents.add documents.add_version documents.describe documents.mark_current documents.restore
        documents.withdraw governance.add governance.carry governance.drop governance.end_own_way governance.end_talk
        governance.need governance.own_way governance.set_holder governance.set_look governance.set_status governance.talk
        governance.write_note""",
    "contact": "asks.release asks.send contact.ask contact.release contact.set_times",
    "support": "support.bring_in support.hand_over support.stand_in cover.agree_ahead cover.end_agreement",
    "F1": """bank.receive_into bank.returned bank.settle_cost bank.settle_payment bank.undo payments.returned
        ledger.change_fee ledger.correct ledger.open_fund ledger.receive receipts.ask receipts.code
        receipts.keep_pages receipts.give_up_picture receipts.remove""",
    "F2": "receipts.hold receipts.renew_hold receipts.release receipts.look_again spending.look_again",
    "F3": "receipts.accept payees.look payees.second payees.stop payments.put_in payments.take_out",
}
# Which ask for a passkey or password again first (safety guide, step-up): who decides, who is in, how one signs in.
ASKS_AGAIN = """
    autonomy.agree autonomy.erase autonomy.set_level autonomy.set_limits breakglass.allow breakglass.ask
    breakglass.delay_again breakglass.review ledger.correct ledger.open_fund ledger.receive members.agree
    members.agree_removal members.appoint members.ask_removal members.dismiss members.found members.invite_first
    members.invite_helper members.propose_organiser members.remove_helper signin.confirm_app signin.remove_passkey
    signin.remove_password signin.start_app silence.ask_for_exit silence.confirm silence.name spending.agree_rule
    spending.say_yes spending.say_yes_for spending.set_rule
    payees.add payees.change_details payees.look payees.second payees.send_link payments.fetch payments.release
    documents.agree_rule documents.set_rule ledger.change_fee ledger.close_year ledger.correct_ours ledger.receive_ours
"""

# The guide's two tables of areas: what staff get, area by area and level by level.
AREAS = """
            only_us  ask_first  tell_after  you_do
story       deny     propose    allow_tell  allow_list
people      deny     propose    allow_tell  allow_list
spending    deny     propose    allow_tell  allow_list
budget      deny     propose    allow_tell  allow_list
receipts    deny     propose    allow_tell  allow_list
documents   deny     propose    allow_tell  allow_list
visibility  deny     propose    allow_tell  allow_list
contact     deny     propose    allow_tell  allow_list
support     deny     propose    allow_tell  allow_list
"""
STARTS = {
    **{"story": "only_us", "people": "only_us", "spending": "ask_first", "budget": "ask_first", "receipts": "ask_first"},
    **{"documents": "ask_first", "visibility": "only_us", "contact": "ask_first", "support": "ask_first"},
}
# "coordinator (all areas) · finance (spending, budget, receipts; else DENY) · trustee (reads …; else DENY)"; automatic
# changes count as staff.
ALL = set(STARTS)
AREAS_OF = {
    "coordinator": ALL,
    "finance": {"spending", "budget", "receipts"},
    "trustee": set(),
    "safeguarding": set(),
    "system": ALL,
}


@pytest.fixture(scope="module")
def actions(tmp_path_factory):
    """Every action there is, the demo's too."""
    from tests.installation import settings_for

    create_app(settings_for(tmp_path_factory.mktemp("matrix"), PORTAL_DEMO="1"))
    return door.ACTIONS


def answered(who: str, action, level: str, *, area: Area | None = None, case: dict | None = None, **stands) -> str:
    actor = Actor(1, "Somebody", frozenset({ROLES[who]}))
    standing = Standing(levels=dict.fromkeys(Area, LEVELS[level]), **stands)
    asked = Case(own=who != "helper: another's", **(case or {}))
    return policy.decide(actor, standing, area or action.area, action, asked).outcome


def test_every_action_has_a_row_and_every_row_an_action(actions):
    assert set(MATRIX) == set(actions)
    assert len(MATRIX) == sum(len(names.split()) for _, names in RIGHTS), "one stands in two rows"


@pytest.mark.parametrize("name", MATRIX)
def test_everyone_gets_what_the_matrix_says_at_every_level(actions, name):
    wrong = []
    for level, who in product(LEVELS, WHO):
        asked = "deny" if level == "only_us" else "propose"
        expected = {YES: "allow", NO: "deny", AS_SET: STAFF_GET[level], ALWAYS_ASKED: asked}[MATRIX[name][who]]
        got = answered(who, actions[name], level)
        if got != expected:
            wrong.append(f"{who} at {level}: {got}, not {expected}")
    assert wrong == []


def test_every_action_lies_where_the_guide_puts_it(actions):
    """In its area, or under its rule of the floor, or in nobody's group at all."""
    expected = {name: where for where, names in WHERE.items() for name in names.split()}
    for name, action in actions.items():
        assert (action.area or action.duty) == expected.get(name), name
        assert not (action.area and action.duty), f"{name} is the group's or the host's, never both"


def test_what_needs_a_fresh_proof(actions):
    assert {name for name, action in actions.items() if action.asks_again} == set(ASKS_AGAIN.split())


def test_whatever_staff_may_add_says_how_it_is_taken_back(actions):
    """Tell us, we can undo: an action that only makes new rows has to say how they end."""
    for name, action in actions.items():
        adds = action.area and action.on is None and action.roles & {Role.COORDINATOR, Role.FINANCE}
        assert not adds or action.undo or action.asks.always, name


@dataclass(frozen=True)
class Anything:
    """An action that everyone may try, to see the areas themselves."""

    roles: frozenset[Role] = frozenset(Role)
    area: Area | None = None
    duty: Duty | None = None
    asks: door.Asking = field(default_factory=door.Asking)


def areas_table():
    header, *rows = AREAS.strip().splitlines()
    for line in rows:
        area, *outcomes = line.split()
        yield from ((area, level, outcome) for level, outcome in zip(header.split(), outcomes, strict=True))


def test_the_table_has_nine_areas_at_four_levels():
    assert [area.value for area in Area] == list(STARTS)
    assert len(list(areas_table())) == 36


@pytest.mark.parametrize(("area", "level", "outcome"), list(areas_table()))
def test_staff_get_what_the_guides_table_says(area, level, outcome):
    for who, theirs in AREAS_OF.items():
        expected = outcome if area in theirs else "deny"
        assert answered(who, Anything(), level, area=Area(area)) == expected, who
    for who in ("organiser", "helper: own"):
        assert answered(who, Anything(), level, area=Area(area)) == "allow"
    assert answered("helper: another's", Anything(), level, area=Area(area)) == "deny"


@pytest.mark.parametrize("level", LEVELS)
def test_between_funds_is_always_asked_even_when_they_look_after_it(level):
    expected = "deny" if level == "only_us" else "propose"
    for who in ("coordinator", "finance"):
        assert answered(who, Anything(asks=door.Asking(always=True)), level, area=Area.BUDGET) == expected
    assert answered("organiser", Anything(asks=door.Asking(always=True)), level, area=Area.BUDGET) == "allow"


QUIET = {"only_us": "deny", "ask_first": "propose", "tell_after": "propose", "you_do": "allow_list"}
ONLY_ASKING = {"only_us": "deny", "ask_first": "propose", "tell_after": "propose", "you_do": "propose"}


@pytest.mark.parametrize(("area", "level"), list(product(STARTS, LEVELS)))
def test_while_a_group_rests_what_would_be_told_is_asked_instead(area, level):
    """Quiet mode: ALLOW_TELL changes become PROPOSE; what the host looks after goes on."""
    for who, theirs in AREAS_OF.items():
        expected = QUIET[level] if area in theirs else "deny"
        assert answered(who, Anything(), level, area=Area(area), quiet_until=clock.now()) == expected
    assert answered("organiser", Anything(), level, area=Area(area), quiet_until=clock.now()) == "allow"
    assert answered("finance", Anything(duty=Duty.F1), level, area=Area(area), quiet_until=clock.now()) == "allow"


@pytest.mark.parametrize(("area", "level"), list(product(STARTS, LEVELS)))
def test_after_an_undo_staff_only_ask_about_that_record(area, level):
    """For 30 days, and not even that where it is now Only us."""
    for who, theirs in AREAS_OF.items():
        expected = ONLY_ASKING[level] if area in theirs else "deny"
        assert answered(who, Anything(), level, area=Area(area), undone=True) == expected
    assert answered("organiser", Anything(), level, area=Area(area), undone=True) == "allow"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("pence", "month", "within"),
    [(100_00, 0, True), (100_01, 0, False), (60_00, 240_00, True), (60_00, 240_01, False), (120_00, 0, False)],
)
def test_staff_say_yes_to_costs_within_the_groups_limits_only(level, pence, month, within):
    """£100 each and £300 a month at the start; over it, they ask. Worked example 3 among them."""
    for who in ("coordinator", "finance"):
        case = {"pence": pence, "month_pence": month}
        expected = STAFF_GET[level] if within else ONLY_ASKING[level]
        assert answered(who, Anything(), level, area=Area.SPENDING, case=case) == expected


@pytest.mark.parametrize(("area", "level"), list(product(STARTS, LEVELS)))
def test_silence_never_loosens_anything_and_staff_only_ask(area, level):
    """Can't reach organisers: "settings stay; agreed bills paid; the rest waits"."""
    for who, theirs in AREAS_OF.items():
        expected = ONLY_ASKING[level] if area in theirs else "deny"
        assert answered(who, Anything(), level, area=Area(area), silent=True) == expected
    assert answered("organiser", Anything(), level, area=Area(area), silent=True) == "allow"
    assert answered("finance", Anything(duty=Duty.F1), level, silent=True) == "allow"


@pytest.mark.parametrize("level", LEVELS)
def test_what_the_organisers_dont_agree_about_waits_for_everyone_and_its_money_too(level):
    """Disagreement, between organisers: "the disputed item waits". The rest of the floor goes on."""
    for who in WHO:
        assert answered(who, Anything(), level, area=Area.RECEIPTS, disputed=True) == "deny"
        assert answered(who, Anything(duty=Duty.F3), level, disputed=True) == "deny"
    assert answered("finance", Anything(duty=Duty.F1), level, disputed=True) == "allow"
    assert answered("organiser", Anything(), level, disputed=True) == "allow"


@pytest.mark.parametrize(("level", "duty"), list(product(LEVELS, Duty)))
def test_the_floor_stands_at_every_level(level, duty):
    for who in ("coordinator", "finance", "trustee", "safeguarding", "system"):
        assert answered(who, Anything(duty=duty), level, area=Area.RECEIPTS) == "allow"


def test_only_the_standing_rules_of_the_floor_need_no_second_person():
    assert [duty.value for duty in Duty] == ["F1", "F2", "F3", "F4", "F5"]


def test_areas_start_where_the_guide_says_and_none_at_you_look_after_it():
    assert {area.value: level.value for area, level in START.items()} == STARTS
    assert Level.YOU_DO not in START.values()


def test_someone_with_two_staff_roles_gets_the_better_of_them_and_never_a_groups():
    standing = Standing(levels=dict.fromkeys(Area, YOU_DO))
    both = Actor(1, "Sefa", frozenset({Role.COORDINATOR, Role.TRUSTEE}))
    assert policy.decide(both, standing, Area.STORY, Anything()).outcome == "allow_list"
    groups_only = Anything(roles=frozenset({Role.ORGANISER, Role.HELPER}))
    everything = Actor(1, "Sefa", frozenset({*AREAS_OF, Role.SELF}))
    for area, level in product(Area, Level):
        assert policy.decide(everything, Standing(levels={area: level}), area, groups_only).outcome == "deny"


def test_nobody_is_let_in_without_a_role():
    nobody = Actor(1, "Nobody", frozenset())
    assert policy.decide(nobody, Standing(), Area.RECEIPTS, Anything()).outcome == "deny"


@pytest.mark.parametrize("level", LEVELS)
def test_whoever_is_barred_from_this_very_row_is_refused_whatever_else_holds(level):
    for who in WHO:
        for asked in (Anything(), Anything(duty=Duty.F1)):
            standing = Standing(levels=dict.fromkeys(Area, LEVELS[level]))
            actor = Actor(1, "Somebody", frozenset({ROLES[who]}))
            decision = policy.decide(actor, standing, Area.RECEIPTS, asked, Case(own=True, barred="Not you."))
            assert (decision.outcome, decision.why) == ("deny", "Not you.")


@pytest.mark.parametrize(("area", "level"), list(product(Area, Level)))
def test_each_refusal_and_each_change_says_why(area, level):
    """Whoever is refused, asked or noted reads a sentence."""
    for who in WHO:
        standing = Standing(levels={area: level})
        decision = policy.decide(Actor(1, "S", frozenset({ROLES[who]})), standing, area, Anything())
        assert decision.outcome == "allow" or decision.why.endswith((".", "s"))


def everyone(group):
    """Who tries, as whom, and about whose receipt: outcomes as the guide has them."""
    rae = make.person("Rae")
    with wall.opened(group.id):
        db.session.add(
            Membership(
                group_id=group.id, person_id=rae.id, role=Role.ORGANISER, joined_at=clock.now(), ended_at=clock.now()
            )
        )
    db.session.commit()
    make.group("Hillfoot Walkers", organisers=("Sam",))
    bernie, marsha = make.person("Bernie"), make.person("Marsha")
    finance, coordinator = make.staff("Glyn", Role.FINANCE), make.staff("Imani", Role.COORDINATOR)
    trustee, lead = make.staff("Bea", Role.TRUSTEE), make.staff("Noor", Role.SAFEGUARDING)
    left = make.staff("Lee", Role.FINANCE)
    db.session.execute(sa.text("UPDATE staff_roles SET ended_at = started_at WHERE person_id = :id"), {"id": left.id})
    db.session.commit()
    return (
        ("organiser", make.actor(marsha), marsha, YES),
        ("helper: own", make.actor(bernie, Role.HELPER), bernie, YES),
        ("helper: another's", make.actor(bernie, Role.HELPER), marsha, NO),
        ("helper who says organiser", make.actor(bernie, Role.ORGANISER), bernie, NO),
        ("removed organiser", make.actor(rae), rae, NO),
        ("another group's organiser", make.actor(make.person("Sam")), marsha, NO),
        ("coordinator", make.actor(coordinator, Role.COORDINATOR), marsha, AS_SET),
        ("finance", make.actor(finance, Role.FINANCE), marsha, AS_SET),
        ("finance who says organiser", make.actor(finance, Role.ORGANISER), marsha, NO),
        ("finance who left", make.actor(left, Role.FINANCE), marsha, NO),
        ("trustee", make.actor(trustee, Role.TRUSTEE), marsha, NO),
        ("safeguarding", make.actor(lead, Role.SAFEGUARDING), marsha, NO),
        ("system", SYSTEM, marsha, NO),
        ("self", make.actor(marsha, Role.SELF), marsha, NO),
        ("stranger", STRANGER, marsha, NO),
    )


@pytest.mark.slow
def test_through_the_door_everyone_gets_what_the_matrix_says_and_each_try_leaves_one_line(kettle):
    for who, actor, whose, how in everyone(kettle):
        for level in LEVELS:
            make.set_level(kettle, Area.RECEIPTS, LEVELS[level])
            receipt = make.receipt(kettle, added_by=whose.id, label="milk")
            expected = {YES: "allow", NO: "deny", AS_SET: STAFF_GET[level]}[how]
            assert through_the_door(actor, kettle, receipt) == expected, (who, level)
            label = db.session.scalar(sa.select(Receipt.label).where(Receipt.id == receipt.id))
            assert label == ("tea" if expected.startswith("allow") else "milk"), (who, level)
            db.session.rollback()


def through_the_door(actor, group, receipt) -> str:
    """Try to relabel it; the outcome, once it is clear that the one line in the log says the same."""
    before = db.session.scalar(sa.select(sa.func.max(Entry.id)))
    proposals = db.session.scalar(sa.select(sa.func.count()).select_from(Proposal))
    raised = ""
    try:
        receipts.describe(actor, group, receipt.id, label="tea")
    except door.Refused as refused:
        raised = refused.decision.outcome
    except door.Proposed:
        raised = "propose"
    (entry,) = db.session.scalars(sa.select(Entry).where(Entry.id > before)).all()
    added = db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) - proposals
    assert added == (entry.outcome == "propose")
    assert raised == (entry.outcome if entry.outcome in {"deny", "propose"} else "")
    assert (entry.person_id, entry.group_id, entry.action) == (actor.person_id, group.id, "receipts.describe")
    return entry.outcome
