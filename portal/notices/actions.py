"""Choosing how one hears of news, sharing the load in a group, and the one reminder of a proposal."""

import sqlalchemy as sa

from portal.autonomy.door import Mistake, Scope, action
from portal.autonomy.models import Proposal
from portal.core import clock
from portal.core.db import db
from portal.notices import queries
from portal.notices.models import How, NoticeTurns
from portal.people.roles import ORGANISERS, Role

SYSTEM_ONLY = frozenset({Role.SYSTEM})
ONESELF = frozenset({Role.SELF})


@action(roles=ONESELF, scope=Scope.PERSON, says="chose how to hear of news")
def choose(by, *, how: str, weekday: int):
    """As it comes (at most once a day), on one day a week, or not at all."""
    choice = queries.choice(by.person_id)
    choice.how, choice.weekday = How(how), weekday
    if choice.how is How.OFF:
        choice.due_at = None
    db.session.add(choice)
    return choice


@action(roles=ORGANISERS, says="chose who gets the news")
def share(by, group, *, in_turn: bool) -> NoticeTurns:
    """News goes to all organisers, or to one at a time."""
    row = db.session.scalar(sa.select(NoticeTurns).where(NoticeTurns.group_id == group.id))
    row = row or NoticeTurns(group_id=group.id)
    row.in_turn = in_turn
    db.session.add(row)
    return row


@action(roles=SYSTEM_ONLY, on=Proposal, says="reminded us of a suggestion, once")
def remind(by, group, proposal) -> Proposal:
    """The one reminder of a proposal that still waits (autonomy guide, "Proposals")."""
    if proposal.reminded_at or proposal.answered_at:
        raise Mistake("It was answered, or there was a reminder already.")
    proposal.reminded_at = clock.now()
    return proposal
