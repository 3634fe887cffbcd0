"""Who may do what, for real: every route × everyone × their own, another's and an absent thing, with and without htmx.

What should happen is written down here by hand, from the safety guide and the autonomy guide; a route that is not in the
table fails. On PostgreSQL, where putting the world back takes long, everything but the changes that succeed is tried.
"""

import re
from dataclasses import dataclass, field
from datetime import date

import pytest
from flask import url_for

from portal import checks
from portal.core import clock
from portal.core.guard import SAFE
from portal.people import session
from portal.people.reach import rule_of
from tests.client import Client
from tests.site.world import (
    ABSENT,
    AGREED_MARK,
    PASSWORD,
    bank_file,
    coming_month,
    coordinator,
    first_request,
    held_file,
    later_day,
    lead,
    pay_day,
    photo,
    ready_cost,
    stands,
)

pytestmark = pytest.mark.slow

INSIDE = ("helper", "organiser", "both")  # who is in the group
STAFF = ("coordinator", "finance", "trustee", "safeguarding", "both")
EVERYONE = ("anon", "signed_out", "removed", "invited", "stranger", "unproved", *INSIDE, *STAFF[:-1])
KEY = "k" * 32

# What an answer may be: done (2xx, 303), refused by the group's setting, asked of the group, a plain "not like this",
# gone (404), to the sign-in page, to the second factor.
DONE, WALL, ASKED, NO, GONE, SIGN_IN, SECOND = "done", "wall", "asked", "no", "gone", "sign in", "second"


@dataclass
class Cell:
    """One route: on whose side, who gets which answer for their own thing, and what is sent."""

    side: str
    may: dict[str, str]
    body: dict = field(default_factory=dict)
    swap: dict = field(default_factory=dict)  # address part → the name of another thing of the world


def group(may, body=None, **swap) -> Cell:
    return Cell("group", dict.fromkeys(INSIDE, DONE) if may is INSIDE else may, body or {}, swap)


def host(may, body=None, **swap) -> Cell:
    return Cell("host", dict.fromkeys(STAFF, DONE) if may is STAFF else may, body or {}, swap)


def person(answer=DONE, body=None) -> Cell:
    return Cell(
        "person", dict.fromkeys((*INSIDE, *STAFF, "removed", "invited", "stranger", "unproved"), answer), body or {}
    )


def named(answer, body) -> Cell:
    """For the one person whom the group named."""
    return Cell("person", dict.fromkeys(person().may, GONE) | {"stranger": answer}, body)


def anyone(answer=DONE, body=None) -> Cell:
    return Cell("public", dict.fromkeys(EVERYONE, answer), body or {})


ORGANISERS = {"organiser": DONE, "both": DONE}
LOOSENS = {"organiser": DONE, "both": NO}  # host staff never count as organisers or consent
NOT_HELPERS_OWN = {"organiser": DONE, "both": DONE, "helper": WALL}
DESK = {"coordinator": DONE, "finance": DONE, "both": DONE}
BOOKS = dict.fromkeys(("coordinator", "finance", "trustee", "both"), DONE)
PAYS = {"finance": DONE, "both": DONE}
COORDINATORS = {"coordinator": DONE, "both": DONE}
ASKERS = {"coordinator": DONE, "finance": DONE, "safeguarding": DONE, "both": DONE}
SECONDS = {"trustee": DONE, "safeguarding": DONE}
SHARED = {"organiser": DONE, "both": DONE, "helper": GONE}  # one that the organisers share
ASKER = {"organiser": NO, "both": NO, "helper": GONE}  # for who asked alone
READS = {"coordinator": DONE, "finance": DONE, "safeguarding": GONE, "both": GONE}  # the named one, and who was let in
ANSWERERS = {"coordinator": DONE, "trustee": DONE, "both": DONE}
SIGNERS = {"coordinator": DONE, "trustee": DONE, "both": DONE}
ASKED_FIRST = {"coordinator": ASKED, "both": ASKED}
NOT_THE_HOSTS = {"organiser": DONE, "both": WALL}  # host staff never count as organisers or consent
USES = {"coordinator": DONE, "finance": WALL, "safeguarding": WALL, "both": WALL}  # only who asked is covered
ASKED_FIRST = {"coordinator": ASKED, "both": ASKED}
KEPT = {"coordinator": WALL, "both": WALL}  # the area stands at Only us
ADDRESS = {"email": "new@example.org", "key": KEY}
CREDENTIAL = {"challenge_id": "1", "credential": "{}"}
NO_COST = {"kind": "invoice", "key": KEY}  # to whom and from which pot is each group’s own: `test_bodies.py`
ACCOUNT = {"sort_code": "08-99-99", "account": "66374958", "roll": "", "sure": "", "key": KEY}
DETAILS = {"shop": "Grocer", "amount_pence": "4.20", "label": "tea", "key": KEY}
YEAR_OVER = f"{clock.today().year - (clock.today() <= date(clock.today().year, 3, 31))}-03-31"
LINE = {"name": "Cake", "planned_pence": "40", "key": KEY}
MOVED = {"amount_pence": "lots", "key": KEY}
NEW_RULE = {"words": "Ask first.", "differs": "You ask first.", "starts_on": "2091-01-01", "key": KEY}
AGREEMENT = {"name": "One page", "summary": "In short", "words": "We decide.", "key": KEY}
AWAY = {"person_id": lead, "from_on": "2090-01-02", "until_on": "2090-01-09", "cover_id": coordinator, "key": KEY}
SHARED_WORDS = {"words": "Tea and talk.", "audience": "whoever has the link", "purpose": "A friend", "key": KEY}
ENQUIRY = {"name": "June", "reach": "07700 900111", "words": "May I come?", "key": KEY}
RISK = {"what": "Halls may shut", "does": "We know of others", "holder_id": lead, "look_again_on": later_day, "key": KEY}
SURVEY = {"title": "Rooms", "purpose": "To find some", "gets": "A room", "sees": "Imani", "minutes": "3"}
SURVEY |= {"question_1": "How many come?", "whom": "all", "key": KEY}
START = {"title": "We have it", "words": "Thank you, we have it.", "key": KEY}

