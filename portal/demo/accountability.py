"""The demo's last month of answers: requests S11 to S35, asked, answered and closed before the others. With S1 to S10 that
is 31 of 34 replies by the promised day, and three that were late, with a sorry (shared demo data, "Log and proposals")."""

from collections.abc import Iterator
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


@dataclass(frozen=True)
class Past:
    """One request: whose, by whom, how many days ago, what; after how many working days the answer came, and what it was.
    `sorry`: said on the promised day, when another was named."""

    slug: str
    by: str
    wanted: Wanted
    days_ago: int
    took: int
    came_of: CameOf
    asked: str
    answer: str
    sorry: str = ""


def past() -> Iterator[Past]:
    """Each of what follows, the oldest first."""
    for told in TOLD.strip().split("\n\n"):
        facts, *words = told.split("\n")
        slug, by, wanted, days_ago, took, came_of = facts.split()
        yield Past(slug, by, Wanted[wanted], int(days_ago), int(took), CameOf[came_of], *words)


TOLD = """
tuesday-kettle Marsha SOON 24 1 ADVICE
Can we pay the singer in cash?
Better not: a bill and a bank transfer keep it simple for both of you. I can show you.

quiet-allotment Wren NO_RUSH 24 3 WE_DID
Is there a list of what the insurance covers?
Yes, two pages, and I have marked the part about tools.

nightshift-poets Ade WEEK 23 0 MONEY
Our call tonight asks for a paid plan. Can you pay it today?
Paid. Use the same link as before.

long-table Joy SOON 23 2 WE_DID
Could you write to the hall that we are insured?
Done, and a copy is with your papers.

hearsay-collective Mo WEEK 22 3 WE_DID
The printer wants a purchase order by tomorrow.
Sent this morning, and the printer has put us first.
I’m sorry, I said today and I don’t have it yet. Whoever signs orders is away, and we had named nobody else. We have now.

hillfoot-walkers Kit SOON 22 1 ADVICE
Do walk leaders need a first aid course?
One on each walk should have done it. There is one in March, and we pay for two.

makers-moving-on Bev SOON 21 3 ADVICE
Which bank takes small charities?
Three do, with no monthly fee. Here is what each of them asks for.

tuesday-kettle Joe NO_RUSH 21 4 WE_DID
Where can we store the urn over winter?
In our cellar, from the first of December. Ring the bell.

eastmoor-dads Stu SOON 20 0 ADVICE
What do we put on the form where it says charity number?
Ours. It is on the first page of your agreement, with our name beside yours.

hearsay-collective Dan SOON 20 2 WE_DID
Can we hold the zine launch at yours?
Yes, the big room is yours from six.

quiet-allotment Wren WEEK 19 0 WE_DID
The water is off. Who do we ring?
The council’s allotments desk. I rang, and they come tomorrow.

long-table Celestine SOON 19 1 WE_DID
Can you take our name off your website?
It is off. Nothing of yours is shown unless you say so.

nightshift-poets Lily NO_RUSH 18 6 MONEY
Is there money for a small anthology?
The Pot can give up to £180. I can go through it with you.

hillfoot-walkers Sam SOON 18 5 WE_DID
We’d like a second key to the shed.
It is cut, and at the front desk under your name.
I’m sorry, this takes longer than I promised. The locksmith could not copy it, and I asked another one.

makers-moving-on Hana WEEK 17 0 WE_DID
Can you confirm our balance to the landlord today?
Sent, with a copy to you.

eastmoor-dads Rafiq NO_RUSH 17 2 INTRODUCED
Who else runs a breakfast like ours?
Two in town. They would both like to hear from you.

tuesday-kettle Marsha SOON 16 1 ADVICE
May we change the day of the drop-in?
It’s yours to choose. I’ll tell the insurer, that’s all.

hearsay-collective Orla SOON 16 2 ADVICE
Could somebody check our access notes?
I have, and wrote two ideas in the margin.

long-table Farah WEEK 15 1 WE_DID
The oven hire is due tomorrow and the bill is in my name.
It can be in ours. I have written to them.

quiet-allotment Wren SOON 15 3 ADVICE
Can we sell what we grow?
Yes, if it goes back into the garden. Here is how to write it down.

nightshift-poets Tomasz SOON 14 0 WE_DID
Our sign-up page is gone. Was it with you?
It was, and it is back.

hillfoot-walkers Sam SOON 14 1 WE_DID
Can you lend us four high-visibility vests?
Six are waiting for you.

eastmoor-dads Stu WEEK 13 3 MONEY
The café asks who pays for Saturday.
We do. I rang them, and it’s settled.
I’m sorry. I was off ill and this lay in my list; from now on someone covers for me, and you can see who.

makers-moving-on Bev NO_RUSH 12 2 ADVICE
Is there a model constitution we can start from?
There is: the short one fits. I have marked what to choose.

tuesday-kettle Joe SOON 11 1 INTRODUCED
Someone would like to give us a fridge. May we take it?
Yes, once it has been tested. I have a name for that.
"""


def lay_out(people) -> None:
    """Lay them out with their lines in the log, the oldest first; before all that is newer."""
    for number, told in enumerate(past(), start=FIRST_NUMBER):
        group = db.session.scalars(sa.select(Group).where(Group.slug == told.slug)).one()
        with wall.opened(group.id):
            _request(people, group, number, told)
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
