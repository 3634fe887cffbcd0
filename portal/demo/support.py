"""The demo's requests S1 to S10 (shared demo data, "Support requests"), as they stand today; notes in two of them, and two
things passed on to the policy team."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.core import clock, wall
from portal.core.counters import Counter
from portal.core.db import db
from portal.cover.models import CoverChoice
from portal.demo import log
from portal.heard.models import Attribution, PassedOn
from portal.people.models import Group
from portal.people.roles import Role
from portal.receipts.models import Receipt
from portal.support import promises, search
from portal.support.models import (
    CameOf,
    Look,
    Message,
    Note,
    Reader,
    Reason,
    ReplyBy,
    ReplyPromise,
    ReplyStart,
    Request,
    Wanted,
)


@dataclass(frozen=True)
class Asked:
    """One request: what was said, each by whom (`by` or the holder's name) and how many days ago, and how it stands."""

    number: int
    slug: str
    by: str
    said: tuple[tuple[str, int, str], ...]
    wanted: Wanted = Wanted.SOON
    holder: str = "Imani Okafor"
    taken: bool = False
    asks: bool = False
    shared: bool = True
    reply_by: ReplyBy = ReplyBy.HERE
    phone: str | None = None
    receipt: int | None = None
    closed_days_ago: int | None = None
    came_of: CameOf | None = None
    let_in_by: str | None = None
    by_host: bool = False


IMANI, GLYN, SEFA = "Imani Okafor", "Glyn Parry", "Sefa Tuilagi"
ROLES = {IMANI: Role.COORDINATOR, GLYN: Role.FINANCE, SEFA: Role.COORDINATOR}
REQUESTS = (
    Asked(1, "hillfoot-walkers", "Sam",
          (("Sam", 0, "The Paths grant ran short by £14.10. Can we still do Saturday? The minibus is booked."),),
          Wanted.WEEK, receipt=107),
    Asked(2, "tuesday-kettle", "Marsha",
          (("Marsha", 1, "The landlord of our room wants to see proof of insurance by the end of the week."),
           (IMANI, 1, "I have asked our insurer for the certificate. It comes tomorrow, and I’ll put it here."),
           ("Marsha", 0, "Thank you. Tomorrow is fine.")),
          Wanted.WEEK, taken=True),
    Asked(3, "hearsay-collective", "Pri",
          (("Pri", 2, "A newspaper wants to talk to us about voices. We’d rather not. Could you say no for us?"),)),
    Asked(4, "eastmoor-dads", "Rafiq",
          (("Rafiq", 6, "What does “restricted” mean? It’s on our money page."),
           (IMANI, 5, "It means the funder gave it for one thing only. Yours is for breakfasts, so food and the room are "
                      "fine, and a trip isn’t, unless we ask them. Shall we ask?")),
          Wanted.NO_RUSH, taken=True),
    Asked(5, "nightshift-poets", "Tomasz",
          (("Tomasz", 4, "Can the Small Things Pot pay for captions on our calls?"),
           (IMANI, 3, "I think so. How much would it be a month, and from when?")),
          taken=True, asks=True),
    Asked(6, "long-table", "Farah",
          (("Farah", 40, "Please stop calling us. Text me if it can’t wait."),
           (IMANI, 39, "Of course, and I’m sorry. From today nobody here calls you. Your setting says so too.")),
          taken=True, reply_by=ReplyBy.TEXT, phone="07700 900142", closed_days_ago=38, came_of=CameOf.WE_DID),
    Asked(7, "makers-moving-on", "Hana",
          (("Hana", 3, "We’d like a copy of everything you hold for us, before we leave in January."),
           (GLYN, 2, "I’m putting it together: accounts first, then the papers."),
           ("Hana", 1, "That order is good for us. Bev will read it too.")),
          holder=GLYN, taken=True, let_in_by="Hana"),
    Asked(8, "quiet-allotment", IMANI,
          ((IMANI, 5, "Would you like to answer our autumn survey? Four questions, and you can skip it."),),
          Wanted.NO_RUSH, by_host=True),
    Asked(9, "hearsay-collective", "Orla",
          (("Orla", 2, "Our speaker worries that the fee touches her benefits. Who can she talk to?"),
           (SEFA, 1, "I’ve sent you the name of an adviser who is good with this, and what to bring."),
           ("Orla", 0, "She would like someone to come along. Is that possible?")),
          Wanted.WEEK, holder=SEFA, taken=True, shared=False, let_in_by="Orla"),
    Asked(10, "tuesday-kettle", "Joe",
          (("Joe", 12, "Thank you, the float worked. Nobody had to wait for their bus fare."),
           (IMANI, 11, "That is good to hear.")),
          Wanted.NO_RUSH, taken=True, closed_days_ago=10, came_of=CameOf.MONEY),
)  # fmt: skip

# Notes: in which request, by whom, what, and why it is kept from the group, if it is.
NOTES = (
    (2, IMANI, "The insurer’s desk is shut on Thursdays. If it isn’t here by then, ring their mobile.", None),
    (9, SEFA, "The adviser knows her, and asked not to be named in this.", Reason.OTHERS_DATA),
)
# Passed on: from which request, by whom, what, under which name, and what came of it, if anything did.
PASSED_ON = (
    (10, "Joe", "Nobody should have to lend their own bus fare. A small float for every group would do it.",
     Attribution.PERSON, "From January each group can have a float of £30 from the Small Things Pot."),
    (5, "Tomasz", "Captions cost us £9 a month because we need them to hear each other. That shouldn’t be a favour to ask "
                  "for. It should be there for any group that meets online.",
     Attribution.NOBODY, None),
)  # fmt: skip


STARTS = (
    ("We have it", "Thank you for telling us. I have it now, and will write here again by "),
    ("Go ahead", "Yes, go ahead. You don’t need anything else from us for this."),
    ("One thing first", "We can do this. There is one thing we need first: "),
    ("Sorry, no", "I’m sorry, this is a no from us. The reason is: \n\nWhat we can do instead is: "),
    ("Who can help", "This isn’t something we can do well. Someone who can: \n\nShall we introduce you?"),
)


def lay_out(people) -> None:
    """Lay them out, the oldest first; what replies start from; and one group that agreed to cover ahead."""
    for asked in REQUESTS:
        _request(people, asked)
    db.session.add_all(ReplyStart(title=title, words=words) for title, words in STARTS)
    dads = db.session.scalars(sa.select(Group.id).where(Group.slug == "eastmoor-dads")).one()
    with wall.opened(dads):
        db.session.add(CoverChoice(group_id=dads, chosen_by=people["Rafiq"].id, chosen_at=_at(30, 1)))
    for note in NOTES:
        _note(people, *note)
    for number, passed in enumerate(PASSED_ON, start=1):
        _passed_on(people, number, *passed)
    db.session.add(Counter(name="request", value=db.session.scalar(sa.select(sa.func.max(Request.number)))))
    db.session.add(Counter(name="heard", value=len(PASSED_ON)))
    db.session.commit()


def _note(people, asked: int, by: str, words: str, reason: Reason | None) -> None:
    request = _asked(asked)
    with wall.opened(request.group_id):
        own = {"group_id": request.group_id, "request_id": request.id, "added_by": people[by].id}
        review_on = clock.today() + timedelta(days=89) if reason else None
        at = request.moved_at + timedelta(minutes=5)
        db.session.add(Note(**own, added_at=at, words=words, reason=reason, review_on=review_on))
        if reason is None:
            search.note(request, words)
    db.session.commit()


def _passed_on(people, number: int, asked: int, by: str, words: str, attribution: Attribution, outcome: str | None) -> None:
    request, days_ago = _asked(asked), 9 - number
    with wall.opened(request.group_id):
        own = {
            "group_id": request.group_id,
            "request_id": request.id,
            "added_by": people[by].id,
            "added_at": _at(days_ago, 4),
        }
        answered = {"answered_at": _at(1, number), "answered_by": people[SEFA].id}
        came = {"outcome": outcome} if outcome else {"look_again_on": clock.today() + timedelta(days=40)}
        db.session.add(PassedOn(**own, number=number, words=words, attribution=attribution, **answered, **came))
    db.session.commit()


def _asked(number: int) -> Request:
    return db.session.scalars(sa.select(Request).where(Request.number == number)).one()


def _request(people, asked: Asked) -> None:
    group = db.session.scalars(sa.select(Group).where(Group.slug == asked.slug)).one()
    began, last = _at(asked.said[0][1], 0), _at(asked.said[-1][1], len(asked.said))
    asker, holder = people[asked.by].id, people[asked.holder].id
    turns = [(name in ROLES, _at(days_ago, turn)) for turn, (name, days_ago, _) in enumerate(asked.said, start=1)]
    answers = [at for by_host, at in turns if by_host and not asked.by_host]
    answered, waits = answers[-1] if answers else None, not turns[-1][0]
    receipt = db.session.scalar(sa.select(Receipt.id).where(Receipt.number == asked.receipt))
    with wall.opened(group.id):
        request = Request(
            group_id=group.id,
            number=asked.number,
            added_at=began,
            added_by=asker,
            by_host=asked.by_host,
            wanted=asked.wanted.key,
            reply_by=asked.reply_by,
            phone=asked.phone,
            shared=asked.shared,
            gist=search.gist(asked.said[0][2]),
            receipt_id=receipt,
            holder_id=holder,
            taken_at=began + timedelta(hours=1) if asked.taken else None,
            moved_at=last,
            answered_at=answered,
            group_to_answer_at=last if asked.asks else None,
        )
        db.session.add(request)
        db.session.flush()
        own = {"group_id": group.id, "request_id": request.id}
        for turn, (name, days_ago, words) in enumerate(asked.said, start=1):
            by_host = name in ROLES
            at = _at(days_ago, turn)
            act = "contact.ask" if asked.by_host else "support.reply" if by_host else "support.ask"
            log.entry(group, people[name], ROLES.get(name, Role.ORGANISER), act, request, at)
            db.session.add(Message(**own, added_at=at, added_by=people[name].id, by_host=by_host, words=words))
            search.note(request, words)
        search.note(request, request.ref, group.name, asked.by)
        if not asked.by_host:
            for since in (began, last) if answered and waits else (began,):  # when the group began to wait
                due_on = promises.day_for(asked.wanted.key, clock.in_london(since).date())
                kept_at = next((at for at in answers if at > since), None)
                promise = ReplyPromise(**own, made_at=since, due_on=due_on, kept_at=kept_at, kept_by=kept_at and holder)
                db.session.add(promise)
            request.due_on = due_on if waits else request.due_on
        if answered:
            db.session.add(Look(**own, person_id=holder, read_at=answered - timedelta(minutes=6)))
        if asked.let_in_by:
            db.session.add(Reader(**own, person_id=holder, let_in_at=began, let_in_by=people[asked.let_in_by].id))
        if asked.closed_days_ago is not None:
            request.closed_at, request.closed_by = _at(asked.closed_days_ago, 3), asker
            request.came_of = asked.came_of
            log.entry(group, people[asked.by], Role.ORGANISER, "support.close", request, request.closed_at)
    db.session.commit()


def _at(days_ago: int, turn: int) -> datetime:
    """A moment of that day, later with each turn; never later than now."""
    moment = datetime.combine(clock.today() - timedelta(days=days_ago), time(9, 5 + turn * 12), clock.LONDON)
    return min(moment.astimezone(clock.UTC), clock.now() - timedelta(minutes=30 - turn))
