"""Trying to reach a group, being heard of again, naming people, and what they and trustees may do when it stays silent."""

from datetime import timedelta

from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, Scope, action
from portal.autonomy.models import QUIET_MOST_DAYS, ContactTry, Quiet
from portal.core import clock, mail
from portal.core.db import db
from portal.members import invitations
from portal.people import queries as people
from portal.people.models import Person
from portal.people.roles import ORGANISERS, Role
from portal.silence import queries
from portal.silence.models import Kind, NamedPerson, Wish

COORDINATORS = frozenset({Role.COORDINATOR})
TRUSTEES = frozenset({Role.TRUSTEE})
NAMED = frozenset({Role.SELF})
MOST_NAMED = 5


@action(roles=COORDINATORS, says="tried to reach us")
def note_try(by, group, *, how: str) -> ContactTry:
    """Note a try to reach the organisers. One made while they rest would not count, and should not be made."""
    if autonomy.quiet_now(group.id):
        raise Mistake("They’re resting, so it wouldn’t count. Leave them in peace.", "how")
    tried = ContactTry(group_id=group.id, person_id=by.person_id, how=how)
    db.session.add(tried)
    return tried


@action(roles=ORGANISERS, scope=Scope.LOOK, says="said: we’re here")
def here(by, group) -> None:
    """Any act of an organiser ends the silence; this one does nothing else."""


@action(area=Area.PEOPLE, roles=ORGANISERS, asks_again=True, says="named someone for when we can’t be reached")
def name(by, group, *, email: str, called: str) -> NamedPerson:
    """Name someone outside or inside the group, who may then ask for a pause or propose an organiser; nothing else."""
    there = queries.named(group.id)
    if len(there) >= MOST_NAMED:
        raise Mistake("Five people are plenty. Take one off first.", "email")
    person = people.person_by_email(email)
    if person is None:
        person = Person(email=email.strip().lower(), name=called)
        db.session.add(person)
        db.session.flush()
    if person.id in {one.person_id for one in there}:
        raise Mistake("You named them already.", "email")
    named = NamedPerson(group_id=group.id, person_id=person.id, name=called, named_by=by.person_id)
    db.session.add(named)
    db.session.flush()
    mail.post("silence.named", person_id=person.id)
    return named


@action(area=Area.PEOPLE, roles=ORGANISERS, on=NamedPerson, says="no longer names someone")
def unname(by, group, named) -> NamedPerson:
    """Take someone off again."""
    named.ended_at = named.ended_at or clock.now()
    return named


def _not_theirs(by, named, facts) -> str:
    return "" if by.person_id == named.person_id else "The group hasn’t named you."


@action(roles=NAMED, on=NamedPerson, bars=_not_theirs, says="doesn’t want to be named")
def step_down(by, group, named) -> NamedPerson:
    """Whoever was named says no to it."""
    named.ended_at = named.ended_at or clock.now()
    return named


def _not_named(by, named, facts) -> str:
    if by.person_id != named.person_id or named.ended_at:
        return "The group hasn’t named you."
    silence = queries.silence(named.group_id)
    if silence is None or silence.rung < 2:
        return "You can ask once nobody could reach the group for 90 days."
    return ""


@action(roles=NAMED, on=NamedPerson, bars=_not_named, says="asked for something while we couldn’t be reached")
def ask(by, group, named, *, kind: str, words: str, email: str | None = None) -> Wish:
    """Ask for a pause, or propose a new organiser. A trustee confirms; until then nothing happens."""
    wanted = Kind(kind)
    if wanted is Kind.ORGANISER and not email:
        raise Mistake("Write their email address.", "email")
    return _wish(group, by, wanted, words, email if wanted is Kind.ORGANISER else None)


@action(roles=TRUSTEES, asks_again=True, says="asked to follow the exit plan")
def ask_for_exit(by, group, *, words: str) -> Wish:
    """After 180 days a trustee may ask to follow the group's exit plan. Another trustee agrees."""
    silence = queries.silence(group.id)
    if silence is None or silence.rung < 3:
        raise Mistake("That is possible once nobody could reach the group for 180 days.", "words")
    return _wish(group, by, Kind.EXIT, words, None)


def _decider(by, wish, facts) -> str:
    if by.person_id == wish.asked_by:
        return "Someone other than who asked decides this one."
    return ""


@action(
    roles=TRUSTEES, asks_again=True, on=Wish, bars=_decider, says="confirmed what was asked while we couldn’t be reached"
)
def confirm(by, group, wish) -> Wish:
    """A pause begins; the new organiser is invited; the exit plan is followed. No setting is loosened by any of it."""
    _decide(by, group, wish, agreed=True)
    if wish.kind is Kind.PAUSE:
        until = clock.now() + timedelta(days=QUIET_MOST_DAYS)
        db.session.add(Quiet(group_id=group.id, started_by=wish.asked_by, until=until))
    elif wish.kind is Kind.ORGANISER:
        invitations.invite(wish.asked_by, group, wish.email or "", Role.ORGANISER, agreed=True)
    return wish


@action(roles=TRUSTEES, on=Wish, bars=_decider, says="didn’t confirm what was asked while we couldn’t be reached")
def decline(by, group, wish) -> Wish:
    """Leave everything as it is."""
    _decide(by, group, wish, agreed=False)
    return wish


def _decide(by, group, wish: Wish, *, agreed: bool) -> None:
    if wish.decided_at:
        raise Mistake("This was decided already.")
    if agreed and queries.silence(group.id) is None:
        raise Mistake("The group has been heard of again. It decides for itself.")
    wish.agreed, wish.decided_at, wish.decided_by = agreed, clock.now(), by.person_id


def _wish(group, by, kind: Kind, words: str, email: str | None) -> Wish:
    wish = Wish(group_id=group.id, kind=kind, words=words, email=email, asked_by=by.person_id)
    db.session.add(wish)
    return wish


@mail.letter("silence.named")
def _named_letter(person_id: int) -> mail.Letter:
    return mail.Letter(db.session.get_one(Person, person_id).email, {})
