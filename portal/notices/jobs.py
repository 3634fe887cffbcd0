"""From what happened to a mail: who should hear of it, and the batch that leaves within the hours, at most one a day.

The mail says only that there is news. What it is waits inside, behind the sign-in. While a group rests nothing is mailed;
when it is back, there is one summary.
"""

from datetime import timedelta

import sqlalchemy as sa

from portal.activity import chain, happened
from portal.activity.models import TOLD_LATER
from portal.autonomy import queries as autonomy
from portal.autonomy import standing
from portal.autonomy.areas import Outcome
from portal.autonomy.models import Loosening, Quiet
from portal.contact.host_questions import KINDS
from portal.core import clock, mail
from portal.core.db import db
from portal.core.jobs import enqueue, job, regularly
from portal.notices import actions, queries
from portal.people import queries as people
from portal.people.models import Group, Person
from portal.people.roles import GROUP_ROLES, HOST_ROLES, ORGANISERS, SYSTEM
from portal.support import queries as support
from portal.support import reply_to
from portal.support.models import Note, Request

REMINDS_AFTER = timedelta(days=10)  # of the 14 a proposal waits
# What the host did that asks for an answer, or that a group waits for; and what one organiser asks the others.
FROM_HOST = frozenset(
    {
        *("receipts.ask", "receipts.hold", "receipts.give_up_picture"),
        *("bank.settle_payment", "bank.settle_cost", "bank.receive_into"),
        *("autonomy.explain", "disagreements.answer", "notices.remind"),
        *("payees.second", "payees.stop"),
        *("support.reply", "support.say_sorry", "support.propose_closing", "contact.ask", "contact.release"),
        *("ledger.change_fee", "heard.answer", "sharing.withdraw", "sharing.pass_on"),
        *("risks.take_in", "risks.answer"),
        *("asks.send", "asks.release", "asks.tell"),
        *("documents.offer", "documents.offer_version", "documents.sign", "documents.tell"),
    }
)
NOTES = frozenset({"support.keep_note", "support.review_note", "support.end_note"})
# What reaches a group while it rests, and whoever wants no news (autonomy guide, "Quiet mode").
MUST_KNOW = frozenset({"contact.tell", "bank.returned", "payments.returned"})
AMONG_US = frozenset(
    {
        *("members.propose_organiser", "members.ask_removal", "disagreements.disagree", "autonomy.wake"),
        *("payees.change_details", "payees.give"),
    }
)


@happened.connect
def notice(_action, *, entry, group) -> None:
    """Put in the outbox what follows from an entry: news for others, a reminder, the summary at the end of a rest."""
    if group is None:
        return
    if entry.action in MUST_KNOW:
        enqueue("notices.must_know", due_at=queries.opens(clock.now()), group_id=group.id)
    elif _is_news(entry):
        back = entry.action == "autonomy.wake"
        without = None if back else entry.person_id
        enqueue("notices.news", group_id=group.id, without=without, request=_request_of(entry))
    if entry.outcome == Outcome.PROPOSE:
        enqueue("notices.remind", due_at=clock.now() + REMINDS_AFTER, group_id=group.id, number=entry.subject_id)
    if entry.action == "autonomy.rest":
        quiet = autonomy.quiet_now(group.id)
        if quiet:
            enqueue("notices.back", due_at=quiet.until, group_id=group.id, number=quiet.id)


def _request_of(entry) -> int | None:
    """The request that an entry is about, itself or by a note in it, so that only who reads it hears."""
    if entry.subject_table == Note.__tablename__:
        return db.session.get_one(Note, entry.subject_id).request_id
    return entry.subject_id if entry.subject_table == Request.__tablename__ else None


def _is_news(entry) -> bool:
    if entry.role in HOST_ROLES:
        if entry.action in NOTES:  # where telling waits, a mail would tell
            return entry.level != TOLD_LATER
        if _is_held(entry):
            return False
        if entry.action == "support.snooze":  # news only where it asks for a later day
            return db.session.get_one(Request, entry.subject_id).later_until is not None
        return entry.outcome in {Outcome.ALLOW_TELL, Outcome.PROPOSE} or entry.action in FROM_HOST
    return entry.action in AMONG_US or entry.subject_table == Loosening.__tablename__