TABLE = {
    "GET home.front": anyone(),
    "GET home.choose": person(),
    "GET home.index": group(INSIDE),
    "GET home.talk": anyone(),
    "GET health.alive": anyone(),
    "GET health.ready": anyone("any"),
    "GET signin.start": anyone(),
    "POST signin.ask_code": anyone(body={"email": "marsha@example.org", "key": KEY}),
    "GET signin.code": anyone(),
    "POST signin.enter_code": anyone(body={"code": "123456"}),
    "GET signin.password": anyone(),
    "POST signin.use_password": anyone(body={"email": "marsha@example.org", "password": PASSWORD}),
    "POST signin.passkey_challenge": anyone(),
    "POST signin.use_passkey": anyone(NO, CREDENTIAL),
    "GET signin.set_up": anyone(),
    "POST signin.use_setup_code": anyone(NO, {"code": "a guess"}),
    "GET signin.again": person(),
    "GET signin.second": person(),
    "GET signin.back": person(),
    "POST signin.prove_with_password": person(body={"password": PASSWORD}),
    "POST signin.prove_with_passkey": person(NO, CREDENTIAL),
    "GET signin.you": person(),
    "POST signin.sign_out": person(),
    "POST signin.sign_out_everywhere": person(),
    "POST signin.new_passkey_challenge": person(),
    "POST signin.add_passkey": person(NO, CREDENTIAL),
    "POST signin.remove_passkey": person(),
    "POST signin.set_password": person(body={"password": PASSWORD, "key": KEY}),
    "POST signin.remove_password": person(),
    "GET signin.app_code": person(),
    "POST signin.start_app": person(),
    "POST signin.confirm_app": person(NO, {"app_code": "123456", "key": KEY}),
    "GET members.index": group(INSIDE),
    "POST members.invite": group(ORGANISERS, ADDRESS | {"role": "helper"}),
    "POST members.agree": group(LOOSENS, invitation_id="proposed"),
    "POST members.revoke": group(ORGANISERS),
    "POST members.remove_helper": group(ORGANISERS),
    "POST members.ask_removal": group(LOOSENS, membership_id="organisers_membership"),
    "POST members.agree_removal": group(LOOSENS),
    "POST members.end_removal": group(ORGANISERS),
    "POST members.leave": group(INSIDE, membership_id="me"),
    "GET members.join": person(),
    "POST members.accept": Cell("person", dict.fromkeys(person().may, NO) | {"invited": DONE}, {"name": "June"}),
    "GET members.groups": host(STAFF),
    "GET members.new_group": host(COORDINATORS),
    "POST members.found_group": host(COORDINATORS, ADDRESS | {"name": "A New Group"}),
    "GET members.group_page": host(STAFF),
    "POST members.invite_first": host({"coordinator": NO, "both": NO}, ADDRESS),
    "POST members.invite_for_group": host(KEPT, ADDRESS),
    "POST members.remove_for_group": host(KEPT),
    "POST members.host_revoke": host(KEPT),
    "GET members.staff": host(STAFF),
    "POST members.appoint": host(COORDINATORS, ADDRESS | {"name": "New", "role": "finance"}),
    "POST members.dismiss": host(COORDINATORS),
    "GET activity.index": group(INSIDE),
    "GET activity.fingerprint": group(INSIDE),
    "GET activity.download": group(INSIDE),
    "GET activity.checker": group(INSIDE),
    "GET receipts.index": group(INSIDE),
    "GET receipts.bin_": group(INSIDE),
    "GET receipts.new": group(INSIDE),
    "POST receipts.create": group(INSIDE, {"files": photo, "key": KEY}),
    "GET receipts.sent": group(INSIDE),
    "GET receipts.without": group(INSIDE),
    "POST receipts.declare": group(
        INSIDE, {"shop": "Bus", "amount_pence": "3", "spent_on": "2026-11-01", "why": "It got lost", "key": KEY}
    ),
    "GET receipts.show": group(INSIDE),
    "POST receipts.describe": group(NOT_HELPERS_OWN, DETAILS),
    "POST receipts.add_picture": group(NOT_HELPERS_OWN, {"photo": photo, "key": KEY}),
    "POST receipts.withdraw": group(NOT_HELPERS_OWN),
    "POST receipts.restore": group(NOT_HELPERS_OWN),
    "POST receipts.answer": group(NOT_HELPERS_OWN, {"words": "Milk for the table", "key": KEY}),
    "GET receipts.picture": group(INSIDE),
    "GET autonomy.say": group(INSIDE),
    "GET autonomy.promise": group(INSIDE),
    "GET autonomy.area": group(ORGANISERS),
    "POST autonomy.set_level": group(ORGANISERS, {"level": "only_us", "key": KEY}),
    "GET autonomy.limits": group(ORGANISERS),
    "POST autonomy.set_limits": group(ORGANISERS, {"each_pence": "50", "month_pence": "90", "key": KEY}),
    "POST autonomy.agree": group(LOOSENS),
    "POST autonomy.stop": group(ORGANISERS),
    "GET autonomy.proposals": group(ORGANISERS),
    "POST autonomy.answer_several": group({"organiser": NO, "both": NO}, {"answer": "yes", "key": KEY}),
    "POST autonomy.erase": group(ORGANISERS, {"key": KEY}),
    "GET autonomy.proposal": group(INSIDE),
    "POST autonomy.say_yes": group(LOOSENS, {"key": KEY}),
    "POST autonomy.say_no": group(ORGANISERS, {"key": KEY}),
    "POST autonomy.ask_about": group(ORGANISERS, {"words": "What for?", "key": KEY}),
    "GET autonomy.change": group(INSIDE),
    "POST autonomy.undo": group(ORGANISERS, {"key": KEY}),
    "GET autonomy.rest": group(INSIDE),
    "GET autonomy.rested": group(INSIDE),
    "POST autonomy.start_rest": group(ORGANISERS, {"weeks": "2", "key": KEY}),
    "POST autonomy.wake": group(ORGANISERS),
    "GET breakglass.every": host(STAFF),
    "GET breakglass.new": host(ASKERS),
    "POST breakglass.ask": host(
        ASKERS,
        {"duty": "F6", "act": "view", "reason": "x", "hours": "4", "delay": "", "things": "R101", "key": KEY},
    ),
    "GET breakglass.show": host(STAFF),
    "POST breakglass.allow": host(SECONDS, {"key": KEY}, glass_id="duty_asked"),
    "POST breakglass.refuse": host(SECONDS, {"key": KEY}, glass_id="duty_asked"),
    "POST breakglass.end": host(
        {"coordinator": DONE, "trustee": DONE, "finance": WALL, "safeguarding": WALL, "both": WALL}, {"key": KEY}
    ),
    "POST breakglass.delay_again": host({"trustee": NO}, {"days": "3", "key": KEY}),
    "POST breakglass.review": host(SECONDS, {"words": "It was right.", "key": KEY}, glass_id="duty_over"),
    "GET breakglass.item": host(USES),
    "GET breakglass.file": host(USES, glass_id="duty_disclosed", item_id="duty_disclosed_item"),
    "GET breakglass.ours": group(INSIDE),
    "GET breakglass.ours_show": group(ORGANISERS | {"helper": GONE}),
    "POST breakglass.reply": group(ORGANISERS, {"words": "Thank you.", "key": KEY}),
    "GET disagreements.ours": group(ORGANISERS),
    "GET disagreements.new": group(ORGANISERS),
    "POST disagreements.disagree": group(ORGANISERS, {"about": "R101", "words": "No.", "among": "host", "key": KEY}),
    "GET disagreements.show": group(ORGANISERS),
    "POST disagreements.further": group({"organiser": NO, "both": NO}, {"key": KEY}),
    "POST disagreements.settle": group(ORGANISERS, {"key": KEY}),
    "GET disagreements.every": host(STAFF),
    "GET disagreements.hosts": host(STAFF),
    "POST disagreements.answer": host(
        {"coordinator": WALL, "finance": DONE, "trustee": DONE, "safeguarding": DONE, "both": DONE},
        {"words": "We hear you.", "key": KEY},
    ),
    "GET notices.mine": person(),
    "POST notices.choose": person(body={"how": "weekly", "weekday": "2", "key": KEY}),
    "GET notices.ours": group(ORGANISERS),
    "POST notices.share": group(ORGANISERS, {"in_turn": "y", "key": KEY}),
    "GET budget.money": group(INSIDE),
    "GET budget.movements": group(INSIDE),
    "GET budget.fund": group(INSIDE),
    "POST budget.plan": group(ORGANISERS, LINE),
    "POST budget.change": group(ORGANISERS, LINE),
    "POST budget.drop": group(ORGANISERS, {"key": KEY}),
    "POST budget.move": group({"organiser": NO, "both": NO}, MOVED),
    "POST budget.transfer": group({"organiser": NO, "both": NO}, MOVED),
    "GET budget.lines": host(DESK),
    "POST budget.move_for_group": host(dict.fromkeys(DESK, NO), MOVED),
    "POST budget.transfer_for_group": host(dict.fromkeys(DESK, NO), MOVED),
    "GET ledger.books": host(BOOKS),
    "POST ledger.open_fund": host(
        PAYS, {"name": "Ours too", "restriction": "restricted", "purpose": "Tea", "basis": "part", "fee": "5", "key": KEY}
    ),
    "POST ledger.receive": host(
        PAYS, {"source": "donation", "pence": "12.50", "on": "2026-11-01", "words": "A gift", "key": KEY}
    ),
    "GET ledger.entry": host(BOOKS, entry_id="journal"),
    "POST ledger.correct": host(PAYS, {"words": "Twice", "key": KEY}, entry_id="journal"),
    "POST ledger.change_fee": host(
        COORDINATORS, {"fee": "6", "starts_on": "2090-01-01", "words": "Costs rose", "key": KEY}
    ),
    "GET books.index": host(BOOKS),
    "POST books.receive": host(
        PAYS,
        {"fund": "small_things", "source": "donation", "pence": "12", "on": "2026-11-01", "words": "A gift", "key": KEY},
    ),
    "GET books.entry": host(BOOKS, entry_id="ours"),
    "POST books.correct": host(PAYS, {"words": "Twice", "key": KEY}, entry_id="ours"),
    "POST books.close": host(PAYS, {"ends_on": YEAR_OVER, "key": KEY}),
    "GET books.show_year": host(BOOKS, number="year"),
    "GET books.year_csv": host(BOOKS, number="year"),
    "GET papers.index": group(INSIDE),
    "GET papers.statement": group(INSIDE),
    "GET papers.statement_file": group(ORGANISERS),
    "GET papers.report": group(ORGANISERS),
    "GET papers.report_file": group(ORGANISERS),
    "GET papers.ledger": group(ORGANISERS),
    "POST papers.write": group(ORGANISERS, {"words": "It was warm.", "key": KEY}),
    "POST papers.agree": group({"organiser": NO, "both": NO}, {"mark_of_words": "other words", "key": KEY}),
    "POST papers.take_back": group(ORGANISERS, {"key": KEY}),
    "GET papers.host_index": host(BOOKS),
    "GET papers.host_statement": host(BOOKS),
    "GET papers.host_statement_file": host(BOOKS),
    "GET papers.host_report": host(BOOKS),
    "GET papers.host_report_file": host(BOOKS),
    "POST papers.host_write": host({"coordinator": WALL, "both": WALL}, {"words": "They did well.", "key": KEY}),
    "GET papers.host_ledger": host(BOOKS),
    "GET spending.show": group(INSIDE, number="unasked"),
    "GET spending.edit": group(INSIDE),
    "POST spending.ask": group(dict.fromkeys(INSIDE, NO), NO_COST),
    "POST spending.unask": group(NOT_HELPERS_OWN),
    "POST spending.say_yes": group({"organiser": NO, "both": WALL}, {"mark": "not this", "key": KEY}, number="asked"),
    "POST spending.take_back_yes": group(ORGANISERS, number="asked"),
    "POST spending.stand_back": group(ORGANISERS, number="asked"),
    "GET spending.new": group(INSIDE),
    "POST spending.ask_anew": group(dict.fromkeys(INSIDE, NO), NO_COST),
    "GET spending.rule": group(INSIDE),
    "POST spending.set_rule": group(ORGANISERS, {"needs": "two", "over_needs": "all", "key": KEY}),
    "POST spending.agree_rule": group(LOOSENS),
    "GET costs.cost": host(DESK, number="asked"),
    "POST costs.say_yes_for": host(dict.fromkeys(DESK, WALL), {"mark": "not this", "key": KEY}, number="asked"),
    "GET payees.index": group(ORGANISERS),
    "GET payees.new": group(ORGANISERS),
    "POST payees.add": group(
        ORGANISERS, ACCOUNT | {"who": "person", "name": "June", "email": "june@example.org", "how": "now"}
    ),
    "GET payees.show": group(ORGANISERS),
    "GET payees.change": group(ORGANISERS),
    "POST payees.change_details": group(ORGANISERS, ACCOUNT, payee_id="payee_unchanged"),
    "POST payees.second": group(NOT_THE_HOSTS, {"key": KEY}),
    "POST payees.stop": group(ORGANISERS, {"key": KEY}),
    "POST payees.end": group(ORGANISERS, {"key": KEY}),
    "POST payees.send_link": group(ORGANISERS, {"key": KEY}),
    "POST payees.revoke_link": group(ORGANISERS, {"key": KEY}),
    "GET payees.link": Cell("public", dict.fromkeys(EVERYONE, DONE), {}, {"token": "payee_token"}),
    "POST payees.give": Cell("public", dict.fromkeys(EVERYONE, DONE), ACCOUNT, {"token": "payee_token"}),
    "GET payees.to_check": host(PAYS),
    "GET payees.hosts": host(PAYS),
    "GET payees.look": host(PAYS),
    "POST payees.second_for": host(PAYS | {"both": WALL}, {"key": KEY}, details_id="details_by_link"),
    "POST payees.stop_for": host(PAYS, {"key": KEY}),
    "GET bank.index": host(PAYS),
    "GET bank.show": host(PAYS, line_id="bank_line"),
    "GET bank.new": host(PAYS),
    "GET bank.imports": host(PAYS),
    "POST bank.settle_payment": host(PAYS, {"line_id": "1", "key": KEY}, payment_id="bank_payment"),
    "POST bank.settle_cost": host(PAYS, {"line_id": "1", "key": KEY}),
    "POST bank.returned": host(PAYS, {"line_id": "3", "key": KEY}, payment_id="settled_payment"),
    "POST bank.receive_into": host(PAYS, {"line_id": "2", "source": "donation", "words": "A gift", "key": KEY}),
    "POST bank.undo": host(PAYS, {"key": KEY}, entry_id="settled_entry"),
    "POST bank.to_suspense": host(PAYS, {"key": KEY}, line_id="bank_line"),
    "POST bank.hosts_own": host(PAYS, {"fund": "fees", "key": KEY}, line_id="bank_line"),
    "POST bank.reopen": host(PAYS, {"key": KEY}, line_id="waiting_line"),
    "POST bank.open_account": host(PAYS, {"name": "Savings", "key": KEY}),
    "POST bank.send": host(PAYS, {"account_id": "1", "file": bank_file, "key": KEY}),
    "POST bank.columns": host(
        PAYS, {"held": held_file, "day": "1", "words": "2", "amount": "3", "balance": "4", "key": KEY}
    ),
    "POST bank.take_back": host(PAYS, {"key": KEY}),
    "GET payments.index": host(PAYS),
    "POST payments.prepare": host(PAYS, {"picked": ready_cost, "pay_on": pay_day, "key": KEY}),
    "GET payments.run": host(PAYS),
    "POST payments.take_out": host(PAYS, {"key": KEY}),
    "POST payments.hand_over": host(PAYS, {"key": KEY}),
    "POST payments.release": host(PAYS, {"key": KEY}, run_id="handed"),
    "POST payments.give_up": host(PAYS, {"key": KEY}),
    "POST payments.returned": host(PAYS, {"key": KEY}, run_id="released", payment_id="released_payment"),
    "GET payments.as_pain001": host(PAYS, run_id="released"),
    "GET payments.as_csv": host(PAYS, run_id="released"),
    "GET silence.every": host(STAFF),
    "GET silence.show": host(STAFF),
    "POST silence.note_try": host(COORDINATORS, {"how": "Rang Joe", "key": KEY}),
    "POST silence.ask_for_exit": host({"trustee": NO}, {"words": "We follow it.", "key": KEY}),
    "POST silence.confirm": host({"trustee": NO}, {"key": KEY}),
    "POST silence.decline": host({"trustee": DONE}, {"key": KEY}),
    "GET silence.ours": group(ORGANISERS),
    "POST silence.name": group(ORGANISERS, {"called": "June", "email": "june@example.org", "key": KEY}),
    "POST silence.unname": group(ORGANISERS, {"key": KEY}),
    "POST silence.here": group(ORGANISERS, {"key": KEY}),
    "GET silence.naming": person(),
    "POST silence.ask": named(WALL, {"kind": "pause", "words": "They’re ill.", "key": KEY}),
    "POST silence.step_down": named(DONE, {"key": KEY}),
    "GET support.index": group(INSIDE),
    "GET support.ask": group(INSIDE),
    "POST support.answer": group(INSIDE, {"words": "A hand with the hall", "send": "now", "key": KEY}),
    "POST support.drop": group(INSIDE),
    "GET support.show": group(SHARED, number="request"),
    "POST support.say": group(SHARED, {"words": "It is on Tuesday", "key": KEY}, number="request"),
    "POST support.close": group(SHARED, {"came_of": "advice", "key": KEY}, number="request"),
    "POST support.reopen": group(SHARED, {"key": KEY}, number="request"),
    "GET support.file": group(SHARED, number="request"),
    "POST support.share": group(ASKER, {"shared": "y", "key": KEY}, number="request"),
    "POST support.answer_later": group(SHARED, {"agreed": "y", "seen": later_day, "key": KEY}, number="request_later"),
    "POST support.let_in": group(SHARED, {"person_id": lead, "key": KEY}, number="request"),
    "POST cover.agree": group(LOOSENS, {"key": KEY}),
    "POST cover.end_agreement": group(ORGANISERS, {"key": KEY}),
    "POST support.keep_out": group(SHARED, {"key": KEY}, number="request"),
    "GET contact.ours": group(ORGANISERS),
    "POST contact.set_times": group(
        ORGANISERS, {"days": "mon", "from_hour": "9", "until_hour": "12", "reach_by": "text", "key": KEY}
    ),
    "GET contact.new": host(ASKERS),
    "POST contact.ask": host({"coordinator": ASKED, "both": ASKED}, {"about": "A fair in June", "key": KEY}),
    "POST contact.tell": host(ASKERS, {"must_know": "safety", "words": "The boiler leaks gas", "key": KEY}),
    "POST contact.call_off": host({"coordinator": DONE, "both": GONE}, {"key": KEY}, number="held_question"),
    "GET requests.index": host(ASKERS),
    "GET requests.show": host(ASKERS, number="request"),
    "POST requests.take": host(READS, {"key": KEY}, number="request"),
    "POST requests.put_back": host(READS, {"key": KEY}, number="request"),
    "POST requests.reply": host(READS, {"words": "Ask at the church", "seen": stands, "key": KEY}, number="request"),
    "POST requests.say_sorry": host(
        READS, {"words": "I’m sorry, it takes longer", "due_on": "2090-01-01", "key": KEY}, number="request"
    ),
    "POST requests.snooze": host(
        READS, {"until": "2090-01-01", "reason": "The council meets then", "key": KEY}, number="request"
    ),
    "POST requests.wake_up": host(READS, {"key": KEY}, number="request"),
    "POST requests.pass_to": host(READS, {"with_whom": "the council", "key": KEY}, number="request"),
    "POST requests.propose_closing": host(READS, {"key": KEY}, number="request"),
    "POST requests.stop_closing": host(READS, {"key": KEY}, number="request"),
    "GET requests.file": host({"coordinator": DONE, "finance": DONE, "safeguarding": GONE, "both": GONE}, number="request"),
    "GET requests.more": host(READS, number="request"),
    "GET requests.colleagues": host({"coordinator": DONE, "both": GONE}, number="request"),
    "POST requests.bring_in": host({"coordinator": ASKED, "both": GONE}, {"person_id": lead, "key": KEY}, number="request"),
    "POST requests.hand_over": host(
        {"coordinator": ASKED, "both": GONE}, {"person_id": lead, "key": KEY}, number="request"
    ),
    "GET requests.mail": host(COORDINATORS),
    "POST requests.put_in": host({"coordinator": DONE, "both": NO}, {"number": first_request, "key": KEY}),
    "POST requests.drop_mail": host(COORDINATORS, {"key": KEY}),
    "POST requests.stand_in": host({"coordinator": ASKED, "both": WALL}, {"key": KEY}, number="request_covered"),
    "GET away.index": host(ASKERS),
    "POST away.add": host(ASKERS | {"finance": NO}, AWAY),
    "POST away.end": host(ASKERS | {"safeguarding": WALL}, {"key": KEY}),
    "GET starts.index": host(COORDINATORS),
    "POST starts.write": host(COORDINATORS, START),
    "GET starts.show": host(COORDINATORS),
    "POST starts.change": host(COORDINATORS, START),
    "POST starts.end": host(COORDINATORS, {"key": KEY}),
    "POST requests.keep_note": host(READS, {"words": "The caretaker is away", "reason": "", "key": KEY}, number="request"),
    "POST requests.review_note": host(READS, {"reason": "safeguarding", "review_on": "", "key": KEY}, number="request"),
    "POST requests.end_note": host(READS, {"key": KEY}, number="request"),
    "GET how_we_run.index": group(INSIDE),
    "GET how_we_run.new": group(ORGANISERS),
    "POST how_we_run.add": group(ORGANISERS, {"name": "Keys", "holder": "group", "note": "", "key": KEY}),
    "GET how_we_run.show": group(INSIDE),
    "POST how_we_run.set_status": group(ORGANISERS, {"status": "in_place", "key": KEY}),
    "POST how_we_run.set_look": group(ORGANISERS, {"look_on": coming_month, "key": KEY}),
    "POST how_we_run.set_holder": group(ORGANISERS, {"holder": "shared", "key": KEY}),
    "POST how_we_run.write_note": group(ORGANISERS, {"note": "On the fridge", "key": KEY}),
    "POST how_we_run.own_way": group(ORGANISERS, {"words": "Whoever cooks", "key": KEY}),
    "POST how_we_run.end_own_way": group(ORGANISERS, {"key": KEY}),
    "POST how_we_run.talk": group(ORGANISERS, {"words": "Who pays?", "key": KEY}),
    "POST how_we_run.end_talk": group(ORGANISERS, {"key": KEY}),
    "POST how_we_run.drop": group(ORGANISERS, {"key": KEY}),
    "POST how_we_run.need": group(ORGANISERS, {"key": KEY}),
    "GET how_they_run.listed": host(STAFF),
    "GET how_they_run.one": host(STAFF),
    "POST how_they_run.set_their_status": host(ASKED_FIRST, {"status": "in_place", "key": KEY}),
    "POST how_they_run.set_their_look": host(ASKED_FIRST, {"look_on": coming_month, "key": KEY}),
    "POST how_they_run.write_their_note": host(ASKED_FIRST, {"note": "On the fridge", "key": KEY}),
    "POST how_they_run.carry": host(ASKED_FIRST, {"key": KEY}),
    "GET board.desk": host(STAFF),
    "GET board.opened": host(STAFF),
    "POST board.take_on": host(COORDINATORS, {"key": KEY}),
    "POST board.hand_to": host(COORDINATORS, {"person_id": coordinator, "key": KEY}),
    "POST board.done": host(COORDINATORS, {"look_on": coming_month, "words": "", "key": KEY}),
    "POST board.talked": host(COORDINATORS, {"key": KEY}),
    "GET accountability.ours": group(INSIDE),
    "GET accountability.ours_list": group(INSIDE),
    "GET accountability.hosts": host(STAFF),
    "GET accountability.hosts_list": host(STAFF),
    "GET asks.every": host(STAFF),
    "GET asks.new": host(COORDINATORS),
    "POST asks.draft": host(COORDINATORS, SURVEY),
    "GET asks.edit": host(COORDINATORS, number="ask_draft"),
    "POST asks.redraft": host(COORDINATORS, SURVEY, number="ask_draft"),
    "POST asks.drop": host(COORDINATORS, {"key": KEY}, number="ask_draft"),
    "GET asks.sending": host(COORDINATORS, number="ask_draft"),
    "POST asks.send": host(COORDINATORS, {"key": KEY}, number="ask_draft"),
    "GET asks.show": host(STAFF, number="ask"),
    "POST asks.close": host(COORDINATORS, {"outcome": "The council listens.", "key": KEY}, number="ask"),
    "GET asks.ours": group(ORGANISERS),
    "GET asks.read": group(ORGANISERS, number="ask"),
    "POST asks.answer": group(ORGANISERS, {"answer_1": "Nine of us", "send": "y", "key": KEY}, number="ask"),
    "POST asks.skip": group(ORGANISERS, {"key": KEY}, number="ask"),
    "POST asks.take_back": group(ORGANISERS, {"key": KEY}, number="ask_given"),
    "GET documents.index": group(INSIDE),
    "GET documents.away": group(INSIDE),
    "GET documents.new": group(ORGANISERS),
    "GET documents.new_agreement": group(ORGANISERS),
    "GET documents.show": group(INSIDE, number="document"),
    "GET documents.compare": group(INSIDE, number="compared"),
    "GET documents.file": group(INSIDE, number="document", file_id="document_file"),
    "GET documents.rule": group(INSIDE),
    "POST documents.add": group(ORGANISERS, {"name": "Our page", "words": "We meet on Tuesdays.", "key": KEY}),
    "POST documents.write_agreement": group(ORGANISERS, AGREEMENT),
    "POST documents.add_version": group(ORGANISERS, {"words": "Three of us", "key": KEY}, number="document"),
    "POST documents.mark_current": group(ORGANISERS, {"version": "1", "key": KEY}, number="document"),
    "POST documents.describe": group(ORGANISERS, {"name": "The door", "key": KEY}, number="document"),
    "POST documents.withdraw": group(ORGANISERS, {"key": KEY}, number="document"),
    "POST documents.restore": group(ORGANISERS, {"key": KEY}, number="document"),
    "POST documents.agree": group(NOT_THE_HOSTS, {"mark": AGREED_MARK, "key": KEY}, number="offered"),
    "POST documents.decline": group(NOT_THE_HOSTS, {"words": "Too long", "key": KEY}, number="offered"),
    "POST documents.set_rule": group(ORGANISERS, {"needs": "all", "key": KEY}),
    "POST documents.agree_rule": group(LOOSENS, {"key": KEY}, rule_id="agreement_rule"),
    "GET documents.from_host": group(INSIDE, hosts="hosts_rule"),
    "GET documents.host_file": group(INSIDE, hosts="hosts_page"),
    "POST documents.answer_rule": group(
        ORGANISERS, {"answer": "question", "words": "Why now?", "key": KEY}, hosts="hosts_rule", version="hosts_version"
    ),
    "GET host_documents.index": host(STAFF),
    "GET host_documents.new": host(COORDINATORS),
    "GET host_documents.new_rule": host(COORDINATORS),
    "GET host_documents.show": host(STAFF, number="hosts_rule"),
    "GET host_documents.file": host(STAFF, number="hosts_page", file_id="hosts_file"),
    "POST host_documents.share": host(COORDINATORS, {"name": "Certificate", "words": "We are insured.", "key": KEY}),
    "POST host_documents.announce": host(COORDINATORS, {"name": "Lending", **NEW_RULE}),
    "POST host_documents.renew": host(COORDINATORS, {"words": "Still insured.", "key": KEY}, number="hosts_page"),
    "POST host_documents.change_rule": host(COORDINATORS, NEW_RULE, number="hosts_rule"),
    "POST host_documents.put_away": host(COORDINATORS, {"key": KEY}, number="hosts_page"),
    "GET their_documents.index": host(SIGNERS),
    "GET their_documents.new": host(COORDINATORS),
    "GET their_documents.new_offer": host(COORDINATORS),
    "GET their_documents.show": host(SIGNERS),
    "GET their_documents.compare": host(SIGNERS, document="compared"),
    "GET their_documents.file": host(SIGNERS, file_id="document_file"),
    "POST their_documents.add": host(ASKED_FIRST, {"name": "Fire drill", "words": "Walk out.", "key": KEY}),
    "POST their_documents.add_version": host(ASKED_FIRST, {"words": "Four of us", "key": KEY}),
    "POST their_documents.mark_current": host(ASKED_FIRST, {"version": "1", "key": KEY}),
    "POST their_documents.offer": host(COORDINATORS, AGREEMENT),
    "POST their_documents.sign": host(SIGNERS | {"both": WALL}, {"mark": AGREED_MARK, "key": KEY}, document="accepted"),
    "GET heard.ours": group(INSIDE),
    "GET heard.new": group(SHARED, number="request"),
    "POST heard.pass_on": group(
        SHARED, {"words": "Halls are too dear", "attribution": "group", "key": KEY}, number="request"
    ),
    "POST heard.withdraw": group(SHARED, {"key": KEY}),
    "GET sharing.index": group(INSIDE),
    "GET sharing.new": group(ORGANISERS),
    "POST sharing.share": group(LOOSENS, SHARED_WORDS),
    "GET sharing.look": group(INSIDE),
    "POST sharing.withdraw": group(ORGANISERS, {"key": KEY}),
    "POST sharing.list_in_search": group(LOOSENS, {"agreed": "yes", "key": KEY}, share_id="public_share"),
    "GET sharing.summary": group(ORGANISERS),
    "POST sharing.write_summary": group(ORGANISERS, {"words": "Tea and talk.", "key": KEY}),
    "POST sharing.approve_summary": group({"organiser": NO, "both": NO}, {"mark_of_words": "other words", "key": KEY}),
    "POST sharing.take_back_summary": group(ORGANISERS, {"key": KEY}),
    "POST sharing.set_full": group(ORGANISERS, {"agreed": "yes", "key": KEY}),
    "POST sharing.take_enquiries": group(ORGANISERS, {"agreed": "no", "key": KEY}),
    "GET shares.of_group": host(COORDINATORS),
    "POST shares.share_summary": host(KEPT, {"audience": "anyone", "purpose": "Our page", "key": KEY}),
    "POST shares.suggest": host(KEPT, SHARED_WORDS),
    "POST shares.withdraw_for_group": host(COORDINATORS, {"key": KEY}),
    "GET shares.enquiries": host(COORDINATORS),
    "POST shares.pass_on": host(COORDINATORS, {"key": KEY}),
    "POST shares.answer": host(COORDINATORS, {"key": KEY}),
    "GET seen.every": anyone(),
    "GET seen.link": Cell("public", dict.fromkeys(EVERYONE, DONE), {}, {"token": "share_token"}),
    "GET seen.anyone": Cell("public", dict.fromkeys(EVERYONE, DONE), {}, {"token": "public_token"}),
    "POST seen.enquire": Cell("public", dict.fromkeys(EVERYONE, DONE), ENQUIRY, {"token": "public_token"}),
    "GET heard.every": host(STAFF),
    "GET heard.show": host(STAFF),
    "POST heard.answer": host(ANSWERERS, {"outcome": "We pay for halls now.", "key": KEY}),
    "GET worries.ours": group(INSIDE),
    "GET worries.new_worry": group(INSIDE),
    "POST worries.worry": group(INSIDE, {"words": "It may rain", "to_trustees": "y", "key": KEY}),
    "POST worries.withdraw": group(NOT_HELPERS_OWN, {"key": KEY}, taken="worry"),
    "GET worries.carried": group(INSIDE, number="risk"),
    "GET risks.index": host(STAFF),
    "GET risks.new": host(COORDINATORS),
    "POST risks.add": host(COORDINATORS, RISK | {"about": "*"}),
    "GET risks.show": host(STAFF, number="risk"),
    "POST risks.look": host(
        COORDINATORS, {"words": "Open still", "does": "We ask", "look_again_on": later_day, "key": KEY}, number="risk"
    ),
    "POST risks.hand_over": host(COORDINATORS, {"holder_id": lead, "words": "", "key": KEY}, number="risk"),
    "POST risks.weigh": host(COORDINATORS, {"serious": "no", "words": "It is far", "key": KEY}, number="risk"),
    "POST risks.close": host(COORDINATORS, {"words": "It is open for good", "key": KEY}, number="risk"),
    "POST risks.see": host({"trustee": DONE}, {"words": "We ask", "key": KEY}, number="risk"),
    "GET risks.show_worry": host(STAFF, number="worry"),
    "POST risks.take_in": host(COORDINATORS, RISK, number="worry"),
    "POST risks.answer": host(COORDINATORS, {"words": "It is warm now", "key": KEY}, number="worry"),
    "POST risks.see_worry": host({"trustee": DONE}, {"words": "We ask", "key": KEY}, number="worry"),
    "GET requests.coordinator": host(COORDINATORS),
    "POST requests.name_coordinator": host(COORDINATORS, {"person_id": coordinator, "key": KEY}),
    "GET suggestions.suggested": host(DESK),
    "POST suggestions.explain": host(DESK, {"words": "The funder uses it.", "key": KEY}),
    "POST suggestions.call_off": host(DESK, {"key": KEY}),
    "GET desk.index": host(DESK),
    "GET desk.show": host(DESK),
    "POST desk.accept": host(DESK, {"ledger_code": "5100", "amount_pence": "1146", "key": KEY}),
    "POST desk.ask": host(DESK, {"asks": "what_for", "words": "Was it milk?", "key": KEY}),
    "POST desk.hold": host(DESK, {"rule": "F5", "reason": "Short", "releases": "Money", "key": KEY}),
    "POST desk.renew_hold": host(DESK, {"reason": "Still short", "key": KEY}, number="held"),
    "POST desk.release": host(DESK, number="held"),
    "POST desk.describe": host(dict.fromkeys(DESK, ASKED), {"label": "tea", "key": KEY}),
    "GET desk.picture": host(DESK),
}


