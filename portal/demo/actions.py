"""Coming into the demo as one of its people."""

from portal.autonomy.door import NotHere, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.people import queries as people
from portal.people.models import Device, Person
from portal.people.roles import Role
from portal.people.session import ORGANISER_LONGEST, STAFF_LONGEST, hashed


@action(roles=frozenset({Role.STRANGER}), scope=Scope.PERSON, says="looked around the demo")
def enter(by, *, person_id: int, token: str, label: str) -> Device:
    """Sign this browser in as an invented person, with everything proved. It doesn't exist outside the demo."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotHere("person")
    lasts = STAFF_LONGEST if people.is_staff(person.id) else ORGANISER_LONGEST
    now = clock.now()
    device = Device(
        person_id=person.id,
        token_hash=hashed(token),
        label=label,
        expires_at=now + lasts,
        proved_at=now,
        second_factor_at=now,
    )
    db.session.add(device)
    return device
