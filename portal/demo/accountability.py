"""The demo's last month of answers: requests S11 to S35, asked, answered and closed before the others. With S1 to S10 that
is 31 of 34 replies by the promised day, and three that were late, with a sorry (shared demo data, "Log and proposals")."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.core import clock, wall, workdays
from portal.core.db import db
from portal.demo import log
from portal.people.models import Group
from portal.people.roles import Role
from portal.support import promises, search
from portal.support.models import CameOf, Look, Message, ReplyBy, ReplyPromise, Request, Wanted

FIRST_NUMBER = 11
IMANI = "Imani Okafor"
WEEK, SOON, NO_RUSH = Wanted.WEEK, Wanted.SOON, Wanted.NO_RUSH


@dataclass(frozen=True)
class Past:
    """One request: whose, by whom, how many days ago, what; after how many working days the answer came, and what it was.
    `sorry`: said on the promised day, when another was named."""

    slug: str
    by: str
    wanted: Wanted
    days_ago: int
    asked: str
    took: int
    answer: str
    came_of: CameOf = CameOf.ADVICE
    sorry: str = ""


PAST = (
    Past("tuesday-kettle", "Marsha", SOON, 24, "Can we pay the singer in cash?", 1,
         "Better not: a bill and a bank transfer keep it simple for both of you. I can show you."),
    Past("quiet-allotment", "Wren", NO_RUSH, 24, "Is there a list of what the insurance covers?", 3,
         "Yes, two pages, and I have marked the part about tools.", CameOf.WE_DID),
    Past("nightshift-poets", "Ade", WEEK, 23, "Our call tonight asks for a paid plan. Can you pay it today?", 0,
         "Paid. Use the same link as before.", CameOf.MONEY),
    Past("long-table", "Joy", SOON, 23, "Could you write to the hall that we are insured?", 2,
         "Done, and a copy is with your papers.", CameOf.WE_DID),
    Past("hearsay-collective", "Mo", WEEK, 22, "The printer wants a purchase order by tomorrow.", 3,
         "Sent this morning, and the printer has put us first.", CameOf.WE_DID,
         sorry="I’m sorry, I said today and I don’t have it yet. Whoever signs orders is away, and we had named nobody "
               "else. We have now."),
    Past("hillfoot-walkers", "Kit", SOON, 22, "Do walk leaders need a first aid course?", 1,
         "One on each walk should have done it. There is one in March, and we pay for two."),
    Past("makers-moving-on", "Bev", SOON, 21, "Which bank takes small charities?", 3,
         "Three do, with no monthly fee. Here is what each of them asks for."),
    Past("tuesday-kettle", "Joe", NO_RUSH, 21, "Where can we store the urn over winter?", 4,
         "In our cellar, from the first of December. Ring the bell.", CameOf.WE_DID),
    Past("eastmoor-dads", "Stu", SOON, 20, "What do we put on the form where it says charity number?", 0,
         "Ours. It is on the first page of your agreement, with our name beside yours."),
    Past("hearsay-collective", "Dan", SOON, 20, "Can we hold the zine launch at yours?", 2,
         "Yes, the big room is yours from six.", CameOf.WE_DID),
    Past("quiet-allotment", "Wren", WEEK, 19, "The water is off. Who do we ring?", 0,
         "The council’s allotments desk. I rang, and they come tomorrow.", CameOf.WE_DID),
    Past("long-table", "Celestine", SOON, 19, "Can you take our name off your website?", 1,
         "It is off. Nothing of yours is shown unless you say so.", CameOf.WE_DID),
    Past("nightshift-poets", "Lily", NO_RUSH, 18, "Is there money for a small anthology?", 6,
         "The Pot can give up to £180. I can go through it with you.", CameOf.MONEY),
    Past("hillfoot-walkers", "Sam", SOON, 18, "We’d like a second key to the shed.", 5,
         "It is cut, and at the front desk under your name.", CameOf.WE_DID,
         sorry="I’m sorry, this takes longer than I promised. The locksmith could not copy it, and I asked another one."),
    Past("makers-moving-on", "Hana", WEEK, 17, "Can you confirm our balance to the landlord today?", 0,
         "Sent, with a copy to you.", CameOf.WE_DID),
    Past("eastmoor-dads", "Rafiq", NO_RUSH, 17, "Who else runs a breakfast like ours?", 2,
         "Two in town. They would both like to hear from you.", CameOf.INTRODUCED),
    Past("tuesday-kettle", "Marsha", SOON, 16, "May we change the day of the drop-in?", 1,
         "It’s yours to choose. I’ll tell the insurer, that’s all."),
    Past("hearsay-collective", "Orla", SOON, 16, "Could somebody check our access notes?", 2,
         "I have, and wrote two ideas in the margin."),
    Past("long-table", "Farah", WEEK, 15, "The oven hire is due tomorrow and the bill is in my name.", 1,
         "It can be in ours. I have written to them.", CameOf.WE_DID),
    Past("quiet-allotment", "Wren", SOON, 15, "Can we sell what we grow?", 3,
         "Yes, if it goes back into the garden. Here is how to write it down."),
    Past("nightshift-poets", "Tomasz", SOON, 14, "Our sign-up page is gone. Was it with you?", 0,
         "It was, and it is back.", CameOf.WE_DID),
    Past("hillfoot-walkers", "Sam", SOON, 14, "Can you lend us four high-visibility vests?", 1,
         "Six are waiting for you.", CameOf.WE_DID),
    Past("eastmoor-dads", "Stu", WEEK, 13, "The café asks who pays for Saturday.", 3,
         "We do. I rang them, and it’s settled.", CameOf.MONEY,
         sorry="I’m sorry. I was off ill and this lay in my list; from now on someone covers for me, and you can see who."),
    Past("makers-moving-on", "Bev", NO_RUSH, 12, "Is there a model constitution we can start from?", 2,
         "There is: the short one fits. I have marked what to choose."),
    Past("tuesday-kettle", "Joe", SOON, 11, "Someone would like to give us a fridge. May we take it?", 1,
         "Yes, once it has been tested. I have a name for that.", CameOf.INTRODUCED),
)  # fmt: skip


def lay_out(people) -> None:
    """Lay them out with their lines in the log, the oldest first; before all that is newer."""
    for number, past in enumerate(PAST, start=FIRST_NUMBER):
        group = db.session.scalars(sa.select(Group).where(Group.slug == past.slug)).one()
        with wall.opened(group.id):
            _request(people, group, number, past)
        db.session.commit()


def _request(people, group: Group, number: int, past: Past) -> None:
    asker, imani = people[past.by], people[IMANI]
    began = _at((clock.today() - timedelta(days=past.days_ago)), 10)
    day = clock.in_london(began).date()
    answered = _at(workdays.after(day, past.took), 15)
    closed = answered + timedelta(hours=20)
    request = Request(
        group_id=group.id,
        number=number,
        added_at=began,
        added_by=asker.id,
        wanted=past.wanted.key,
        reply_by=ReplyBy.HERE,
        shared=True,
        gist=search.gist(past.asked),
        holder_id=imani.id,
        taken_at=began + timedelta(hours=1),
        moved_at=answered,
        answered_at=answered,
        closed_at=closed,
        closed_by=asker.id,
        came_of=past.came_of,
    )
    db.session.add(request)
    db.session.flush()
    own = {"group_id": group.id, "request_id": request.id}
    due_on = promises.day_for(past.wanted.key, day)
    said = [(began, asker, past.asked), (answered, imani, past.answer)]
    log.entry(group, asker, Role.ORGANISER, "support.ask", request, began)
    if past.sorry:
        sorry, later = _at(due_on, 16), workdays.after(day, past.took)
        said.insert(1, (sorry, imani, past.sorry))
        db.session.add(ReplyPromise(**own, made_at=began, due_on=due_on, replaced_at=sorry))
        db.session.flush()
        change = {"row": f"requests:{request.id}", "column": "due_on", "before": f"{due_on}", "after": f"{later}"}
        log.entry(group, imani, Role.COORDINATOR, "support.say_sorry", request, sorry, [change])
        began, due_on = sorry, later
    db.session.add(ReplyPromise(**own, made_at=began, due_on=due_on, kept_at=answered, kept_by=imani.id))
    log.entry(group, imani, Role.COORDINATOR, "support.reply", request, answered)
    log.entry(group, asker, Role.ORGANISER, "support.close", request, closed)
    db.session.add(Look(**own, person_id=imani.id, read_at=answered - timedelta(minutes=6)))
    for at, person, words in said:
        db.session.add(Message(**own, added_at=at, added_by=person.id, by_host=person is imani, words=words))
        search.note(request, words)
    search.note(request, request.ref, group.name, past.by)


def _at(day, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 10), clock.LONDON).astimezone(clock.UTC)
