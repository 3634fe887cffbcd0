"""The register's acts, each for a group's line and (`…_for_all`) for one without a group; worries and their answers."""

from datetime import date, timedelta

from portal.autonomy.door import Mistake, NotHere, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.people import queries as people
from portal.people.roles import GROUP_ROLES, Role
from portal.risks import queries
from portal.risks.models import LOOKS_AGAIN_WITHIN, Did, Risk, RiskLook, Worry

COORDINATORS = frozenset({Role.COORDINATOR})
TRUSTEES = frozenset({Role.TRUSTEE})


@action(roles=COORDINATORS, says="added a risk to the register")
def add(
    by, group, *, what: str, does: str, holder_id: int | None, look_again_on: date, serious_why: str | None = None
) -> Risk:
    """Add a line about a group. With `serious_why` it goes to the trustees at once."""
    return _added(by, group.id, what, does, holder_id, look_again_on, serious_why)


@action(scope=Scope.HOST, roles=COORDINATORS, says="added a risk for all groups to the register")
def add_for_all(
    by, *, what: str, does: str, holder_id: int | None, look_again_on: date, serious_why: str | None = None
) -> Risk:
    """Add a line that is about every group."""
    return _added(by, None, what, does, holder_id, look_again_on, serious_why)


@action(roles=COORDINATORS, on=Risk, says="looked at a risk again")
def look(by, group, risk, *, words: str, does: str, look_again_on: date) -> Risk:
    """Look at it again: what was seen, what the host does about it from now on, and when it looks next."""
    return _looked(by, risk, words, does, look_again_on)


@action(scope=Scope.HOST, roles=COORDINATORS, on=Risk, says="looked again at a risk for all groups")
def look_for_all(by, risk, *, words: str, does: str, look_again_on: date) -> Risk:
    return _looked(by, _of_all(risk), words, does, look_again_on)


@action(roles=COORDINATORS, on=Risk, says="handed a risk to a colleague")
def hand_over(by, group, risk, *, holder_id: int | None, words: str | None = None) -> Risk:
    """Someone else at the host carries it from now on."""
    return _handed(by, risk, holder_id, words)


@action(scope=Scope.HOST, roles=COORDINATORS, on=Risk, says="handed a risk for all groups to a colleague")
def hand_over_for_all(by, risk, *, holder_id: int | None, words: str | None = None) -> Risk:
    return _handed(by, _of_all(risk), holder_id, words)


@action(roles=COORDINATORS, on=Risk, says="said how serious a risk is")
def weigh(by, group, risk, *, serious: bool, words: str) -> Risk:
    """Mark it as serious, and why: it stands on the trustees' list at once. Or say why it isn't any more."""
    return _weighed(by, risk, serious, words)


@action(scope=Scope.HOST, roles=COORDINATORS, on=Risk, says="said how serious a risk for all groups is")
def weigh_for_all(by, risk, *, serious: bool, words: str) -> Risk:
    return _weighed(by, _of_all(risk), serious, words)


@action(roles=COORDINATORS, on=Risk, says="closed a risk, with what came of it")
def close(by, group, risk, *, words: str) -> Risk:
    """It is over: what came of it. What comes back is a line of its own."""
    return _closed(by, risk, words)


@action(scope=Scope.HOST, roles=COORDINATORS, on=Risk, says="closed a risk for all groups, with what came of it")
def close_for_all(by, risk, *, words: str) -> Risk:
    return _closed(by, _of_all(risk), words)


@action(roles=TRUSTEES, on=Risk, says="saw a serious risk, as a trustee")
def see(by, group, risk, *, words: str | None = None) -> Risk:
    """A trustee has seen what was marked as serious."""
    return _seen(by, risk, words)


@action(scope=Scope.HOST, roles=TRUSTEES, on=Risk, says="saw a serious risk for all groups, as a trustee")
def see_for_all(by, risk, *, words: str | None = None) -> Risk:
    return _seen(by, _of_all(risk), words)


@action(roles=GROUP_ROLES, says="added a worry")
def worry(by, group, *, words: str, to_trustees: bool = False) -> Worry:
    """Say what worries one; and that the trustees should see it."""
    return Worry.begin(group_id=group.id, added_by=by.person_id, words=words, to_trustees=to_trustees)


@action(roles=GROUP_ROLES, on=Worry, says="took back a worry")
def withdraw(by, group, row) -> Worry:
    """Take it back: the words are gone for good. What the host wrote of its own stays the host's."""
    if row.withdrawn_at is None:
        row.words, row.withdrawn_at, row.withdrawn_by = None, clock.now(), by.person_id
    return row


@action(roles=COORDINATORS, on=Worry, says="took a worry into the register")
def take_in(
    by, group, row, *, what: str, does: str, holder_id: int | None, look_again_on: date, serious_why: str | None = None
) -> Worry:
    """The host carries it: a line of the register, in the host's words, is the answer."""
    _there(row, "what")
    risk = _added(by, group.id, what, does, holder_id, look_again_on, serious_why)
    row.risk_id, row.answered_at, row.answered_by = risk.id, clock.now(), by.person_id
    return row