def all_routes(app) -> dict[str, object]:
    return {
        f"{method} {route.endpoint}": route
        for route in app.url_map.iter_rules()
        for method in (route.methods or set()) - (SAFE - {"GET"})
        if rule_of(app, route.endpoint)
    }


def test_every_route_says_who_reaches_it_and_every_action_is_done_by_one(place):
    assert list(checks.routes(place.world.app)) == []


def test_every_route_has_its_cells(place):
    """The demo's own routes aside, which exist in the demo alone (`test_demo.py`)."""
    assert set(all_routes(place.world.app)) == set(TABLE)


@dataclass(frozen=True)
class Try:
    """One cell: who asks for whose thing, and what they should get."""

    who: str
    what: str
    values: tuple
    expected: str


def tries(world, name: str, route) -> list[Try]:
    """Every cell of one route."""
    cell = TABLE[name]
    parts = sorted(route.arguments)
    ids = [part for part in parts if part not in {"group", "size", "hosts", "hosts_file"}]  # the host’s are for every group
    found = []
    for who in EVERYONE:
        outside = {"anon": SIGN_IN, "signed_out": SIGN_IN}.get(who, GONE)
        if cell.side == "host" and who == "unproved":
            outside = SECOND if "coordinator" in cell.may else GONE
        own, other = _values(world, cell, who, "kettle"), _values(world, cell, who, "walkers")
        answer = cell.may.get(who, outside)
        gone = GONE if who in cell.may else outside
        found.append(Try(who, "own", _pick(parts, own), answer))
        if ids:
            absent = {
                part: "not-a-thing" if part in {"slug", "token", "area", "step", "figure"} else ABSENT for part in ids
            }
            found.append(Try(who, "absent", _pick(parts, own | absent), gone))
        if cell.side == "group":
            theirs = _expected_in_walkers(cell, who, outside)
            found.append(Try(who, "theirs", _pick(parts, other), theirs))
            found.append(Try(who, "nowhere", _pick(parts, other | {"group": "not-a-group"}), outside))
            if ids and ids not in (["area"], ["step"], ["figure"]):
                found.append(Try(who, "other's in own", _pick(parts, other | {"group": own["group"]}), gone))
            if who == "helper" and cell.may.get(who) == WALL:
                hers = (
                    own
                    | {"number": own["helpers"], "question_id": own["helpers_question"]}
                    | {"taken": own["helpers_worry"]}
                )
                found.append(Try(who, "hers", _pick(parts, hers), DONE))
        if cell.side == "host" and len(ids) > 1:
            mixed = own | {part: other[part] for part in ids if part not in {"slug", "number", "run_id"}}
            found.append(Try(who, "other's in own", _pick(parts, mixed), gone))
        if cell.side == "person" and ids and ids != ["token"]:
            found.append(Try(who, "other's", _pick(parts, _values(world, cell, _another(who), "kettle")), gone))
    return found


