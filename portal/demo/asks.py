"""The demo's asks: a survey in summer and one in autumn, and numbers for a funder, with what came of them.

The Quiet Allotment isn't among them: its autumn survey is the single question S8, which is held while it rests.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from portal.asks.models import Ask, AskAnswer, AskQuestion, SentAsk, sameness
from portal.core import clock, wall
from portal.core.counters import Counter
from portal.core.db import db
from portal.people.models import Group

IMANI = "Imani Okafor"
HOW_MANY = "How many of you come in a usual week?"


@dataclass(frozen=True)
class Asked:
    """One ask: what it says, when it went out, to which groups, and who answered what there (`None`: skipped)."""

    title: str
    purpose: str
    gets: str
    sees: str
    minutes: int
    questions: tuple[str, ...]
    days_ago: int
    to: tuple[str, ...]
    answers: dict[str, tuple[str, tuple[str, ...] | None]]
    outcome: str | None = None
    closed_days_ago: int | None = None


ASKS = (
    Asked("Summer survey", "To know which rooms to look for before the autumn.",
          "First choice of any room we find.", "Imani and Glyn. Nobody outside.", 3,
          (HOW_MANY, "What would make your room better?"), 150,
          ("tuesday-kettle", "nightshift-poets", "hillfoot-walkers"),
          {"tuesday-kettle": ("Marsha", ("About 18, more when it rains.", "A door that doesn’t stick, and a sofa.")),
           "nightshift-poets": ("Lily", ("30 on a call, 12 of them every week.", "We meet online: captions.")),
           "hillfoot-walkers": ("Sam", None)},
          "Two halls now give all our groups the same price, £9 an hour.", 120),
    Asked("Numbers for the Open Ear funder", "The funder asks each year how many people the grant reaches.",
          "The grant goes on without another form.", "Glyn, and the Open Ear funder, with your name.", 8,
          (HOW_MANY, "What did the grant make possible? A sentence is enough."), 75,
          ("hearsay-collective",),
          {"hearsay-collective": ("Orla", ("60 in all, about 25 at each event.",
                                           "The second zine, and a speaker who had never been paid before."))},
          "The funder took it as it was, and asks for nothing more until next autumn.", 60),
    Asked("Autumn survey", "The council sets its budget for groups in January, and asks us what you need.",
          "A page of what all groups said, without names, before it goes to the council.",
          "Imani. The council reads it without your name.", 6,
          (HOW_MANY, "What was hard this year?", "What would help most next year?", "What does nobody ask about?"),
          6, ("tuesday-kettle", "nightshift-poets", "hearsay-collective"),
          {"tuesday-kettle": ("Joe", ("About 20.", "Bus fares, and rooms in the evening.", "A room we can count on.",
                                      "How tired the people are who keep the kettle on."))}),
)  # fmt: skip


def lay_out(people) -> None:
    """Lay them out, the oldest first."""
    for number, asked in enumerate(ASKS, start=1):
        _ask(people, number, asked)
    db.session.add(Counter(name="ask", value=len(ASKS)))
    db.session.commit()


def _ask(people, number: int, asked: Asked) -> None:
    groups = {
        group.slug: group
        for group in db.session.scalars(sa.select(Group).where(Group.slug.in_(asked.to)).order_by(Group.id))
    }
    sent_at, imani = _at(asked.days_ago, 0), people[IMANI].id
    ask = Ask(
        number=number,
        title=asked.title,
        purpose=asked.purpose,
        gets=asked.gets,
        sees=asked.sees,
        minutes=asked.minutes,
        to_groups=[group.id for group in groups.values()],
        drafted_at=sent_at - timedelta(hours=1),
        drafted_by=imani,
        sent_at=sent_at,
        outcome=asked.outcome,
    )
    if asked.closed_days_ago is not None:
        ask.closed_at = ask.answered_at = _at(asked.closed_days_ago, 3)
        ask.answered_by = imani
    db.session.add(ask)
    db.session.flush()
    questions = [
        AskQuestion(ask_id=ask.id, position=position, words=words, sameness=sameness(words))
        for position, words in enumerate(asked.questions, start=1)
    ]
    db.session.add_all(questions)
    db.session.commit()
    for group in groups.values():
        with wall.opened(group.id):
            sent = SentAsk(group_id=group.id, ask_id=ask.id, added_at=sent_at, added_by=imani, released_at=sent_at)
            if ask.closed_at:
                sent.closed_at, sent.closed_by, sent.told_at = ask.closed_at, imani, ask.closed_at
            db.session.add(sent)
            db.session.flush()
            _answers(people, sent, questions, asked)
        db.session.commit()


def _answers(people, sent: SentAsk, questions: list[AskQuestion], asked: Asked) -> None:
    slug = db.session.get_one(Group, sent.group_id).slug
    if slug not in asked.answers:
        return
    name, said = asked.answers[slug]
    at, by = _at(asked.days_ago - 2, 1), people[name].id
    if said is None:
        sent.skipped_at, sent.skipped_by = at, by
        return
    sent.given_at, sent.given_by = at, by
    for question, words in zip(questions, said, strict=True):
        own = {"group_id": sent.group_id, "sent_id": sent.id, "question_id": question.id}
        db.session.add(AskAnswer(**own, words=words, saved_at=at, saved_by=by))


def _at(days_ago: int, turn: int) -> datetime:
    """A moment of that day, later with each turn."""
    moment = datetime.combine(clock.today() - timedelta(days=days_ago), time(10, 5 + turn * 12), clock.LONDON)
    return moment.astimezone(clock.UTC)
