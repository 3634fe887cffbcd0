"""What the host asks of its own accord, held until it may leave; what a group must know; when it wants to be contacted."""

import sqlalchemy as sa

from portal.autonomy import queries as autonomy
from portal.autonomy.areas import Area
from portal.autonomy.door import Asking, Mistake, action
from portal.contact import host_questions, times
from portal.contact.models import ContactTimes, MustKnow
from portal.core import clock
from portal.core.db import db
from portal.people.roles import ORGANISERS, Role
from portal.support import search
from portal.support.messages import write
from portal.support.models import ReplyBy, Request, Wanted
from portal.support.queries import SUPPORT_STAFF

COORDINATORS = frozenset({Role.COORDINATOR})
AUTOMATIC = frozenset({Role.SYSTEM})


@action(area=Area.CONTACT, roles=ORGANISERS, says="set when the host may contact us")
def set_times(by, group, *, days: str, from_hour: int, until_hour: int, reach_by: str) -> ContactTimes:
    """When and how the host contacts the group where it may (“Tell us, we can undo”). What is held follows it at once."""
    row = db.session.scalar(db.select(ContactTimes).where(ContactTimes.group_id == group.id))
    row = row or ContactTimes(group_id=group.id)
    row.days, row.from_hour, row.until_hour, row.by = days, from_hour, until_hour, ReplyBy(reach_by)
    db.session.add(row)
    return row


def _means(_row, facts, _rows) -> autonomy.Meaning:
    over = facts.get("over_why")
    words = f"They would like to contact us about: {facts['about']}"
    return autonomy.Meaning([], f"{words} It is more than they mean to ask in a month, because: {over}" if over else words)


def _fits(group, _row, *, over_why: str | None = None, **_facts) -> None:
    host_questions.within_budget(group.id, host_questions.A_QUESTION, over_why)


def _call_off(by, group, request: Request) -> Request:
    request.closed_at, request.closed_by = clock.now(), by.person_id
    request.group_to_answer_at = None
    return request


@action(
    area=Area.CONTACT, roles=COORDINATORS, undo=_call_off, asks=Asking(means=_means, fits=_fits), says="asked us something"
)
def ask(by, group, *, about: str, words: str | None = None, over_why: str | None = None) -> Request:
    """Ask a group something. At “Ask us first” their yes to what it is about comes first, and then it is there at once;
    where they look no further it leaves in the hours for it, and not while they rest. Over the budget of asks it says why
    all the same."""
    why_more = host_questions.within_budget(group.id, host_questions.A_QUESTION, over_why)
    request = _begin(group, by, about)
    host_questions.begin(request)
    write(request, by, "\n\n".join(filter(None, (about, words, why_more))))
    return request


@action(area=Area.CONTACT, roles=AUTOMATIC, on=Request, undo=_call_off, says="let a question of the host’s go to us")
def release(by, group, request) -> Request:
    """Its hour has come."""
    host_questions.let_go(request)
    return request


@action(roles=COORDINATORS, on=Request, says="called off a question to us")
def call_off(by, group, request) -> Request:
    """Not ask after all, as long as it is held."""
    if not request.is_held:
        raise Mistake("It has left already.")
    return _call_off(by, group, request)


@action(roles=SUPPORT_STAFF, says="told us what we must know")
def tell(by, group, *, must_know: str, words: str) -> Request:
    """Safety, security, a date the law sets, a failed payment: these alone reach a group at every level and while it rests
    (autonomy guide, area 8 and "Quiet mode")."""
    request = _begin(group, by, words, must_know=MustKnow(must_know).value)
    write(request, by, words)
    request.release()
    request.group_to_answer_at = None  # it asks for nothing
    return request


def _begin(group, by, words: str, **facts) -> Request:
    request = Request.begin(
        group_id=group.id,
        added_by=by.person_id,
        by_host=True,
        wanted=Wanted.NO_RUSH.key,
        reply_by=times.of(group.id).by,
        gist=search.gist(words),
        holder_id=by.person_id,
        **facts,
    )
    search.note(request, request.ref, group.name, by.name)
    return request


host_questions.KINDS[ask.name] = host_questions.Kind(
    Request, (Request.by_host, Request.must_know.is_(None)), sa.literal(host_questions.A_QUESTION), release
)