def _expected_in_walkers(cell: Cell, who: str, outside: str) -> str:
    """In the other group, only its own organiser is inside."""
    if who == "stranger":
        return cell.may["organiser"]
    return outside


def _another(who: str) -> str:
    return "helper" if who == "stranger" else "stranger"


def _values(world, cell: Cell, who: str, where: str) -> dict:
    things = dict(world.things[where])
    for part, thing in cell.swap.items():
        things[part] = things[thing] if thing != "me" else _my_place(world, who, where)
    things["device_id"] = world.devices.get(who, ABSENT)
    if cell.side == "person":
        things["named_id"] = things["named_id"] if who == "stranger" else ABSENT
    things["passkey_id"] = world.passkeys.get(who, ABSENT)
    things["role_id"] = world.staff_role
    return things


def _my_place(world, who: str, where: str) -> int:
    if where == "walkers":
        return world.things[where]["organisers_membership"] if who != "stranger" else world.memberships["Sam"]
    mine = {"helper": "Bernie", "organiser": "Marsha", "both": "Bo"}.get(who, "Joe")
    return world.memberships[mine]


def _pick(parts, values) -> tuple:
    return tuple((part, values[part]) for part in parts)


def send(client, method: str, path: str, body: dict, htmx: bool):
    sent = {name: value() if callable(value) else value for name, value in body.items()}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.open(path, method=method, headers=headers, data=sent if method == "POST" else None)