def _is_held(entry) -> bool:
    """Whether it is something the host asks that hasn't left for the group: that is no news to it yet."""
    kind = KINDS.get(entry.action)
    if kind is None or entry.subject_table != kind.model.__tablename__:
        return False
    return db.session.get_one(kind.model, entry.subject_id).released_at is None


@job("notices.news")
def news(group_id: int, without: int | None, request: int | None = None) -> None:
    """There is news: note for whom, and from when it may leave. A group that rests hears of it when it is back. Of a
    `request`, only who reads it hears, and who asked in any case, a helper too."""
    if autonomy.quiet_now(group_id) is None:
        only, asker = support.hearers(group_id, request) if request else (None, None)
        for choice in queries.recipients(group_id, without, only, asker):
            due = queries.due(choice, clock.now())
            alone = choice.due_at is None or choice.request_id == request
            choice.request_id = request if alone else None  # of several things, an answer by email could mean any
            choice.group_ids = sorted({*(choice.group_ids or ()), group_id})
            choice.due_at = min(choice.due_at or due, due)
            db.session.add(choice)
    db.session.commit()


@job("notices.must_know")
def must_know(group_id: int) -> None:
    """Something they must know: to every organiser, whatever they chose and however they rest."""
    for person_id in people.organisers(group_id):
        mail.post("notices.must_know", person_id=person_id)
    db.session.commit()


@job("notices.back")
def back(group_id: int, number: int) -> None:
    """The summary at the end of a rest, unless it was ended before (then that was news) or goes on."""
    quiet = db.session.scalar(sa.select(Quiet).where(Quiet.id == number, Quiet.group_id == group_id))
    if quiet and quiet.ended_at is None and quiet.until <= clock.now():
        news(group_id, None)
    db.session.rollback()


@job("notices.remind")
def remind(group_id: int, number: int) -> None:
    """Remind the group of a proposal that still waits, once. Quiet time doesn't count."""
    proposal = autonomy.proposal(group_id, number)
    if proposal is None or proposal.answered_at or proposal.reminded_at:
        return
    due = standing.deadline(proposal.made_at, REMINDS_AFTER, standing.quiet_spells(group_id))
    if due > clock.now():
        enqueue("notices.remind", due_at=due, group_id=group_id, number=number)
        db.session.commit()
    else:
        actions.remind(SYSTEM, db.session.get_one(Group, group_id), number)


@regularly
def send() -> None:
    """Mail what is due, between 9am and 8pm, at most one batch a day for each person."""
    now = clock.now()
    if not queries.is_open(now):
        return
    for choice in queries.weekly(now):
        _post(choice, weekly=True)
    db.session.flush()
    for choice in queries.to_send(now):
        _post(choice, weekly=False)
    db.session.commit()


def _post(choice, *, weekly: bool) -> None:
    now = clock.now()
    due = choice.due_at is not None and choice.due_at <= now
    awake = queries.awake(choice.person_id, GROUP_ROLES) if due else []
    news = bool(awake) if choice.group_ids is None else not set(awake).isdisjoint(choice.group_ids)
    groups = queries.awake(choice.person_id, ORGANISERS) if weekly else []
    if news or groups:
        answers = choice.request_id if news else None
        mail.post("notices.news", person_id=choice.person_id, news=news, groups=groups, request=answers)
        choice.sent_at = now
        choice.weekly_at = now if weekly else choice.weekly_at
        db.session.add(choice)
    if due:  # or every group it is of rests now: they hear when that is back
        choice.due_at = choice.group_ids = None


@mail.letter("notices.must_know")
def _must_know(person_id: int) -> mail.Letter:
    return mail.Letter(db.session.get_one(Person, person_id).email, {})


@mail.letter("notices.news")
def _news(person_id: int, news: bool, groups: list[int], request: int | None = None) -> mail.Letter:
    answers = reply_to.address(person_id, request) if request else ""
    to_keep = "A line to keep." if len(groups) == 1 else "Lines to keep."
    fingerprints = [chain.fingerprint(group_id) for group_id in groups]
    facts = {"news": news, "fingerprints": fingerprints, "to_keep": to_keep, "answers": bool(answers)}
    return mail.Letter(db.session.get_one(Person, person_id).email, facts, answers)
