"""Saying that we disagree, answering it, taking it further, settling it. No setting moves."""

from portal.autonomy.door import Mistake, action
from portal.autonomy.models import Among, Disagreement
from portal.core import clock
from portal.core.db import db
from portal.disagreements import queries, steps
from portal.disagreements.models import DisagreementAnswer
from portal.people import queries as people
from portal.people.roles import ORGANISERS, STAFF_ROLES


@action(roles=ORGANISERS, says="said: we disagree")
def disagree(by, group, *, about: str, words: str, among: str) -> Disagreement:
    """Disagree with the host about anything; or among organisers, and what `about` names waits until it is settled."""
    item = queries.named(group.id, about) or (None, None)
    raised = {"about": about, "words": words, "among": Among(among), "raised_by": by.person_id}
    row = Disagreement(group_id=group.id, item_table=item[0], item_id=item[1], **raised)
    db.session.add(row)
    return row


@action(roles=ORGANISERS, on=Disagreement, says="took a disagreement further")
def further(by, group, disagreement, *, friend: str | None = None) -> Disagreement:
    """Take it one step on: the host has answered, or its day has passed."""
    _check_open(disagreement)
    if disagreement.among is not Among.HOST:
        raise Mistake("This one is among yourselves. The host takes no side.")
    if disagreement.step == steps.OUTSIDE:
        raise Mistake("It has gone as far as it goes here.")
    if not queries.may_go_further(disagreement, queries.answers(disagreement)):
        raise Mistake("They still have time to answer.")
    now = clock.now()
    if disagreement.step == 1:
        disagreement.someone_new_at = now
    elif disagreement.step == 2:
        disagreement.trustees_at, disagreement.friend = now, friend
    else:
        disagreement.outside_at = now
    return disagreement


def _not_theirs(by, disagreement, facts) -> str:
    """Among organisers it is over when whoever raised it says so, or has left."""
    ours = disagreement.among is Among.OURSELVES
    raised_by = disagreement.raised_by
    if ours and by.person_id != raised_by and raised_by in people.organisers(disagreement.group_id):
        return "Whoever raised it says when it’s settled."
    return ""


@action(roles=ORGANISERS, on=Disagreement, bars=_not_theirs, says="settled a disagreement")
def settle(by, group, disagreement) -> Disagreement:
    """It's settled: nobody waits for anything more."""
    _check_open(disagreement)
    disagreement.settled_at, disagreement.settled_by = clock.now(), by.person_id
    return disagreement


def _not_new(by, disagreement, facts) -> str:
    """Why this person doesn’t answer at this step: later ones need someone with no part in it."""
    if disagreement.among is not Among.HOST or disagreement.step == steps.OUTSIDE:
        return "There’s nothing for the host to answer here."
    if not by.roles & steps.STEPS[disagreement.step - 1].roles:
        return "Two trustees answer this one." if disagreement.step == 3 else "This isn’t part of your role."
    parts = queries.parts_had(disagreement, by.person_id)
    if "answer" in parts:
        return "You answered this already. Now it’s someone new’s turn."
    if disagreement.step > 1 and "row" in parts:
        return "You had a part in what this is about. Someone new answers."
    return ""


@action(roles=STAFF_ROLES, on=Disagreement, bars=_not_new, says="answered a disagreement")
def answer(by, group, disagreement, *, words: str) -> Disagreement:
    """The host's answer at the step it has got to."""
    _check_open(disagreement)
    facts = {"disagreement_id": disagreement.id, "step": disagreement.step, "person_id": by.person_id, "words": words}
    db.session.add(DisagreementAnswer(group_id=group.id, **facts))
    return disagreement


def _check_open(disagreement: Disagreement) -> None:
    if disagreement.settled_at:
        raise Mistake("This is settled already.")
