"""Telling a group, and the urgent message. The mail says only that there is news; what it is waits behind the sign-in."""

from portal.breakglass import queries
from portal.core import clock, mail
from portal.core.db import db
from portal.core.jobs import job
from portal.people import queries as people
from portal.people.models import Membership, Person


@job("breakglass.tell")
def tell(group_id: int, number: int) -> None:
    """Send each organiser word, unless a trustee moved the day meanwhile: then a later job does."""
    glass = queries.one(group_id, number)
    if glass and glass.started_at and glass.is_told(clock.now()):
        for person_id in people.organisers(group_id):
            mail.post("breakglass.told", person_id=person_id)
    db.session.commit()


@mail.letter("breakglass.told")
def _told(person_id: int) -> mail.Letter:
    return mail.Letter(db.session.get_one(Person, person_id).email, {})


@mail.letter("breakglass.urgent")
def _urgent(membership_id: int) -> mail.Letter:
    return mail.Letter(db.session.get_one(Membership, membership_id).person.email, {})