@action(roles=COORDINATORS, on=Worry, says="answered a worry")
def answer(by, group, row, *, words: str) -> Worry:
    """Say why it isn't in the register, and what the host does instead, if anything. It can be put another way later."""
    _there(row, "words")
    row.answer, row.answered_at, row.answered_by = words, clock.now(), by.person_id
    return row


@action(roles=TRUSTEES, on=Worry, says="saw a worry, as a trustee")
def see_worry(by, group, row, *, words: str | None = None) -> Worry:
    """A trustee has seen a worry that was to be shown to them."""
    if not row.to_trustees or row.withdrawn_at:
        raise Mistake("It isn’t for the trustees, or was taken back.", "words")
    if row.seen_at is None:
        row.seen_at, row.seen_by, row.seen_words = clock.now(), by.person_id, words
    return row


def _added(by, group_id: int | None, what: str, does: str, holder_id, look_again_on: date, serious_why) -> Risk:
    _names_no_one(group_id, what=what, does=does, serious_why=serious_why)
    carrier = _carrier(holder_id)
    _check_day(look_again_on)
    facts = {"what": what, "does": does, "holder_id": carrier, "look_again_on": look_again_on}
    risk = Risk.begin(group_id=group_id, added_by=by.person_id, looked_by=by.person_id, **facts)
    _note(by, risk, Did.ADDED, does=does, holder_id=carrier, look_again_on=look_again_on)
    return _mark(by, risk, serious_why) if serious_why else risk


def _looked(by, risk: Risk, words: str, does: str, look_again_on: date) -> Risk:
    _check_open(risk)
    _names_no_one(risk.group_id, words=words, does=does)
    _check_day(look_again_on)
    _note(by, risk, Did.LOOKED, words=words, does=does if does != risk.does else None, look_again_on=look_again_on)
    risk.does, risk.look_again_on = does, look_again_on
    risk.looked_at, risk.looked_by = clock.now(), by.person_id
    return risk


def _handed(by, risk: Risk, holder_id: int | None, words: str | None) -> Risk:
    _check_open(risk, "holder_id")
    _names_no_one(risk.group_id, words=words)
    carrier = _carrier(holder_id)
    if carrier != risk.holder_id:
        risk.holder_id = carrier
        _note(by, risk, Did.HANDED, words=words, holder_id=carrier)
    return risk


def _weighed(by, risk: Risk, serious: bool, words: str) -> Risk:
    _check_open(risk)
    _names_no_one(risk.group_id, words=words)
    if serious == bool(risk.serious_at):
        raise Mistake("It’s marked as serious already." if serious else "It isn’t marked as serious.", "words")
    if serious:
        return _mark(by, risk, words)
    risk.serious_at = risk.serious_by = risk.serious_why = risk.seen_at = risk.seen_by = None
    _note(by, risk, Did.EASED, words=words)
    return risk


def _mark(by, risk: Risk, why: str) -> Risk:
    risk.serious_at, risk.serious_by, risk.serious_why = clock.now(), by.person_id, why
    _note(by, risk, Did.SERIOUS, words=why)
    return risk


def _closed(by, risk: Risk, words: str) -> Risk:
    _check_open(risk)
    _names_no_one(risk.group_id, words=words)
    risk.closed_at, risk.closed_by, risk.came_of = clock.now(), by.person_id, words
    _note(by, risk, Did.CLOSED, words=words)
    return risk


def _seen(by, risk: Risk, words: str | None) -> Risk:
    _names_no_one(risk.group_id, words=words)
    if risk.serious_at is None or risk.closed_at:
        raise Mistake("It isn’t on the trustees’ list any more.", "words")
    if risk.seen_at is None:
        risk.seen_at, risk.seen_by = clock.now(), by.person_id
        _note(by, risk, Did.SEEN, words=words)
    return risk


def _note(by, risk: Risk, did: Did, **facts) -> None:
    db.session.add(RiskLook(group_id=risk.group_id, risk_id=risk.id, did=did, looked_by=by.person_id, **facts))


def _of_all(risk: Risk) -> Risk:
    if risk.group_id is not None:
        raise NotHere("risks")
    return risk


def _there(row: Worry, field: str) -> None:
    if row.withdrawn_at:
        raise Mistake("It was taken back.", field)
    if row.risk_id:
        raise Mistake("It’s in the register already.", field)


def _check_open(risk: Risk, field: str = "words") -> None:
    if risk.closed_at:
        raise Mistake("It’s closed. If it is back, add it as a new line.", field)


def _carrier(holder_id: int | None) -> int:
    if holder_id is None or not people.is_staff(holder_id):
        raise Mistake("Choose someone who works here.", "holder_id")
    return holder_id


def _check_day(look_again_on: date) -> None:
    if not clock.today() < look_again_on <= clock.today() + timedelta(days=LOOKS_AGAIN_WITHIN):
        raise Mistake("Choose a day in the year that comes.", "look_again_on")


def _names_no_one(group_id: int | None, **typed: str | None) -> None:
    """Lines about a group name no one in it: whoever reads them reads what could go wrong, not of whom."""
    for field, words in typed.items():
        if group_id and words and (name := queries.name_in(group_id, words)):
            raise Mistake(f"Leave out names of people in the group, like {name}, or put it another way.", field)