def answer_of(answer) -> str:
    """What kind of answer it is."""
    goto = answer.headers.get("HX-Redirect") or answer.headers.get("Location") or ""
    if answer.status_code in {303, 401} and re.match(r"/sign-in\?next=", goto):
        return SIGN_IN
    if answer.status_code in {303, 403} and goto.startswith("/sign-in/second"):
        return SECOND
    return {200: DONE, 204: DONE, 303: DONE, 202: ASKED, 403: WALL, 404: GONE, 422: NO}.get(
        answer.status_code, str(answer.status_code)
    )


def without_reference(answer) -> str:
    return answer.text.replace(answer.headers["X-Request-Id"], "REF")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TABLE)
def test_everyone_gets_what_is_theirs_and_nobody_elses(place, written, name):
    world, app = place.world, place.world.app
    method = name.split()[0]
    route = all_routes(app)[name]
    wrong, gone = [], {}
    for htmx in (False, True):
        for cell in tries(world, name, route):
            succeeds = method == "POST" and cell.expected in {DONE, ASKED, NO}
            path = _path(app, route, cell)
            written.clear()
            answer = send(_fresh(world, cell.who), method, path, TABLE[name].body, htmx)
            got = answer_of(answer)
            if cell.expected != "any" and got != cell.expected:
                wrong.append(
                    f"{cell.who}, {cell.what}, htmx {htmx}: {got}, not {cell.expected} ({answer.status_code} {path})"
                )
            if got == GONE:
                gone.setdefault((cell.who, htmx), {})[cell.what] = without_reference(answer)
            if method == "GET" and set(written) - ({"entries", "looks"} if rule_of(app, route.endpoint).notes else set()):
                wrong.append(f"{cell.who}, {cell.what}: reading wrote to {written}")
            if method == "POST" and not succeeds and set(written) - {"entries", "entry_words", "tries"}:
                wrong.append(f"{cell.who}, {cell.what}: refused, and wrote to {written}")
            if method == "POST" and written:
                place.put_back()
    assert wrong == []
    for who, bodies in gone.items():
        for one, two in (("other's in own", "absent"), ("other's", "absent"), ("theirs", "nowhere")):
            if one in bodies and two in bodies:
                assert bodies[one] == bodies[two], f"{who} can tell {one} from {two}"


def _path(app, route, cell: Try) -> str:
    with app.test_request_context():
        return url_for(route.endpoint, **dict(cell.values))


def _fresh(world, who: str) -> Client:
    """This one's browser as it was at first: signed in as themselves and just used, nothing else in it."""
    browser = Client(world.app)
    if cookie := world.clients[who].get_cookie(session.cookie_name()):
        signer = session._signer()
        browser.set_cookie(session.cookie_name(), signer.sign(signer.unsign(cookie.value)).decode())
    return browser


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_every_page_answers_whoever_may_read_it_on_postgresql_too(place):
    world, app = place.world, place.world.app
    routes = all_routes(app)
    for name in (name for name in TABLE if name.startswith("GET")):
        for cell in [cell for cell in tries(world, name, routes[name]) if cell.expected == DONE][:1]:
            answer = send(_fresh(world, cell.who), "GET", _path(app, routes[name], cell), {}, htmx=False)
            assert answer_of(answer) == DONE, (name, cell.who)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_how_many_cells_there_are(place):
    """So that none goes missing unseen: a route adds cells, and nothing takes any away."""
    routes = all_routes(place.world.app)
    assert sum(2 * len(tries(place.world, name, routes[name])) for name in TABLE) > 4000
