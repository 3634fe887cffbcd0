"""How changed details come to hold: told to the old contact at once, 48 hours, and the yes of a second person.

The second person is another organiser whose yes counts (`autonomy/consent.py`). Where a group has only one of these, or the
change came by the person's own link, it may be finance of the host (F3), who isn't in the group. Whoever made the change,
or sent the link, is never the second.
"""

from collections.abc import Collection
from datetime import datetime

from flask import current_app

from portal.autonomy import consent
from portal.autonomy.door import Mistake
from portal.core import clock, mail
from portal.core.db import db
from portal.payees import queries
from portal.payees.details import Details, kept
from portal.payees.models import CHANGES_HOLD, Payee, PayeeDetails
from portal.payees.queries import Given
from portal.people import queries as people

ENDED = "We don’t pay them any more. Add them again to pay them."


def put(payee: Payee, details: Details, by: int | None, at: datetime | None = None) -> PayeeDetails:
    """Within an action: keep these details. The first hold at once; later ones wait, and the old contact is told.

    The same account as now changes nothing. Raises Mistake while another change waits.
    """
    if payee.ended_at:
        raise Mistake(ENDED)
    now = at or clock.now()
    (line,) = queries.lines(payee.group_id, [payee])
    if line.pending:
        raise Mistake("Another change waits for its yes. That one comes first.")
    if line.current and line.current.mark == details.mark:
        return line.current
    first = line.current is None
    own = {"group_id": payee.group_id, "payee_id": payee.id, "made_by": by, "made_at": now}
    row = PayeeDetails(**own, holds_from=now if first else now + CHANGES_HOLD, **kept(details))
    db.session.add(row)
    db.session.flush()
    if not first:
        mail.post("payees.changed", payee_id=payee.id)
    return row


def may_finance(details: PayeeDetails, organisers: Collection[int]) -> bool:
    """Whether finance may be the second person."""
    return len(organisers) <= 1 or details.made_by is None


def may_organisers(given: Given, organisers: Collection[int]) -> bool:
    """Whether there is another organiser to be the second person."""
    return bool(set(organisers) - given.givers)


def barred(by, payee: Payee, given: Given, organisers: Collection[int], *, on_both_sides: bool) -> str:
    """Why this person isn't the second person, or nothing. `on_both_sides`: in the group, and of the host's people."""
    if by.person_id in given.givers:
        return "Someone other than who changed it says yes."
    if on_both_sides:
        us = "You are in this group yourself, so somebody else in finance says yes."
        return us if by.is_host else consent.ASIDE
    if by.is_host and by.person_id == payee.person_id:
        return "This is about your own money. Someone else says yes."
    if by.is_host and not may_finance(given.details, organisers):
        return "Another organiser of the group says yes to this one."
    return ""


def not_second(by, details: PayeeDetails, facts) -> str:
    """The same, asked by the door about the row that it loaded."""
    payee = db.session.get_one(Payee, details.payee_id)
    both = people.is_in(details.group_id, by.person_id) if by.is_host else bool(consent.aside(by))
    return barred(by, payee, queries.given(details), consent.electorate(details.group_id), on_both_sides=both)


@mail.letter("payees.changed")
def _letter(payee_id: int) -> mail.Letter | None:
    payee = db.session.get_one(Payee, payee_id)
    contact = current_app.config["SETTINGS"].host_contact
    return mail.Letter(payee.email, {"contact": contact}) if payee.email else None
