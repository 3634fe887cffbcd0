"""Saying that someone is away and who covers, and a group's agreeing to that ahead."""

from datetime import date

from portal.autonomy import consent
from portal.autonomy.areas import Area
from portal.autonomy.door import Mistake, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.cover import queries
from portal.cover.models import Away, CoverChoice
from portal.people.models import Person
from portal.people.roles import ORGANISERS, Role

SUPPORT_STAFF = queries.SUPPORT_STAFF
NOT_YOURS = "You say this for yourself. A coordinator can say it for a colleague."


@action(scope=Scope.HOST, roles=SUPPORT_STAFF, says="said who covers while someone is away")
def set_away(by, *, person_id: int | None, from_on: date, until_on: date, cover_id: int | None) -> Away:
    """Say that someone is away, both days counted, and who covers. A coordinator may say it for a colleague."""
    everyone, can_cover = queries.colleagues()
    if person_id not in everyone:
        raise Mistake("Choose someone who works on support.", "person_id")
    if not _speaks_for(by, person_id):
        raise Mistake(NOT_YOURS, "person_id")
    if until_on < max(from_on, clock.today()):
        raise Mistake("Choose a last day that isn’t over, and isn’t before the first.", "until_on")
    if cover_id not in can_cover or cover_id == person_id:
        raise Mistake("Choose someone else who coordinates.", "cover_id")
    db.session.get_one(Person, person_id, with_for_update=True)  # two who say it at once: the second finds the first
    if queries.is_away(person_id, from_on, until_on):
        raise Mistake(f"{everyone[person_id]} is away on some of these days already. End that first.", "from_on")
    if queries.is_away(cover_id, from_on, until_on):
        raise Mistake(f"{can_cover[cover_id]} is away on some of these days too.", "cover_id")
    made = Away(person_id=person_id, from_on=from_on, until_on=until_on, cover_id=cover_id, set_by=by.person_id)
    db.session.add(made)
    return made


@action(
    scope=Scope.HOST,
    roles=SUPPORT_STAFF,
    on=Away,
    bars=lambda by, away, _facts: "" if _speaks_for(by, away.person_id) else NOT_YOURS,
    says="ended that someone is away",
)
def end_away(by, away) -> Away:
    """They are back, or not away after all: who covers stops reading at their next request."""
    if away.ended_at is None:
        away.ended_at, away.ended_by = clock.now(), by.person_id
    return away


@action(area=Area.SUPPORT, roles=ORGANISERS, says="agreed ahead that whoever covers reads our requests")
def agree_ahead(by, group) -> CoverChoice:
    """When the group's coordinator is away, whoever covers may read and answer its requests."""
    consent.check(by, "You also work for the host, so another organiser agrees to this.")
    if already := queries.choice(group.id):
        return already
    made = CoverChoice(group_id=group.id, chosen_by=by.person_id)
    db.session.add(made)
    return made


@action(area=Area.SUPPORT, roles=ORGANISERS, says="ended that whoever covers reads our requests")
def end_agreement(by, group) -> CoverChoice | None:
    """Not any more: it works at their next request."""
    found = queries.choice(group.id)
    if found:
        found.ended_at, found.ended_by = clock.now(), by.person_id
    return found


def _speaks_for(by, person_id: int | None) -> bool:
    return person_id == by.person_id or Role.COORDINATOR in by.roles
