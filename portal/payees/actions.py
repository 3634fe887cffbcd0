"""Adding someone we pay, changing where, being the second person, stopping a change, ending a payee; links; a look."""

import sqlalchemy as sa

from portal.autonomy.areas import Area, Duty
from portal.autonomy.door import Mistake, Scope, action
from portal.core import clock
from portal.core.db import db
from portal.payees import changes, links, queries
from portal.payees.details import Details
from portal.payees.models import Payee, PayeeDetails, PayeeLink
from portal.people.models import Membership, Person
from portal.people.roles import ORGANISERS, Role

FINANCE = frozenset({Role.FINANCE})
WHOEVER_HAS_THE_LINK = frozenset({Role.STRANGER})


@action(area=Area.SPENDING, roles=ORGANISERS, asks_again=True, says="added someone we pay")
def add(by, group, *, who: str, name: str, email: str | None = None, details: Details | None = None) -> Payee:
    """Add `me`, another `person` or a `business`, by the name on the account. Without details they get a link for it."""
    me = db.session.get_one(Person, by.person_id) if who == "me" else None
    email = me.email if me else (email or "").strip().lower()
    if not email:
        raise Mistake("Write an address. We write there if the account ever changes.", "email")
    person_id = me.id if me else _one_of_us(group.id, email)
    payee = Payee(group_id=group.id, name=name, business=who == "business", email=email, person_id=person_id)
    payee.made_by = by.person_id
    db.session.add(payee)
    db.session.flush()
    if details:
        changes.put(payee, details, by.person_id)
    else:
        links.send(payee, by.person_id)
    return payee


@action(area=Area.SPENDING, roles=ORGANISERS, asks_again=True, on=Payee, says="changed where someone is paid")
def change_details(by, group, payee, *, details: Details) -> PayeeDetails:
    """Give other details. The old contact is told at once; it holds in 48 hours, once a second person said yes."""
    now = queries.current(group.id, payee.id)
    if now and now.mark == details.mark:
        raise Mistake("That’s the account we have already.", "account")
    return changes.put(payee, details, by.person_id)


@action(
    duty=Duty.F3,
    roles=ORGANISERS | FINANCE,
    asks_again=True,
    on=PayeeDetails,
    bars=changes.not_second,
    says="agreed to another account for someone we pay",
)
def second(by, group, details) -> PayeeDetails:
    """Be the second person who says yes."""
    if details.second_at:
        return details
    _check_waits(details)
    if db.session.get_one(Payee, details.payee_id).ended_at:
        raise Mistake(changes.ENDED)
    details.second_at, details.second_by = clock.now(), by.person_id
    return details


@action(duty=Duty.F3, roles=ORGANISERS | FINANCE, on=PayeeDetails, says="stopped another account for someone we pay")
def stop(by, group, details) -> PayeeDetails:
    """Stop a change before it holds: any one organiser, or finance. The old details stay."""
    if details.stopped_at is None:
        _check_waits(details)
        details.stopped_at, details.stopped_by = clock.now(), by.person_id
    return details


@action(area=Area.SPENDING, roles=ORGANISERS, on=Payee, says="ended paying someone")
def end(by, group, payee) -> Payee:
    """We don't pay them any more. What was paid stays in the books; their links stop working."""
    if payee.ended_at is None:
        payee.ended_at = clock.now()
        links.close(payee)
    return payee


@action(area=Area.SPENDING, roles=ORGANISERS, on=Payee, asks_again=True, says="sent someone we pay a link")
def send_link(by, group, payee) -> PayeeLink:
    """Send them a link to give their details themselves."""
    return links.send(payee, by.person_id)


@action(area=Area.SPENDING, roles=ORGANISERS, on=PayeeLink, says="took a link back")
def revoke_link(by, group, link) -> PayeeLink:
    """The link stops working."""
    if link.used_at is None and link.ended_at is None:
        link.ended_at = clock.now()
    return link


@action(area=Area.SPENDING, roles=WHOEVER_HAS_THE_LINK, on=PayeeLink, says="with our link gave where they’re paid")
def give(by, group, link, *, details: Details) -> PayeeDetails:
    """The person's own answer, by the link that was sent to them. Once."""
    payee = db.session.get_one(Payee, link.payee_id)
    if not links.is_open(link, payee):
        raise Mistake(links.OVER)
    link.used_at = clock.now()
    return changes.put(payee, details, None, link.used_at)


@action(duty=Duty.F3, roles=FINANCE, on=PayeeDetails, scope=Scope.LOOK, asks_again=True, says="looked at an account number")
def look(by, group, details) -> PayeeDetails:
    """Note that the whole number was looked at."""
    return details


def _check_waits(details: PayeeDetails) -> None:
    if details.stopped_at:
        raise Mistake("This change was stopped. Nothing changed.")
    if details.holds(clock.now()):
        raise Mistake("This holds already. To pay on another account, change it again.")


def _one_of_us(group_id: int, email: str) -> int | None:
    """Who of the group has this address: they never say yes to their own money."""
    return db.session.scalar(
        sa.select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == group_id, Membership.ended_at.is_(None), Person.email == email)
    )
