"""Passing words on to the policy team, taking them back, and saying what came of them."""

from datetime import date

from portal.autonomy.door import Mistake, action
from portal.core import clock
from portal.heard import outcomes, readers
from portal.heard.models import Attribution, PassedOn
from portal.people.roles import GROUP_ROLES, Role
from portal.support.models import Request
from portal.support.readers import bars as bars_request

ANSWERERS = frozenset({Role.COORDINATOR, Role.TRUSTEE})


@action(roles=GROUP_ROLES, on=Request, bars=bars_request, says="passed words on to the policy team")
def pass_on(by, group, request, *, words: str, attribution: str) -> PassedOn:
    """Pass these words on from a request, unsoftened. Nothing of the request goes with them."""
    return PassedOn.begin(
        group_id=group.id, request_id=request.id, added_by=by.person_id, words=words, attribution=Attribution(attribution)
    )


@action(roles=GROUP_ROLES, on=PassedOn, bars=readers.bars, says="took back what was passed on")
def withdraw(by, group, row) -> PassedOn:
    """Take the words back: they are gone for good. Not once something came of them."""
    if row.outcome:
        raise Mistake("Something came of it already, so it stays.")
    if row.withdrawn_at is None:
        row.words, row.withdrawn_at, row.withdrawn_by = None, clock.now(), by.person_id
    return row


@action(roles=ANSWERERS, on=PassedOn, says="said what came of what was passed on")
def answer(by, group, row, *, outcome: str | None = None, look_again_on: date | None = None) -> PassedOn:
    """Say what came of it; or nothing yet, with the day on which the host looks again."""
    if row.withdrawn_at:
        raise Mistake("It was taken back.", "outcome")
    outcomes.say(row, by, outcome, look_again_on)
    return row
