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

MATRIX = {
    "autonomy.agree": GROUPS_OWN,
    "autonomy.ask_about": GROUPS_OWN,
    "autonomy.call_off": HOSTS_DESK,
    "autonomy.erase": GROUPS_OWN,
    "autonomy.explain": HOSTS_DESK,
    "autonomy.rest": GROUPS_OWN,
    "autonomy.say_no": GROUPS_OWN,
    "autonomy.say_yes": GROUPS_OWN,
    "autonomy.set_level": GROUPS_OWN,
    "autonomy.set_limits": GROUPS_OWN,
    "autonomy.stop": GROUPS_OWN,
    "autonomy.undo": GROUPS_OWN,
    "autonomy.wake": GROUPS_OWN,
    "bank.hold_file": HOSTS_FINANCE,
    "bank.hosts_own": HOSTS_FINANCE,
    "bank.import_file": HOSTS_FINANCE,
    "bank.open_account": HOSTS_FINANCE,
    "bank.receive_into": HOSTS_FINANCE,
    "bank.reopen": HOSTS_FINANCE,
    "bank.returned": HOSTS_FINANCE,
    "bank.settle_cost": HOSTS_FINANCE,
    "bank.settle_payment": HOSTS_FINANCE,
    "bank.take_back": HOSTS_FINANCE,
    "bank.to_suspense": HOSTS_FINANCE,
    "bank.undo": HOSTS_FINANCE,
    "breakglass.allow": SECOND_PERSON,
    "breakglass.ask": ASKS_FOR_DUTY,
    "breakglass.delay_again": row(trustee=YES),
    "breakglass.end": row(coordinator=YES, finance=YES, safeguarding=YES, trustee=YES),
    "breakglass.look": ASKS_FOR_DUTY,
    "breakglass.refuse": SECOND_PERSON,
    "breakglass.reply": GROUPS_OWN,
    "breakglass.review": SECOND_PERSON,
    "budget.change_line": BUDGETS,
    "budget.drop_line": BUDGETS,
    "budget.move": BUDGETS,
    "budget.move_between_funds": BETWEEN_FUNDS,
    "budget.plan_line": BUDGETS,
    "cover.agree_ahead": GROUPS_OWN,
    "cover.end_agreement": GROUPS_OWN,
    "cover.end_away": SUPPORT_STAFF,
    "cover.set_away": SUPPORT_STAFF,
    "demo.enter": row(stranger=YES),
    "asks.begin": HOSTS_COORDINATORS,
    "asks.call_off": HOSTS_COORDINATORS,
    "asks.call_off_first": HOSTS_COORDINATORS,
    "asks.close": HOSTS_COORDINATORS,
    "asks.draft": HOSTS_COORDINATORS,
    "asks.drop": HOSTS_COORDINATORS,
    "asks.give": GROUPS_OWN,
    "asks.redraft": HOSTS_COORDINATORS,
    "asks.release": row(system=AS_SET),
    "asks.save": GROUPS_OWN,
    "asks.send": row(coordinator=AS_SET),
    "asks.skip": GROUPS_OWN,
    "asks.take_back": GROUPS_OWN,
    "asks.tell": HOSTS_COORDINATORS,
    "contact.ask": row(coordinator=AS_SET),
    "contact.call_off": HOSTS_COORDINATORS,
    "contact.release": row(system=AS_SET),
    "contact.set_times": GROUPS_OWN,
    "contact.tell": SUPPORT_STAFF,
    "disagreements.answer": row(coordinator=YES, finance=YES, trustee=YES, safeguarding=YES),
    "disagreements.disagree": GROUPS_OWN,
    "disagreements.further": GROUPS_OWN,
    "disagreements.settle": GROUPS_OWN,
    "governance.add": GROUPS_OWN,
    "governance.carry": row(coordinator=AS_SET),
    "governance.done": HOSTS_COORDINATORS,  # what the host holds is its own, at every level
    "governance.drop": GROUPS_OWN,
    "governance.end_own_way": GROUPS_OWN,
    "governance.end_talk": GROUPS_OWN,
    "governance.hand_to": HOSTS_COORDINATORS,
    "governance.lay": AUTOMATIC,
    "governance.need": GROUPS_OWN,
    "governance.own_way": GROUPS_OWN,
    "governance.set_holder": GROUPS_OWN,
    "governance.set_look": HELPERS,
    "governance.set_status": HELPERS,
    "governance.take_on": HOSTS_COORDINATORS,
    "governance.talk": GROUPS_OWN,
    "governance.talked": HOSTS_COORDINATORS,
    "governance.write_note": HELPERS,
    "documents.announce": HOSTS_COORDINATORS,
    "documents.answer_rule": GROUPS_OWN,
    "documents.change_rule": HOSTS_COORDINATORS,
    "documents.give_up_host": AUTOMATIC,
    "documents.keep_made_host": AUTOMATIC,
    "documents.put_away": HOSTS_COORDINATORS,
    "documents.renew": HOSTS_COORDINATORS,
    "documents.share": HOSTS_COORDINATORS,
    "documents.tell": AUTOMATIC,
    "documents.add": HELPERS,
    "documents.add_version": HELPERS,
    "documents.agree": GROUPS_OWN,
    "documents.agree_rule": GROUPS_OWN,
    "documents.decline": GROUPS_OWN,
    "documents.describe": GROUPS_OWN,
    "documents.give_up_file": AUTOMATIC,
    "documents.keep_made": AUTOMATIC,
    "documents.mark_current": HELPERS,
    "documents.offer": HOSTS_COORDINATORS,
    "documents.offer_version": HOSTS_COORDINATORS,
    "documents.remove": AUTOMATIC,
    "documents.restore": GROUPS_OWN,
    "documents.set_rule": GROUPS_OWN,
    "documents.sign": row(coordinator=YES, trustee=YES),
    "documents.withdraw": GROUPS_OWN,
    "heard.answer": row(coordinator=YES, trustee=YES),
    "heard.pass_on": THEIR_OWN,
    "heard.withdraw": THEIR_OWN,
    "ledger.change_fee": HOSTS_COORDINATORS,
    "ledger.close_year": HOSTS_FINANCE,
    "ledger.correct": HOSTS_FINANCE,
    "ledger.correct_ours": HOSTS_FINANCE,
    "ledger.open_fund": HOSTS_FINANCE,
    "ledger.receive": HOSTS_FINANCE,
    "ledger.receive_ours": HOSTS_FINANCE,
    "members.accept": ONESELF,
    "members.agree": GROUPS_OWN,
    "members.agree_removal": GROUPS_OWN,
    "members.appoint": HOSTS_COORDINATORS,
    "members.ask_removal": GROUPS_OWN,
    "members.dismiss": HOSTS_COORDINATORS,
    "members.end_removal": GROUPS_OWN,
    "members.found": HOSTS_COORDINATORS,
    "members.invite_first": HOSTS_COORDINATORS,
    "members.invite_helper": HELPERS,
    "members.leave": THEIR_OWN,
    "members.propose_organiser": GROUPS_OWN,
    "members.remove_helper": HELPERS,
    "members.revoke": HELPERS,
    "notices.choose": ONESELF,
    "notices.remind": AUTOMATIC,
    "notices.share": GROUPS_OWN,
    "papers.agree": GROUPS_OWN,
    "papers.take_back": GROUPS_OWN,
    "papers.write": HELPERS,
    "payees.add": GROUPS_OWN,
    "payees.change_details": GROUPS_OWN,
    "payees.end": GROUPS_OWN,
    "payees.give": row(stranger=YES),
    "payees.look": HOSTS_FINANCE,
    "payees.revoke_link": GROUPS_OWN,
    "payees.second": row(organiser=YES, finance=YES),
    "payees.send_link": GROUPS_OWN,
    "payees.stop": row(organiser=YES, finance=YES),
    "payments.fetch": HOSTS_FINANCE,
    "payments.give_up": HOSTS_FINANCE,
    "payments.hand_over": HOSTS_FINANCE,
    "payments.put_in": HOSTS_FINANCE,
    "payments.release": HOSTS_FINANCE,
    "payments.returned": HOSTS_FINANCE,
    "payments.start": HOSTS_FINANCE,
    "payments.take_out": HOSTS_FINANCE,
    "receipts.accept": HOSTS_DESK,
    "receipts.add_picture": THEIR_OWN,
    "receipts.answer": THEIR_OWN,
    "receipts.ask": HOSTS_DESK,
    "receipts.code": HOSTS_DESK,
    "receipts.declare": THEIR_OWN,
    "receipts.describe": row(organiser=YES, helper_own=YES, coordinator=AS_SET, finance=AS_SET),
    "receipts.give_up_picture": AUTOMATIC,
    "receipts.hold": HOSTS_DESK,
    "receipts.keep_pages": AUTOMATIC,
    "receipts.look_again": AUTOMATIC,
    "receipts.release": HOSTS_DESK,
    "receipts.remove": AUTOMATIC,
    "receipts.renew_hold": HOSTS_DESK,
    "receipts.restore": THEIR_OWN,
    "receipts.upload": THEIR_OWN,
    "receipts.withdraw": THEIR_OWN,
    **dict.fromkeys(
        (
            *("risks.add", "risks.look", "risks.hand_over", "risks.weigh", "risks.close", "risks.take_in", "risks.answer"),
            *("risks.add_for_all", "risks.look_for_all", "risks.hand_over_for_all", "risks.weigh_for_all"),
            "risks.close_for_all",
        ),
        HOSTS_COORDINATORS,
    ),
    **dict.fromkeys(("risks.see", "risks.see_for_all", "risks.see_worry"), row(trustee=YES)),
    "risks.withdraw": THEIR_OWN,
    "risks.worry": THEIR_OWN,
    "silence.ask": ONESELF,
    "silence.ask_for_exit": row(trustee=YES),
    "silence.confirm": row(trustee=YES),
    "silence.decline": row(trustee=YES),
    "silence.here": GROUPS_OWN,
    "silence.name": GROUPS_OWN,
    "silence.note_try": HOSTS_COORDINATORS,
    "silence.step_down": ONESELF,
    "silence.unname": GROUPS_OWN,
    "spending.agree_rule": GROUPS_OWN,
    "spending.ask": THEIR_OWN,
    "spending.ask_anew": THEIR_OWN,
    "spending.look_again": AUTOMATIC,
    "spending.say_yes": GROUPS_OWN,
    "spending.say_yes_for": row(coordinator=AS_SET, finance=AS_SET),
    "spending.set_rule": GROUPS_OWN,
    "spending.stand_back": GROUPS_OWN,
    "spending.take_back_yes": GROUPS_OWN,
    "spending.unask": THEIR_OWN,
    "support.answer_later": THEIR_OWN,
    "support.ask": THEIR_OWN,
    "support.bring_in": row(coordinator=AS_SET),
    "support.change_start": HOSTS_COORDINATORS,
    "support.close": THEIR_OWN,
    "support.drop_draft": ONESELF,
    "support.end_start": HOSTS_COORDINATORS,
    "support.end_note": SUPPORT_STAFF,
    "support.expire_note": AUTOMATIC,
    "support.hand_over": row(coordinator=AS_SET),
    "support.keep_draft": ONESELF,
    "support.give_up_file": AUTOMATIC,
    "support.keep_file": ONESELF,
    "support.keep_made": AUTOMATIC,
    "support.keep_note": SUPPORT_STAFF,
    "support.keep_out": THEIR_OWN,
    "support.let_in": THEIR_OWN,
    "support.name_coordinator": HOSTS_COORDINATORS,
    "support.pass_to": SUPPORT_STAFF,
    "support.propose_closing": SUPPORT_STAFF,
    "support.put_back": SUPPORT_STAFF,
    "support.read": SUPPORT_STAFF,
    "support.reopen": THEIR_OWN,
    "support.reply": SUPPORT_STAFF,
    "support.review_note": SUPPORT_STAFF,
    "support.say": THEIR_OWN,
    "support.say_sorry": SUPPORT_STAFF,
    "support.share": THEIR_OWN,
    "support.snooze": SUPPORT_STAFF,
    "support.stand_in": row(coordinator=AS_SET),
    "support.stop_closing": SUPPORT_STAFF,
    "support.take": SUPPORT_STAFF,
    "support.wake_up": SUPPORT_STAFF,
    "support.write_start": HOSTS_COORDINATORS,
    "sharing.answer": HOSTS_COORDINATORS,
    "sharing.approve_summary": GROUPS_OWN,
    "sharing.enquire": row(stranger=YES),
    "sharing.forget": AUTOMATIC,
    "sharing.list_in_search": GROUPS_OWN,
    "sharing.pass_on": HOSTS_COORDINATORS,
    "sharing.set_full": GROUPS_OWN,
    "sharing.share": row(organiser=YES, coordinator=ALWAYS_ASKED),
    "sharing.share_summary": row(coordinator=AS_SET),
    "sharing.take_back_summary": GROUPS_OWN,
    "sharing.take_enquiries": GROUPS_OWN,
    "sharing.withdraw": row(organiser=YES, coordinator=YES),
    "sharing.write_summary": GROUPS_OWN,
    "signin.add_passkey": ONESELF,
    "signin.ask_code": BEFORE_SIGN_IN,
    "signin.ask_passkey": BEFORE_SIGN_IN,
    "signin.confirm_app": ONESELF,
    "signin.enter_code": BEFORE_SIGN_IN,
    "signin.name_first_coordinator": AUTOMATIC,
    "signin.prove_with_passkey": ONESELF,
    "signin.prove_with_password": ONESELF,
    "signin.remove_passkey": ONESELF,
    "signin.remove_password": ONESELF,
    "signin.set_password": ONESELF,
    "signin.sign_out": ONESELF,
    "signin.sign_out_everywhere": ONESELF,
    "signin.start_app": ONESELF,
    "signin.use_passkey": BEFORE_SIGN_IN,
    "signin.use_password": BEFORE_SIGN_IN,
    "signin.use_setup_code": BEFORE_SIGN_IN,
    "support.drop_strange": HOSTS_COORDINATORS,
    "support.keep_strange": AUTOMATIC,
    "support.put_in": HOSTS_COORDINATORS,
}
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
